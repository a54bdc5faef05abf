"""kr8s' asynchronous side: many objects at once, and what happens to them meanwhile.

KUBECONFIG=... python kr8s_async.py
"""

from __future__ import annotations

import asyncio

import kr8s
from kr8s.asyncio.objects import Job, Namespace, Pod

SPACE = "by-kr8s-async"


async def main() -> None:
    space = await Namespace(SPACE)
    await space.create()
    await pods()
    await job()
    await port()
    await space.delete()


async def pods() -> None:
    names = [f"talker-{number}" for number in range(3)]
    made = [
        await Pod.gen(name=name, namespace=SPACE, image="busybox", command=["sleep", "6000"])
        for name in names
    ]
    await asyncio.gather(*(one.create() for one in made))
    await asyncio.gather(*(one.wait("condition=Ready", timeout=60) for one in made))
    done = await asyncio.gather(*(one.exec(["hostname"]) for one in made))
    assert [one.stdout.decode().strip() for one in done] == names, done
    assert [one.name async for one in kr8s.asyncio.get("pods", namespace=SPACE)] == names
    await asyncio.gather(*(one.delete() for one in made))
    await asyncio.gather(*(one.wait("delete", timeout=60) for one in made))
    print("three pods: Ready, asked for their names, deleted")


async def job() -> None:
    container = {"name": "main", "image": "busybox", "command": ["sh", "-c", "echo counted"]}
    count = await Job(
        {
            "metadata": {"name": "count", "namespace": SPACE},
            "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
        }
    )
    await count.create()
    await count.wait(["condition=Complete", "condition=Failed"], timeout=60)
    assert count.status.succeeded == 1, count.status
    label = {"job-name": "count"}
    found = [one async for one in kr8s.asyncio.get("pods", namespace=SPACE, label_selector=label)]
    assert [line async for line in found[0].logs()] == ["counted"]
    print("a job: Complete, and what it said")


async def port() -> None:
    """A port of this machine leads into a pod, over a WebSocket."""
    web = await Pod.gen(name="web", namespace=SPACE, image="nginx:1.27", ports=80)
    await web.create()
    await web.wait("condition=Ready", timeout=60)
    async with web.portforward(80) as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"</html>"), 20)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK") and b"Welcome to nginx" in answer, answer
    print("a forwarded port: 200 OK")


if __name__ == "__main__":
    asyncio.run(main())
