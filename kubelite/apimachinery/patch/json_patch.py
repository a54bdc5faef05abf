"""JSON patch (RFC 6902): a list of operations, each naming a path in the document.

Models ``json-patch.v4/patch.go`` with the API server's limits. As there, an index may
count from the end, and ``replace`` sets a key of an object that is not there yet.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from kubelite.apimachinery.intstr import atoi
from kubelite.apimachinery.struct import encode

MAX_OPERATIONS = 10_000
MAX_COPIED_BYTES = 3 * 1024 * 1024

_MISSING = "missing value"
_TEST_FAILED = "test failed"


def apply(original: Any, operations: Sequence[Mapping[str, Any]]) -> Any:
    """``original`` after all operations. Raises ValueError at the first that does not apply."""
    if len(operations) > MAX_OPERATIONS:
        raise ValueError(
            "The allowed maximum operations in a JSON patch is "
            f"{MAX_OPERATIONS}, got {len(operations)}"
        )
    document = _Document(copy.deepcopy(original))
    for operation in operations:
        document.apply(operation)
    return document.root


def _index(key: str, length: int) -> int:
    index = atoi(key)
    if not -length <= index < length:
        raise ValueError(f"Unable to access invalid index: {index}: invalid index referenced")
    return index % length


def _get(container: Any, key: str) -> Any:
    """The child, or None where an object has no such key."""
    if isinstance(container, dict):
        return container.get(key)
    return container[_index(key, len(container))]


def _set(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container[_index(key, len(container))] = value


def _add(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    elif key == "-":
        container.append(value)
    else:
        try:
            atoi(key)
        except ValueError as error:
            raise ValueError(f"value was not a proper array index: '{key}': {error}") from None
        container.insert(_index(key, len(container) + 1), value)


def _remove(container: Any, key: str) -> None:
    if isinstance(container, list):
        del container[_index(key, len(container))]
    elif key in container:
        del container[key]
    else:
        raise ValueError(f"Unable to remove nonexistent key: {key}: {_MISSING}")


def _equal(left: Any, right: Any) -> bool:
    """Equality as JSON sees it: ``true`` is not ``1``."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_equal(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)


class _Document:
    def __init__(self, root: Any) -> None:
        self.root = root
        self._copied = 0

    def apply(self, operation: Mapping[str, Any]) -> None:
        """Perform one operation."""
        match operation.get("op", "unknown"):
            case "add":
                self._add(operation)
            case "remove":
                self._remove(operation)
            case "replace":
                self._replace(operation)
            case "move":
                self._move(operation)
            case "copy":
                self._copy(operation)
            case "test":
                self._test(operation)
            case kind:
                raise ValueError(f"Unexpected kind: {kind}")

    def _find(self, path: str) -> tuple[Any, str]:
        """The container that a path ends in, and the last key; None where there is no such."""
        first, *rest = path.split("/")
        if not rest:
            return None, ""
        keys = [part.replace("~1", "/").replace("~0", "~") for part in rest]
        container = self.root
        for key in keys[:-1]:
            try:
                container = _get(container, key)
            except ValueError:
                return None, ""
            if not isinstance(container, dict | list):
                return None, ""
        return container, keys[-1]

    def _add(self, operation: Mapping[str, Any]) -> None:
        path = _pointer(operation, "path", f"add operation failed to decode path: {_MISSING}")
        container, key = self._find(path)
        if container is None:
            raise ValueError(
                f'add operation does not apply: doc is missing path: "{path}": {_MISSING}'
            )
        with _Saying(f"error in add for path: '{path}'"):
            _add(container, key, copy.deepcopy(operation.get("value")))

    def _remove(self, operation: Mapping[str, Any]) -> None:
        path = _pointer(operation, "path", f"remove operation failed to decode path: {_MISSING}")
        container, key = self._find(path)
        if container is None:
            raise ValueError(
                f'remove operation does not apply: doc is missing path: "{path}": {_MISSING}'
            )
        with _Saying(f"error in remove for path: '{path}'"):
            _remove(container, key)

    def _replace(self, operation: Mapping[str, Any]) -> None:
        path = _pointer(operation, "path", f"replace operation failed to decode path: {_NO_PATH}")
        value = copy.deepcopy(operation.get("value"))
        if path == "":
            if not isinstance(value, dict | list):
                raise ValueError("replace operation value must be object or array")
            self.root = value
            return
        container, key = self._find(path)
        where = "replace operation does not apply: doc is missing"
        if container is None:
            raise ValueError(f"{where} path: {path}: {_MISSING}")
        try:
            _set(container, key, value)
        except ValueError:
            raise ValueError(f"{where} key: {path}: {_MISSING}") from None

    def _move(self, operation: Mapping[str, Any]) -> None:
        source = _pointer(operation, "from", f"move operation failed to decode from: {_NO_FROM}")
        container, key = self._find(source)
        where = "move operation does not apply: doc is missing"
        if container is None:
            raise ValueError(f"{where} from path: {source}: {_MISSING}")
        with _Saying(f"error in move for path: '{key}'"):
            value = _get(container, key)
            _remove(container, key)
        path = _pointer(operation, "path", f"move operation failed to decode path: {_NO_PATH}")
        container, key = self._find(path)
        if container is None:
            raise ValueError(f"{where} destination path: {path}: {_MISSING}")
        with _Saying(f"error in move for path: '{path}'"):
            _add(container, key, value)

    def _copy(self, operation: Mapping[str, Any]) -> None:
        source = _pointer(operation, "from", f"copy operation failed to decode from: {_NO_FROM}")
        container, key = self._find(source)
        where = "copy operation does not apply: doc is missing"
        if container is None:
            raise ValueError(f"{where} from path: {source}: {_MISSING}")
        with _Saying(f"error in copy for from: '{source}'"):
            value = _get(container, key)
        path = _pointer(operation, "path", f"copy operation failed to decode path: {_MISSING}")
        container, key = self._find(path)
        if container is None:
            raise ValueError(f"{where} destination path: {path}: {_MISSING}")
        self._count(value)
        with _Saying("error while adding value during copy"):
            _add(container, key, copy.deepcopy(value))

    def _count(self, value: Any) -> None:
        """Bound what copies add up to: a few of them could double a document many times."""
        self._copied += len(encode(value))
        if self._copied > MAX_COPIED_BYTES:
            raise ValueError(
                "Unable to complete the copy, the accumulated size increase of copy is "
                f"{self._copied}, exceeding the limit {MAX_COPIED_BYTES}"
            )

    def _test(self, operation: Mapping[str, Any]) -> None:
        path = _pointer(operation, "path", f"test operation failed to decode path: {_NO_PATH}")
        found = self.root
        if path:
            container, key = self._find(path)
            if container is None:
                raise ValueError(
                    f"test operation does not apply: is missing path: {path}: {_MISSING}"
                )
            with _Saying(f"error in test for path: '{path}'"):
                found = _get(container, key)
        if not _equal(found, operation.get("value")):
            raise ValueError(f"testing value {path} failed: {_TEST_FAILED}")


_NO_PATH = f"operation missing path field: {_MISSING}"
_NO_FROM = f"operation, missing from field: {_MISSING}"


def _pointer(operation: Mapping[str, Any], field: str, complaint: str) -> str:
    pointer = operation.get(field)
    if not isinstance(pointer, str):
        raise ValueError(complaint)
    return pointer


class _Saying:
    """Put words in front of a ValueError, as Go wraps errors."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            raise ValueError(f"{self._words}: {error}") from None
