"""kubectl without a binary: the same words, answered inside the process.

    from kubelite.kubectl import kubectl
    k = kubectl(cluster)
    k("get pods -o wide")
    k("apply -f -", text)

``cluster.kubectl("get pods")`` is the same, and in a notebook ``%load_ext kubelite.kubectl`` gives
``%kubectl get pods`` and ``%%kubectl apply -f -``.

Lives here: the command line (flags, resources, error texts), the verbs, and what they print.
Must not live here: anything a server does. Whatever is asked goes over the seam, in a learner's
name. Models k8s.io/kubectl (pkg/cmd) and k8s.io/cli-runtime; what the real kubectl prints is the
measure, and tests/kubectl/test_against_kubectl.py compares byte for byte.
"""

from kubelite.kubectl.command import Kubectl, kubectl
from kubelite.kubectl.magics import load_ipython_extension, use
from kubelite.kubectl.result import Result

__all__ = ["Kubectl", "Result", "kubectl", "load_ipython_extension", "use"]
