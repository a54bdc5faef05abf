"""Requests about resources: from query, headers and body to a ``Request``, and back.

Models k8s.io/apiserver/pkg/endpoints/installer.go and handlers/.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.dump import dump
from kubelite.apimachinery.errors import Status, StatusDetails, StatusError
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import ObjectList, Request, Response
from kubelite.apimachinery.strict import strict_errors
from kubelite.apimachinery.struct import encode, replace
from kubelite.apiserver.registry.scale import SCALE
from kubelite.apiserver.server import APIServer
from kubelite.cluster.machines import LEARNER
from kubelite.edge.http import bodies, paths, streams, tables
from kubelite.edge.http.exchange import Answer, Asked
from kubelite.edge.http.paths import Place

LOG_OPTIONS = {
    "container": str,
    "follow": bool,
    "previous": bool,
    "timestamps": bool,
    "sinceSeconds": int,
    "sinceTime": str,
    "tailLines": int,
    "limitBytes": int,
    "stream": str,
}

GIVEN_BACK = (
    *("CSIDriver", "CSINode", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate"),
    *("ResourceQuota", "Service", "ServiceAccount", "StorageClass", "VolumeAttachment"),
    *("VolumeAttributesClass", "ResourceClaim", "ResourceClaimTemplate", "DeviceClass"),
    "ResourceSlice",
)
"""Kinds whose deletion is answered with the object itself (``ReturnDeletedObject``)."""


class Resources:
    """Answers for every resource of an API server."""

    def __init__(
        self, server: APIServer, lock: AbstractContextManager[Any], revision: Callable[[], int]
    ):
        self._server = server
        self._lock = lock
        self._revision = revision
        self._encoded = tables.Encoded()

    def answer(self, asked: Asked, where: Place) -> Answer:
        """The answer to one request. Raises StatusError for what is wrong with it."""
        verb = paths.verb(asked.method, bool(where.name), asked.flag("watch"))
        if not verb:
            raise errors.method_not_supported(where.kind.resource, asked.method.lower())
        request = self._request(asked, where, verb)
        if verb == "watch":
            return self._watch(asked, where, request)
        if where.part == "log":
            return self._log(asked, where, request)
        warnings: list[str] = []
        if verb in ("create", "update"):
            body = bodies.read(where.kind, where.part, _content_type(asked), asked.body)
            if verb == "create" and where.name:  # a part of an object that the URL names
                meta = body.get("metadata") or {}
                body["metadata"] = meta | {"name": meta.get("name") or where.name}
            warnings = _warnings(where, request, body)
            request = replace(request, body=body)
        elif verb == "patch":
            patch_type, patch = bodies.read_patch(_content_type(asked), asked.body)
            request = replace(request, patch_type=patch_type, body=patch)
        elif verb in ("delete", "deletecollection"):
            request = _deletion(asked, request)
        form = tables.form(asked.headers.get("accept", ""))
        with self._lock:
            response = self._server.handle(request)
            written = self._written(asked, where, request, response, form)
        answer = _answer(response.code, written, warnings)
        if tables.wants_yaml(asked.headers.get("accept", "")):
            text = dump(json.loads(written)).encode()
            answer = answer._replace(body=text, content_type=bodies.YAML)
        return answer

    def _request(self, asked: Asked, where: Place, verb: str) -> Request:
        return Request(
            verb,
            where.kind.resource,
            where.namespace,
            where.name,
            where.part,
            component=LEARNER,
            user=asked.user,
            label_selector=asked.option("labelSelector"),
            field_selector=_one_object(asked.option("fieldSelector"), where, verb),
            resource_version=asked.option("resourceVersion"),
            resource_version_match=asked.option("resourceVersionMatch"),
            limit=_number(asked, "limit") or 0,
            continue_=asked.option("continue"),
            field_manager=asked.option("fieldManager"),
            field_validation=_choice(asked, "fieldValidation", ("Warn", "Strict", "Ignore")),
            dry_run=_dry_run(asked.query.get("dryRun", [])),
            force=asked.flag("force"),
            propagation_policy=asked.option("propagationPolicy"),
            grace_period_seconds=_number(asked, "gracePeriodSeconds"),
        )

    def _written(
        self, asked: Asked, where: Place, request: Request, response: Response, form: str
    ) -> bytes:
        body = response.body
        if response.code >= 400 or isinstance(body, Status):
            return encode(body)
        writer = self._writer(asked, where, form)
        if isinstance(body, ObjectList):
            return writer.many(body)
        if request.verb == "delete" and not self._is_left(where, request):
            return encode(_deleted(where, body))
        plain = form != tables.TABLE and (where.part == "scale" or request.verb == "create")
        if where.part == "token" or plain:
            return encode(body)
        return writer.one(body)

    def _writer(self, asked: Asked, where: Place, form: str) -> tables.Writer:
        include = asked.option("includeObject")
        kind = SCALE if where.part == "scale" else where.kind
        return tables.Writer(kind, form, self._server.now(), include, self._encoded)

    def _is_left(self, where: Place, request: Request) -> bool:
        """Whether something that was deleted is still there, or would be."""
        found = self._server.find(where.kind.resource, where.namespace, where.name)
        return where.kind.kind in GIVEN_BACK or found is not None and not request.dry_run

    # Streams

    def _watch(self, asked: Asked, where: Place, request: Request) -> Answer:
        form = tables.form(asked.headers.get("accept", ""))
        initial = asked.flag("sendInitialEvents")
        if initial:
            _check_watch_list(request)
            request = replace(request, resource_version="", resource_version_match="")
        queue = streams.EventQueue(asyncio.get_running_loop())
        stream = streams.EventStream(
            queue,
            lambda: self._writer(asked, where, form),
            form,
            self._revision,
            where.kind.api_version,
            where.kind.kind,
            asked.flag("allowWatchBookmarks"),
            float(_number(asked, "timeoutSeconds") or 0),
        )
        media = "application/json" if form == tables.WHOLE else _MEDIA.format(form)
        with self._lock:
            try:
                stream.watch = self._server.watch(request, queue.put)
            except StatusError as error:
                if error.code != 410:
                    raise
                return Answer(200, _once(streams.error_line(error)), media)
            revision = self._revision()
        return Answer(200, self._until_closed(stream, revision if initial else 0), media)

    async def _until_closed(self, stream: streams.EventStream, end: int) -> AsyncIterator[bytes]:
        try:
            async for lines in stream.lines(end):
                yield lines
        finally:
            with self._lock:
                if stream.watch is not None:
                    stream.watch.stop()

    def _log(self, asked: Asked, where: Place, request: Request) -> Answer:
        options = _log_options(asked)
        following = options.pop("follow", False)
        kept = ("container", "timestamps")
        whole: dict[str, Any] = {name: options[name] for name in kept if name in options}
        with self._lock:  # nothing may be written between the two
            text = self._text(request, options)
            sent = len(self._text(request, whole)) if following else 0
        media = "text/plain; charset=utf-8"
        if not following:
            return Answer(200, text.encode("utf-8", "surrogateescape"), media)
        return Answer(200, self._follow(text, sent, request, whole), media)

    def _text(self, request: Request, options: dict[str, Any]) -> str:
        with self._lock:
            text: str = self._server.handle(replace(request, body=options)).unwrap()
        return text

    async def _follow(
        self, begun: str, sent: int, request: Request, options: dict[str, Any]
    ) -> AsyncIterator[bytes]:
        yield begun.encode("utf-8", "surrogateescape")
        starts, _ = self._state(request, options)

        def ended() -> bool:
            now, over = self._state(request, options)
            return over or now != starts

        def read() -> str:
            again = self._state(request, options)[0] > starts
            return self._text(request, options | ({"previous": True} if again else {}))

        later = streams.followed(sent, read, ended)
        async for piece in later:
            yield piece

    def _state(self, request: Request, options: dict[str, Any]) -> tuple[int, bool]:
        """How often a container was started again, and whether it has ended or is gone."""
        with self._lock:
            pod = self._server.find("pods", request.namespace, request.name)
        if pod is None:
            return 0, True
        name = options.get("container") or pod.spec.containers[0].name
        status = pod.status
        kinds = (
            status.init_container_statuses,
            status.container_statuses,
            status.ephemeral_container_statuses,
        )
        found = [one for statuses in kinds for one in statuses if one.name == name]
        if not found:
            return 0, False
        return found[0].restart_count, found[0].state.terminated is not None


_MEDIA = "application/json;as={};v=v1;g=meta.k8s.io"


async def _once(line: bytes) -> AsyncIterator[bytes]:
    yield line


def _answer(code: int, body: bytes, warnings: list[str]) -> Answer:
    quoted = [warning.replace("\\", "\\\\").replace('"', '\\"') for warning in warnings]
    headers = tuple(("warning", f'299 - "{warning}"') for warning in quoted)
    return Answer(code, body, headers=headers)


def _warnings(where: Place, request: Request, body: dict[str, Any]) -> list[str]:
    """What would be refused if the client had asked for strictness."""
    if request.field_validation != "Warn" or where.kind.defined or where.part:
        return []
    return strict_errors(where.kind.type, body)


def _content_type(asked: Asked) -> str:
    """What a body is. A PUT need not say (kubectl scale does not): no web page can send one."""
    return asked.headers.get("content-type", "application/json" if asked.method == "PUT" else "")


def _one_object(selector: str, where: Place, verb: str) -> str:
    """A watch of one object is a watch of its name."""
    if verb != "watch" or not where.name:
        return selector
    name = f"metadata.name={where.name}"
    return f"{selector},{name}" if selector else name


def _number(asked: Asked, name: str) -> int | None:
    text = asked.option(name)
    if not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise errors.bad_request(
            f'strconv.ParseInt: parsing "{text}": invalid syntax (parameter {name})'
        )
    return int(text)


def _choice(asked: Asked, name: str, words: tuple[str, ...]) -> str:
    found = asked.option(name) or words[0]
    if found not in words:
        raise errors.bad_request(f'{name}: Unsupported value: "{found}"')
    return found


def _dry_run(values: list[str]) -> bool:
    if any(value not in ("", "All") for value in values):
        raise errors.bad_request(f'dryRun: Unsupported value: "{values[0]}"')
    return "All" in values


def _check_watch_list(request: Request) -> None:
    if request.resource_version_match != "NotOlderThan":
        raise errors.failure(
            422,
            "Invalid",
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )


def _deletion(asked: Asked, request: Request) -> Request:
    """The request with what its body adds."""
    options = bodies.read_options(_content_type(asked), asked.body)
    conditions = options.get("preconditions") or {}
    policy = options.get("propagationPolicy") or request.propagation_policy
    if not policy and options.get("orphanDependents"):
        policy = "Orphan"
    grace = options.get("gracePeriodSeconds")
    return replace(
        request,
        propagation_policy=policy,
        grace_period_seconds=request.grace_period_seconds if grace is None else grace,
        precondition_uid=conditions.get("uid") or "",
        precondition_resource_version=conditions.get("resourceVersion") or "",
        dry_run=request.dry_run or _dry_run(list(options.get("dryRun") or [])),
    )


def _deleted(where: Place, obj: Any) -> Status:
    """What is said about an object that is gone."""
    kind = where.kind
    details = StatusDetails(
        name=obj.metadata.name, group=kind.group, kind=kind.plural, uid=obj.metadata.uid
    )
    return Status(
        kind="Status", api_version="v1", metadata=ListMeta(), status="Success", details=details
    )


def _log_options(asked: Asked) -> dict[str, Any]:
    """PodLogOptions of a query. Raises StatusError 400."""
    options: dict[str, Any] = {}
    for name, type in LOG_OPTIONS.items():
        if not asked.option(name):
            continue
        if type is bool:
            options[name] = asked.flag(name)
        else:
            options[name] = _number(asked, name) if type is int else asked.option(name)
    return options
