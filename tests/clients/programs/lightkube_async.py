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
    await client.create(Namespace(metadata=ObjectMeta(name=SPACE)))
    watchers = [asyncio.create_task(changes(client, f"note-{number}")) for number in range(3)]
    await asyncio.gather(*(story(client, f"note-{number}") for number in range(3)))
    for seen in await asyncio.gather(*watchers):
        assert seen == ["ADDED", "MODIFIED", "DELETED"], seen
    print("three watches at once: ADDED, MODIFIED, DELETED")
    await pod(client)
    await client.delete(Namespace, SPACE)
    await client.close()


async def story(client: AsyncClient, name: str) -> None:
    await client.apply(ConfigMap.from_dict({"metadata": {"name": name}, "data": {"a": "1"}}))
    await asyncio.sleep(0.3)
    await client.patch(ConfigMap, name, {"data": {"a": "2"}})
    await client.delete(ConfigMap, name)


async def changes(client: AsyncClient, name: str) -> list[str]:
    seen = []
    async for kind, _ in client.watch(ConfigMap, fields={"metadata.name": name}):
        seen.append(kind)
        if kind == "DELETED":
            break
    return seen


async def pod(client: AsyncClient) -> None:
    container = {"name": "main", "image": "busybox", "args": ["sh", "-c", "echo hi; sleep 600"]}
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
