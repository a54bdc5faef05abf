"""Programs that make a Secret which other pods of the same manifest wait for.

``kube-webhook-certgen`` comes with ingress-nginx and its like: ``create`` makes a certificate,
``patch`` tells the webhook about it, which has no use here. Argo CD's own program makes a password
in an init container of its Redis. What stands in the files is no real certificate, nor is the
password a secret: connections are not encrypted, and every run is the same.
"""

from __future__ import annotations

import base64
import json

from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images.invocation import options
from kubelite.kubelet.images.program import MEBIBYTE, Program
from kubelite.kubelet.images.server import PlainServer
from kubelite.sim.clock import SECOND

API = "kubernetes.default/api/v1/namespaces"
CREATED, CONFLICT = 201, 409


class CertGen(Program):
    """Creates one Secret, and ends."""

    size = 18 * MEBIBYTE
    entrypoint = ("/kube-webhook-certgen",)
    work = 1 * SECOND

    def start(self) -> None:
        """Keys take a moment."""
        self.after(self.work, self._create)

    def _create(self) -> None:
        found, words = options(list(self.argv[1:]), "")
        name = found.get("secret-name", "")
        if "create" not in words or not name:
            self.exit(0)
            return
        keys = {"ca-name": "ca", "cert-name": "cert", "key-name": "key"}
        names = [found.get(option) or usual for option, usual in keys.items()]
        text = f"made for {found.get('host', '')}\n"
        make(self, name, dict.fromkeys(names, text), found.get("namespace", ""))


class ArgoCD(PlainServer):
    """Argo CD's parts are servers, but for one that makes a password."""

    size = 160 * MEBIBYTE

    def start(self) -> None:
        """The password, or the server."""
        if "redis-initial-password" in self.argv:
            make(self, "argocd-redis", {"auth": "made-up-password"})
        else:
            super().start()


def make(program: Program, name: str, texts: dict[str, str], namespace: str = "") -> None:
    """Create a Secret unless it is there, by default in the pod's own namespace; then end."""

    def done(reply: Reply) -> None:
        refused = reply.status not in (CREATED, CONFLICT)
        if refused:
            program.log(f"error creating secret: {reply.error or reply.body}", "stderr")
        program.exit(int(refused))

    data = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}
    program.ask(f"{API}/{namespace}/secrets", done, "POST", json.dumps(secret))
