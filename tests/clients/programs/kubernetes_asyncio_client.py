"""kubernetes_asyncio: pages, watches, commands over a WebSocket, a dynamic client.

KUBECONFIG=... python kubernetes_asyncio_client.py
"""

from __future__ import annotations

import asyncio

from kubernetes_asyncio import client, config, dynamic, utils, watch
from kubernetes_asyncio.client import ApiException
from kubernetes_asyncio.stream import WsApiClient
from kubernetes_asyncio.stream.ws_client import ERROR_CHANNEL, STDOUT_CHANNEL

SPACE = "by-asyncio"
WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": SPACE},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
        },
    },
}


async def main() -> None:
    await config.load_kube_config()
    async with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        await core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=SPACE)))
        await pods_of_a_deployment(api, core)
        await pages(core)
        await by_dynamic_client(api)
        await core.delete_namespace(SPACE)


async def pods_of_a_deployment(api: client.ApiClient, core: client.CoreV1Api) -> None:
    listed = await core.list_namespaced_pod(SPACE)
    ready = asyncio.create_task(two_ready(core, listed.metadata.resource_version))
    await utils.create_from_dict(api, WEB)
    names = await asyncio.wait_for(ready, 60)
    print(f"watch: {len(names)} pods became ready")
    async with WsApiClient() as sockets:
        over = client.CoreV1Api(sockets)
        said = await over.connect_get_namespaced_pod_exec(
            names[0], SPACE, command=["hostname"], stderr=True, stdin=False, stdout=True, tty=False
        )
        assert said.strip() == names[0], said
        socket = await over.connect_get_namespaced_pod_exec(
            names[1],
            SPACE,
            command=["sh", "-c", "echo no; exit 6"],
            stdout=True,
            stderr=True,
            _preload_content=False,
        )
        output = ""
        async with socket as messages:
            async for message in messages:
                channel, text = message.data[0], message.data[1:].decode()
                if channel == STDOUT_CHANNEL:
                    output += text
                elif channel == ERROR_CHANNEL:
                    code = WsApiClient.parse_error_data(text)
    assert (output, code) == ("no\n", 6), (output, code)
    log = await core.read_namespaced_pod_log(names[0], SPACE)
    assert isinstance(log, str)
    print("exec: its own name; exit code 6; a log")


async def two_ready(core: client.CoreV1Api, version: str) -> list[str]:
    found: dict[str, None] = {}
    async with watch.Watch() as changes:
        async for event in changes.stream(
            core.list_namespaced_pod, SPACE, resource_version=version
        ):
            pod = event["object"]
            conditions = pod.status.conditions or []
            if any((one.type, one.status) == ("Ready", "True") for one in conditions):
                found[pod.metadata.name] = None
            if len(found) == 2:
                return list(found)
    raise AssertionError("the watch ended")


async def pages(core: client.CoreV1Api) -> None:
    def note(name: str) -> client.V1ConfigMap:
        return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"n": "y"}))

    made = (
        core.create_namespaced_config_map(SPACE, note(f"note-{number}")) for number in range(20)
    )
    await asyncio.gather(*made)
    found: list[str] = []
    token = ""
    while True:
        page = await core.list_namespaced_config_map(
            SPACE, label_selector="n=y", limit=8, **({"_continue": token} if token else {})
        )
        found += [one.metadata.name for one in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert sorted(found) == found and len(found) == 20, found
    try:
        async with watch.Watch() as changes:
            async for _ in changes.stream(
                core.list_namespaced_config_map, SPACE, resource_version="1", timeout_seconds=5
            ):
                raise AssertionError("revision 1 is long gone")
    except ApiException as error:
        assert error.status == 410, error
    print("list: 20 made at once, in pages of 8; 410 for what is long gone")


async def by_dynamic_client(api: client.ApiClient) -> None:
    found = await dynamic.DynamicClient(api)
    leases = await found.resources.get(api_version="coordination.k8s.io/v1", kind="Lease")
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "mine"}}
    await leases.create(body=body | {"spec": {"holderIdentity": "me"}}, namespace=SPACE)
    mine = await leases.get(name="mine", namespace=SPACE)
    assert mine.spec.holderIdentity == "me"
    await leases.delete(name="mine", namespace=SPACE)
    print("dynamic client: a lease made, read, deleted")


if __name__ == "__main__":
    asyncio.run(main())
