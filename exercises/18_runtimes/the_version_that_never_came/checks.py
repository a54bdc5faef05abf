"""Checks of the exercise 18_runtimes/the_version_that_never_came: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

TITLE = 'The version that never came'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4
SLIP = "sarahs-shop:1.l"


def scenario(seed):
    """The street on the day after."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR))
    street.cluster.run(40)
    street.update(SLIP)
    street.cluster.run(120)
    return street.cluster


def versions(cluster, image):
    """The revisions of the Deployment whose pods have this image."""
    sets = [
        one
        for one in cluster.get("replicasets")
        if any(owner.name == "shop" for owner in one.metadata.owner_references)
    ]
    kept = [one for one in sets if one.spec.template.spec.containers[0].image == image]
    return [one.metadata.annotations["deployment.kubernetes.io/revision"] for one in kept]


class Day:
    """After the cure: as it is, and on the way back."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed, wait=120)
        self.first = street.verdict(FOUR, "Two minutes after the cure")
        pages = street.visit(40).pages
        self.new = sum("(1.1)" in page for page in pages)
        self.before = versions(street.cluster, "sarahs-shop:1.0")
        self.visits, self.back = None, 0
        if self.new == 40 and self.before:
            street.cluster.kubectl(f"rollout undo deployment shop --to-revision={self.before[0]}")
            self.visits = street.visit(150, every=0.5)
            self.back = sum("(1.0)" in page for page in street.visit(40).pages)


day_of = once(Day)


@check(points=1, title="Four shops are open", hints=("Three of four have been open all the time. What does the fourth wait for?",))
def open_again(cure, seed):
    day = day_of(cure, seed)
    return day.first


@check(
    points=2,
    title="They are version 1.1",
    hints=(
        "kubectl('describe pod NAME') of the pod that is not READY says which name was asked for, letter by letter.",
        "Compare it with the two names that the registry has. Some letters look like digits.",
    ),
)
def new_version(cure, seed):
    day = day_of(cure, seed)
    if day.new < 40:
        misconception = "Back to the old version is taken for a cure." if day.first.held else ""
        return not_yet(f"Of 40 customers {day.new} were served by version 1.1.", misconception)
    return seen("40 of 40 customers were served by version 1.1.")


@check(
    points=2,
    title="There is a way back",
    hints=("What ran before is kept with the Deployment, as long as the Deployment is kept.",),
)
def way_back(cure, seed):
    day = day_of(cure, seed)
    if day.new < 40:
        return not_yet("Version 1.1 had not arrived, so there was nothing to go back from.")
    if not day.before:
        return not_yet("There was no revision with version 1.0 any more.", "A Deployment made anew is thought to be the same one.")
    if day.back < 40 or day.visits.lost:
        lost = f"{day.visits.lost} of 150 customers {day.visits.trouble}" if day.visits.lost else f"{40 - day.back} of 40 still got 1.1"
        return not_yet(f"On the way back to 1.0, {lost}.")
    return seen("The way back to 1.0 took less than 80 s, and all customers were served.")
