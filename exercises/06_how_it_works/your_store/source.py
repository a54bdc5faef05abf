# %% [markdown] kind="build"
# # Build it: the memory of the cluster
#
# All that Sarah's cluster knows stands in one store. It forgets nothing at once: every write makes a new *revision* of
# the whole, old revisions can still be read, and whoever watches asks what has changed since the last one they saw. You
# write such a store, a small etcd, and a whole cluster runs on it.
#
# | method | what it does and answers |
# |---|---|
# | `put(key, value)` | writes a text under a key; the new revision |
# | `delete(key)` | removes it; the new revision, or the old one if there was nothing to remove |
# | `get(key, revision)` | what stood there at that revision, or `None`; revision `0` is now |
# | `range(prefix, revision)` | all keys that begin so, sorted, as they were at that revision |
# | `changes(since)` | every write after that revision, oldest first |
#
# Before the first write the revision is 1; the first write makes it 2. What `get` answers is
# `{"key": "/a", "value": "tea", "created": 2, "modified": 5, "version": 3}`: the revisions of its first and latest
# write, and how many writes there have been since it was created. A change is
# `{"revision": 5, "key": "/a", "value": "tea"}`, with `None` as value when the key was deleted.
#
# | what is to be true | points |
# |---|---|
# | what was put can be read, with the right numbers | 2 |
# | the past can be read, deleted keys included | 2 |
# | whoever watches hears of every change once, in order | 2 |
# | no sequence of calls is answered wrongly | 2 |
# | a whole cluster runs on it | 2 |

# %%
from course.grading import practise

check, hint = practise("06_how_it_works/your_store")

# %% [markdown]
# **Before you write it:** which one list would be enough to answer all five questions?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "Store", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Store:
    def put(self, key, value):
        return 1

    def delete(self, key):
        return 1

    def get(self, key, revision=0):
        return None

    def range(self, prefix, revision=0):
        return []

    def changes(self, since):
        return []
### BEGIN SOLUTION
class Store:
    def __init__(self):
        self.log = []  # every change
        self.versions = {}  # key -> what it became, change by change

    @property
    def revision(self):
        return len(self.log) + 1

    def put(self, key, value):
        before = self.get(key)
        number = self.revision + 1
        now = {
            "key": key,
            "value": value,
            "created": before["created"] if before else number,
            "modified": number,
            "version": before["version"] + 1 if before else 1,
        }
        return self._write(key, value, now)

    def delete(self, key):
        return self._write(key, None, None) if self.get(key) else self.revision

    def _write(self, key, value, now):
        self.log.append({"revision": self.revision + 1, "key": key, "value": value})
        self.versions.setdefault(key, []).append((self.revision, now))
        return self.revision

    def get(self, key, revision=0):
        for number, was in reversed(self.versions.get(key, ())):
            if not revision or number <= revision:
                return was
        return None

    def range(self, prefix, revision=0):
        found = (self.get(key, revision) for key in sorted(self.versions) if key.startswith(prefix))
        return [one for one in found if one]

    def changes(self, since):
        return self.log[max(since - 1, 0) :]
### END SOLUTION

# %%
report = check(Store)
report

# %%
hint()

# %% tags=["checks"]
import random

from course.grading import check, not_yet, seen
from course.grading.building_store import stored
from kubelite.chaos.shrinking import fewest
from kubelite.etcd.mvcc import Store as Ours

# %% tags=["checks"]
KEYS = ("/pods/a", "/pods/b", "/nodes/a")


class Pair:
    """The learner's store and ours, told the same; the first difference is remembered."""

    def __init__(self, Store):
        self.theirs, self.ours, self.wrong = Store(), Ours(), ""

    def do(self, step):
        """One call to both: ("put", key, value), ("delete", key), or a question."""
        verb, *args = step
        if verb == "put":
            self.ours.put(*args)
            self.compare(step, self.theirs.put(key=args[0], value=args[1]), self.ours.revision)
        elif verb == "delete":
            self.ours.delete(*args)
            self.compare(step, self.theirs.delete(key=args[0]), self.ours.revision)
        elif verb == "get":
            at = self.past(args[1])
            wanted = [kv for kv in self.ours.range(args[0], revision=at) if kv.key == args[0]]
            found = self.theirs.get(key=args[0], revision=at)
            self.compare((verb, args[0], at), found, shown(wanted[0]) if wanted else None)
        elif verb == "range":
            at = self.past(args[1])
            found = self.theirs.range(prefix=args[0], revision=at)
            self.compare((verb, args[0], at), found, [shown(kv) for kv in self.ours.range(args[0], revision=at)])
        else:
            since = self.past(args[0]) or 1
            wanted = [
                {"revision": c.revision, "key": c.key, "value": c.current.value if c.current else None}
                for c in self.ours.changes(since)
            ]
            found = self.theirs.changes(since=since)
            self.compare((verb, since), found, wanted)

    def past(self, back):
        """The revision so many writes ago; 0 is now."""
        return max(self.ours.revision - back, 1) if back else 0

    def compare(self, step, found, wanted):
        if not self.wrong and found != wanted:
            asked = f"{step[0]}({', '.join(map(repr, step[1:]))})"
            self.wrong = f"{asked} answered {str(found)[:110]}, where {str(wanted)[:110]} is due"


def shown(kv):
    return {"key": kv.key, "value": kv.value, "created": kv.create_revision, "modified": kv.mod_revision, "version": kv.version}


def wrong(Store, steps):
    pair = Pair(Store)
    for step in steps:
        pair.do(step)
        if pair.wrong:
            return pair.wrong
    return ""


def words(seed):
    return [f"{goods}-{seed}" for goods in ("tea", "cup", "pot")]


def looked(Store, steps, said, misconception=""):
    """Do these steps; the first wrong answer, or what was seen."""
    found = wrong(Store, steps)
    asked = found.startswith(("get", "range", "changes"))
    return not_yet(f"{found}.", misconception if asked else "") if found else seen(said)


@check(
    points=2,
    title="What was put can be read",
    hints=("Count every write of the whole store in one number.", "A key that is created again after a delete begins at version 1, with a new created."),
)
def read(Store, seed):
    tea, cup, pot = words(seed)
    steps = [("put", "/a", tea), ("put", "/b", cup), ("put", "/a", pot), ("get", "/a", 0), ("get", "/b", 0), ("get", "/c", 0)]
    again = [("delete", "/a"), ("get", "/a", 0), ("delete", "/c"), ("put", "/a", tea), ("get", "/a", 0), ("range", "/", 0)]
    return looked(Store, steps + again, "What was put was read, with the right numbers.")


@check(
    points=2,
    title="The past can be read",
    hints=("To know what stood there, nothing that was written may be overwritten.", "The latest write of this key that is not after the revision."),
)
def past(Store, seed):
    tea, cup, pot = words(seed)
    steps = [("put", "/a/1", tea), ("put", "/a/2", cup), ("put", "/a/1", pot), ("delete", "/a/2"), ("put", "/b", tea)]
    looks = [("get", "/a/1", 3), ("get", "/a/2", 2), ("get", "/a/2", 1), ("range", "/a/", 2), ("range", "/", 4), ("range", "/a/", 0)]
    return looked(
        Store, steps + looks, "Every revision could be read as it was.", "A store is thought to know only what is now."
    )


@check(points=2, title="Whoever watches hears of all", hints=("A delete is a change, too.", "since itself is not part of the answer."))
def watched(Store, seed):
    tea, cup, pot = words(seed)
    steps = [("put", "/a", tea), ("put", "/a", cup), ("put", "/b", pot), ("delete", "/a"), ("put", "/a", tea)]
    looks = [("changes", 0), ("changes", 1), ("changes", 2), ("changes", 9), ("delete", "/c"), ("changes", 2)]
    return looked(
        Store, steps + looks, "Every change was told once, in order.", "What is there now is thought to tell what has happened."
    )


@check(points=2, title="Any sequence of calls", hints=("The schedule of the report is the shortest sequence that is answered wrongly.",))
def sequences(Store, seed):
    draw = random.Random(seed)
    for _ in range(25):
        steps = [drawn(draw, n) for n in range(draw.randint(4, 16))]
        if wrong(Store, steps):
            steps = fewest(steps, lambda some: bool(wrong(Store, some)), 60)
            return not_yet(f"After {len(steps)} calls: {wrong(Store, steps)}.", schedule=[f"{verb} {' '.join(map(str, args))}" for verb, *args in steps])
    return seen("Twenty-five sequences of calls were answered as ours answers them.")


def drawn(draw, number):
    """Some call; a question counts its revision in writes back from now."""
    verb = draw.choice(("put", "put", "put", "delete", "get", "range", "changes"))
    if verb == "put":
        return (verb, draw.choice(KEYS), f"v{number}")
    if verb == "delete":
        return (verb, draw.choice(KEYS))
    if verb == "get":
        return (verb, draw.choice(KEYS), draw.randint(0, 4))
    return (verb, draw.choice(("/pods/", "/")), draw.randint(0, 4)) if verb == "range" else (verb, draw.randint(0, 5))


@check(points=2, title="A cluster runs on it", hints=("report.run is the cluster that ran on your store, as far as it came.",))
def cluster_on_it(Store, seed):
    make, _ = stored(Store)
    cluster = make(1, seed)
    labels = {"app": "shop"}
    template = {"metadata": {"labels": labels}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "shop", "image": "pause"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    cluster.apply({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "shop"}, "spec": spec})
    cluster.run(15)
    first = set(cluster.get("pods").names)
    if len(first) == 2:
        cluster.delete(f"pod/{min(first)}")
        cluster.run(15)
    now = set(cluster.get("pods").names)
    if len(first) != 2 or len(now) != 2 or now == first:
        return not_yet(f"Of two pods there were {len(first)}, and after one was deleted {len(now)}.", run=cluster)
    return seen(f"A ReplicaSet replaced a deleted pod; the store came to revision {cluster.store.revision}.", run=cluster)


# %% tags=["hidden"]
SEEDS = (803,)

# %% tags=["wrong"] wrong="only what is now" points=6 because="only what is now"
right = Store
class Store(right):
    def range(self, prefix, revision=0):
        return super().range(prefix)

# %% tags=["wrong"] wrong="a delete is no change" points=4 because="what has happened"
right = Store
class Store(right):
    def changes(self, since):
        return [one for one in super().changes(since) if one["value"] is not None]

# %% tags=["wrong"] wrong="since is told again" points=4 because="changes"
right = Store
class Store(right):
    def changes(self, since):
        return super().changes(since - 1)

# %% tags=["wrong"] wrong="a key that comes back is the old one" points=6 because="is due"
right = Store
class Store(right):
    def put(self, key, value):
        older = [was for _, was in self.versions.get(key, ()) if was]
        revision = super().put(key, value)
        if older:
            self.versions[key][-1][1].update(created=older[0]["created"], version=older[-1]["version"] + 1)
        return revision

# %% tags=["wrong"] wrong="a delete of nothing counts" points=4 because="is due"
right = Store
class Store(right):
    def delete(self, key):
        return self._write(key, None, None)

# %% tags=["wrong"] wrong="answers learnt by heart" points=6 because="is due"
right = Store
class Store(right):
    def get(self, key, revision=0):
        found = super().get(key, revision)
        return found and {**found, "value": found["value"].replace("101", "7")}
