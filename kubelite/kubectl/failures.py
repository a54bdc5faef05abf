"""How errors read on the terminal, and which exit code they give.

Models pkg/cmd/util/helpers.go (``checkErr``).
"""

from __future__ import annotations

from kubelite.apimachinery.errors import Status, StatusError, go_quote
from kubelite.apimachinery.struct import replace
from kubelite.kubectl.result import CommandError, Failures


def said(error: Exception) -> tuple[str, int]:
    """The text for stderr, with its newline, and the exit code."""
    if isinstance(error, Failures):
        if len(error.errors) > 1:
            return "".join(f"{sentence(one)}\n" for one in error.errors), 1
        error = error.errors[0]
    if isinstance(error, CommandError) and not error.plain:
        return _line(error.text), error.code
    if isinstance(error, StatusError) and error.reason == "Invalid":
        return _line(_invalid(error.status)), 1
    text = sentence(error)
    known = isinstance(error, StatusError) or text.startswith("error: ")
    code = error.code if isinstance(error, CommandError) else 1
    return _line(text if known else f"error: {text}"), code


def sentence(error: Exception) -> str:
    """One error of several."""
    if not isinstance(error, StatusError):
        return error.text if isinstance(error, CommandError) else str(error)
    status = error.status
    if status.reason == "Unauthorized":
        return f"error: You must be logged in to the server ({status.message})"
    reason = f" ({status.reason})" if status.reason else ""
    return f"Error from server{reason}: {status.message}"


def about_source(verb: str, source: str, error: Exception) -> Exception:
    """The same error, naming the file it is about; ``source`` is nothing for no file."""
    if not source:
        return error
    if isinstance(error, StatusError):
        message = f"error when {verb} {go_quote(source)}: {error.status.message}"
        return StatusError(replace(error.status, message=message))
    if isinstance(error, CommandError):
        return CommandError(f"error when {verb} {go_quote(source)}: {error.text}", error.code)
    return error


def _invalid(status: Status) -> str:
    details = status.details
    text = "The request is invalid"
    if details is None:
        return f"{text}: {status.message}" if status.message else text
    if details.kind or details.name:
        text = f"The {details.kind} {go_quote(details.name)} is invalid"
    elif status.message and not details.causes:
        text += f": {status.message}"
    causes = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in details.causes))
    if len(causes) == 1:
        return f"{text}: {causes[0]}"
    return "\n".join([f"{text}: ", *(f"* {cause}" for cause in causes)]) if causes else text


def _line(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
