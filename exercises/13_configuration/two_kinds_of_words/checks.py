"""Checks of the exercise 13_configuration/two_kinds_of_words: built from source.py by `kubelite exercise build`."""

from base64 import b64encode

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.shop import restarts_of
from course.grading.writing import hand_in
from kubelite import Cluster

TITLE = 'Words for everybody, and a word for few'
ANSWERS = ('manifest',)
KIND = 'write'

SEASONS = ("Tea is ready", "Spring has come", "Everything must go", "A quiet winter")


def secret(password):
    """The Secret as it is to be."""
    data = {"password": b64encode(password.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "database"}, "data": data}


class House:
    """A cluster with both words in it, and the learner's pod."""

    def __init__(self, manifest, seed):
        self.greeting = f"{SEASONS[seed % 4]}, {seed}"
        self.password, self.next = f"blue-{seed * 7919 % 99991}", f"green-{seed * 104729 % 99991}"
        self.cluster = Cluster(1, seed)
        words = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "words"}, "data": {"greeting": self.greeting}}
        self.cluster.apply([words, secret(self.password)])
        hand_in(self.cluster, manifest, ("Pod",))
        self.cluster.run(15)
        self.pod = next((p for p in self.cluster.get("pods") if p.metadata.name == "shop"), None)
        self.running = self.pod is not None and self.pod.status.phase == "Running"

    def why(self):
        """Why the pod does not run."""
        if self.pod is None:
            return "There was no pod called shop."
        states = [s.state.waiting for s in self.pod.status.container_statuses if s.state.waiting]
        events = [e.message for e in self.cluster.events("pod/shop") if e.type == "Warning"]
        said = f"{states[0].reason}: {states[0].message}" if states and states[0].message else (events[-1] if events else "")
        return f"The pod shop did not run. {said}".strip()

    def shell(self, command):
        return self.cluster.exec("pod/shop", command).output.rstrip("\n")

    def file(self):
        return self.shell("cat /etc/shop/password 2>/dev/null")

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


house_of = once(House)


@check(points=2, title="The greeting", hints=("env: a name, and valueFrom instead of value.", "valueFrom.configMapKeyRef: name and key."))
def greeting(manifest, seed):
    house = house_of(manifest, seed)
    if not house.running:
        return house.not_yet(house.why())
    found = house.shell("echo \"$GREETING\"")
    if found != house.greeting:
        return house.not_yet(f"The ConfigMap says “{house.greeting}”, and GREETING was “{found}”.", "What the ConfigMap says today is copied into the pod." if found in {f"{s}, 7" for s in SEASONS} else "")
    return seen(f"GREETING was “{found}”.", run=house.cluster)


@check(points=2, title="The password in its file", hints=("A volume of the kind secret, and a volumeMount at the folder.", "Each key of the Secret becomes a file of that name."))
def password(manifest, seed):
    house = house_of(manifest, seed)
    if not house.running:
        return house.not_yet(house.why())
    if house.file() != house.password:
        what = "was not there" if not house.file() else "held something else"
        return house.not_yet(f"/etc/shop/password {what}.")
    return seen("/etc/shop/password held the password.", run=house.cluster)


@check(points=1, title="Nobody reads it by the way", hints=("What stands in the manifest, everybody can read who may read pods.", "An environment is inherited by every program, and printed by many."))
def hidden_word(manifest, seed):
    house = house_of(manifest, seed)
    if not house.running or house.file() != house.password:
        return house.not_yet("The pod has no password in its file that it could hide." if house.running else house.why())
    if house.password in house.cluster.yaml("pod/shop"):
        return house.not_yet("kubectl get pod shop -o yaml shows the password.", "A manifest is thought to be a safe place.")
    if house.password in house.shell("env"):
        return house.not_yet("The environment of the pod holds the password.", "The environment is thought to be as private as a file.")
    return seen("Neither the manifest nor the environment showed the password.", run=house.cluster)


@check(points=2, title="A new password", hints=("Which of the two ways is read anew when the Secret changes: environment or file?", "A file that is mounted by subPath stays as it was."))
def renewed(manifest, seed):
    house = House(manifest, seed)
    if not house.running:
        return house.not_yet(house.why())
    if house.file() != house.password:
        return house.not_yet("The first password was not in the file, so the second was not waited for.")
    uid = house.pod.metadata.uid
    house.cluster.apply(secret(house.next))
    house.cluster.run(120)
    now = house.cluster.get("pod/shop")
    if now.metadata.uid != uid or restarts_of(now):
        return house.not_yet("The pod was restarted.")
    if house.file() != house.next:
        return house.not_yet("Two minutes after the Secret had changed, the file held the old password.", "A mounted file is thought to follow its Secret, however it was mounted.")
    return seen("Two minutes after the Secret had changed, the file held the new password.", run=house.cluster)
