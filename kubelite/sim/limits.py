"""The engine's own limits, each with its unit and the reason it is there.

Limits of Kubernetes itself (a pod's 30 s of grace, a node's 110 pods) stand beside the code
that models them; so do the limits of the manifest reader, which needs nothing of this room.
These keep the engine safe to hand to a learner.
"""

from __future__ import annotations

EVENTS_AT_ONE_INSTANT = 5_000_000
"""Clock events without time passing: more is a hot loop."""

LOG_BYTES = 1 << 20
"""Kept of one container's output. A real kubelet rotates at 10 MiB; a notebook has less room."""

SYNCS_A_SECOND = 1_000
"""How often a learner's controller may look at one key within a virtual second: more is a hot
loop. Its client may write 20 times a second, so a controller that works is far below."""

HOT_LOOP_PAUSE = 1_000
"""Virtual seconds for which a key in a hot loop is left alone: the longest back-off there is."""

ACTIONS_A_SYNC = 10_000
"""How many actions a learner's controller may return at once; an endless generator has more."""

GUEST_EVENTS_A_SECOND = 100_000
"""How many timers a learner's image may set within a virtual second, in one container."""

ALLOCATION_STEPS = 20_000
"""Devices tried for a pod's claims on one node: every choice of many alike would take for ever.
Upstream gives up after 10 s."""

MISHAPS_KEPT = 1_000
"""Failures of learners' code that a cluster remembers; later ones are only counted."""

GUEST_PATIENCE = 10
"""Seconds of real time after which the edge's watchdog stops a learner's line that keeps one
event of the clock from ending. Looked at twice a second; nothing below the edge knows of it."""

# A cluster that is served (kubelite/edge/http). Seconds here are real ones.

HEAD_SECONDS = 5.0
"""For the head of a request to be whole: with TLS, on loopback, it takes milliseconds."""

BODY_SECONDS = 30.0
"""For its body: 3 MiB over a slow line."""

IDLE_SECONDS = 90
"""Between two requests of one connection, as Go's clients keep theirs."""

STALL_SECONDS = 30.0
"""For a client to take what was sent to it; then the connection is cut."""

HEAD_BYTES = 32 * 1024
"""Of a request line with all its headers: twenty times what kubectl sends."""

HEADERS = 64
"""Of one request; kubectl sends ten."""

URL_BYTES = 16 * 1024
"""Of a request's target: room for a selector of a hundred labels."""

BODY_BYTES = 3 * 1024 * 1024
"""Of a request's body, as MaxRequestBodyBytes of a real server."""

MESSAGE_BYTES = 1 << 20
"""Of one message of a WebSocket."""

CONNECTIONS = 512
"""Of those who have shown a token: half of the files that a process may have open."""

STRANGERS = 256
"""Connections of whoever has not shown a token yet: enough for a browser and a crowd of tools."""

READS_IN_FLIGHT = 400
"""Requests under way that read, as --max-requests-inflight of a real server."""

WRITES_IN_FLIGHT = 200
"""Requests under way that write, as --max-mutating-requests-inflight of a real server."""

WATCH_CHUNK = 1_000_000
"""Bytes of events that are sent to a watcher at once: whether it reads shows with the next ones."""

WATCH_EVENTS = 20_000
"""That wait for a watcher; then its watch ends. A list of all pods of a big cluster fits in."""
