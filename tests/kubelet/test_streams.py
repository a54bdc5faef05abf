"""Standard input, terminals and archives of the small shell, without a cluster around them."""

from __future__ import annotations

import io
import tarfile

import pytest

from kubelite.kubelet.images.archive import as_bytes, as_text
from kubelite.kubelet.images.files import BASE, Files
from kubelite.kubelet.images.shell import Shell
from kubelite.kubelet.images.stdin import AWAIT_INPUT, Input
from kubelite.kubelet.images.terminal import Terminal


class Talk:
    """A shell with live input, and what it has written."""

    def __init__(self, *argv: str) -> None:
        self.written: list[str] = []
        self.files = Files(BASE)
        self.shell = Shell(self.files, {}, self.written.append)
        self.input = self.shell.input = Input(ended=False)
        self.status: int | None = None
        self._steps = self.shell.run_argv(argv)
        self._go_on()

    def say(self, text: str) -> str:
        """More input; what comes of it."""
        self.written.clear()
        self.input.feed(text)
        return "".join(self.written)

    def end(self) -> str:
        """The end of the input; what comes of it."""
        self.written.clear()
        self.input.end()
        return "".join(self.written)

    def _go_on(self) -> None:
        try:
            while next(self._steps) != AWAIT_INPUT:
                pass  # time passes
            self.input.when_more(self._go_on)
        except StopIteration as ended:
            self.status = ended.value


def test_a_shell_answers_line_by_line() -> None:
    talk = Talk("sh")
    assert talk.say("echo a") == ""
    assert talk.say("\n") == "a\n"
    assert talk.say("cd /tmp\nX=1; pwd\n") == "/tmp\n"
    assert talk.say("if [ $X = 1 ]\n") == ""
    assert talk.say("then echo one\nfi\n") == "one\n"
    assert talk.say("echo 'two\n") == ""
    assert talk.say("lines'\n") == "two\nlines\n"
    assert talk.say("fi\n") == 'sh: syntax error: unexpected "fi"\n'
    assert talk.say("break\nread name\n") == ""
    assert talk.say("Ada\necho $name\n") == "Ada\n"
    talk.say("false\n")
    talk.end()
    assert talk.status == 1


@pytest.mark.parametrize(
    ("command", "given", "written"),
    [
        (("cat",), "a\nb\n", "a\nb\n"),
        (("cat", "-"), "a\n", "a\n"),
        (("grep", "b"), "a\nb\n", "b\n"),
        (("head", "-n", "1"), "a\nb\n", "a\n"),
        (("sh", "-c", "tr a b | wc -l"), "a\nb\n", "2\n"),
        (("sh", "-c", "while read x; do echo $x $x; done"), "a\nb\n", "a a\nb b\n"),
        (("echo", "x"), "unread", "x\n"),
        (("cat", "/dev/null"), "unread", ""),
    ],
)
def test_commands_wait_for_what_they_read(
    command: tuple[str, ...], given: str, written: str
) -> None:
    talk = Talk(*command)
    before = "".join(talk.written)
    assert before + talk.say(given) + talk.end() == written
    assert talk.status == 0


def test_a_file_is_written_once_however_its_text_comes() -> None:
    talk = Talk("sh", "-c", "cat > /tmp/x")
    for number in range(100):
        talk.input.feed(f"{number}\n")
    assert talk.files.get("/tmp/x") == ""
    talk.end()
    assert talk.files.get("/tmp/x") == "".join(f"{number}\n" for number in range(100))


class Screen:
    """A terminal and what is on it."""

    def __init__(self) -> None:
        self.shown = ""
        self.interrupts = 0
        self.input = Input(ended=False)
        self.terminal = Terminal(self.input, self._show, self._interrupt)

    def _show(self, text: str) -> None:
        self.shown += text

    def _interrupt(self) -> None:
        self.interrupts += 1


def test_a_line_is_edited_before_anybody_reads_it() -> None:
    screen = Screen()
    screen.terminal.type("sh\x7f\x7f\x7fls\x15pwd")
    assert screen.input.text == ""
    screen.terminal.type("\r")
    assert screen.input.text == "pwd\n"
    assert screen.shown == "sh\b \b\b \bls\b \b\b \bpwd\r\n"


def test_keys_with_a_meaning() -> None:
    screen = Screen()
    screen.terminal.type("rm -rf\x03")
    assert (screen.interrupts, screen.shown, screen.input.text) == (1, "rm -rf^C", "")
    screen.terminal.type("half\x04")
    assert screen.input.text == "half" and not screen.input.ended
    screen.terminal.type("\x04")
    assert screen.input.ended
    assert screen.input.take() == "half" and not screen.input.ended  # the next one may read on


def archive(*names: str, **contents: bytes) -> str:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(contents.get("content", b""))
            tar.addfile(entry, io.BytesIO(contents.get("content", b"")))
    return as_text(made.getvalue())


def test_an_archive_is_taken_apart_below_its_directory() -> None:
    every = bytes(range(256))
    talk = Talk("tar", "-xmf", "-", "-C", "/tmp")
    talk.say(archive("a/b/c", "../../../etc/x", "/abs", content=every))
    talk.end()
    assert talk.status == 0
    for path in ("/tmp/a/b/c", "/etc/x", "/tmp/abs"):
        assert as_bytes(talk.files.get(path) or "") == every


@pytest.mark.parametrize(
    ("command", "given", "written"),
    [
        ("tar xf -", "no archive", "tar: short read\n"),
        ("tar xf - -C /none", "", "tar: can't change directory to '/none': No such file or "),
        ("tar xf /none.tar", "", "tar: can't open '/none.tar': No such file or directory\n"),
        ("tar v", "", "tar: must specify one of c, x, t\n"),
        ("tar cf /tmp/x.tar none", "", "tar: none: No such file or directory\n"),
    ],
)
def test_what_tar_refuses(command: str, given: str, written: str) -> None:
    talk = Talk(*command.split())
    before = "".join(talk.written)
    assert (before + talk.say(given) + talk.end()).startswith(written)
    assert talk.status == 1


def test_an_archive_made_here_can_be_listed_here() -> None:
    talk = Talk("sh")
    talk.say("mkdir -p /srv/a; echo tea > /srv/a/b; cd /srv; tar cf /tmp/a.tar a\n")
    assert talk.say("tar tf /tmp/a.tar\n") == "a/\na/b\n"
    assert talk.say("cd /tmp; tar xf a.tar a/b; cat a/b\n") == "tea\n"
