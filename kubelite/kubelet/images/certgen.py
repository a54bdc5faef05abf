"""kube-webhook-certgen: the Job that comes with ingress-nginx and its like.

``create`` puts a Secret with a certificate where the controller's pod waits for it, unless it is
there; ``patch`` tells the webhook about it, which has no use here. What stands in the files is no
real certificate: connections are not encrypted.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images.invocation import options
from kubelite.kubelet.images.program import MEBIBYTE, Program
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
        found, words = options([word.replace("_", "-") for word in self.argv[1:]], "")
        name, namespace = found.get("secret-name", ""), found.get("namespace") or "default"
        if "create" not in words or not name:
            self.exit(0)
            return
        body = json.dumps(_secret(name, found))
        self.ask(f"{API}/{namespace}/secrets", self._done, "POST", body)

    def _done(self, reply: Reply) -> None:
        if reply.status not in (CREATED, CONFLICT):
            self.log(f"error creating secret: {reply.error or reply.body}", "stderr")
            self.exit(1)
            return
        self.exit(0)


def _secret(name: str, found: dict[str, str]) -> dict[str, Any]:
    keys = {"ca-name": "ca", "cert-name": "cert", "key-name": "key"}
    names = [found.get(option) or usual for option, usual in keys.items()]
    text = base64.b64encode(f"made for {found.get('host', '')}\n".encode()).decode()
    data = dict.fromkeys(names, text)
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}
