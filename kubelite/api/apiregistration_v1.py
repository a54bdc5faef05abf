"""APIService: a group and version that another server answers for.

Stored only: no request is passed on. Models ``k8s.io/kube-aggregator/pkg/apis/apiregistration/v1``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class ServiceReference(Struct, kw_only=True):
    """The Service behind which the other server listens."""

    namespace: str = ""
    name: str = ""
    port: Int32 | None = None


class APIServiceSpec(Struct, kw_only=True):
    """Which group and version, where, and how it is ranked."""

    service: ServiceReference | None = None
    group: str = ""
    version: str = ""
    insecure_skip_tls_verify: bool = msgspec.field(default=False, name="insecureSkipTLSVerify")
    ca_bundle: str = ""
    group_priority_minimum: Int32 = written(0)
    version_priority: Int32 = written(0)


class APIServiceCondition(Struct, kw_only=True):
    """One observation of an APIService."""

    type: str = written("")
    status: str = written("")
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class APIServiceStatus(Struct, kw_only=True):
    """Whether it can be reached."""

    conditions: Annotated[tuple[APIServiceCondition, ...], merge_on("type")] = ()


class APIService(Object, kw_only=True):
    """A group and version of the API, called "version.group"."""

    api_version: str = written("apiregistration.k8s.io/v1")
    kind: str = written("APIService")
    spec: APIServiceSpec = written(APIServiceSpec())
    status: APIServiceStatus = written(APIServiceStatus())
