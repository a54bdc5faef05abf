"""Checks of the exercise 20_probes/restarting_shop: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.operating import Operator
from course.grading.shop import Street, restarts_of

TITLE = 'The shop that keeps restarting'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4

BROKEN = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 4
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: shop
          image: sarahs-shop:1.0
          ports:
            - containerPort: 8080
          resources:
            requests:
              cpu: 250m
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
            periodSeconds: 2
          livenessProbe:
            httpGet:
              path: /health
              port: 8080
            initialDelaySeconds: 2
            periodSeconds: 2
            failureThreshold: 3
"""


def street(seed):
    """The street, two minutes after the manifest of this morning."""
    found = Street(seed)
    found.open(BROKEN)
    found.cluster.run(120)
    return found


def scenario(seed):
    return street(seed).cluster


def cured(cure, seed):
    """The street, three minutes after the cure."""
    found = street(seed)
    Operator(found.cluster, seconds=600).take(cure)
    found.cluster.run(180)
    return found


@check(
    points=2,
    title="Four shops are open",
    hints=(
        "kubectl('get events') tells who restarts the containers, and what they had been asked.",
        "A probe may ask the wrong question, or ask it too early. It may also do both.",
    ),
)
def open_again(cure, seed):
    return cured(cure, seed).verdict(FOUR, "Three minutes after the cure", exactly=True)


@check(
    points=2,
    title="Nothing is restarted any more",
    hints=("The back-off hides a restart for up to five minutes: wait that long before you trust the calm.",),
)
def calm(cure, seed):
    found = cured(cure, seed)
    first = found.verdict(FOUR, "Three minutes after the cure")
    if not first.held:
        return first
    before = {pod.metadata.uid: restarts_of(pod) for pod in found.pods()}
    found.cluster.run(300)
    after = {pod.metadata.uid: restarts_of(pod) for pod in found.pods()}
    if before != after:
        return not_yet(
            "In the five minutes after that, containers were restarted or pods replaced.",
            misconception="The calm between two restarts is taken for a cure.",
        )
    return found.verdict(FOUR, "Eight minutes after the cure")


@check(
    points=2,
    title="A frozen shop is still replaced",
    hints=(
        "A shop that freezes stays frozen until somebody restarts it. Who is to notice?",
        "Whatever restarts the well ones wrongly was put there to restart the frozen ones.",
    ),
)
def frozen(cure, seed):
    found = cured(cure, seed)
    first = found.verdict(FOUR, "Three minutes after the cure")
    if not first.held:
        return first
    found.freeze_one()
    found.cluster.run(120)
    after = found.verdict(FOUR, "Two minutes after one shop froze")
    if after.held:
        return seen("One shop froze; two minutes later four were open.")
    return not_yet(after.sentence, misconception="What restarts too often is thought to be of no use at all.")
