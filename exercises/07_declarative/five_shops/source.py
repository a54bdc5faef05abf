# %% [markdown]
# # Keep five shops open
#
# Sarah's web shop runs as the image `sarahs-shop:1.0`. It is not an easy tenant:
#
# - Its door, port 8080, opens **8 seconds** after the process starts. Whoever knocks earlier is turned away.
# - Now and then it **freezes**: it still takes connections, but never answers again. Only a restart helps.
# - When it is asked to stop, it keeps serving for 5 seconds and then leaves.
#
# The cluster has three nodes of 4 CPUs and 16 GiB each. A Service called `shop` is already there: it sends
# customers to the pods that carry the label `app: shop`, at port 8080.
#
# **Your task.** Write down what you want, and let the cluster do the rest, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | the manifest is applied | two minutes later exactly five shops are open | 2 |
# | somebody deletes two shops by mistake | a minute later five are open again | 1 |
# | the node with most of the shops loses power | seven minutes later five are open again | 2 |
# | one shop freezes | two minutes later five are open, and no customer waits in vain | 2 |
# | version 1.1 replaces 1.0 | no customer is turned away meanwhile | 3 |
#
# A shop is *open* when customers who knock are served by it. Any manifest that brings this about is right:
# what counts is what the cluster does, not how the manifest reads.

# %%
from course.grading import practise

check, hint = practise("07_declarative/five_shops")

# %% [markdown]
# **Before you change anything:** the manifest below is what Sarah has now. Which of the five lines of the table
# will it meet? Decide, then run the next two cells.
#
# Your answer is the text `manifest`. The grader reads this one cell, so keep everything it needs in it.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "manifest", "locked": false, "schema_version": 3, "solution": true, "task": false}
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2
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
              cpu: 1500m
              memory: 256Mi
"""
### BEGIN SOLUTION
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 5
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
              cpu: 500m
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
            periodSeconds: 5
          livenessProbe:
            httpGet:
              path: /healthz
              port: 8080
            initialDelaySeconds: 10
            periodSeconds: 5
"""
### END SOLUTION

# %%
check(manifest)

# %% [markdown]
# `check` makes a new cluster for each line of the table, lets it happen and looks. It works on your own machine
# and shows *public checks*: a grader looks at the same five things on other clusters too.
#
# Stuck? A hint costs nothing and takes you one step further; run the cell again for the next.

# %%
hint()

# %% [markdown]
# To watch for yourself, make a cluster and try things: `cluster.kill_node("node-2")` cuts a node's power, and
# `cluster.request("shop", "/freeze")` is the strange order that freezes the shop which receives it.
#
# ```python
# from kubelite import Cluster
#
# cluster = Cluster(nodes=3, seed=7)
# cluster.apply(manifest)
# cluster.run(120)
# cluster.get("pods")
# ```

# %% tags=["checks"]
from course.grading import check, not_yet, seen
from course.grading.shop import Street

# %% tags=["checks"]
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


# %% tags=["wrong"] wrong="only the count is changed" points=3 because="Insufficient cpu"
manifest = manifest.partition("          readinessProbe")[0].replace("500m", "1500m")

# %% tags=["wrong"] wrong="nobody asks the shops" points=5 because="customers"
manifest = manifest.partition("          readinessProbe")[0]

# %% tags=["wrong"] wrong="asked, and never restarted" points=8 because="4 of 5 shops were open"
manifest = manifest.partition("          livenessProbe")[0]

# %% tags=["wrong"] wrong="all closed for the update" points=7 because="While 1.1 replaced 1.0"
manifest = manifest.replace("  replicas: 5", "  replicas: 5\n  strategy: {type: Recreate}")

# %% tags=["tests"]
# Wrong answers that look right, and what each one is to score: these run with `pytest exercises`.
import copy
from pathlib import Path

import pytest
import yaml

from course.grading.exercise import Place, load
from course.grading.judge import judge
from course.grading.source import answer_text

PLACE = Place(Path(__file__).parent.parent.parent, "07_declarative/five_shops")
ALL = {"five_open", "replaced", "node_lost", "frozen", "rollout"}


def answer(solved):
    scope = {}
    exec(answer_text(PLACE, solved)[0], scope)
    return yaml.safe_load(scope["manifest"])


SOLUTION, SHIPPED = answer(True), answer(False)


def held(manifest):
    """The checks that hold, and the sentences of those that do not."""
    result = judge(load(PLACE.name, PLACE.root), {"manifest": manifest})
    open_checks = {c.name: c.sentence for c in result.checks if c.points < c.max}
    return {c.name for c in result.checks} - set(open_checks), open_checks


def edited(base, **changes):
    """The manifest with some of the container's fields changed; None removes one."""
    manifest = copy.deepcopy(base)
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container.update(changes)
    for name in [name for name, value in container.items() if value is None]:
        del container[name]
    return manifest


def with_spec(base, **changes):
    """The manifest with some of the Deployment's fields changed."""
    manifest = copy.deepcopy(base)
    manifest["spec"].update(changes)
    return manifest


def test_only_the_count_is_changed():
    good, sentences = held(with_spec(SHIPPED, replicas=5))
    assert good == {"five_open", "replaced"}
    assert "4 of 5 shops were open" in sentences["node_lost"]
    assert "Insufficient cpu" in sentences["node_lost"]
    assert "customers" in sentences["rollout"]


def test_nobody_asks_the_shops():
    good, _ = held(edited(SOLUTION, readinessProbe=None, livenessProbe=None))
    assert good == {"five_open", "replaced", "node_lost"}


def test_readiness_alone_never_restarts():
    good, sentences = held(edited(SOLUTION, livenessProbe=None))
    assert good == ALL - {"frozen"}
    assert "4 of 5 shops were open" in sentences["frozen"]


def test_liveness_alone_lets_customers_in_too_early():
    good, sentences = held(edited(SOLUTION, readinessProbe=None))
    assert good == ALL - {"rollout"}
    assert "customers" in sentences["rollout"]


def test_knocking_is_not_asking():
    knock = {"tcpSocket": {"port": 8080}, "periodSeconds": 5}
    good, _ = held(edited(SOLUTION, livenessProbe={**knock, "initialDelaySeconds": 10}))
    assert good == ALL - {"frozen"}


def test_a_probe_that_is_too_patient():
    probe = {**SOLUTION["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]}
    good, _ = held(edited(SOLUTION, livenessProbe={**probe, "periodSeconds": 60}))
    assert good == ALL - {"frozen"}


def test_a_probe_that_is_too_hasty():
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1, "failureThreshold": 3}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe))
    assert good == set()
    assert "restarted" in sentences["five_open"]


def test_a_probe_at_a_door_that_is_not_there():
    probe = {"httpGet": {"path": "/healthz", "port": 80}, "initialDelaySeconds": 10}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe))
    assert good <= {"replaced"}  # the new ones are young enough to be open still
    assert "Liveness probe failed: connect" in sentences["node_lost"]


def test_a_probe_at_a_page_that_is_not_there():
    good, sentences = held(edited(SOLUTION, readinessProbe={"httpGet": {"path": "/health", "port": 8080}}))
    assert good == set()
    assert "did not take customers (Readiness probe failed: 404)" in sentences["five_open"]


def test_closing_all_shops_for_the_update():
    good, _ = held(with_spec(SOLUTION, strategy={"type": "Recreate"}))
    assert good == ALL - {"rollout"}


def test_one_more_to_be_safe():
    good, sentences = held(with_spec(SOLUTION, replicas=6))
    assert "five_open" not in good
    assert "6 shops were open" in sentences["five_open"]


def test_all_on_one_node():
    manifest = copy.deepcopy(SOLUTION)
    manifest["spec"]["template"]["spec"]["nodeName"] = "node-1"
    good, sentences = held(manifest)
    assert good == ALL - {"node_lost"}
    assert "after node-1 lost power, 0 of 5 shops were open" in sentences["node_lost"]


def test_five_pods_that_nobody_counts():
    template = SOLUTION["spec"]["template"]
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"]}
        | {"metadata": {"name": f"shop-{n}", "labels": {"app": "shop"}}}
        for n in range(5)
    ]
    good, sentences = held(yaml.safe_dump_all(pods))
    assert good == {"five_open", "frozen"}
    assert "3 of 5 shops were open" in sentences["replaced"]
    assert "no Deployment" in sentences["rollout"]


def test_another_image_is_another_shop():
    good, sentences = held(edited(SOLUTION, image="nginx", readinessProbe=None, livenessProbe=None))
    assert good == set()


@pytest.mark.parametrize(
    "startup",
    [
        {"startupProbe": {"tcpSocket": {"port": 8080}, "failureThreshold": 30, "periodSeconds": 1}},
        {"startupProbe": {"httpGet": {"path": "/", "port": 8080}, "failureThreshold": 30, "periodSeconds": 2}},
    ],
)
def test_other_right_answers_are_right_too(startup):
    probe = {"httpGet": {"path": "/products", "port": 8080}, "periodSeconds": 3}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe, **startup))
    assert good == ALL, sentences


def test_asking_for_no_room_is_right_too():
    good, sentences = held(edited(SOLUTION, resources=None))
    assert good == ALL, sentences


@pytest.mark.parametrize(
    "manifest, said",
    [
        ("", "refused"),
        ("replicas: five", "refused"),
        (None, "neither text nor a dict"),
        (with_spec(SOLUTION, replicas=100_000), "100,000 pods"),
        (with_spec(SOLUTION, replica=5), "replica"),
        (edited(SOLUTION, image="sarahs-shop:missing"), "there is no image"),
        ({**SOLUTION, "metadata": {"name": "store"}}, "no Deployment"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(manifest, said):
    _, sentences = held(manifest)
    assert any(said in sentence for sentence in sentences.values()), sentences
