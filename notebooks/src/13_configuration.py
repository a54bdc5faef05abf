# %%
from base64 import b64decode, b64encode

from course.lesson import Cluster, predict, quiz, show

# %% [markdown]
# Sarah's shop needs the password of its database. It should stand neither in the image nor in the manifest of the
# shop, so it goes into an object of its own. The shop names it and gets it as a variable.

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
# ## What the API shows

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
# ## What the disk holds
#
# The API server keeps everything in etcd. Whoever gets at etcd's disk, or at a backup of it, asks no API server.

# %% jupyter={"source_hidden": true}
predict(
    "Nobody has configured anything. What lies on etcd's disk?",
    ["The password, encrypted", "A hash of the password", "The password in base64"],
    answer="The password in base64",
    why="By default a Secret is stored like any other object. Encryption at rest has to be switched on.",
)

# %% tags=["claim:secrets-are-encrypted"]
stored = cluster.etcdctl_get(WHERE).decode()
print(stored[stored.index('"data"') :])
assert seen in stored

# %% [markdown]
# > **In real life** (November 2026). "Kubernetes manages encrypted secrets" is often said, and by default it is not so:
# > Secrets are stored unencrypted in etcd, and whoever may create a pod in a namespace can read its Secrets through that
# > pod. Encryption at rest and RBAC are two switches, and you need both. Managed services set one for you: look which.
# > *Source: kubernetes.io, Secrets (caution at the top) and Encrypting Confidential Data at Rest.*
#
# ## Encryption at rest
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
assert seen in cluster.etcdctl_get(WHERE).decode()

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
# ## A new key
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
except Exception as error:
    problem = error
print(problem)

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
# ## What to remember
#
# - A Secret is kept apart from image and manifest; that is all it does by itself.
# - base64 is a way of writing. Who may not read a Secret is decided by roles and bindings.
# - Encryption at rest protects the disk and its backups, once it is on and everything has been written again.
# - A key is retired by adding, preferring, rewriting and dropping, in this order.

# %% jupyter={"source_hidden": true}
quiz("13")
