"""``kubelite exercise new``: a small exercise of each kind that works, to be rewritten.

What it writes builds, is graded, and passes its own tests: a learner's start, a solution, two
checks, a hidden seed and three wrong answers. Whoever writes an exercise changes one thing after
the other and always has something that runs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from course.grading.exercise import EXERCISES, Place
from course.grading.source import build


class ScaffoldError(ValueError):
    """The exercise cannot be begun; the message says why."""


class Parts(NamedTuple):
    """What differs from kind to kind. A wrong answer is (mistake, points, because, code)."""

    task: str
    answer: str
    shipped: str
    solution: str
    checks: str
    wrong: tuple[tuple[str, int, str, str], ...]


DEPLOYMENT = '''def deployment(replicas, image="shop:1.0"):
    """A Deployment called web."""
    pod = {"containers": [{"name": "web", "image": image}]}
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def running(cluster):
    """How many pods of it run."""
    return sum(pod.status.phase == "Running" for pod in cluster.get("pods", selector="app=web"))
'''  # noqa: E501

THREE = """

@check(points=1, title="Pods run", hints=("How many does kubectl get pods show?",))
def some(answer, seed):
    count = running(after(answer, seed))
    return seen(f"{count} pods ran.") if count else not_yet("No pod ran.")


@check(points=2, title="Three pods run", hints=("More than two.", "Fewer than four."))
def three(answer, seed):
    count = running(after(answer, seed))
    if count > 3:
        return not_yet(f"{count} pods ran, not 3.", misconception="More is thought to be safer.")
    return seen("3 pods ran.") if count == 3 else not_yet(f"{count} pods ran, not 3.")
"""

TAKEN = '''
def scenario(seed):
    """The cluster that a learner finds."""
    cluster = Cluster(nodes=2, seed=seed)
    cluster.apply(deployment({replicas}))
    cluster.run(20)
    return cluster


@once
def after(answer, seed):
    """The cluster half a minute after the answer was taken."""
    cluster = scenario(seed)
    Operator(cluster, seconds=300).take(answer)
    cluster.run(30)
    return cluster
'''

COUNTS = (("two", 1), ("four", 1), ("five", 1))

WRITE = Parts(
    "Write a manifest of a Deployment called `web`, with the label `app: web`, of which three pods "
    "run.",
    "manifest",
    'manifest = ""',
    'manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}\n'
    'manifest["spec"] = {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}}\n'
    'manifest["spec"]["template"] = {"metadata": {"labels": {"app": "web"}}}\n'
    'manifest["spec"]["template"]["spec"] = {"containers": [{"name": "web", "image": "shop:1.0"}]}',
    DEPLOYMENT + TAKEN.replace("    cluster.apply(deployment({replicas}))\n", "") + THREE,
    tuple(
        (f"{word} instead of three", points, "not 3", f'manifest["spec"]["replicas"] = {number}')
        for (word, points), number in zip(COUNTS, (2, 4, 5), strict=True)
    ),
)

SCALED = tuple(
    (
        f"{word} instead of three",
        points,
        "not 3",
        f'{{answer}} = ["kubectl scale deployment web --replicas={number}"]',
    )
    for (word, points), number in zip(COUNTS, (2, 4, 5), strict=True)
)

FIX = Parts(
    "Somebody has scaled the shop to nothing. Put it right: three pods are to run. Your answer is "
    "commands of kubectl, one a line, or a manifest.",
    "cure",
    'cure = ""',
    'cure = "kubectl scale deployment web --replicas=3"',
    DEPLOYMENT + TAKEN.replace("{replicas}", "0") + THREE,
    SCALED,
)

OPERATE = Parts(
    "Scale the Deployment `web` to three. Your answer is a list of commands and waits, or a "
    "function `operate(kubectl)`.",
    "operate",
    "operate = []",
    'def operate(kubectl):\n    kubectl("scale deployment web --replicas=3")\n    kubectl.wait(5)',
    DEPLOYMENT + TAKEN.replace("{replicas}", "0") + THREE,
    SCALED,
)

PREDICT = Parts(
    "`mine.given` tells how many nodes there are and how many pods of 1 CPU each of them holds. "
    "How many pods run in all (`all`), and how many on one node (`one`)?",
    "prediction",
    'prediction = {"one": 0, "all": 0}',
    'prediction = {"one": 2, "all": 6}  # of the numbers that all share',
    '''def problem(draw):
    """A learner's own numbers; without a name the first ones."""
    return {"nodes": draw.choice((3, 3)), "cpu": draw.choice((2, 2))}


@once
def truth(given, seed):
    """How many pods run on each node."""
    cluster = Cluster(given["nodes"], seed, cpu=str(given["cpu"]))
    asks = {"resources": {"requests": {"cpu": "1"}}}
    for number in range(20):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}"}}
        cluster.apply(pod | {"spec": {"containers": [{"name": "work", "image": "pause"} | asks]}})
    cluster.run(5)
    return Counter(pod.spec.node_name for pod in cluster.get("pods") if pod.spec.node_name)


@check(points=1, title="One node", hints=("What does one pod ask for?",))
def one(answer, given, seed):
    wanted = max(truth(given, seed).values())
    right = answer["one"] == wanted
    return seen(f"{wanted} pods ran on one node.") if right else not_yet("Another number ran.")


@check(points=2, title="All nodes", hints=("How many nodes are there?",))
def all_nodes(answer, given, seed):
    wanted = truth(given, seed).total()
    right = answer["all"] == wanted
    return seen(f"{wanted} pods ran.") if right else not_yet("Another number ran in all.")
''',
    (
        ("one node stands for all", 1, "in all", 'prediction = {"one": 2, "all": 2}'),
        ("all nodes but one", 1, "in all", 'prediction = {"one": 2, "all": 4}'),
        ("only the sum", 2, "Another number ran.", 'prediction = {"one": 3, "all": 6}'),
    ),
)

BUILD = Parts(
    "Write `fits(pod, node)` for the scheduler: an empty text if the pod fits on the node, or the "
    "reason why not.",
    "fits",
    'def fits(pod, node):\n    return "no"',
    "def fits(pod, node):\n"
    '    free = node["cpu"] - node["used_cpu"]\n'
    '    return "" if pod["cpu"] <= free else "Insufficient cpu"',
    '''from course.grading.building import fit


@once
def after(answer, seed):
    """How many pods of 1 CPU were placed on two nodes of 2 CPUs, and what the last was told."""
    profile, failures = fit(answer)
    cluster = Cluster(2, seed, cpu="2", profiles=(profile,))
    asks = {"resources": {"requests": {"cpu": "1"}}}
    for number in range(5):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}"}}
        cluster.apply(pod | {"spec": {"containers": [{"name": "work", "image": "pause"} | asks]}})
        cluster.run(2)
    failures.raise_()
    placed = sum(bool(pod.spec.node_name) for pod in cluster.get("pods"))
    told = [e.message for e in cluster.events() if e.reason == "FailedScheduling"]
    return placed, told[-1] if told else "nothing"


@check(points=1, title="Something is placed", hints=("An empty text means yes.",))
def some(answer, seed):
    placed, _ = after(answer, seed)
    return seen(f"{placed} pods were placed.") if placed else not_yet("No pod was placed.")


@check(points=1, title="Four are placed", hints=("Two nodes of 2 CPUs, pods of 1.",))
def four(answer, seed):
    placed, _ = after(answer, seed)
    return seen("4 were placed.") if placed == 4 else not_yet(f"{placed} were placed, not 4.")


@check(points=1, title="The fifth is told why", hints=("Which words does kubectl describe show?",))
def told_why(answer, seed):
    _, told = after(answer, seed)
    right = "Insufficient cpu" in told
    return seen(f"It was told: {told}") if right else not_yet(f"It was told: {told}")
''',
    (
        ("everything fits", 1, "5 were placed", 'def fits(pod, node):\n    return ""'),
        (
            "the last one is left over",
            2,
            "2 were placed",
            "def fits(pod, node):\n"
            '    left = node["cpu"] - node["used_cpu"]\n'
            '    return "" if pod["cpu"] < left else "Insufficient cpu"',
        ),
        (
            "no reason",
            2,
            "It was told",
            "right = fits\ndef fits(pod, node):\n    return right(pod, node) and 'no'",
        ),
    ),
)

PARTS = {"write": WRITE, "fix": FIX, "predict": PREDICT, "operate": OPERATE, "build": BUILD}

SOURCE = """# %% [markdown] kind="{kind}"
# # {title}
#
# {task}
#
# | what is to be true | points |
# |---|---|
# | say here what happens, and what is to be seen then | 3 |

# %%
from course.grading import practise

mine = practise("{name}", learner="")
check, hint = mine

# %% [markdown]
# **Before you begin:** ask here for a prediction.

# %% nbgrader={{"cell_type": "code", "grade": false, "grade_id": "{answer}", "locked": false, "schema_version": 3, "solution": true, "task": false}}
{shipped}
### BEGIN SOLUTION
{solution}
### END SOLUTION

# %%
check({answer})

# %%
hint()

# %% tags=["checks"]
from collections import Counter

from course.grading import check, not_yet, once, seen
from course.grading.operating import Operator
from kubelite import Cluster

# %% tags=["checks"]
{checks}
# %% tags=["hidden"]
SEEDS = (101,)
{wrong}"""  # noqa: E501

MISTAKE = """
# %% tags=["wrong"] wrong="{0}" points={1} because="{2}"
{3}
"""


def scaffold(name: str, kind: str, root: Path = EXERCISES) -> list[Path]:
    """Write ``source.py`` and build it; the paths of all files. Raises ScaffoldError."""
    place, parts = Place(root, name), PARTS[kind]
    if not re.fullmatch(r"\d\d_[a-z0-9_]+/[a-z][a-z0-9_]*", name):
        raise ScaffoldError(f"{name!r}: call it by chapter and name, as 20_probes/restarting_shop")
    if place.source.exists():
        raise ScaffoldError(f"{place.source} is there already")
    place.folder.mkdir(parents=True, exist_ok=True)
    place.source.write_text(_source(name, kind, parts), encoding="utf-8", newline="\n")
    built = build(name, root)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return [place.source, *built]


def _source(name: str, kind: str, parts: Parts) -> str:
    answer = parts.answer
    title = name.rpartition("/")[2].replace("_", " ").capitalize()
    called = re.sub(r"\((answer)(?=[,)])", f"({answer}", parts.checks)
    checks = re.sub(r"(?<=[ (])answer(?=[\[,.)])", answer, called)
    wrong = "".join(
        MISTAKE.format(mistake, points, because, code.replace("{answer}", answer))
        for mistake, points, because, code in parts.wrong
    )
    facts = {"kind": kind, "title": title, "name": name, "answer": answer, "task": parts.task}
    texts = {"shipped": parts.shipped, "solution": parts.solution}
    return SOURCE.format(**facts, **texts, checks=checks, wrong=wrong)
