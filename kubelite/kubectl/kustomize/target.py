"""Building a kustomization: bases and files, then generators, components and transformers.

Models api/internal/target/kusttarget.go and api/krusty/kustomizer.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.apimachinery import manifest
from kubelite.apimachinery.scalars import resolve_as_json
from kubelite.kubectl.client import Client
from kubelite.kubectl.kustomize import generators, kustomization, patches, references, transforming
from kubelite.kubectl.kustomize.loading import Folder, folder
from kubelite.kubectl.kustomize.replacements import replace
from kubelite.kubectl.kustomize.resources import Document, Resource, gvk_text
from kubelite.kubectl.result import CommandError
from kubelite.kubectl.unknown import elsewhere

_LOCAL = "config.kubernetes.io/local-config"
_FIRST = (
    *("Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount"),
    *("PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    *("ConfigMap", "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass"),
    *("PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob"),
    "PodDisruptionBudget",
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def build(client: Client, path: str, free: bool = False) -> list[Document]:
    """The objects of the kustomization in a folder; ``free`` ones read files outside, too.

    Raises CommandError.
    """
    if "://" in path or path.startswith("git@"):
        raise elsewhere(f"kustomize {path}")
    root = folder(client, path, free)
    told = kustomization.read(client, root.kustomization(), root.path)
    resources = _Target(client, root, told).accumulated([])
    for resource in resources:
        if resource.hashed:
            resource.remember()
            resource.meta["name"] = f"{resource.name}-{generators.name_hash(resource.content)}"
    references.follow(resources)
    kept = [one for one in resources if _LOCAL not in (one.meta.get("annotations") or {})]
    return [one.content for one in _in_order(kept, told.get("sortOptions") or {})]


def _in_order(resources: list[Resource], options: Document) -> list[Resource]:
    if options.get("order") == "fifo":
        return resources
    wanted = options.get("legacySortOptions") or {}
    first = wanted.get("orderFirst") or _FIRST
    last = wanted.get("orderLast") or _LAST
    ranks = {kind: place - len(first) for place, kind in enumerate(first)}
    ranks |= {kind: place + 1 for place, kind in enumerate(last)}

    def rank(one: Resource) -> tuple[int, str, str]:
        gvk = gvk_text(one.group, one.version, one.kind)
        return ranks.get(one.kind, 0), gvk, f"{one.namespace}|{one.name}"

    return sorted(resources, key=rank)


class _Target:
    """One kustomization."""

    def __init__(self, client: Client, root: Folder, told: Document):
        self._client = client
        self._root = root
        self._told = told

    def accumulated(self, resources: list[Resource]) -> list[Resource]:
        """What there is after this kustomization; a component's changes what was there before."""
        told = self._told
        for name in [*(told.get("resources") or ()), *(told.get("bases") or ())]:
            try:
                self._add(resources, name)
            except CommandError as error:
                raise CommandError(f"accumulating resources: {error}") from error
        for made in generators.generated(self._root, told):
            generators.absorbed(resources, made)
        for name in told.get("components") or ():
            try:
                resources = self._component(resources, name)
            except CommandError as error:
                raise CommandError(
                    f'accumulating components: accumulateDirectory: "{error}"'
                ) from error
        self._transform(resources)
        return resources

    def _add(self, resources: list[Resource], name: str) -> None:
        try:
            added = self._of_file(name)
        except _Malformed:
            raise
        except CommandError as error:
            self._add_base(resources, name, error)
            return
        try:
            _join(resources, added)
        except CommandError as error:
            merging = CommandError(f"merging resources from '{name}': {error}")
            self._add_base(resources, name, merging)

    def _add_base(self, resources: list[Resource], name: str, before: CommandError) -> None:
        """What is no file is a folder."""
        if "://" in name or name.startswith("git@"):
            raise elsewhere(f"kustomize with resources from {name}") from before
        try:
            root = self._root.below(name)
            told = self._read(root)
            if told["kind"] == kustomization.COMPONENT:
                raise CommandError(
                    f"expected kind != '{kustomization.COMPONENT}' for path '{root.path}'"
                )
            below = _Target(self._client, root, told)
            try:
                added = below.accumulated([])
            except CommandError as error:
                wrapped = f"recursed accumulation of path '{root.path}': {error}"
                raise CommandError(wrapped) from error
            try:
                _join(resources, added)
            except CommandError as error:
                wrapped = f"recursed merging from path '{root.path}': {error}"
                raise CommandError(wrapped) from error
        except CommandError as error:
            raise CommandError(f"accumulation err='{before}': {error}") from error

    def _read(self, root: Folder) -> Document:
        try:
            return kustomization.read(self._client, root.kustomization(), root.path)
        except CommandError as error:
            raise CommandError(f"couldn't make target for path '{root.path}': {error}") from error

    def _component(self, resources: list[Resource], name: str) -> list[Resource]:
        root = self._root.below(name)
        told = self._read(root)
        if told["kind"] != kustomization.COMPONENT:
            raise CommandError(
                f"expected kind '{kustomization.COMPONENT}' for path '{root.path}' but got "
                f"'{told['kind']}'"
            )
        return _Target(self._client, root, told).accumulated(resources)

    def _of_file(self, name: str) -> list[Resource]:
        try:
            text = self._root.read(name)
        except CommandError as error:
            raise CommandError(f"accumulating resources from '{name}': {error}") from error
        try:
            documents = manifest.load(text, name, scalar=resolve_as_json)
        except manifest.ManifestError as error:
            if "no objects passed" in error.problem:
                return []
            problem = getattr(error.__context__, "problem", None) or error.problem
            raise _Malformed(
                f"accumulating resources from '{name}': MalformedYAMLError: yaml: line "
                f"{error.place.line - 1 or 1}: {problem} in File: {name}"
            ) from error
        made = [_checked(one, name) for document in documents for one in _flattened(document)]
        return [Resource(document) for document in made]

    def _transform(self, resources: list[Resource]) -> None:
        told, scheme = self._told, self._client.scheme
        for path in told.get("patchesStrategicMerge") or ():
            patches.strategic(self._root, scheme, resources, path)
        for entry in told.get("patches") or ():
            patches.patch(self._root, scheme, resources, entry)
        transforming.namespaced(resources, told.get("namespace", ""))
        prefix, suffix = told.get("namePrefix", ""), told.get("nameSuffix", "")
        transforming.renamed(resources, prefix, suffix)
        transforming.labelled(resources, told)
        transforming.annotated(resources, told.get("commonAnnotations") or {})
        for entry in told.get("patchesJson6902") or ():
            patches.patch(self._root, scheme, resources, entry)
        for replica in told.get("replicas") or ():
            transforming.scaled(resources, replica)
        for image in [*(told.get("images") or ()), *(told.get("imageTags") or ())]:
            transforming.reimaged(resources, image)
        for entry in told.get("replacements") or ():
            replace(self._root, resources, entry)


class _Malformed(CommandError):
    """A file that is no YAML: it is not tried as a folder."""


def _flattened(document: Document) -> Iterable[Document]:
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and isinstance(items, list):
        return [one for item in items for one in _flattened(item)]
    return [document]


def _checked(document: Document, name: str) -> Document:
    meta = document.get("metadata")
    if not isinstance(meta, dict):
        problem = "missing Resource metadata"
    elif not meta.get("name") and not meta.get("generateName"):
        problem = "missing metadata.name in object " + str(document)
    else:
        return document
    raise CommandError(f"accumulating resources from '{name}': {problem}")


def _join(resources: list[Resource], added: list[Resource]) -> None:
    for one in added:
        if any(one.same_as(other) for other in resources):
            raise CommandError(f"may not add resource with an already registered id: {one.id}")
        resources.append(one)
