"""Projected volumes: secrets, config maps, pod fields and tokens side by side in one folder.

Models ``validateProjectionSources`` of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    file_mode,
    local_path,
    required,
    subdomain_name,
    supported,
)
from kubelite.apiserver.validation.objectmeta import validate_label_selector

KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")

_MIN_TOKEN_SECONDS = 600
_MAX_TOKEN_SECONDS = 1 << 32
_MAX_CERTIFICATE_SECONDS = 7_862_400  # 91 days
_MAX_KUBERNETES_CERTIFICATE_SECONDS = 86_400
_DUPLICATE = "conflicting duplicate paths"

DownwardFileCheck = Callable[[core_v1.DownwardAPIVolumeFile, str], Errors]


def validate_key_to_path(item: core_v1.KeyToPath, path: str) -> Errors:
    """One key of a Secret or ConfigMap, and the file it becomes."""
    yield from required(path, ("key", item.key), ("path", item.path))
    yield from local_path(f"{path}.path", item.path)
    yield from file_mode(f"{path}.mode", item.mode)


class _Files:
    """The files of one folder: a path that comes a second time is in conflict."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: set[str] = set()

    def add(self, file: str, value: str) -> Errors:
        """Take the path of a file; ``value`` is what a complaint shows."""
        if file in self._seen:
            yield FieldError.invalid(self._path, value, _DUPLICATE)
        self._seen.add(file)


def validate_projected(
    volume: core_v1.ProjectedVolumeSource, path: str, downward_file: DownwardFileCheck
) -> Errors:
    """Each source has one kind, and no two write the same file."""
    files = _Files(path)
    for index, source in enumerate(volume.sources):
        at = f"{path}.sources[{index}]"
        kinds = 0
        for wire, kind in (("secret", source.secret), ("configMap", source.config_map)):
            if kind is not None:
                kinds += 1
                yield from _keys(kind, f"{at}.{wire}", files)
        if source.downward_api is not None:
            kinds += 1
            for file in source.downward_api.items:
                yield from downward_file(file, f"{at}.downwardAPI")
                if file.path:
                    yield from files.add(file.path, file.path)
        if source.service_account_token is not None:
            kinds += 1
            yield from _token(source.service_account_token, f"{at}.serviceAccountToken", path)
        if source.cluster_trust_bundle is not None:
            kinds += 1
            yield from _bundle(source.cluster_trust_bundle, f"{at}.clusterTrustBundle", files)
        if source.pod_certificate is not None:
            kinds += 1
            yield from _certificate(source.pod_certificate, f"{at}.podCertificate", files)
        if kinds > 1:
            fault = "may not specify more than 1 volume type per source"
            yield FieldError.forbidden(at, fault)


def _keys(
    source: core_v1.SecretProjection | core_v1.ConfigMapProjection, path: str, files: _Files
) -> Errors:
    yield from required(path, ("name", source.name))
    for index, item in enumerate(source.items):
        yield from validate_key_to_path(item, f"{path}.items[{index}]")
        if item.path:
            yield from files.add(item.path, source.name)


def _token(token: core_v1.ServiceAccountTokenProjection, path: str, volume: str) -> Errors:
    at, seconds = f"{path}.expirationSeconds", token.expiration_seconds
    if seconds is None:
        yield FieldError.required(at)
    elif seconds < _MIN_TOKEN_SECONDS:
        yield FieldError.invalid(at, seconds, "may not specify a duration less than 10 minutes")
    elif seconds > _MAX_TOKEN_SECONDS:
        fault = "may not specify a duration larger than 2^32 seconds"
        yield FieldError.invalid(at, seconds, fault)
    if token.path:
        yield from local_path(f"{volume}.path", token.path)
    else:
        yield FieldError.required(f"{volume}.path")


def _bundle(bundle: core_v1.ClusterTrustBundleProjection, path: str, files: _Files) -> Errors:
    if bundle.name is not None and bundle.signer_name is not None:
        yield FieldError.invalid(path, bundle, "only one of name and signerName may be used")
    elif bundle.name is not None:
        yield from _bundle_name(bundle.name, f"{path}.name")
        if bundle.label_selector is not None:
            fault = "labelSelector must be unset if name is specified"
            yield FieldError.invalid(f"{path}.labelSelector", bundle.label_selector, fault)
    elif bundle.signer_name is not None:
        if not bundle.signer_name:
            fault = "must be a valid signer name"
            yield FieldError.required(f"{path}.signerName", fault)
        yield from validate_signer_name(bundle.signer_name, f"{path}.signerName")
        yield from validate_label_selector(bundle.label_selector, f"{path}.labelSelector")
    else:
        yield FieldError.required(path, "either name or signerName must be specified")
    yield from required(path, ("path", bundle.path))
    yield from local_path(f"{path}.path", bundle.path)
    yield from files.add(bundle.path, bundle.path)


def _bundle_name(name: str, path: str) -> Errors:
    if not name:
        yield FieldError.required(path, "must be a valid object name")
    _, _, rest = name.rpartition(":")
    faults = [f"not a valid clustertrustbundlename: {f}" for f in subdomain_name(rest, False)]
    yield from each(path, name, faults)


def validate_signer_name(signer: str, path: str) -> Errors:
    """``example.com/signer``: a domain of two parts or more, one slash, a path of names."""
    if not signer:
        yield FieldError.required(path)
        return
    segments = signer.split("/")
    if len(segments) != 2:
        fault = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield FieldError.invalid(path, signer, fault)
        return
    domain, name = segments
    if len(domain) > names.SUBDOMAIN_MAX_LENGTH:
        yield FieldError.too_long(path, names.SUBDOMAIN_MAX_LENGTH)
    yield from _first_bad(domain, names.is_dns1123_label, path)
    if "." not in domain:
        fault = "should be a domain with at least two segments separated by dots"
        yield FieldError.invalid(path, domain, fault)
    yield from _first_bad(name, names.is_dns1123_subdomain, path)
    longest = 2 * names.SUBDOMAIN_MAX_LENGTH + names.LABEL_MAX_LENGTH + 2
    if len(signer) > longest:
        yield FieldError.too_long(path, longest)


def _first_bad(segment: str, check: Callable[[str], list[str]], path: str) -> Errors:
    for label in segment.split("."):
        faults = [f'validating label "{label}": {fault}' for fault in check(label)]
        if faults:
            yield from each(path, segment, faults)
            return


def _certificate(certificate: core_v1.PodCertificateProjection, path: str, files: _Files) -> Errors:
    yield from validate_signer_name(certificate.signer_name, f"{path}.signerName")
    for key in certificate.user_annotations:
        yield from each(f"{path}.userAnnotations", key, names.is_qualified_name(key))
    yield from supported(f"{path}.keyType", certificate.key_type, KEY_TYPES)
    yield from _expiration(certificate, f"{path}.maxExpirationSeconds")
    targets: tuple[tuple[str, Any], ...] = (
        ("credentialBundlePath", certificate.credential_bundle_path),
        ("keyPath", certificate.key_path),
        ("certificateChainPath", certificate.certificate_chain_path),
    )
    for name, file in targets:
        if file:
            yield from local_path(f"{path}.{name}", file)
            yield from files.add(file, file)
    if not any(file for _, file in targets):
        fault = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"
        yield FieldError.required(path, fault)


def _expiration(certificate: core_v1.PodCertificateProjection, path: str) -> Errors:
    seconds = certificate.max_expiration_seconds
    if seconds is None:
        return
    domain = certificate.signer_name.partition("/")[0]
    own = domain == "kubernetes.io" or domain.endswith(".kubernetes.io")
    limit = _MAX_KUBERNETES_CERTIFICATE_SECONDS if own else _MAX_CERTIFICATE_SECONDS
    if seconds < 3600:
        fault = "if provided, maxExpirationSeconds must be >= 3600"
        yield FieldError.invalid(path, seconds, fault)
    if seconds > limit:
        fault = f"if provided, maxExpirationSeconds must be <= {limit}"
        yield FieldError.invalid(path, seconds, fault)
