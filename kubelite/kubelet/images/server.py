"""Images that serve: nginx, pause, and whatever has no class of its own here."""

from __future__ import annotations

from kubelite.kubelet.cri import Request
from kubelite.kubelet.images.files import normalise
from kubelite.kubelet.images.program import MEBIBYTE, Answer, Program
from kubelite.sim.clock import SECOND

HTML = "/usr/share/nginx/html"
WELCOME = """<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
</body>
</html>
"""


class Nginx(Program):
    """nginx as installed: a page at ``/``, and whatever else is put beside it."""

    size = 44_710_204
    ports = (80,)
    entrypoint = ("nginx",)
    cmd = ("-g", "daemon off;")
    cpu = 0
    cpu_per_request = 50
    tools = ("envsubst", "nginx")
    tags = r"(latest|stable|mainline|alpine|perl|1(\.\d\d?){0,2})(-[\w.-]+)?"

    def start(self) -> None:
        """The pages of its image are there, unless something is mounted over them."""
        if HTML not in self.files:
            self.files.make_dirs(HTML)
            self.files[f"{HTML}/index.html"] = WELCOME

    def signal(self, name: str) -> None:
        """SIGQUIT asks it to finish what it serves; a reload needs nothing here."""
        if name == "SIGQUIT":
            self.exit(0)
        elif name != "SIGHUP":
            super().signal(name)

    def handle(self, request: Request) -> Answer:
        """The welcome page, or 404."""
        self.machine.work(self.cpu_per_request)
        path = request.path.partition("?")[0]
        page = self.files.get(normalise(HTML + path + ("index.html" * path.endswith("/"))))
        if page is not None:
            return 200, page
        return 404, "<html><head><title>404 Not Found</title></head></html>\n"


class Pause(Program):
    """The container that does nothing, well."""

    size = 320_368
    memory = MEBIBYTE // 2
    cpu = 0
    entrypoint = ("/pause",)


class PlainServer(Program):
    """Any image we have no class for: it answers 200 on its declared ports and keeps running.

    Ports in a pod's spec are only information, so with none declared it answers on all. Where
    a process is meant to end, it does its work and ends well.
    """

    size = 60 * MEBIBYTE
    entrypoint = ("/app",)
    cpu_per_request = 1000
    work = 2 * SECOND

    def start(self) -> None:
        """Work for a moment, if this is not to run for ever."""
        if self.machine.ends:
            self.after(self.work, self.exit, 0)

    def handle(self, request: Request) -> Answer:
        """200, after a little work."""
        self.machine.work(self.cpu_per_request)
        return super().handle(request)

    def listens(self, port: int) -> bool:
        """Whether the pod's spec declares the port, or none at all."""
        return port in self.declared_ports or not self.declared_ports
