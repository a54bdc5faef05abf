"""Checks of the exercise 20_probes/orders_lost: built from source.py by `kubelite exercise build`."""

from functools import cache

from course.grading import check, not_yet, seen
from course.grading.mending import READY, deployment
from course.grading.shop import SERVICE
from kubelite import Cluster
from kubelite.apimachinery.rest import STRATEGIC_PATCH

TITLE = 'What an update costs'
ANSWERS = ('prediction',)
KIND = 'predict'

ONE_MORE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
NEXT = {"spec": {"template": {"spec": {"containers": [{"name": "shop", "image": "shop:1.1"}]}}}}


def problem(draw):
    """Few shops, slow enough for the loss to be seen."""
    return {"shops": draw.randint(2, 5), "opens_after": draw.randint(12, 30), "per_second": draw.randint(2, 9)}


@cache
def lost(shops, opens_after, per_second, how, seed):
    """How many customers were turned away."""
    cluster = Cluster(nodes=3, seed=seed)
    probe = READY | {"periodSeconds": 1} if how == "asked" else None
    container = {
        "env": [{"name": "START_SECONDS", "value": str(opens_after)}],
        "readinessProbe": probe,
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
    }
    waits = {"minReadySeconds": opens_after + 5} if how == "patient" else {}
    cluster.apply([SERVICE, deployment(shops, image="shop:1.0", container=container, strategy=ONE_MORE, **waits)])
    cluster.run(60)
    load = cluster.load("shop", per_second)
    cluster.patch("deployment/shop", NEXT, patch_type=STRATEGIC_PATCH)
    cluster.run(60 + (opens_after + 10) * shops)
    return load.totals().failed


def judged(prediction, given, seed, how, ideas):
    """One number, compared; ``ideas`` are numbers that come of a mistaken idea."""
    said = prediction.get(how) if isinstance(prediction, dict) else None
    if type(said) not in (int, float) or said < 0:
        return not_yet(f"There is no number for `{how}` yet.")
    wanted = lost(given["shops"], given["opens_after"], given["per_second"], how, seed)
    if abs(said - wanted) <= wanted / 10:
        return seen(f"{wanted} customers were turned away.")
    idea = next((idea for number, idea in ideas if abs(said - number) <= number / 10), "")
    return not_yet(f"{'Fewer' if said > wanted else 'More'} than {said:g} customers were turned away.", misconception=idea)


@check(
    points=2,
    title="Without a probe",
    hints=(
        "Without a readiness probe a pod is Ready as soon as its process runs, and the Deployment goes on to the next.",
        "For how long is one new shop closed, and which share of all customers comes to it meanwhile? Then count the shops.",
    ),
)
def turned_away(prediction, given, seed):
    each = given["opens_after"] * given["per_second"]
    ideas = (
        (0, "A rolling update is thought to lose nobody by itself."),
        (each * given["shops"], "All customers are thought to go to the shop that is closed."),
        (each / given["shops"], "Only one of the new shops is thought to be closed."),
    )
    return judged(prediction, given, seed, "lost", ideas)


@check(
    points=2,
    title="With patience",
    hints=(
        "minReadySeconds says when the Deployment goes on. Does it say when customers come?",
        "Now the shops are replaced one by one. How many pods does the Service know while one of them is still closed?",
    ),
)
def patient(prediction, given, seed):
    each = given["opens_after"] * given["per_second"]
    ideas = (
        (0, "minReadySeconds is thought to keep customers away."),
        (each, "The old shop that is still there is forgotten."),
    )
    return judged(prediction, given, seed, "patient", ideas)


@check(
    points=1,
    title="With a probe",
    hints=("Whom does the Service know while a new pod is not Ready?",),
)
def asked(prediction, given, seed):
    return judged(prediction, given, seed, "asked", ())
