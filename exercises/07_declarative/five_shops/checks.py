"""Checks of the exercise 07_declarative/five_shops: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.shop import Street

TITLE = 'Keep five shops open'
ANSWERS = ('manifest',)
KIND = 'write'

FIVE = 5


@check(
    points=2,
    title="Five shops are open",
    hints=(
        "How many shops does the manifest ask for?",
        "cluster.get('pods') after two minutes: is each of them Running and Ready? "
        "cluster.events() says why one is not.",
    ),
)
def five_open(manifest, seed):
    street = Street(seed)
    if refused := street.open(manifest):
        return not_yet(refused)
    street.cluster.run(120)
    return street.verdict(FIVE, "Two minutes after the manifest was applied", exactly=True)


@check(
    points=1,
    title="Deleted shops are replaced",
    hints=(
        "Who is to notice that two shops are missing? A pod by itself has nobody who counts.",
        "A Deployment is a standing wish; a Pod is one thing that can be lost.",
    ),
)
def replaced(manifest, seed):
    street = Street(seed)
    if refused := street.open(manifest):
        return not_yet(refused)
    street.cluster.run(120)
    for pod in street.pods()[:2]:
        street.cluster.delete(f"pod/{pod.metadata.name}")
    street.cluster.run(60)
    return street.verdict(FIVE, "A minute after two shops were deleted")


@check(
    points=2,
    title="A lost node is survived",
    hints=(
        "With one node gone, two are left. How much room does each shop ask for, and how much is there?",
        "Two nodes of 4 CPUs have to hold five shops, so one of them holds three. "
        "And may every shop run on every node?",
    ),
)
def node_lost(manifest, seed):
    street = Street(seed)
    if refused := street.open(manifest):
        return not_yet(refused)
    street.cluster.run(120)
    node = street.busiest_node()
    if not node:
        return street.verdict(FIVE, "Two minutes after the manifest was applied")
    street.cluster.kill_node(node)
    street.cluster.run(7 * 60)
    return street.verdict(FIVE, f"Seven minutes after {node} lost power")


@check(
    points=2,
    title="A frozen shop is replaced",
    hints=(
        "How could the cluster know that a shop has frozen? Nobody tells it, unless it asks.",
        "A frozen shop still takes connections, so one has to ask it something and wait for an answer. "
        "It also matters what follows from silence: sending customers elsewhere, or a restart.",
        "A livenessProbe restarts, a readinessProbe sends customers elsewhere. "
        "Leave time for the door to open: 8 seconds.",
    ),
)
def frozen(manifest, seed):
    street = Street(seed)
    if refused := street.open(manifest):
        return not_yet(refused)
    street.cluster.run(120)
    if not street.freeze_one():
        return street.verdict(FIVE, "Two minutes after the manifest was applied")
    street.cluster.run(120)
    return street.verdict(FIVE, "Two minutes after one shop froze")


@check(
    points=3,
    title="A new version turns nobody away",
    hints=(
        "While a new shop starts, who tells the Service that its door is still closed?",
        "The Service sends customers to pods that are Ready. Without a readinessProbe a pod is Ready at once.",
        "Some shops have to stay open while others are replaced: that is what strategy decides.",
    ),
)
def rollout(manifest, seed):
    street = Street(seed)
    if refused := street.open(manifest):
        return not_yet(refused)
    street.cluster.run(120)
    before = street.verdict(FIVE, "Before the new version came")
    if not before.held:
        return before
    if refused := street.update("sarahs-shop:1.1"):
        return not_yet(refused)
    visits = street.visit(customers=360, every=0.5)
    if visits.lost:
        return not_yet(
            f"While 1.1 replaced 1.0, {visits.lost} of {visits.customers} customers {visits.trouble}."
        )
    new = sum("(1.1)" in page for page in visits.pages[-20:])
    if new < 20:
        return not_yet(
            "Three minutes after version 1.1 was asked for, "
            f"{20 - new} of 20 customers were still served by another version."
        )
    after = street.verdict(FIVE, "After the new version came")
    return seen(f"All {visits.customers} customers were served while 1.1 replaced 1.0.") if after.held else after
