"""lightkube's asynchronous client: several watches at once while objects come and go.

KUBECONFIG=... python lightkube_async.py
"""

from __future__ import annotations

import asyncio

from lightkube import AsyncClient
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace, Pod

SPACE = "by-lightkube-async"


async def main() -> None:
    client = AsyncClient(namespace=SPACE, field_manager="lightkube")
    space = await client.create(Namespace(metadata=ObjectMeta(name=SPACE)))
    since = space.metadata.resourceVersion  # from here on nothing is missed
    names = [f"note-{number}" for number in range(3)]
    watchers = [asyncio.create_task(changes(client, name, since)) for name in names]
    await asyncio.gather(*(story(client, name) for name in names))
    for seen in await asyncio.gather(*watchers):
        assert seen == ["ADDED", "MODIFIED", "DELETED"], seen
    print("three watches at once: ADDED, MODIFIED, DELETED")
    await pod(client)
    await client.delete(Namespace, SPACE)
    await client.close()


async def story(client: AsyncClient, name: str) -> None:
    await client.apply(ConfigMap.from_dict({"metadata": {"name": name}, "data": {"a": "1"}}))
    await client.patch(ConfigMap, name, {"data": {"a": "2"}})
    await client.delete(ConfigMap, name)


async def changes(client: AsyncClient, name: str, since: str) -> list[str]:
    seen = []
    fields = {"metadata.name": name}
    async for kind, _ in client.watch(ConfigMap, fields=fields, resource_version=since):
        seen.append(kind)
        if kind == "DELETED":
            break
    return seen


async def pod(client: AsyncClient) -> None:
    container = {"name": "main", "image": "busybox", "args": ["sh", "-c", "echo hi; sleep 6000"]}
    await client.create(
        Pod.from_dict({"metadata": {"name": "p"}, "spec": {"containers": [container]}})
    )
    await client.wait(Pod, "p", for_conditions=["Ready"])
    lines = [line.strip() async for line in client.log("p")]
    done = await client.exec("p", command=["hostname"], stdout=True)
    assert (lines, done.stdout.strip()) == (["hi"], "p"), (lines, done)
    names = [one.metadata.name async for one in client.list(Pod)]
    assert names == ["p"], names
    print("a pod: Ready, its log, its hostname")


if __name__ == "__main__":
    asyncio.run(main())
