"""Whether a text can be the name of an image at all.

Models ``pkg/util/parsers`` and ``ParseNormalizedNamed`` of distribution/reference.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?(?:/{_PART})+"
    r"(?::\w[\w.-]{0,127})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


@lru_cache(maxsize=4096)
def problem_of(image: str) -> str:
    """Why no image can be called so, in the kubelet's words, or ""."""
    domain, slash, rest = image.partition("/")
    special = any(sign in domain for sign in ".:") or domain == "localhost"
    if not slash or not (special or domain != domain.lower()):
        domain, rest = "docker.io", image if slash else f"library/{image}"
    remote = rest.partition(":")[0]
    if remote != remote.lower():
        why = f"invalid reference format: repository name ({remote}) must be lowercase"
    elif _REFERENCE.fullmatch(f"{domain}/{rest}"):
        return ""
    else:
        why = "invalid reference format"
    return f"couldn't parse image name {_quoted(image)}: {why}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
