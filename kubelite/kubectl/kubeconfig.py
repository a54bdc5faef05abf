"""``kubectl config`` and ``cluster-info``: where the cluster is, and under which names.

A cluster that is served has a kubeconfig, and this is it; one that is not looks as if it were
served at the address its own pods know. Only the context's namespace can be changed: it is kept
for the commands that follow. Models ``pkg/cmd/config`` and ``pkg/cmd/clusterinfo``.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Service
from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.manifest import load
from kubelite.kubectl import output, typed, unknown
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.result import CommandError, Failures, usage_error
from kubelite.kubectl.tabwriter import aligned

VIEW_FLAGS = (
    *output.FLAGS,
    Flag("minify", SWITCH),
    Flag("raw", SWITCH),
    Flag("flatten", SWITCH),
    Flag("merge", SWITCH, True),
)
CONTEXTS_FLAGS = (Flag("no-headers", SWITCH), Flag("output", TEXT, short="o"))
SET_FLAGS = (Flag("current", SWITCH),)
NAME = "kubelite"
ADMIN = "kubernetes-admin"
_OMITTED = {"certificate-authority-data": "DATA+OMITTED", "token": "REDACTED"}

Document = dict[str, Any]


def config_of(client: Client) -> Document:
    """The cluster's kubeconfig as plain dicts, with the namespace that was set."""
    path = getattr(client.cluster, "kubeconfig", "")
    config = load(type(client.cluster).read_file(path), path)[0] if path else _of_the_inside(client)
    if client.settings.namespace == "default":
        return config
    place = {"namespace": client.settings.namespace}
    contexts = [one | {"context": one["context"] | place} for one in config["contexts"]]
    return config | {"contexts": contexts}


def _of_the_inside(client: Client) -> Document:
    address = client.get("services", "kubernetes", "default").spec.cluster_ip
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": NAME,
        "clusters": [{"name": NAME, "cluster": {"server": f"https://{address}:443"}}],
        "users": [{"name": ADMIN, "user": {}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": ADMIN}}],
    }


def check(client: Client, given: Given) -> None:
    """Refuse names of clusters, users and contexts that the kubeconfig does not have."""
    refusals = {
        "context": "Error in configuration: context was not found for specified context: {}\n",
        "cluster": 'error: no server found for cluster "{}"\n',
        "user": 'error: auth info "{}" does not exist\n',
    }
    for of, refusal in refusals.items():
        name = given[of]
        if isinstance(name, tuple):  # a flag of the verb's own, as in create rolebinding --user
            continue
        if name and name not in [one["name"] for one in config_of(client)[f"{of}s"]]:
            raise CommandError(refusal.format(name), plain=False)


def view(client: Client, given: Given) -> None:
    """The whole of it, without what is secret."""
    if given.words:
        raise usage_error(given.path, f"unexpected arguments: [{' '.join(given.words)}]")
    config = config_of(client)
    if not (given["raw"] or given["flatten"]):
        config = _shortened(config)
    match output.format_of(given):
        case "":
            client.write(go_yaml(config))
        case "json":
            client.write(typed.json_text(config))
        case _:
            client.write(output.printer(client, given)(config))


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _OMITTED.get(key) or _shortened(one) for key, one in value.items()}
    return [_shortened(one) for one in value] if isinstance(value, list) else value


def current_context(client: Client, given: Given) -> None:
    """The name of the context in use."""
    client.say(config_of(client)["current-context"])


def get_contexts(client: Client, given: Given) -> None:
    """The contexts there are, or those that are named."""
    form = given["output"]
    if form not in ("", "name"):
        raise CommandError(
            f"--output {form} is not available in kubectl config get-contexts; "
            "resetting to default output format"
        )
    config = config_of(client)
    known = {one["name"]: one["context"] for one in config["contexts"]}
    wanted = [name for name in given.words if name in known] if given.words else list(known)
    if form == "name":
        client.write("".join(f"{name}\n" for name in sorted(wanted)))
    else:
        rows = [] if given["no-headers"] else ["CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n"]
        for name in sorted(wanted):
            mark = "*" if name == config["current-context"] else " "
            of = known[name]
            rows.append(
                f"{mark}\t{name}\t{of['cluster']}\t{of['user']}\t{of.get('namespace', '')}\n"
            )
        client.write(aligned("".join(rows)))
    missing = [name for name in given.words if name not in known]
    if missing:
        raise Failures([CommandError(f"context {name} not found") for name in missing])


def get_clusters(client: Client, given: Given) -> None:
    """The clusters' names."""
    _names(client, "clusters")


def get_users(client: Client, given: Given) -> None:
    """The users' names."""
    _names(client, "users")


def _names(client: Client, of: str) -> None:
    client.say("NAME")
    for one in config_of(client)[of]:
        client.say(one["name"])


def set_context(client: Client, given: Given) -> None:
    """Let the commands that follow ask in another namespace."""
    name = given.words[0] if given.words else ""
    if not name and not given["current"]:
        raise CommandError("you must specify a non-empty context name or --current")
    if name and given["current"]:
        raise CommandError("you cannot specify both a context name and --current")
    if len(given.words) > 1:
        raise CommandError(f"Unexpected args: [{' '.join(given.words)}]")
    current = config_of(client)["current-context"]
    if name not in ("", current):
        raise CommandError(f"this kubectl knows one cluster and one context, {go_quote(current)}")
    if given["cluster"] or given["user"]:
        raise unknown.elsewhere("config set-context with another cluster or user")
    if client.namespace_given:
        client.settings.namespace = client.namespace
    client.say(f'Context "{current}" modified.')


def use_context(client: Client, given: Given) -> None:
    """Use another context: there is one."""
    if len(given.words) != 1:
        raise CommandError(f"Unexpected args: [{' '.join(given.words)}]")
    name = given.words[0]
    if name not in [one["name"] for one in config_of(client)["contexts"]]:
        raise CommandError(f"no context exists with the name: {go_quote(name)}")
    client.say(f'Switched to context "{name}".')


# Cluster information


def cluster_info(client: Client, given: Given) -> None:
    """Where the control plane is, and the services that belong to the cluster itself."""
    if given.words[:1] == ("dump",):
        raise unknown.elsewhere("cluster-info dump")
    host = config_of(client)["clusters"][0]["cluster"]["server"]
    client.say(f"Kubernetes control plane is running at {host}")
    place = client.namespace if client.namespace_given else "kube-system"
    for found in client.listed("services", place, "kubernetes.io/cluster-service=true").items:
        name = found.metadata.labels.get("kubernetes.io/name") or found.metadata.name
        client.say(f"{name} is running at {_link(host, found)}")
    client.write(
        "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
    )


def _link(host: str, found: Service) -> str:
    ports, balancers = found.spec.ports, found.status.load_balancer.ingress
    if balancers:
        address = balancers[0].ip or balancers[0].hostname
        return "".join(f"http://{address}:{port.port} " for port in ports)
    name = found.metadata.name
    if ports:
        first = ports[0]
        scheme = "https:" if first.name == "https" or first.port == 443 else ""
        behind = f":{first.name}" if scheme or first.name else ""
        name = f"{scheme}{name}{behind}"
    return f"{host}/api/v1/namespaces/{found.metadata.namespace}/services/{name}/proxy"
