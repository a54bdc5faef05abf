"""What a notebook shows of a learner's slip: the message and the learner's line, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from course.source import show
from kubelite import Cluster
from kubelite.apimachinery.told import Told
from tests.manifests import deployment

SLIPS: dict[str, tuple[Callable[[Cluster], Any], type[Exception], str]] = {
    "a name without its kind": (
        lambda cluster: cluster.scale("web", 3),
        KeyError,
        'the server doesn\'t have a resource type "web"; say its kind, too: "deployment/web"',
    ),
    "a kind with a slip": (
        lambda cluster: cluster.get("podz"),
        KeyError,
        'the server doesn\'t have a resource type "podz" (did you mean pods?)',
    ),
    "YAML that is none": (
        lambda cluster: cluster.apply("kind: [Pod"),
        ValueError,
        "manifest, line 2, column 1: this is not YAML: while parsing a flow sequence did not find "
        "expected ',' or ']'. Check the indentation and the punctuation of this line and the one "
        "before",
    ),
    "a file that is not there": (
        lambda cluster: cluster.apply("shop.yaml"),
        ValueError,
        "shop.yaml: No such file or directory. Check the name, or pass the manifest itself as text",
    ),
    "waiting for what is not there": (
        lambda cluster: cluster.run_until("deployment/shop ready", timeout=5),
        TimeoutError,
        '"deployment/shop ready" did not come true within 5 s of virtual time: '
        "there is no deployment/shop. Look at cluster.get(...).",
    ),
    "a machine that is not there": (
        lambda cluster: cluster.kill_node("node-9"),
        ValueError,
        "there is no machine called node-9; there are node-1",
    ),
    "a drain that stops": (
        lambda cluster: cluster.drain("node-1", force=False),
        RuntimeError,
        'unable to drain node "node-1" due to error: cannot delete Pods that declare '
        "no controller (use --force to override): default/alone",
    ),
    "an argument with a slip": (
        lambda cluster: cluster.scale("deployment/web", replica=3),
        TypeError,
        "scale(): missing a required argument: 'replicas'; it is scale(what, replicas, ",
    ),
    "an argument that is none": (
        lambda cluster: cluster.kill_node("node-1", force=True),
        TypeError,
        "kill_node(): got an unexpected keyword argument 'force'; it is kill_node(name)",
    ),
    "one argument too many": (
        lambda cluster: cluster.kill_node("node-1", "node-2"),
        TypeError,
        "kill_node(): too many positional arguments; it is kill_node(name)",
    ),
    "neither text nor objects": (
        lambda cluster: cluster.apply(5),
        ValueError,
        "manifest: 5 is none. Give a file's name, YAML or JSON text, a dict, or a list of these",
    ),
    "seconds that are text": (
        lambda cluster: cluster.run("10"),
        ValueError,
        "run('10'): give a number of seconds",
    ),
    "time that goes back": (
        lambda cluster: cluster.run(-5),
        ValueError,
        "run(-5): time only goes forward; branch(at=...) goes back",
    ),
    "a moment that was not": (
        lambda cluster: cluster.branch(at=1e6),
        ValueError,
        "at=1e+06: this run goes from 0 to 30 s",
    ),
    "a condition that is none": (
        lambda cluster: cluster.run_until(5),
        ValueError,
        'run_until(5): say "deployment/NAME ready", "pod/NAME ready", ',
    ),
    "nodes that cannot be counted": (
        lambda cluster: Cluster(nodes=-1),
        ValueError,
        "nodes=-1: give a whole number, 0 or more",
    ),
    "a machine of no size": (
        lambda cluster: cluster.add_node(cpu="lots"),
        ValueError,
        'cpu=\'lots\': write an amount such as "4", "500m" or "16Gi"',
    ),
    "logs of what is no pod": (
        lambda cluster: cluster.logs("deployment/web"),
        ValueError,
        '"deployment/web" is no pod: name one of cluster.get("pods")',
    ),
    "the decision about what is no pod": (
        lambda cluster: cluster.explain("deployment/web"),
        ValueError,
        'explain is about a pod; ask cluster.story("deployment/web") of others',
    ),
    "an anchor with a slip": (
        lambda cluster: show("replicaset-pla"),
        LookupError,
        "no anchor 'replicaset-pla': did you mean replicaset-plan or ",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip(slip: str) -> None:
    act, kind, words = SLIPS[slip]
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=1))
    cluster.kubectl("run alone --image=nginx:1.27")
    cluster.run(30)
    with pytest.raises(kind) as caught:
        act(cluster)
    assert isinstance(caught.value, Told)
    told = f"{type(caught.value).__name__}: {words}"
    assert caught.value._render_traceback_()[0].startswith(told)
