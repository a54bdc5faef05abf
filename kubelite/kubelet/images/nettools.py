"""The commands that speak to the network: names, connections, pages, and waiting for a database.

They go through ``Shell.network``, which is what a process in a pod sees: its resolver, and the
rules of its node. Texts and exit codes are those of busybox, curl and the databases' clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelite.apimachinery.struct import Value
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.coretools import FOREVER
from kubelite.kubelet.images.invocation import Applet, options
from kubelite.kubelet.images.program import Steps
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell

PATIENCE = 60 * SECOND
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
CURL_RESOLVE, CURL_CONNECT, CURL_STATUS, CURL_LATE = 6, 7, 22, 28


class Client(Value):
    """A client of some server: its port, its option for the port, and what it says and returns."""

    port: int
    port_option: str = "p"
    said: str = ""
    refused: int = 1


CLIENTS: dict[str, Client] = {
    "pg_isready": Client(5432, "p", "{host}:{port} - accepting connections", 2),
    "psql": Client(5432, refused=2),
    "mysql": Client(3306, "P"),
    "mysqladmin": Client(3306, "P", "mysqld is alive"),
    "mariadb-admin": Client(3306, "P", "mysqld is alive"),
    "redis-cli": Client(6379, "p", "PONG"),
    "valkey-cli": Client(6379, "p", "PONG"),
    "mongo": Client(27017, "port", "1"),
    "mongosh": Client(27017, "port", "1"),
}
"""Without a host these ask the process beside them, which is taken to be well."""


def _resolved(shell: Shell, host: str) -> Steps:
    """0 and the addresses in ``shell.addresses``, or 1."""
    if host in LOCAL:
        shell.addresses = ("127.0.0.1",)
        return 0
    found = shell.network.lookup(host)
    shell.addresses = found.addresses
    yield found.latency
    return 0 if found.addresses else 1


def _ask(shell: Shell, host: str, port: int, request: Request, patience: int) -> Steps:
    """One request; its reply is in ``shell.reply``."""
    if (yield from _resolved(shell, host)):
        shell.reply = Reply(error=f"bad address '{host}'")
        return 1
    answers: list[Reply] = []
    asked = shell.addresses[0], port, host, request, patience
    shell.network.ask(*asked, answers.append)
    step = 1000
    while not answers:
        yield step
        step = min(step * 2, SECOND // 10)
    shell.reply = answers[0]
    return 1 if shell.reply.error else 0


def connects(shell: Shell, host: str, port: int, patience: int = PATIENCE) -> Steps:
    """0 when somebody accepts a connection there."""
    request = Request(protocol="tcp")
    return (yield from _ask(shell, host, port, request, patience))


def _nslookup(shell: Shell, args: list[str]) -> Steps:
    names = [arg for arg in args if not arg.startswith("-")]
    if not names:
        return 1
    failed = yield from _resolved(shell, names[0])
    server = shell.network.server
    shell.out(f"Server:\t\t{server}\nAddress:\t{server}:53\n\n")
    if failed:
        shell.err(f"** server can't find {names[0]}: NXDOMAIN\n\n")
        return 1
    for address in shell.addresses:
        shell.out(f"Name:\t{names[0]}\nAddress: {address}\n")
    shell.out("\n")
    return 0


def _getent(shell: Shell, args: list[str]) -> Steps:
    name = args[-1] if args else ""
    if (yield from _resolved(shell, name)):
        return 2
    shell.out(f"{shell.addresses[0]}      {name}\n")
    return 0


def _host(shell: Shell, args: list[str]) -> Steps:
    names = [arg for arg in args if not arg.startswith(("-", "+", "@"))]
    if not names or (yield from _resolved(shell, names[0])):
        return 1
    shell.out("".join(f"{address}\n" for address in shell.addresses))
    return 0


def _ping(shell: Shell, args: list[str]) -> Steps:
    found, operands = options(args, "cwWiIs")
    host = operands[0] if operands else ""
    if (yield from _resolved(shell, host)):
        shell.err(f"ping: bad address '{host}'\n")
        return 1
    yield int(found.get("c") or FOREVER // SECOND) * SECOND
    return 0


def _nc(shell: Shell, args: list[str]) -> Steps:
    """Listens for ever with -l; otherwise opens a connection, and hands over its input."""
    found, operands = options(args, "wpeiqs")
    if "l" in found:
        port = found.get("p") or (operands[-1] if operands else "")
        shell.listen(int(port) if port.isdecimal() else 0)
        yield FOREVER
        return 0
    if len(operands) < 2 or not operands[1].isdecimal():
        return 1
    host, port = operands[0], operands[1]
    patience = int(float(found.get("w") or 60) * SECOND)
    failed = yield from connects(shell, host, int(port), patience)
    if failed and "bad address" in shell.reply.error:
        shell.err(f"nc: {shell.reply.error}\n")
    elif failed:
        shell.err(f"nc: {host} ({shell.addresses[0]}:{port}): Connection refused\n")
    elif "v" in found:
        shell.err(f"{host} ({shell.addresses[0]}:{port}) open\n")
    if not failed and shell.stdin:
        shell.guessed()  # what a server says to a raw line is its own affair
    return failed


def _page(url: str) -> tuple[str, int, str]:
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "http", url
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2]
    host, _, port = host.partition(":")
    number = int(port) if port.isdecimal() else (443 if scheme == "https" else 80)
    return host, number, slash + path or "/"


def _wget(shell: Shell, args: list[str]) -> Steps:
    found, operands = options(args, "OTPtUo")
    if not operands:
        return 1
    host, port, path = _page(operands[0])
    timeout = found.get("T") or found.get("timeout") or "60"
    patience = int(float(timeout) * SECOND)
    if (yield from _ask(shell, host, port, Request(path), patience)):
        error = shell.reply.error
        late = f"can't connect to remote host ({(*shell.addresses, host)[0]}): Connection refused"
        shell.err(f"wget: {error if 'bad address' in error else late}\n")
        return 1
    if shell.reply.status >= 400:
        shell.err(f"wget: server returned error: HTTP/1.1 {shell.reply.status}\n")
        return 1
    _deliver(shell, found.get("O") or path.rpartition("/")[2] or "index.html", "spider" in found)
    return 0


def _deliver(shell: Shell, name: str, dropped: bool = False) -> None:
    if name == "-":
        shell.out(shell.reply.body)
    elif not dropped:
        shell.files.write(shell.path(name), shell.reply.body)


def _curl(shell: Shell, args: list[str]) -> Steps:
    valued = {"--retry", "--max-time", "--connect-timeout", "--header", "--data", "--request"}
    valued |= {"--output", "--write-out", "--user", "--cacert", "--url", "--retry-delay"}
    joined, rest = [], list(args)
    while rest:
        word = rest.pop(0)
        joined.append(f"{word}={rest.pop(0)}" if word in valued and rest else word)
    found, operands = options(joined, "XHdomwuTAbceEFr")
    url = found.get("url") or (operands[0] if operands else "")
    if not url:
        return 2
    host, port, path = _page(url)
    patience = int(float(found.get("m") or found.get("max-time") or 300) * SECOND)
    method = found.get("X") or found.get("request") or "GET"
    failed = yield from _ask(shell, host, port, Request(path, method), patience)
    status = 0 if failed else shell.reply.status
    form = found.get("w") or found.get("write-out") or ""
    if failed:
        code = _curl_code(shell.reply.error)
        if "s" not in found and "silent" not in found:
            shell.err(f"curl: ({code}) Failed to connect to {host} port {port}\n")
    else:
        code = CURL_STATUS if status >= 400 and {"f", "fail"} & set(found) else 0
        if not code:
            _deliver(shell, found.get("o") or found.get("output") or "-")
    shell.out(form.replace("%{http_code}", f"{status:03d}").replace("\\n", "\n"))
    return code


def _curl_code(error: str) -> int:
    if "bad address" in error:
        return CURL_RESOLVE
    return CURL_LATE if "timeout" in error else CURL_CONNECT


def _httpd(shell: Shell, args: list[str]) -> Steps:
    found, _ = options(args, "phcu")
    shell.listen(int((found.get("p") or "80").rpartition(":")[2] or 80))
    if "f" in found:
        yield FOREVER
    return 0


def _client(name: str, client: Client) -> Applet:
    def run(shell: Shell, args: list[str]) -> Steps:
        found, _ = options(args, "hU" + client.port_option[:1] * (len(client.port_option) == 1))
        host = found.get("h") or found.get("host") or ""
        port = found.get(client.port_option) or found.get("port") or str(client.port)
        number = int(port) if port.isdecimal() else client.port
        if host and host not in LOCAL and (yield from connects(shell, host, number)):
            shell.err(f"{name}: could not connect to server {host}:{port}: Connection refused\n")
            return client.refused
        shell.guessed()
        text = client.said.format(host=host or "/var/run", port=port)
        shell.out(text + "\n" if text else "")
        return 0

    return run


NETWORK_TOOLS: dict[str, Applet] = {
    "curl": _curl,
    "dig": _host,
    "getent": _getent,
    "host": _host,
    "httpd": _httpd,
    "nc": _nc,
    "ncat": _nc,
    "netcat": _nc,
    "nslookup": _nslookup,
    "ping": _ping,
    "telnet": _nc,
    "wget": _wget,
}
"""More rows of ``applets.APPLETS``."""

CLIENT_TOOLS: dict[str, Applet] = {name: _client(name, row) for name, row in CLIENTS.items()}
"""Clients that come with the images of databases; busybox has none of them."""
