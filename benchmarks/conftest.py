"""One browser for all benchmarks: Playwright runs once in a process."""

from __future__ import annotations

from tests.browser.conftest import browser, lab, open_notebook, page

__all__ = ["browser", "lab", "open_notebook", "page"]
