# %% [markdown] kind="fix"
# # The accounts that are never done
#
# Beside her shops Sarah runs a job: every two minutes a program called `accounts` adds up what was sold. It takes half a
# minute. It used to work, while there was less to add up:
#
# > There are no accounts any more. A run begins, and after five seconds it is gone; it says nothing, its log just stops.
# > When I try the program on my own laptop, it is done in half a minute.
#
# Two nodes of 2 GiB, four shops on them that ask for 256 MiB each. There is a version `accounts:wild`, too, with a
# mistake in it: it takes more memory every second and never ends. Somebody will start it one day.
#
# **Your task.** Find out what becomes of the runs, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | within five minutes two runs are done | 2 |
# | Sarah asks for twelve shops instead of four | all twelve are open, and the next runs are done beside them | 2 |
# | the accounts run wild | no node comes under memory pressure | 1 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

office = practise("03_enterprise/accounts_that_die")
check, hint = office
kubectl = office.kubectl
kubectl("get cronjobs,jobs")

# %% [markdown]
# **Before you change anything:** a process ends because it is done, because it gives up, or because somebody ends it.
# How could you tell the three apart afterwards?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl describe pods -l app=accounts
"""
### BEGIN SOLUTION
cure = """
kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "accounts", "resources": {"requests": {"memory": "320Mi"}, "limits": {"memory": "400Mi"}}}]}}}}}}'
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import deployment
from course.grading.operating import Operator
from kubelite import Cluster
from kubelite.api.conditions import condition, pod_ready
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.kubelet.images import Program, register
from kubelite.sim.clock import SECOND

# %% tags=["checks"]
MEBIBYTE = 1 << 20
NEEDS = 300 * MEBIBYTE


class Accounts(Program):
    """Needs 300 MiB after five seconds and is done after half a minute; wild, it needs ever more."""

    memory = 40 * MEBIBYTE

    def start(self):
        self.log("adding up")
        self.after(5 * SECOND, self.grow)
        if self.tag != "wild":
            self.after(30 * SECOND, self.done)

    def grow(self):
        wild = self.tag == "wild"
        self.use_memory(self.memory + NEEDS if wild else NEEDS)
        if wild and self.memory < 6 * NEEDS:
            self.after(2 * SECOND, self.grow)

    def done(self):
        self.log("done")
        self.exit(0)


register("accounts", Accounts)


def scenario(seed):
    """Four shops, and accounts that are not done."""
    cluster = Cluster(nodes=2, seed=seed, memory="2Gi")
    memory = {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    accounts = {"containers": [{"name": "accounts", "image": "accounts:1.0", "resources": memory}], "restartPolicy": "Never"}
    template = {"metadata": {"labels": {"app": "accounts"}}, "spec": accounts}
    job = {"spec": {"backoffLimit": 0, "activeDeadlineSeconds": 110, "template": template}}
    spec = {"schedule": "*/2 * * * *", "jobTemplate": job}
    cluster.apply({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "accounts"}, "spec": spec})
    resources = {"requests": {"cpu": "50m", "memory": "256Mi"}}
    cluster.apply(deployment(4, image="shop:1.0", container={"resources": resources}))
    cluster.run(290)
    return cluster


class Day:
    """After the cure: two runs, two more beside twelve shops, and a wild one."""

    def __init__(self, cure, seed):
        self.cluster = cluster = scenario(seed)
        before = self.jobs()
        Operator(cluster, seconds=900).take(cure)
        cluster.run(300)
        self.runs = sorted(set(self.done()) - set(before))
        cluster.scale("deployment/shop", 12)
        cluster.run(240)
        pods = cluster.get("pods", selector="app=shop")
        self.shops = sum(pod_ready(pod) for pod in pods)
        self.more = sorted(set(self.done()) - set(before) - set(self.runs))
        self.pressed = False
        try:
            change = {"name": "accounts", "image": "accounts:wild"}
            pod = {"spec": {"template": {"spec": {"containers": [change]}}}}
            wild = {"spec": {"jobTemplate": pod}}
            cluster.patch("cronjob/accounts", wild, patch_type=STRATEGIC_PATCH)
            for _ in range(20):
                cluster.run(8)
                self.pressed = self.pressed or self.under_pressure()
        except StatusError:  # there is no CronJob any more
            self.runs = []

    def jobs(self):
        return [job.metadata.name for job in self.cluster.get("jobs")]

    def done(self):
        """The runs that are complete, as far as they are kept."""
        pods = self.cluster.get("pods", selector="app=accounts")
        return [pod.metadata.labels.get("job-name", "") for pod in pods if pod.status.phase == "Succeeded"]

    def under_pressure(self):
        found = [condition(node, "MemoryPressure") for node in self.cluster.get("nodes")]
        return any(one is not None and one.status == "True" for one in found)


day_of = once(Day)


@check(
    points=2,
    title="The accounts are done",
    hints=(
        "kubectl('describe pods -l app=accounts'): under State there is a reason for the end, and an exit code.",
        "137 is 128 + 9: somebody has killed it. The kernel does that to a process that takes more memory than its limit.",
    ),
)
def done(cure, seed):
    day = day_of(cure, seed)
    if len(day.runs) < 2:
        return not_yet(f"Within five minutes after the cure {len(day.runs)} new runs were done.")
    return seen(f"Within five minutes {len(day.runs)} runs were done.")


@check(
    points=2,
    title="Twelve shops fit beside it",
    hints=("What a pod requests is taken from the node, used or not.", "Twelve shops take 1.5 GiB of each node. How much is left for a run?"),
)
def beside(cure, seed):
    day = day_of(cure, seed)
    if len(day.runs) < 2:
        return not_yet("No runs were done yet, so there was nothing to find room for.")
    if day.shops < 12:
        return not_yet(f"{day.shops} of 12 shops were open.")
    if not day.more:
        return not_yet(
            "Beside twelve shops no run was done within four minutes.",
            misconception="A larger request is thought to do no harm.",
        )
    return seen("Twelve shops were open, and the accounts were done beside them.")


@check(
    points=1,
    title="A wild run harms nobody",
    hints=("The limit killed what was well. What would it have been good for?",),
)
def wild(cure, seed):
    day = day_of(cure, seed)
    if len(day.runs) < 2:
        return not_yet("No runs were done yet.")
    if day.pressed:
        return not_yet(
            "The accounts ran wild, and their node came under memory pressure.",
            misconception="A limit that was too small is thought to be of no use.",
        )
    return seen("The accounts ran wild, and were ended before a node had too little memory.")


# %% tags=["hidden"]
SEEDS = (263,)

# %% tags=["wrong"] wrong="the limit is taken away" points=4 because="thought to be of no use"
cure = """kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "accounts", "resources": {"limits": null}}]}}}}}}'"""

# %% tags=["wrong"] wrong="as much as is asked for, to be safe" points=3 because="thought to do no harm"
cure = """kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "accounts", "resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}}]}}}}}}'"""

# %% tags=["wrong"] wrong="a limit larger than what is there" points=4 because="came under memory pressure"
cure = """kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "accounts", "resources": {"limits": {"memory": "1900Mi"}}}]}}}}}}'"""

# %% tags=["wrong"] wrong="it is tried more often" points=0 because="new runs were done"
cure = """kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"backoffLimit": 6}}}}'"""

# %% tags=["wrong"] wrong="more is requested, the limit stays" points=0 because="must be less than or equal to memory limit"
cure = """kubectl patch cronjob accounts -p '{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "accounts", "resources": {"requests": {"memory": "320Mi"}}}]}}}}}}'"""
