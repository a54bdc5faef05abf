# %% [markdown]
# Everything in a cluster is an object behind an API, and everything that happens begins with a request to it. `kubectl` is
# a client that makes such requests; a manifest is an object written down. This chapter uses both the way one does at
# work, and shows where each of them bites.

# %%
import json

from course.lesson import Cluster, predict, quiz, show

cluster = Cluster()

# %% [markdown]
# The next line brings kubectl into the notebook. `%kubectl` runs one command against the cluster of this notebook;
# `%%kubectl` hands the rest of its cell to the command, as a file would. The same commands, unchanged, work in a
# terminal with the real `kubectl` (`kubelite up` serves a cluster to it).

# %%
# %load_ext kubelite.kubectl

# %%
# %kubectl get nodes

# %% [markdown]
# ## A client like any other
#
# kubectl keeps nothing of its own about your cluster. Each command becomes one or more HTTP requests, and the table you see is
# made by the API server.

# %% jupyter={"source_hidden": true}
predict(
    "What does kubectl get nodes need in order to work?",
    [
        "A login on one of the nodes",
        "An address of the API server and who you are",
        "A copy of the cluster's database",
    ],
    answer="An address of the API server and who you are",
    why="Both stand in a file, the kubeconfig. kubectl speaks to the API server only, and the API server is the only one that "
    "speaks to etcd.",
)

# %%
# %kubectl config view

# %% [markdown]
# `--raw` leaves the polite form out and shows the path that is asked. Group, version, namespace, resource, name: every object
# has its place.

# %% tags=["claim:kubectl-is-a-client", "claim:api-first"]
answer = cluster.kubectl("get --raw /api/v1/nodes/node-1")
node = answer.json()
print(node["kind"], node["metadata"]["name"], node["status"]["capacity"]["cpu"], "cores")
assert node["kind"] == "Node"

# %% [markdown]
# ## A manifest
#
# Four parts: which type of object (`apiVersion` and `kind`), which one (`metadata`), and what it is to be like (`spec`). What
# it *is* like (`status`) is written by the cluster and never by you.

# %%
# %%kubectl apply -f -
# apiVersion: apps/v1
# kind: Deployment
# metadata:
#   name: nginx-deployment
# spec:
#   selector:
#     matchLabels:
#       app: nginx
#   replicas: 2 # tells deployment to run 2 pods matching the template
#   template:
#     metadata:
#       labels:
#         app: nginx
#     spec:
#       containers:
#         - name: nginx
#           image: nginx:1.14.2
#           ports:
#             - containerPort: 80

# %%
# %kubectl rollout status deployment/nginx-deployment

# %%
# %kubectl get deployments,replicasets,pods

# %% [markdown]
# Three places have to agree: the selector finds pods by labels, and the template gives its pods those labels. What if they do
# not?

# %% jupyter={"source_hidden": true}
predict(
    "In the manifest above the template's label is changed to app: ngnix, by a slip. What happens?",
    [
        "The Deployment starts pods for ever and never finds them",
        "The API server refuses the Deployment",
        "The Deployment takes the selector from the template",
    ],
    answer="The API server refuses the Deployment",
    why="It checks that the selector fits the template before it stores anything. Pods without end would be the result.",
)

# %%
MANIFEST = cluster.kubectl("get deployment nginx-deployment -o yaml").text
slip = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: slip}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: ngnix}}
    spec: {containers: [{name: nginx, image: nginx}]}
"""
refused = cluster.kubectl("apply -f -", slip)
print(refused.error)
assert "`selector` does not match template `labels`" in refused.error

# %% [markdown]
# The names of fields need not be known by heart: the cluster explains its own.

# %%
# %kubectl explain deployment.spec.replicas

# %% [markdown]
# You wrote nineteen lines. How many has the object now?

# %%
lines = MANIFEST.splitlines()
print(len(lines), "lines; some of those that you did not write:")
for field in (
    "progressDeadlineSeconds",
    "revisionHistoryLimit",
    "maxSurge",
    "imagePullPolicy",
    "restartPolicy",
):
    print("   ", next(line.strip() for line in lines if field in line))
assert len(lines) > 60

# %% [markdown]
# Defaults are filled in by the API server when it stores the object. They are decisions somebody made for you; `kubectl get -o
# yaml` is how you find out which.
#
# ## Say it, or write it down
#
# There are two ways to use kubectl. *Imperative*: one command, one change (`create`, `scale`, `set image`, `delete`). *Declarative*: a
# file says what there shall be, and `apply` makes it so. The first is quick; the second can be kept under version control, read
# by others, and repeated.

# %% jupyter={"source_hidden": true}
predict(
    "service.yml describes a Service. You run kubectl create -f service.yml twice, then kubectl apply -f service.yml twice.",
    [
        "All four succeed",
        "The second create fails; both applies succeed",
        "The second of each fails",
    ],
    answer="The second create fails; both applies succeed",
    why="create means: make a new one. apply means: let it be so, whether or not there is one already.",
)

# %% tags=["claim:apply-a-service", "claim:apply-uploads-objects"]
from pathlib import Path
from tempfile import TemporaryDirectory

SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: nginx
spec:
  selector:
    app: nginx
  ports:
    - port: 80
"""

cluster.kubectl("delete service nginx --ignore-not-found")  # of an earlier run of this cell
with TemporaryDirectory() as folder:
    file = Path(folder) / "service.yml"
    file.write_text(SERVICE)
    results = [
        cluster.kubectl(f"{verb} -f {file}") for verb in ("create", "create", "apply", "apply")
    ]
codes = [result.code for result in results]
for result in results:
    print(result.code, (result.text or result.error).replace(folder, "").strip())
assert codes == [0, 1, 0, 0]
assert "last-applied-configuration" in results[2].error

# %% [markdown]
# The first number of a line is the exit status. The first `apply` also warned, on its other output, that the object was not made by it: it
# keeps the whole file in an annotation of the object, `last-applied-configuration`, and knows from it later what an earlier version of the file had.

# %%
cluster.run(2)
print(cluster.request("nginx"))
assert cluster.request("nginx").status == 200

# %% [markdown]
# ## Two hands on one field
#
# The file says 2 replicas. At night somebody scales by hand to 5. In the morning the file is applied again, because the image
# has changed.

# %%
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
spec:
  replicas: 2
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
        - name: nginx
          image: nginx:1.29
          ports:
            - containerPort: 80
"""

# %%
# %kubectl scale deployment/nginx-deployment --replicas=5

# %% jupyter={"source_hidden": true}
predict(
    "After kubectl apply, how many replicas are wanted?",
    ["5: apply changes only what has changed in the file", "2: the file says so"],
    answer="2: the file says so",
    why="apply sets every field that the file has, and takes out what an earlier version of the file had. Fields that no file "
    "ever named are left alone.",
)

# %% [markdown]
# `kubectl diff` tells beforehand what apply would do. It is the habit that saves nights.

# %%
difference = cluster.kubectl("diff -f -", DEPLOYMENT)
changed = [line for line in difference.text.splitlines() if line[:2] in ("- ", "+ ")]
print(*changed, sep="\n")
assert any("replicas: 5" in line for line in changed)
assert any("replicas: 2" in line for line in changed)

# %%
print(cluster.kubectl("apply -f -", DEPLOYMENT).text)
assert cluster.get("deployment/nginx-deployment").spec.replicas == 2

# %% [markdown]
# So a field that somebody else manages, such as an autoscaler, does not belong in the file. But take care on the day when you take it
# out. Below the file has lost its line `replicas: 2`, and is applied before and after somebody scales to 4.

# %%
without = DEPLOYMENT.replace("  replicas: 2\n", "")
cluster.kubectl("apply -f -", DEPLOYMENT)
cluster.kubectl("apply -f -", without)
at_first = cluster.get("deployment/nginx-deployment").spec.replicas
print("the line has just been taken out: ", at_first)

cluster.kubectl("scale deployment/nginx-deployment --replicas=4")
cluster.kubectl("apply -f -", without.replace("1.29", "1.28"))
later = cluster.get("deployment/nginx-deployment").spec.replicas
print("scaled to 4, and applied once more:", later)
assert (at_first, later) == (1, 4)

# %% [markdown]
# From the second time on apply leaves the number alone. The first time it took out what an earlier version of the file had, and the default came in its place:
# one copy, on a working day. Whoever wants to spare their customers that takes the line out of the annotation first, with `kubectl apply edit-last-applied`.
#
# With `--server-side` the API server keeps a list of who owns which field, and says so when two want the same one.

# %%
cluster.kubectl("apply --server-side --force-conflicts --field-manager=sarah -f -", DEPLOYMENT)
conflict = cluster.kubectl(
    "apply --server-side --field-manager=night-shift -f -",
    DEPLOYMENT.replace("replicas: 2", "replicas: 9"),
)
print(conflict.error.splitlines()[0])
assert conflict.code == 1
assert 'conflict with "sarah"' in conflict.error
assert ".spec.replicas" in conflict.error

# %% [markdown]
# ## YAML bites
#
# YAML guesses what a word means, and two programs may guess differently. Four lines that look harmless: what Python reads there, and
# what kubectl would send as data of a ConfigMap, which takes strings and nothing else.

# %%
import yaml

BITES = ("country: no", "version: 1.10", "start: 12:30", "answer: yes")
CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: bites}, data: {LINE}}"
python, sent = {}, {}
for line in BITES:
    python[line] = yaml.safe_load(line)[line.partition(":")[0]]
    answer = cluster.kubectl("create --dry-run=server -f -", CONFIG.replace("LINE", line))
    refused_for = answer.error.partition("cannot unmarshal ")[2].split()
    sent[line] = f"a {refused_for[0]}, refused" if refused_for else "a string"
    print(f"{line:<16} Python: {python[line]!r:<7} kubectl: {sent[line]}")
assert list(python.values()) == [False, 1.1, 750, True]
assert list(sent.values()) == [
    "a bool, refused",
    "a number, refused",
    "a string",
    "a bool, refused",
]

# %% [markdown]
# Environment variables are where it hurts most: their values are strings, too, and the server does not guess.

# %%
pod = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: shop
      image: shop:1.0
      env:
        - {name: COUNTRY, value: no}
"""
refused = cluster.kubectl("apply -f -", pod)
print(refused.error.splitlines()[0])
assert refused.code == 1
assert cluster.kubectl("apply -f -", pod.replace("value: no", 'value: "no"')).code == 0

# %% [markdown]
# > **In real life** (November 2026). kubectl's YAML follows version 1.1 of the language for `yes`, `no`, `on` and `off`, as
# > Python's does; numbers to the base of 60, such as 12:30, its Go library has left out on purpose. KYAML, a stricter subset in which every
# > string is quoted, came to kubectl as an alpha in version 1.34 and is on by default since 1.35 (`kubectl get -o kyaml`).
# > *Sources: YAML 1.1 types repository; README of go-yaml; kubernetes.io, KYAML Reference (20 November 2025).*
#
# JSON is YAML, too, so whatever writes JSON can write manifests:

# %%
as_json = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "staging"}})
print(cluster.kubectl("apply -f -", as_json).text)
assert cluster.get("namespace/staging").status.phase == "Active"

# %% [markdown]
# ## The dozen commands of a working day
#
# A minute later. What is there, in more or less detail:

# %%
cluster.run(60)

# %%
# %kubectl get pods -l app=nginx -o wide

# %% tags=["claim:parameters-suffice", "claim:not-by-hand"]
names = cluster.kubectl("get pods -l app=nginx -o jsonpath='{.items[*].status.podIP}'").text.split()
print(names)
assert len(names) == len(cluster.get("pods", selector="app=nginx"))

# %% [markdown]
# What has happened to one object, at the end of `describe`:

# %%
described = cluster.kubectl("describe deployment nginx-deployment").text
print(described[described.index("Conditions:") :])
assert "Scaled up replica set" in described.partition("Events:")[2]

# %% [markdown]
# What a container says, and what it looks like from inside: with the variable of its manifest, and with the addresses of the Services that
# were there before it:

# %%
# %kubectl logs web

# %%
# %kubectl exec web -- env

# %% [markdown]
# Back to the version before, after a look at what there is:

# %%
# %kubectl rollout history deployment/nginx-deployment

# %%
before = cluster.get("deployment/nginx-deployment").spec.template.spec.containers[0].image
print(cluster.kubectl("rollout undo deployment/nginx-deployment").text)
after = cluster.get("deployment/nginx-deployment").spec.template.spec.containers[0].image
print(before, "->", after)
assert before != after
cluster.run(30)

# %% [markdown]
# A first manifest need not be typed. `--dry-run=client -o yaml` writes what a command *would* send:

# %%
# %kubectl create deployment tea --image=shop:1.0 --replicas=2 --dry-run=client -o yaml

# %%
assert not [name for name in cluster.get("deployments").names if name == "tea"]

# %% [markdown]
# And it takes away what you no longer want, with all that belongs to it:

# %%
# %kubectl delete deployment nginx-deployment

# %%
cluster.run(60)
assert not cluster.get("pods", selector="app=nginx")

# %% [markdown]
# ## Below kubectl
#
# Anything that can send HTTP can do what kubectl does. Whoever sent it, a new object is read strictly, and then goes this way: defaults,
# admission, validation, and into the store.

# %%
show("registry-create")

# %% [markdown]
# ## What to remember
#
# - kubectl is a client; the API is the thing. `kubectl explain` and `-o yaml` show both sides of an object.
# - `create` fails when there is one already, `apply` makes it so. `diff` first.
# - A field has one owner. What somebody else manages does not belong in your file.
# - Quote what has to be a string.

# %% jupyter={"source_hidden": true}
quiz("17")
