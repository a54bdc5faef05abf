# %% [markdown] kind="fix"
# # Tills without drawers
#
# Sarah keeps her accounts in three tills, `till-0` to `till-2`. A till may stand on any machine, but what it has written
# down has to go with it, to wherever it is put next. A consultant has written the manifest, for another cluster of his:
#
# > There is one till, and it is `Pending`. The two others do not exist at all. All three nodes are empty.
#
# **Your task.** Find out what the first till waits for, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | two minutes later three tills run | 2 |
# | the node of `till-0` is closed for repairs, and the till is moved | a minute later it runs elsewhere, and remembers what it had written | 2 |
# | a fourth till is asked for | a minute later it runs, too | 1 |
#
# Write into `/data`. Nothing has been written yet, so nothing is lost if you begin anew. Your answer is a manifest, or
# commands of `kubectl`, one a line, or a list of both. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

tills = practise("04_cattle/drawers_that_do_not_open")
check, hint = tills
kubectl = tills.kubectl
kubectl("get statefulsets,pods,persistentvolumeclaims")

# %% [markdown]
# **Before you change anything:** a till asks for a disk by a claim. Who answers claims, and how does it know which of
# its kinds of disk is meant?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl describe persistentvolumeclaims
"""
### BEGIN SOLUTION
cure = [
    "kubectl delete statefulset till",
    "kubectl delete persistentvolumeclaims --all",
    """
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: till
spec:
  serviceName: till
  replicas: 3
  selector:
    matchLabels:
      app: till
  template:
    metadata:
      labels:
        app: till
    spec:
      containers:
        - name: till
          image: postgres:16
          volumeMounts:
            - name: drawer
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: drawer
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: standard
        resources:
          requests:
            storage: 1Gi
""",
]
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.operating import Operator
from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery.errors import StatusError

# %% tags=["checks"]
WRITTEN = "12 tea pots"


def claims(kind):
    """What each till asks for, of this kind of disk."""
    asked = {"accessModes": ["ReadWriteOnce"], "storageClassName": kind, "resources": {"requests": {"storage": "1Gi"}}}
    return [{"metadata": {"name": "drawer"}, "spec": asked}]


def tills(kind):
    """The consultant's manifest."""
    mounts = [{"name": "drawer", "mountPath": "/data"}]
    pod = {"containers": [{"name": "till", "image": "postgres:16", "volumeMounts": mounts}]}
    labels = {"app": "till"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"serviceName": "till", "replicas": 3, "selector": {"matchLabels": labels}, "template": template}
    spec["volumeClaimTemplates"] = claims(kind)
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "till"}, "spec": spec}


def scenario(seed):
    """Three nodes and a till that waits."""
    cluster = Cluster(nodes=3, seed=seed)
    service = {"clusterIP": "None", "selector": {"app": "till"}, "ports": [{"port": 5432}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "till"}, "spec": service})
    cluster.apply(tills("premium-ssd"))
    cluster.run(60)
    return cluster


def running(cluster):
    """The tills that run, by name, with their nodes."""
    pods = [pod for pod in cluster.get("pods") if pod.metadata.name.startswith("till-") and pod_ready(pod)]
    return {pod.metadata.name: pod.spec.node_name for pod in pods}


class Day:
    """After the cure: as it is, with till-0 moved, and with one more."""

    def __init__(self, cure, seed):
        cluster = scenario(seed)
        Operator(cluster, seconds=900).take(cure)
        cluster.run(120)
        self.tills = running(cluster)
        self.node = self.tills.get("till-0", "")
        self.moved = self.remembered = ""
        if self.node:
            cluster.exec("till-0", f"sh -c 'echo {WRITTEN} > /data/today'")
            cluster.kubectl(f"cordon {self.node}")
            cluster.delete("pod/till-0")
            cluster.run(60)
            self.moved = running(cluster).get("till-0", "")
            if self.moved:
                self.remembered = cluster.exec("till-0", "cat /data/today").output.strip()
            cluster.kubectl(f"uncordon {self.node}")
        try:
            cluster.scale("statefulset/till", 4)
        except StatusError:  # there is no StatefulSet any more
            pass
        cluster.run(60)
        self.four = len(running(cluster))


day_of = once(Day)


@check(
    points=2,
    title="Three tills run",
    hints=(
        "kubectl('describe pod till-0') tells what the scheduler waits for, kubectl('get events') who could not be found.",
        "kubectl('get storageclasses') lists the kinds of disk of this cluster.",
        "What a StatefulSet asks of its disks cannot be changed later, but the StatefulSet can be made anew. And its claims?",
    ),
)
def three(cure, seed):
    day = day_of(cure, seed)
    if not {"till-0", "till-1", "till-2"} <= set(day.tills):
        return not_yet(f"Two minutes after the cure {len(day.tills)} of the three tills ran.")
    return seen("Three tills ran.")


@check(
    points=2,
    title="What is written goes with the till",
    hints=(
        "A disk that is part of the pod ends with the pod. A disk that is part of a node stays with the node.",
        "The PROVISIONER in kubectl('get storageclasses') tells two kinds apart: what is on one machine, and what follows.",
    ),
)
def remembers(cure, seed):
    day = day_of(cure, seed)
    if not day.node:
        return not_yet("till-0 did not run, so it could not be moved.")
    if not day.moved:
        return not_yet(
            f"{day.node} was closed, and a minute later till-0 ran nowhere.",
            misconception="A disk of one machine is taken for a disk that follows.",
        )
    if day.remembered != WRITTEN:
        return not_yet(
            f"till-0 moved from {day.node} to {day.moved}, and what it had written was gone.",
            misconception="A pod is thought to keep what it writes.",
        )
    return seen(f"till-0 moved from {day.node} to {day.moved} and remembered: {WRITTEN}.")


@check(
    points=1,
    title="One more till",
    hints=("The fourth till needs a fourth drawer. Who makes it?",),
)
def one_more(cure, seed):
    day = day_of(cure, seed)
    if day.four < 4:
        return not_yet(
            f"A minute after a fourth till was asked for, {day.four} ran.",
            misconception="Disks made by hand are taken for disks made when asked for." if day.four else "",
        )
    return seen("A fourth till ran a minute after it was asked for.")


# %% tags=["hidden"]
SEEDS = (241,)

# %% tags=["wrong"] wrong="what a pod writes is thought to stay" points=3 because="thought to keep what it writes"
cure = [cure[0], cure[1], cure[2].partition("  volumeClaimTemplates")[0] + "      volumes: [{name: drawer, emptyDir: {}}]\n"]

# %% tags=["wrong"] wrong="a disk of the machine" points=3 because="a disk that follows"
cure = [cure[0], cure[1], cure[2].replace("storageClassName: standard", "storageClassName: local-path")]

# %% tags=["wrong"] wrong="three disks made by hand" points=4 because="Disks made by hand"
disk = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: drawer-NUMBER}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: premium-ssd
  csi: {driver: disk.csi.kubelite.io, volumeHandle: drawer-NUMBER}
"""
cure = [disk.replace("NUMBER", str(n)) for n in range(3)]

# %% tags=["wrong"] wrong="only the StatefulSet is made anew, not its claims" points=0 because="of the three tills ran"
cure = [cure[0], cure[2]]

# %% tags=["wrong"] wrong="the claim is changed" points=0 because="refused"
cure = """kubectl patch pvc drawer-till-0 -p '{"spec": {"storageClassName": "standard"}}'"""
