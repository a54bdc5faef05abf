"""JupyterLab for the browser tests: a server of its own, and a notebook in it driven by clicks."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, TimeoutError, expect

from course.lab import lab_command

STARTUP_SECONDS = 60
RUN_SECONDS = 60
RUN_ATTEMPTS = 5

# A cell has a star or a number. On a busy machine that takes longer than any moment.
A_CELL_WAS_ASKED = """() =>
    [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
        .some(prompt => /[*\\d]/.test(prompt.textContent))"""
ASKED_SECONDS = 5

# No cell has a star. Before that a moment passes, or cells just asked to run would count as done.
NO_CELL_IS_WAITING = """() =>
    [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
        .every(prompt => !prompt.textContent.includes("*"))"""
A_MOMENT = 0.25


class Lab(NamedTuple):
    """A running JupyterLab that serves ``folder``."""

    url: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        """Where the notebook at this path below the folder opens alone, in a fresh workspace."""
        return f"{self.url}/doc/tree/{notebook}?reset&token={self.token}"


@contextmanager
def running_lab(folder: Path, log: Path) -> Iterator[Lab]:
    """Serve ``folder`` until the block ends; what the server says goes to ``log``."""
    port, token = free_port(), secrets.token_hex(16)
    lab = Lab(f"http://127.0.0.1:{port}", token, folder)
    options = [
        *("--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0"),
        f"--IdentityProvider.token={token}",
        # A theme that somebody chose on this machine is no part of a test.
        f"--LabApp.user_settings_dir={log.with_suffix('.settings')}",
    ]
    with log.open("w") as output:
        command = lab_command(folder, *options)
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until_it_answers(lab, server, log)
            yield lab
        finally:
            server.terminate()
            server.wait(timeout=STARTUP_SECONDS)


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server does; raise RuntimeError with its last words when it does not."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.url}/api?token={lab.token}", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


class OpenNotebook:
    """One notebook open in the browser, and what a learner does with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cells = page.locator(".jp-Notebook-cell")
        # Asked to run while it still connects, JupyterLab may ask which kernel to start, though it
        # has just started one. A learner would close the question; so does this.
        question = page.locator(".jp-Dialog").get_by_text("Select Kernel", exact=True)
        page.add_locator_handler(question, lambda _: page.keyboard.press("Escape"))

    def choose(self, menu: str, entry: str) -> None:
        """Choose an entry of the menu bar, both by their exact words."""
        self.page.locator(f'.lm-MenuBar-itemLabel:text-is("{menu}")').click()
        self.page.locator(f'.lm-Menu-itemLabel:text-is("{entry}")').click()

    def run_all(self) -> None:
        """Run every cell and wait until none is waiting and the kernel is idle.

        JupyterLab silently drops what is asked while it is still connecting to a new kernel, though
        it shows that kernel as idle; so what was dropped is asked again, as a learner would.
        """
        self.clear_all()
        for _ in range(RUN_ATTEMPTS):
            self.wait_for_kernel()
            self.choose("Run", "Run All Cells")
            with suppress(TimeoutError):
                self.page.wait_for_function(A_CELL_WAS_ASKED, timeout=ASKED_SECONDS * 1000)
            self.page.wait_for_timeout(A_MOMENT * 1000)
            self.page.wait_for_function(NO_CELL_IS_WAITING, timeout=RUN_SECONDS * 1000)
            if self.ran():
                return self.wait_for_kernel()
        raise RuntimeError(f"the cells did not run in {RUN_ATTEMPTS} attempts")

    def clear_all(self) -> None:
        """Clear all outputs. A saved notebook has its numbers already: without them, a number
        means that a cell ran. A question of JupyterLab's may close the menu: then once more.
        """
        for _ in range(RUN_ATTEMPTS):
            self.wait_for_kernel()
            self.choose("Edit", "Clear Outputs of All Cells")
            self.page.wait_for_timeout(500)
            if not self.ran():
                return
        raise RuntimeError(f"the outputs were not cleared in {RUN_ATTEMPTS} attempts")

    def ran(self) -> bool:
        """Whether the first code cell has run."""
        return any(character.isdigit() for character in self.prompts()[0])

    def prompts(self) -> list[str]:
        """What stands before each code cell: ``[1]:`` when it ran, ``[*]:`` while it waits."""
        return self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()

    def wait_for_kernel(self) -> None:
        """Wait until the kernel is there and idle."""
        idle = self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.wait_for(state="attached", timeout=RUN_SECONDS * 1000)

    def errors(self) -> list[str]:
        """The errors and warnings that cells show; JupyterLab draws both as stderr."""
        shown = '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]'
        return self.page.locator(shown).all_inner_texts()

    def slider(self, css_class: str) -> Locator:
        """The handle of the slider that the lesson gave this class (``slider.add_class``)."""
        return self.page.locator(f".{css_class} .noUi-handle")

    def press(self, css_class: str, key: str, times: int = 1) -> None:
        """Press a key on a slider, such as ArrowRight for one step up."""
        handle = self.slider(css_class)
        handle.scroll_into_view_if_needed()
        handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def choose_theme(self, theme: str) -> None:
        """Make JupyterLab "Light" or "Dark"."""
        self.page.locator('.lm-MenuBar-itemLabel:text-is("Settings")').click()
        self.page.locator('.lm-Menu-itemLabel:text-is("Theme")').hover()
        self.page.locator(f'.lm-Menu-itemLabel:text-is("JupyterLab {theme}")').click()
        wanted = "true" if theme == "Light" else "false"
        body = self.page.locator("body")
        expect(body).to_have_attribute("data-jp-theme-light", wanted, timeout=RUN_SECONDS * 1000)
