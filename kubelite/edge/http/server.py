"""A cluster that is served: a thread with an event loop that answers HTTP and moves the clock.

The engine knows no threads. So one lock is held by whoever touches it: this thread for a request
or a stretch of virtual time, and every public call of the cluster that is made in another thread,
such as a notebook's. Real time is nothing but how often the clock is stepped.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import secrets
import shutil
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from kubelite.apimachinery.dump import dump
from kubelite.apimachinery.times import SECOND
from kubelite.apiserver.identities import of_component
from kubelite.cluster import story
from kubelite.cluster.machines import LEARNER
from kubelite.edge.http import certificates, protocol
from kubelite.edge.http.app import App
from kubelite.edge.http.door import Door
from kubelite.edge.http.guard import Authenticator
from kubelite.edge.http.locking import Locked
from kubelite.edge.http.portforward import Forwards
from kubelite.sim import limits

if TYPE_CHECKING:
    from kubelite.cluster import Cluster

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0
STRETCH = 0.02
"""Real seconds of engine work after which requests get their turn."""

SHORT_STRETCH = 0.001
"""The same while requests come: whoever asks once for each answer is not to wait for long."""

NAP = 0.05
"""The longest sleep between two looks at the clock, in real seconds."""

_log = logging.getLogger("kubelite")


class Pacer:
    """Moves a cluster's clock ``speed`` times as fast as real time."""

    def __init__(self, cluster: Cluster, lock: Any, speed: float):
        self._clock = cluster.clock
        self._lock = lock
        self._speed = speed * SECOND
        self._wake = asyncio.Event()
        self._asked = False  # since the last stretch

    def nudge(self) -> None:
        """A request has been answered: something may be due now, and another may follow."""
        self._asked = True
        self._wake.set()

    # DOC: paced-clock
    async def run(self) -> None:
        """Follow real time until cancelled. What cannot keep up is late, and does not hurry."""
        loop = asyncio.get_running_loop()
        clock = self._clock
        real, virtual = loop.time(), clock.now
        while True:
            target = virtual + int((loop.time() - real) * self._speed)
            with self._lock:
                late = self._stretch(target, loop.time)
                if late or clock.now > target:  # too much work, or somebody ran the clock
                    real, virtual = loop.time(), clock.now
                due = clock.next_due()
            ahead = NAP if due is None else (due - clock.now) / self._speed
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0 if late else min(max(ahead, 0.001), NAP)):
                    await self._wake.wait()

    def _stretch(self, target: int, real: Callable[[], float]) -> bool:
        """Run what is due, but not for long; whether something is left."""
        clock = self._clock
        until = real() + (SHORT_STRETCH if self._asked else STRETCH)
        self._asked = False
        try:
            while clock.step(target):
                if real() > until:
                    return True
        except Exception:
            _log.exception("a part of the cluster has failed; the others go on")
            return True
        clock.now = max(clock.now, target)
        return False


class Server:
    """Serves ``cluster`` on ``host`` until ``stop``. ``kubeconfig`` is where clients look."""

    def __init__(
        self,
        cluster: Cluster,
        speed: float = 1.0,
        port: int = 0,
        host: str = LOOPBACK,
        kubeconfig: str = "",
    ):
        if not 0 < speed <= 1000:
            raise ValueError(f"speed {speed} is not between 0 and 1000")
        self._cluster = cluster
        self._speed = speed
        self.lock = threading.RLock()
        self._directory = Path(tempfile.mkdtemp(prefix="kubelite-"))
        self.kubeconfig = str(Path(kubeconfig) if kubeconfig else self._directory / "kubeconfig")
        self.token = secrets.token_urlsafe(32)
        self._certificates = certificates.make(sorted({host, LOOPBACK}))
        self._socket = Door(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"https://{host}:{self.port}"
        self._hosts = frozenset({host, LOOPBACK, "localhost"})
        self._http: uvicorn.Server | None = None
        self._close: Callable[[], object] | None = None
        self._forwards: Forwards | None = None
        self._failure: BaseException | None = None
        self._started = threading.Event()
        self._locked = Locked(cluster, self.lock)
        self._thread = threading.Thread(target=self._run, name="kubelite-server", daemon=True)

    def start(self) -> Server:
        """Begin to answer; returns when it does. Raises RuntimeError when it cannot."""
        self._write_files()
        self._locked.begin()
        self._cluster.forwarding = self.forward
        self._thread.start()
        if not self._started.wait(START_SECONDS) or self._failure is not None:
            self.stop()
            raise RuntimeError("the server did not start") from self._failure
        return self

    def stop(self) -> None:
        """Answer no more, let the clock stand still again, and remove what was written."""
        if self._close is not None and self._thread.is_alive():
            self._close()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(START_SECONDS)
        self._socket.close()
        self._cluster.forwarding = None
        self._locked.end()
        Path(self.kubeconfig).unlink(missing_ok=True)
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"serving at {self.url}; export KUBECONFIG={self.kubeconfig}"

    @property
    def dashboard(self) -> str:
        """Where a browser sees the cluster. Holds the token: whoever has it may do anything."""
        return f"{self.url}/#token={self.token}"

    def forward(self, tunnel: Any, host: str, local: int, remote: int) -> int:
        """Let a port of this computer (0 for any) lead to a pod's; which it is. Raises OSError."""
        assert self._forwards is not None, "the server has started"
        return self._forwards.open(tunnel, host, local, remote)

    def _write_files(self) -> None:
        made = self._certificates
        _private(self._directory / "tls.crt", made.certificate)
        _private(self._directory / "tls.key", made.key)
        authority = self._directory / "ca.crt"
        _private(authority, made.authority)
        config = kubeconfig(self.url, made.authority, self.token)
        _private(Path(self.kubeconfig), dump(config).encode())

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self._failure = failure
            _log.exception("the server has ended")
        finally:
            self._started.set()

    async def _serve(self) -> None:
        cluster = self._cluster
        pacer = Pacer(cluster, self.lock, self._speed)
        admin = of_component(LEARNER)
        server = cluster.everything.api  # the door, so that what is written is a deed
        server.tokens.static = {self.token: admin}  # a review knows it, too
        app = App(
            server,
            self.lock,
            Authenticator(server, self.token, admin),
            self._hosts,
            lambda: cluster._world.store.revision,
            pacer.nudge,
            self._socket.let_in,
            lambda subject: story.tell(subject, cluster.trace, cluster.history),
            lambda: str(cluster.metrics("kube-apiserver")),
        )
        self._http = uvicorn.Server(self._config(app))
        loop = asyncio.get_running_loop()
        self._forwards = Forwards(loop, self.lock, pacer.nudge)
        self._close = lambda: loop.call_soon_threadsafe(self._end, app)
        pacing = asyncio.create_task(pacer.run())
        watching = asyncio.create_task(self._say_when_started())
        try:
            await self._http.serve(sockets=[self._socket])
        finally:
            for task in (pacing, watching):
                task.cancel()

    def _end(self, app: App) -> None:
        app.close()
        if self._forwards is not None:
            self._forwards.close()
        if self._http is not None:
            self._http.should_exit = True

    async def _say_when_started(self) -> None:
        while self._http is None or not self._http.started:
            await asyncio.sleep(0.005)
        self._started.set()

    def _config(self, app: App) -> uvicorn.Config:
        return uvicorn.Config(
            app,
            http=protocol.http(),
            ws=protocol.PatientSocket,
            ws_max_size=limits.MESSAGE_BYTES,
            proxy_headers=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=limits.HEAD_BYTES,
            timeout_keep_alive=limits.IDLE_SECONDS,
            timeout_graceful_shutdown=1,
            ssl_certfile=str(self._directory / "tls.crt"),
            ssl_keyfile=str(self._directory / "tls.key"),
            ssl_version=ssl.PROTOCOL_TLS_SERVER,
        )


def _private(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


def kubeconfig(url: str, authority: bytes, token: str) -> dict[str, Any]:
    """What a client needs to know: where the server is, how to know it, and who one is."""
    name = "kubelite"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": url,
                    "certificate-authority-data": _base64(authority),
                },
            }
        ],
        "users": [{"name": "kubernetes-admin", "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "kubernetes-admin"}},
        ],
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
