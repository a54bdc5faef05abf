"""The first thing anybody reads is true: the example of the README prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re

from tests.architecture import source

EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def test_the_example_prints_what_it_says() -> None:
    (example,) = EXAMPLE.findall((source.ROOT / "README.md").read_text(encoding="utf-8"))
    code, promised = example
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == promised
