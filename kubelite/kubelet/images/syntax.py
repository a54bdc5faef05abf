"""The grammar of the small shell: a script's text becomes a tree.

    list     = pipeline { (";" | newline | "&&" | "||") pipeline }
    pipeline = [ "!" ] command { "|" command }
    command  = simple | if | while | until | for | "{" list "}" | "(" list ")"

A word is kept in pieces, because what stands in quotes is not split and what stands in single
quotes is not expanded. Models the part of busybox ash that manifests in books and courses use.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kubelite.apimachinery.struct import Value

RESERVED = frozenset(
    ("if", "then", "elif", "else", "fi", "while", "until", "for", "in", "do", "done")
    + ("{", "}", "!")
)
OPERATORS = ("&&", "||", "<<<", ">>", ";", "&", "|", ">", "<", "(", ")", "\n")


class SyntaxProblem(ValueError):
    """The script cannot be read; the message is the shell's."""


class Piece(Value):
    """Part of a word: its text, whether ``$`` counts in it, and whether it was quoted."""

    text: str
    expands: bool
    quoted: bool


Word = tuple[Piece, ...]
Token = str | Word
"""An operator is a string; a word is its pieces."""


class Redirect(NamedTuple):
    """``2>>file`` is (2, ">>", file); ``2>&1`` is (2, ">&", the word 1)."""

    fd: int
    how: str
    target: Word


class Simple(Value):
    """Assignments, words and redirections of one command."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Pipeline(Value):
    """Commands joined by ``|``; ``negated`` after ``!``."""

    commands: tuple[Command, ...]
    negated: bool


class Sequence(Value):
    """Pipelines, each with the operator before it: ";", "&&" or "||"."""

    items: tuple[tuple[str, Pipeline], ...]


class If(Value):
    """Conditions with what they guard, in order, and the else part."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence


class Loop(Value):
    """``while`` (or ``until`` when ``inverted``) condition do body."""

    condition: Sequence
    body: Sequence
    inverted: bool


class For(Value):
    """``for name in words`` do body."""

    name: str
    words: tuple[Word, ...]
    body: Sequence


Command = Simple | If | Loop | For | Sequence


def parse(script: str) -> Sequence:
    """Read a script. Raises ``SyntaxProblem``."""
    parser = _Parser(_tokens(_without_documents(script)))
    tree = parser.sequence(())
    if parser.next is not None:
        raise parser.unexpected()
    return tree


_DOCUMENT = re.compile(r"(?<!<)<<(-?)[ \t]*(['\"]?)([A-Za-z_]\w*)\2")


def _without_documents(script: str) -> str:
    """Each here-document (``<<EOF``) as a here-string: one quoted word after ``<<<``."""
    if "<<" not in script:
        return script
    done: list[str] = []
    rest = script.split("\n")
    while rest:
        line = rest.pop(0)
        found = _DOCUMENT.search(line)
        if found:
            indented, quote, end = found.groups()
            body: list[str] = []
            while rest and (rest[0].lstrip("\t") if indented else rest[0]) != end:
                body.append(rest.pop(0).lstrip("\t") if indented else rest.pop(0))
            del rest[:1]
            line = f"{line[: found.start()]}<<< {_as_word(body, quote)}{line[found.end() :]}"
        done.append(line)
    return "\n".join(done)


def _as_word(lines: list[str], quote: str) -> str:
    text = "\n".join(lines)
    if quote:
        return "'" + text.replace("'", "'\"'\"'") + "'"
    return '"' + text.replace('"', '\\"') + '"'


# DOC: shell-tokens
def _tokens(script: str) -> list[Token]:
    tokens: list[Token] = []
    pieces: list[Piece] = []
    at, end = 0, len(script)

    def finish() -> None:
        if pieces:
            tokens.append(tuple(pieces))
            pieces.clear()

    while at < end:
        char = script[at]
        if char in " \t":
            finish()
            at += 1
        elif char == "#" and not pieces:
            at = (script + "\n").index("\n", at)
        elif char in "'\"":
            text, at = _quoted(script, at + 1, char)
            pieces.append(Piece(text, char == '"', True))
        elif char == "\\" and at + 1 < end:
            if script[at + 1] != "\n":
                pieces.append(Piece(script[at + 1], False, True))
            at += 2
        elif operator := _operator(script, at):
            finish()
            tokens.append(operator)
            at += len(operator)
        else:
            start = at
            at = _plain(script, at)
            pieces.append(Piece(script[start:at], True, False))
    finish()
    return tokens


def _operator(script: str, at: int) -> str:
    for operator in OPERATORS:
        if script.startswith(operator, at):
            return operator
    return ""


def _plain(script: str, at: int) -> int:
    """The end of an unquoted piece; a ``$( )`` or ``${ }`` in it belongs to it."""
    while at < len(script) and script[at] not in " \t\n;&|<>()'\"\\":
        if script[at] == "`" and "`" in script[at + 1 :]:
            at = script.index("`", at + 1) + 1
        elif script.startswith("$(", at):
            at = _matching(script, at + 2, "(", ")")
        elif script.startswith("${", at):
            at = _matching(script, at + 2, "{", "}")
        else:
            at += 1
    return at


def _matching(script: str, at: int, opening: str, closing: str) -> int:
    depth = 1
    while at < len(script):
        depth += (script[at] == opening) - (script[at] == closing)
        at += 1
        if depth == 0:
            return at
    raise SyntaxProblem(f"unterminated {opening}")


def _quoted(script: str, at: int, quote: str) -> tuple[str, int]:
    text = ""
    while at < len(script):
        char = script[at]
        if char == quote:
            return text, at + 1
        if char == "\\" and quote == '"' and script[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            at += 1
            char = "\\$" if script[at] == "$" else script[at]
        text += char
        at += 1
    raise SyntaxProblem("unterminated quoted string")


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]):
        self.tokens = tokens
        self.at = 0

    @property
    def next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def keyword(self) -> str:
        """The reserved word standing next, or ""."""
        word = self.next
        if isinstance(word, tuple) and len(word) == 1 and not word[0].quoted:
            return word[0].text if word[0].text in RESERVED else ""
        return word if isinstance(word, str) and word in "()" else ""

    def unexpected(self) -> SyntaxProblem:
        token = self.next
        if token is None:
            return SyntaxProblem("syntax error: unexpected end of file")
        text = token if isinstance(token, str) else "".join(piece.text for piece in token)
        text = "newline" if text == "\n" else f'"{text}"'
        return SyntaxProblem(f"syntax error: unexpected {text}")

    def expect(self, keyword: str) -> None:
        if self.keyword() != keyword:
            raise self.unexpected()
        self.at += 1

    def sequence(self, until: tuple[str, ...]) -> Sequence:
        items: list[tuple[str, Pipeline]] = []
        joiner = ";"
        while True:
            while self.next in ("\n", ";") and (self.next == "\n" or items):
                self.at += 1
            if self.next is None or self.keyword() in until:
                return Sequence(tuple(items))
            items.append((joiner, self.pipeline()))
            joiner = ";"
            if self.next in (";", "\n", "&"):
                self.at += 1
            elif self.next in ("&&", "||"):
                joiner = str(self.next)
                self.at += 1
            elif self.next is not None and self.keyword() not in until:
                raise self.unexpected()

    def pipeline(self) -> Pipeline:
        negated = self.keyword() == "!"
        self.at += negated
        commands = [self.command()]
        while self.next == "|":
            self.at += 1
            commands.append(self.command())
        return Pipeline(tuple(commands), negated)

    def command(self) -> Command:
        keyword = self.keyword()
        if keyword == "if":
            return self.conditional()
        if keyword in ("while", "until"):
            self.at += 1
            condition = self.sequence(("do",))
            return Loop(condition, self.body(), keyword == "until")
        if keyword == "for":
            return self.loop_over()
        if keyword in ("{", "("):
            self.at += 1
            closing = {"{": "}", "(": ")"}[keyword]
            inner = self.sequence((closing,))
            self.expect(closing)
            return inner
        if keyword:
            raise self.unexpected()
        return self.simple()

    def conditional(self) -> If:
        branches = []
        while self.keyword() in ("if", "elif"):
            self.at += 1
            condition = self.sequence(("then",))
            self.expect("then")
            branches.append((condition, self.sequence(("elif", "else", "fi"))))
        otherwise = Sequence(())
        if self.keyword() == "else":
            self.at += 1
            otherwise = self.sequence(("fi",))
        self.expect("fi")
        return If(tuple(branches), otherwise)

    def loop_over(self) -> For:
        self.at += 1
        name = self.word()[0].text
        self.expect("in")
        words = []
        while isinstance(self.next, tuple):
            words.append(self.word())
        while self.next in (";", "\n"):
            self.at += 1
        return For(name, tuple(words), self.body())

    def body(self) -> Sequence:
        self.expect("do")
        inner = self.sequence(("done",))
        self.expect("done")
        return inner

    def word(self) -> Word:
        word = self.next
        if not isinstance(word, tuple):
            raise self.unexpected()
        self.at += 1
        return word

    def simple(self) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            token = self.next
            if isinstance(token, tuple):
                self.at += 1
                name, equals, rest = token[0].text.partition("=")
                if not words and equals and name.isidentifier() and not token[0].quoted:
                    value = (Piece(rest, True, False), *token[1:])
                    assignments.append((name, value))
                else:
                    words.append(token)
            elif token in (">", ">>", "<", "<<<"):
                redirects.append(self.redirect(words))
            else:
                break
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def redirect(self, words: list[Word]) -> Redirect:
        how = str(self.next)
        fd = 0 if how in ("<", "<<<") else 1
        if words and len(words[-1]) == 1 and words[-1][0].text in ("1", "2"):
            fd = int(words.pop()[0].text)
        self.at += 1
        if self.next == "&":
            self.at += 1
            how = ">&"
        return Redirect(fd, how, self.word())


_NOTHING = {"while": ("true", ":"), "until": ("false",)}


def is_endless(tree: Loop) -> bool:
    """Whether a loop does nothing for ever, as ``while true; do :; done`` does."""
    words = _NOTHING["until" if tree.inverted else "while"]
    return _only(tree.condition, words) and _only(tree.body, ("true", ":"))


def _only(sequence: Sequence, words: tuple[str, ...]) -> bool:
    """Whether these commands are all plain ones of this name."""
    commands = [command for _, pipeline in sequence.items for command in pipeline.commands]
    return all(
        isinstance(command, Simple)
        and not command.assignments
        and not command.redirects
        and len(command.words) > 0
        and "".join(piece.text for piece in command.words[0]) in words
        for command in commands
    )
