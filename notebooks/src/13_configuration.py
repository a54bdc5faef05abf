# %%
from base64 import b64decode, b64encode

from course.lesson import (
    Cluster,
    ClusterView,
    predict,
    quiz,
    replicas_slider,
    show,
    why_not,
)
from kubelite.apimachinery.errors import StatusError

# %% [markdown]
# Sarah's shop has a banner on its first page. It says "Free delivery until Friday", and it was written where programs are
# written: into the source, and so into the image. Friday is over.
#
# ## Baked in
#
# To change four words Bob has the program built again, gives it a new number, and rolls it out.

# %% jupyter={"source_hidden": true}
predict(
    "Three copies of the shop run. How many new pods does the new banner take?",
    [
        "None: the image is changed where it is",
        "One, which the others copy",
        "Three: all are replaced",
    ],
    answer="Three: all are replaced",
    why="An image never changes, and a container keeps the one it was started from. Another image is another pod.",
)

# %%
BAKED = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: shop
          image: shop:1.0 # its banner: free delivery until Friday
"""

baked = Cluster(nodes=3)
baked.apply(BAKED)
baked.run_until("deployment/web ready")
before = set(baked.get("pods").names)

asked = baked.elapsed
baked.kubectl("set image deployment/web shop=shop:1.1")  # its banner: half price on teapots
baked.kubectl("rollout status deployment/web")
pulls = [e for e in baked.events() if e.reason == "Pulled" and "shop:1.1" in e.message]
print(f"{baked.elapsed - asked:.0f} s, {len(pulls)} machines pulled a new image, for four words")

assert not before & {
    p.metadata.name for p in baked.get("pods") if not p.metadata.deletion_timestamp
}
assert len(pulls) == 3

# %% [markdown]
# The seconds are not the worst of it. The image that was tested is not the one that is sold from: the shop for tests needs another address of its database, so it
# needs another image. One program, one image; what differs from place to place has to come from outside.
#
# ## A ConfigMap
#
# A *ConfigMap* is a few keys with text, as an object of its own. A pod can have them as variables or as files. The pod below has
# the same key three times, to find out what becomes of each: as a variable, as a directory with a file, and as one file
# put into a directory that is there already (`subPath`).

# %%
WEB = """
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  containers:
    - name: nginx
      image: nginx:1.29
      env:
        - name: BANNER
          valueFrom:
            configMapKeyRef:
              name: page
              key: index.html
      volumeMounts:
        - name: page
          mountPath: /usr/share/nginx/html
        - name: page
          mountPath: /etc/banner
          subPath: index.html
  volumes:
    - name: page
      configMap:
        name: page
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
"""

PAGE = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
data:
  index.html: Free delivery until Friday
"""

# %% jupyter={"source_hidden": true}
predict(
    "Bob applies the pod and forgets the ConfigMap. What does the pod do?",
    [
        "It starts with an empty page",
        "It waits, says what it misses, and starts once that is there",
        "It is refused by the API server",
    ],
    answer="It waits, says what it misses, and starts once that is there",
    why="Objects may come in any order. The kubelet tries again and again, and each try that fails is an event.",
)

# %%
cluster = Cluster(nodes=1)
cluster.apply(WEB)
cluster.run(20)
print(why_not(cluster, "pod/web"))
(missing,) = [e for e in cluster.events("pod/web") if e.reason == "FailedMount"]
print(missing.message)
assert 'configmap "page" not found' in missing.message

cluster.apply(PAGE)
waited = cluster.run_until("pod/web ready", timeout=60)
cluster.run(2)
print(f"ready {waited:.0f} s after the ConfigMap came")
assert cluster.request("web").body == "Free delivery until Friday"

# %% [markdown]
# ### What follows a change
#
# Now the banner changes, in the ConfigMap and nowhere else.

# %% jupyter={"source_hidden": true}
predict(
    "Which of the three show the new words two minutes later, without a restart?",
    ["All three", "The directory and the single file", "The directory only", "None"],
    answer="The directory only",
    why="Variables are given to a process when it starts. A subPath is mounted once, with the file of that moment.",
)


# %%
def three_ways() -> dict[str, str]:
    """What the container finds in each of the three places."""
    places = {
        "variable": "echo $BANNER",
        "directory": "cat /usr/share/nginx/html/index.html",
        "subPath": "cat /etc/banner",
    }
    return {name: cluster.exec("web", command).output.strip() for name, command in places.items()}


cluster.patch("configmap/page", {"data": {"index.html": "Half price on teapots"}})
seconds = 0
while cluster.request("web").body != "Half price on teapots":
    cluster.run(1)
    seconds += 1
cluster.run(120 - seconds)

print(f"customers saw the new page after {seconds} s")
print(*(f"{place:10} {words}" for place, words in three_ways().items()), sep="\n")
assert seconds <= 90
assert three_ways() == {
    "variable": "Free delivery until Friday",
    "directory": "Half price on teapots",
    "subPath": "Free delivery until Friday",
}
assert cluster.get("pod/web").status.container_statuses[0].restart_count == 0

# %% [markdown]
# Nobody calls the kubelet when a ConfigMap changes. It looks at each of its pods after 60 to 90 s again, and refreshes the directory
# then. All files of a directory change in one moment: they are written beside the old ones, in a directory of their own, and then the link
# `..data` is turned to it. A program never sees half of the old and half of the new:

# %%
links = cluster.exec("web", "ls -la /usr/share/nginx/html").output
print(links)
assert "index.html -> ..data/index.html" in links
show("atomic-writer")

# %% [markdown]
# So there are two clean ways, and one trap:
#
# | you want | do |
# |---|---|
# | the change without a restart | mount the directory, and have the program read its files again |
# | the change at a moment of your own, gradually, with a way back | a new ConfigMap with a new name, and a Deployment that names it: an ordinary rollout |
# | *the trap* | change a ConfigMap that is used as variables: nothing happens, until some day a pod restarts and only that one is different |
#
# The trap is worth seeing. Two pods of one Deployment, the ConfigMap changed, and one pod lost:

# %%
TRAP = BAKED.replace("replicas: 3", "replicas: 2").replace(
    "image: shop:1.0 # its banner: free delivery until Friday",
    """image: shop:1.0
          envFrom:
            - configMapRef:
                name: settings""",
)
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  CURRENCY: EUR
"""

trap = Cluster(nodes=2)
trap.apply(SETTINGS)
trap.apply(TRAP)
trap.run_until("deployment/web ready")
trap.patch("configmap/settings", {"data": {"CURRENCY": "GBP"}})
trap.run(300)
trap.delete(f"pod/{trap.get('pods').names[0]}")
trap.run(60)

charged = {
    name: trap.exec(name, "echo $CURRENCY").output.strip() for name in trap.get("pods").names
}
print(charged)
assert sorted(charged.values()) == ["EUR", "GBP"]

# %% [markdown]
# One shop charges euros, the other pounds, and both are what the manifest says. A ConfigMap that is **immutable** cannot set the trap:
# whoever wants another value has to make another ConfigMap, and then the Deployment has to name it, and all pods follow.

# %%
trap.patch("configmap/settings", {"immutable": True})
try:
    trap.patch("configmap/settings", {"data": {"CURRENCY": "USD"}})
except StatusError as refusal:
    refused = str(refusal)
print(refused)
assert "field is immutable" in refused

trap.apply(SETTINGS.replace("name: settings", "name: settings-2").replace("EUR", "USD"))
trap.apply(TRAP.replace("name: settings", "name: settings-2"))
trap.kubectl("rollout status deployment/web")
trap.run(35)
charged = [trap.exec(name, "echo $CURRENCY").output.strip() for name in trap.get("pods").names]
print(charged)
assert charged == ["USD", "USD"]

# %% [markdown]
# > **In real life** (November 2026). Names with a number or a hash at their end are what *Kustomize* makes (`configMapGenerator`, in `kubectl apply -k`);
# > Helm charts write a checksum of the ConfigMap into the pod template, to the same end. The delay of a mounted
# > file is the kubelet's period of looking, a minute to a minute and a half, and a little more for its copy of the ConfigMap. A ConfigMap holds at most 1 MiB.
# > *Sources: kubernetes.io, ConfigMaps (looked up November 2026); kubernetes/kubernetes issue 50345 on subPath (2017).*
#
# ## A Secret
#
# The shop needs the password of its database. It should stand neither in the image nor in the manifest of the
# shop, so it goes into an object of its own: a *Secret*, which is used as a ConfigMap is. The shop names it and gets it as a variable.

# %% tags=["claim:secrets-in-programs"]
SECRET = """
apiVersion: v1
kind: Secret
metadata:
  name: database
stringData:
  password: tulips-in-march
"""

SHOP = """
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: shop
      image: shop:1.0
      env:
        - name: DATABASE_PASSWORD
          valueFrom:
            secretKeyRef:
              name: database
              key: password
"""

WHERE = "/registry/secrets/default/database"  # the key under which etcd keeps it

cluster = Cluster(nodes=1)
cluster.apply(SECRET)
cluster.apply(SHOP)
cluster.run_until("pod/web ready")
print(cluster.exec("web", "echo $DATABASE_PASSWORD").output)

# %% [markdown]
# ### What the API shows

# %% jupyter={"source_hidden": true}
predict(
    "Somebody who may read the Secret asks for it with kubectl get -o yaml. What do they see?",
    ["The password in plain letters", "The password in base64", "Only the name of the key"],
    answer="The password in base64",
    why="data is written in base64, so that it may hold any bytes. Everybody can turn base64 back; no key is needed.",
)

# %%
seen = cluster.get("secret/database").data["password"]
print(seen, "->", b64decode(seen).decode())
assert b64decode(seen) == b"tulips-in-march"

# %% [markdown]
# So base64 is a way of writing, like capital letters. It keeps nobody out. What does keep people out is whether the API
# server lets them ask at all: that is the work of roles and bindings (RBAC).
#
# ### What the disk holds
#
# The API server keeps everything in etcd. Whoever gets at etcd's disk, or at a backup of it, asks no API server.

# %% jupyter={"source_hidden": true}
predict(
    "Nobody has configured anything. What lies on etcd's disk?",
    ["The password, encrypted", "A hash of the password", "The password, for everybody to read"],
    answer="The password, for everybody to read",
    why="By default a Secret is stored like any other object. Encryption at rest has to be switched on.",
)

# %% tags=["claim:secrets-are-encrypted"]
stored = cluster.etcdctl_get(WHERE).decode()
print(stored[stored.index('"data"') :])
assert seen in stored

# %% [markdown]
# Base64 again: this engine stores objects as JSON. A real API server stores them as protobuf, and there not even that is left: the
# password stands on the disk letter by letter.
#
# > **In real life** (November 2026). "Kubernetes manages encrypted secrets" is often said, and by default it is not so:
# > Secrets are stored unencrypted in etcd, and whoever may create a pod in a namespace can read its Secrets through that
# > pod. Encryption at rest and RBAC are two switches, and you need both. Managed services set one for you: look which.
# > *Source: kubernetes.io, Secrets (caution at the top) and Encrypting Confidential Data at Rest.*
#
# ### Encryption at rest
#
# The API server gets a file that says which kinds it encrypts, how, and with which keys. The first key writes; all keys
# may read. `identity` stands for no encryption: it lets the server read what was written before.


# %%
def key(name: str) -> dict[str, str]:
    """A key of 32 bytes. A real one comes from a source of chance, and is kept like the crown jewels."""
    return {"name": name, "secret": b64encode(name.ljust(32, ".").encode()).decode()}


def configuration(*keys: dict[str, str]) -> dict[str, object]:
    """Encrypt Secrets with AES-GCM; read also what was stored without encryption."""
    providers = [{"aesgcm": {"keys": list(keys)}}, {"identity": {}}]
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": providers}],
    }


cluster.configure_encryption(configuration(key("spring")))

# %% jupyter={"source_hidden": true}
predict(
    "Encryption is on now. Is the password on the disk encrypted?",
    ["Yes, from this moment", "Not before it is written again", "Only after the pod restarts"],
    answer="Not before it is written again",
    why="The server encrypts what it writes. What lies there already is left alone until somebody writes it.",
)

# %%
assert seen.encode() in cluster.etcdctl_get(WHERE), "already written again: run the chapter anew"

cluster.rewrite("secrets")  # kubectl get secrets -A -o json | kubectl replace -f -
stored = cluster.etcdctl_get(WHERE)
print(stored[:90])
assert stored.startswith(b"k8s:enc:aesgcm:v1:spring:")
assert seen.encode() not in stored

# %% [markdown]
# The prefix says how it was encrypted and with which key; what follows is noise without that key. Nothing has changed for
# those who may ask: the API server decrypts on the way out, and the pod has not noticed.

# %%
assert b64decode(cluster.get("secret/database").data["password"]) == b"tulips-in-march"
show("aes-gcm")

# %% [markdown]
# ### A new key
#
# A key has been seen by somebody who has left the company. In four steps it goes out of use, and at no moment is a
# Secret unreadable: the new key is added, it becomes the first, everything is written again, the old key is dropped.

# %% jupyter={"source_hidden": true}
predict(
    "You put the new key in the place of the old one at once, without writing anything again. What happens?",
    ["Nothing", "Secrets cannot be read", "The server encrypts everything anew"],
    answer="Secrets cannot be read",
    why="What lies in the store was written with the old key, and the server no longer has it.",
)

# %%
hasty = Cluster(nodes=1, encryption=configuration(key("spring")))
hasty.apply(SECRET)
hasty.configure_encryption(configuration(key("summer")))
try:
    hasty.get("secret/database")
except StatusError as error:
    problem = str(error)
print(problem)
assert "no matching key was found" in problem

# %%
cluster.configure_encryption(configuration(key("spring"), key("summer")))  # summer can read
cluster.configure_encryption(configuration(key("summer"), key("spring")))  # summer writes
cluster.rewrite("secrets")
cluster.configure_encryption(configuration(key("summer")))  # spring is gone

stored = cluster.etcdctl_get(WHERE)
print(stored[:90])
assert stored.startswith(b"k8s:enc:aesgcm:v1:summer:")
assert b64decode(cluster.get("secret/database").data["password"]) == b"tulips-in-march"

# %% [markdown]
# ## Namespaces
#
# Sarah wants to try things before customers see them. A second cluster would do, and costs one. A *namespace* is cheaper:
# a part of the names of a cluster. Here are two, with the same manifest in each.

# %%
PART = """
apiVersion: v1
kind: Namespace
metadata:
  name: {name}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: {name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: shop
          image: shop:1.0
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: {name}
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
"""

shared = Cluster(nodes=2, rbac=True)
for name in ("production", "test"):
    shared.apply(PART.format(name=name))
shared.run(15)
print(shared.kubectl("get pods --all-namespaces -o wide"))
assert shared.get("pods").names == [], "the namespace default has none of them"

# %%
ClusterView(shared, title="Two namespaces on two nodes", colour_by="namespace")

# %% jupyter={"source_hidden": true}
predict(
    "A pod in test opens http://web, and then http://web.production. Who answers?",
    [
        "The shop of test, and then nobody: namespaces are walls",
        "The shop of test, and then the one that earns the money",
        "One of all four pods, each time",
    ],
    answer="The shop of test, and then the one that earns the money",
    why="A short name is looked up in one's own namespace first. A longer one leads into any other.",
)

# %%
tester = shared.get("pods", namespace="test").names[0]
for name in ("web", "web.production"):
    answer = shared.request(name, from_pod=f"pod/{tester}", namespace="test")
    home = "test" if answer.pod in shared.get("pods", namespace="test").names else "production"
    print(f"http://{name:15} {answer.status} from {home}")
    assert answer.status == 200
    assert home == ("test" if name == "web" else "production")

nodes_of = {
    space: {pod.spec.node_name for pod in shared.get("pods", namespace=space)}
    for space in ("production", "test")
}
assert nodes_of["production"] & nodes_of["test"], "they share machines"

# %% [markdown]
# So much for walls. A namespace divides **names**, and three things go by names: who may do what (roles), how much may be
# used (quotas), and which Secrets and ConfigMaps a pod can name. It divides neither the network nor the machines.
# For the network there are policies (chapter 10).
#
# ### Who may do what
#
# Ann tests. She gets the role `edit`, in `test`.

# %%
EDIT = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ann-edits
  namespace: test
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: ann
"""

shared.apply(EDIT)
ann = shared.as_user("ann")
ann.scale("deployment/web", 3, namespace="test")
try:
    ann.delete("deployment/web", namespace="production")
except StatusError as refusal:
    refused = str(refusal)
print(refused)
assert 'cannot delete resource "deployments"' in refused
assert shared.get("deployment/web", namespace="production").spec.replicas == 2

# %% jupyter={"source_hidden": true}
predict(
    "May Ann read the Secrets of test?",
    ["No, edit is about programs", "Yes", "Only the names"],
    answer="Yes",
    why="Whoever may create pods could mount them anyway. The role view, which changes nothing, leaves Secrets out.",
)

# %%
for verb, what, space in (
    ("get", "secrets", "test"),
    ("get", "secrets", "production"),
    ("create", "pods", "test"),
    ("get", "nodes", "default"),
):
    print(f"{verb} {what} in {space}: {ann.can_i(verb, what, namespace=space)}")

assert ann.can_i("get", "secrets", namespace="test")
assert not ann.can_i("get", "secrets", namespace="production")
assert not ann.can_i("get", "nodes"), "a node is in no namespace"
show("rbac-rule")

# %% [markdown]
# And a pod in `test` cannot name a Secret of `production`: a reference has no place for a namespace in it.

# %%
shared.apply(SECRET.replace("name: database", "name: database\n  namespace: production"))
shared.apply(SHOP.replace("name: web", "name: borrower\n  namespace: test", 1))
shared.run(15)
print(why_not(shared, "pod/borrower", namespace="test"))
waiting = shared.get("pod/borrower", namespace="test").status.container_statuses[0].state.waiting
print(waiting.reason, "-", waiting.message)
assert waiting.reason == "CreateContainerConfigError"
assert 'secret "database" not found' in waiting.message

# %% [markdown]
# ### How much
#
# A *ResourceQuota* is a limit on what a namespace may ask for, all its objects together. A *LimitRange* fills in what a
# container leaves unsaid. They go together: a quota on processors refuses whoever does not say how much they want.

# %%
QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata:
  name: share
spec:
  hard:
    pods: "4"
    requests.cpu: "1"
"""
SIZES = """
apiVersion: v1
kind: LimitRange
metadata:
  name: sizes
spec:
  limits:
    - type: Container
      defaultRequest:
        cpu: 200m
      default:
        cpu: 500m
"""

strict = Cluster(nodes=2)
strict.apply(QUOTA)
strict.run(1)
strict.apply(BAKED)
strict.run(10)
(failed,) = [
    c for c in strict.get("deployment/web").status.conditions if c.type == "ReplicaFailure"
]
print(failed.message)
assert "must specify requests.cpu" in failed.message
assert strict.get("pods").names == []

# %% [markdown]
# Read where the complaint stands: in the condition of the Deployment, for no pod was ever made that could have had an event.
# With the LimitRange there is an answer for those who say nothing.

# %% jupyter={"source_hidden": true}
predict(
    "The quota allows 4 pods and 1 CPU of requests, the LimitRange fills in 200m. You scale to 8. How many pods come?",
    ["4", "5", "8, of which 4 are Pending"],
    answer="4",
    why="Five would fit into the CPU and only four into the number. What is over the quota is not made at all.",
)

# %%
strict.apply(SIZES)
strict.scale("deployment/web", 8)
strict.run(120)
print(strict.get("pods"), strict.kubectl("get resourcequota"), sep="\n\n")
assert len(strict.get("pods")) == 4
assert all(
    str(p.spec.containers[0].resources.requests["cpu"]) == "200m" for p in strict.get("pods")
)

# %% [markdown]
# The slider stands at 8. Drag it down to 2 and up again, and watch where the pods stop: the number in the manifest goes on without them.

# %%
replicas_slider(strict, "deployment/web", max=8)

# %% [markdown]
# > **In real life** (November 2026). A quota counts what is asked for and refuses at the door; it reserves nothing. Two namespaces with a quota of
# > ten CPUs each on a machine of ten can both be within their rights, and one of them waits. And pods of different namespaces
# > share kernels: those who do not trust each other at all get clusters of their own, or at least nodes of their own.
# > *Sources: kubernetes.io, Resource Quotas and Multi-tenancy (looked up November 2026).*
#
# ### The end of a namespace

# %% jupyter={"source_hidden": true}
predict(
    "Bob deletes the namespace test. What is left of it?",
    [
        "Its pods run on without a name",
        "Nothing: everything in it goes with it",
        "The Services, for they have addresses",
    ],
    answer="Nothing: everything in it goes with it",
    why="A namespace is emptied, kind after kind, before it goes itself. There is no question and no way back.",
)

# %%
before = len(shared.get("pods", namespace="production"))
shared.delete("namespace/test")
shared.run(1)
print(shared.kubectl("get namespaces"))
shared.run(60)
print(shared.kubectl("get namespaces"))
assert "test" not in shared.get("namespaces").names
assert shared.get("pods", namespace="test").names == []
assert len(shared.get("pods", namespace="production")) == before
show("namespace-emptying")

# %% [markdown]
# ## What to remember
#
# - What differs from place to place stands outside the image: one program, one image.
# - A mounted directory follows its ConfigMap within a minute or so. Variables and `subPath` never do; a new name for a new value makes an ordinary rollout of it.
# - A Secret is kept apart from image and manifest; that is all it does by itself. base64 is a way of writing.
# - Encryption at rest protects the disk and its backups, once it is on and everything has been written again. A key is retired by
#   adding, preferring, rewriting and dropping, in this order.
# - A namespace divides names, and with them roles, quotas, Secrets and ConfigMaps. It divides neither network nor machines.

# %% jupyter={"source_hidden": true}
quiz("13")
