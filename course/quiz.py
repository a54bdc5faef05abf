"""Questions that make a learner commit to an answer before the cluster gives it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from course.progress import keeper
from course.view.saved import beside
from kubelite.apimachinery.told import UsageError


class Prediction(ipywidgets.VBox):  # type: ignore[misc]
    """One question with choices and a button that reveals the answer. See ``predict``."""

    def __init__(self, question: str, choices: Sequence[str], answer: str, why: str):
        if answer not in choices:
            raise UsageError(f"the answer {answer!r} is not one of the choices: {list(choices)}")
        self.question, self.choices = question, tuple(choices)
        self.answer, self.why = answer, why
        wide = ipywidgets.Layout(width="auto")
        self.radio = ipywidgets.RadioButtons(options=self.choices, value=None, layout=wide)
        self.button = ipywidgets.Button(
            description="Reveal", disabled=True, tooltip="Choose an answer first"
        )
        self.verdict = ipywidgets.HTML()
        self.radio.observe(self._chosen, "value")
        self.button.on_click(self._reveal)
        prompt = ipywidgets.HTML(f"<b>{escape(question)}</b>")
        super().__init__([prompt, self.radio, self.button, self.verdict])
        self.add_class("kubelite-prediction")

    def _chosen(self, _: object) -> None:
        self.button.disabled = self.radio.value is None
        self.verdict.value = ""

    def _reveal(self, _: object = None) -> None:
        right = self.radio.value == self.answer
        keeper.predicted(self.question, right)
        verdict = "Yes" if right else f"No: {escape(self.answer)}"
        self.verdict.value = f"<b>{verdict}.</b> {escape(self.why)}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live question, and beside it what a saved notebook keeps."""
        still = {"text/plain": self._as_text(), "text/html": self._as_html()}
        return beside(super()._repr_mimebundle_(**kwargs), still)

    def _as_text(self) -> str:
        return "\n".join([self.question, *(f"  ( ) {choice}" for choice in self.choices)])

    def _as_html(self) -> str:
        choices = "".join(f"<li>{escape(choice)}</li>" for choice in self.choices)
        return (
            f"<p><b>{escape(self.question)}</b></p><ul>{choices}</ul>"
            f"<details><summary>Reveal</summary><p><b>{escape(self.answer)}.</b>"
            f" {escape(self.why)}</p></details>"
        )


def predict(question: str, choices: Sequence[str], *, answer: str, why: str) -> Prediction:
    """Ask before showing. The answer is revealed only after a choice has been made.

    Raises ValueError when ``answer`` is not one of ``choices``.
    """
    return Prediction(question, choices, answer, why)
