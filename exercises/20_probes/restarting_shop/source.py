# %% [markdown] kind="fix"
# # The shop that keeps restarting
#
# Sarah's shop runs on three nodes. Since this morning customers complain, and she sends you two lines:
#
# > Most of the day the shop is closed. Sometimes it opens for a moment.
# > When I look, `RESTARTS` has grown again, on every pod. I have changed nothing in the shop itself.
#
# What you know about the image `sarahs-shop`: its door, port 8080, opens **8 seconds** after the process starts,
# and now and then it **freezes**: it still takes connections, but never answers again, and only a restart helps.
# `/ready` and `/healthz` answer as long as it is well.
#
# **Your task.** Find out what is wrong and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | three minutes later four shops are open | 2 |
# | five minutes pass | no shop has been restarted, and every customer is served | 2 |
# | one shop freezes | two minutes later four are open again | 2 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("20_probes/restarting_shop")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods")

# %% [markdown]
# Look around: `kubectl("describe pod ...")`, `kubectl("get events")`, `kubectl.wait(30)`. `shop.again()` gives you
# the cluster back as it was. **Before you change anything:** which of the two, the shop or its manifest, restarts the
# containers, and what does it go by?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl get pods
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop --type=json -p '[
  {"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/initialDelaySeconds", "value": 10},
  {"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/httpGet/path", "value": "/healthz"}]'
""".replace("\n  ", " ")
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, seen
from course.grading.operating import Operator
from course.grading.shop import Street, restarts_of

# %% tags=["checks"]
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


# %% tags=["hidden"]
SEEDS = (211,)

# %% tags=["wrong"] wrong="the probe is removed" points=4 because="Two minutes after one shop froze"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/livenessProbe"}]'"""

# %% tags=["wrong"] wrong="the probe only knocks" points=4 because="Two minutes after one shop froze"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "livenessProbe": {"httpGet": null, "tcpSocket": {"port": 8080}, "initialDelaySeconds": 10}}]}}}}'"""

# %% tags=["wrong"] wrong="patience without the right question" points=0 because="restarted"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/initialDelaySeconds", "value": 20}]'"""

# %% tags=["wrong"] wrong="patience until tomorrow" points=4 because="Two minutes after one shop froze"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/failureThreshold", "value": 10000}]'"""

# %% tags=["wrong"] wrong="patience for four minutes" points=4 because="restarted"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/initialDelaySeconds", "value": 240}]'"""

# %% tags=["wrong"] wrong="the right question, too early" points=0 because="restarted"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/httpGet/path", "value": "/healthz"}]'"""

# %% tags=["wrong"] wrong="fewer shops" points=0 because="shops were open"
cure = "kubectl scale deployment shop --replicas=1"
