"""Checks of the exercise 10_networking/only_the_shop: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.writing import hand_in
from kubelite import Cluster

TITLE = 'Only the shop may ask the database'
ANSWERS = ('manifest',)
KIND = 'write'

def pod(name, namespace, app, doors=1):
    """A pod of one web server, or of two."""
    containers = [{"name": "main", "image": "shop"}]
    if doors > 1:
        containers.append({"name": "metrics", "image": "shop", "env": [{"name": "PORT", "value": "9090"}]})
    meta = {"name": name, "namespace": namespace, "labels": {"app": app}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": containers}}


class House:
    """The two namespaces, with the learner's policies in force."""

    def __init__(self, manifest, seed):
        self.cluster = cluster = Cluster(2, seed)
        for name in ("shop", "other"):
            cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        cluster.apply([pod("db", "shop", "db", 2), pod("shop", "shop", "shop"), pod("test", "shop", "test"), pod("team", "other", "shop")])
        service = {"selector": {"app": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]}
        meta = {"name": "shop", "namespace": "shop"}
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": service})
        hand_in(cluster, manifest, ("NetworkPolicy",), "shop")
        cluster.run(10)
        cluster.apply([pod("till", "shop", "till"), pod("shop-2", "shop", "shop")])
        cluster.run(10)
        self.db = cluster.get("pod/db", namespace="shop").status.pod_ip

    def reaches(self, name, namespace="shop", port=8080):
        answer = self.cluster.request(f"http://{self.db}:{port}/", from_pod=f"pod/{name}", namespace=namespace)
        return answer.status == 200


house_of = once(House)


def works(house):
    """What is not as it should be for those who may; or ""."""
    for name in ("shop", "shop-2"):
        if not house.reaches(name):
            return f"The pod {name} could not reach the database."
    customer = house.cluster.request("shop", namespace="shop")
    return "" if customer.status == 200 else "A customer could not reach the shop."


@check(
    points=1,
    title="The shop works",
    hints=("podSelector of a policy says whom it protects, from says whom it lets in.", "A policy with podSelector {} protects every pod, the shop, too."),
)
def shop_works(manifest, seed):
    house = house_of(manifest, seed)
    if found := works(house):
        closed = "customer" in found or not house.reaches("shop")
        return not_yet(found, "A policy is thought to forbid only what it names." if closed else "", run=house.cluster)
    if house.reaches("test"):
        return not_yet("The shop reached the database, and so did everybody else.", run=house.cluster)
    return seen("The shop reached the database, and a customer the shop.", run=house.cluster)


def forbidden(house, who, name, namespace="shop", port=8080, misconception=""):
    if house.reaches(name, namespace, port):
        return not_yet(f"{who} was answered.", misconception, run=house.cluster)
    if found := works(house):
        return not_yet(f"{who} was not answered; but neither was all well: {found}", run=house.cluster)
    return seen(f"{who} was not answered.", run=house.cluster)


@check(points=2, title="Not the test program", hints=("from with a podSelector names who may.",))
def not_the_test(manifest, seed):
    return forbidden(house_of(manifest, seed), "The test program asked the database and", "test")


@check(
    points=2,
    title="Not from another namespace",
    hints=("A podSelector by itself means pods of the policy's own namespace.", "A namespaceSelector {} means every namespace."),
)
def not_from_afar(manifest, seed):
    return forbidden(
        house_of(manifest, seed),
        "A pod of another namespace, with the label of the shop, asked the database and",
        "team",
        "other",
        misconception="A label is thought to mean the same in every namespace.",
    )


@check(points=1, title="Only the one door", hints=("ports beside from says at which doors.",))
def one_door(manifest, seed):
    return forbidden(house_of(manifest, seed), "The shop asked at port 9090 of the database and", "shop", port=9090, misconception="Who may come in is thought to be all that can be said.")


@check(points=1, title="Nor a till that comes later", hints=("Name who may, not who may not.",))
def not_the_till(manifest, seed):
    return forbidden(house_of(manifest, seed), "A till that was opened later asked the database and", "till", misconception="What is not forbidden by name is thought to be no danger.")
