"""The cluster over HTTP: what kubectl and every other client talks to.

Lives here: who is let in (``door``, ``guard``, ``inflight``), how long a client may take
(``protocol``), what a URL means (``paths``), reading and writing bodies
(``bodies``, ``protobuf``, ``tables``), what the server says about itself (``discovery``,
``openapi``), streams (``streams``), WebSockets to pods (``sessions``: ``channels`` of a command,
``forwarding`` of ports with ``spdy`` and ``conversation``), and the application that joins them
(``app``); the thread that serves and paces the clock (``server``), with its ``certificates``.
Must not live here: anything that decides how a cluster behaves: a request becomes a call of
``API.handle`` or ``API.watch``, and what comes back is written down.
Models k8s.io/apiserver/pkg/endpoints and pkg/server.
"""
