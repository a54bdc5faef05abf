"""Numbers or text, as JSON and YAML: k8s.io/apimachinery/pkg/util/intstr/intstr_test.go.

The percentages of that file are in tests/apimachinery/test_intstr.py.
"""

from __future__ import annotations

import json

import pytest
import yaml

from kubelite.api.core_v1 import ServicePort
from kubelite.apimachinery.struct import decode, encode


# TestIntOrStringUnmarshalJSON, TestIntOrStringMarshalJSON, and the two with YAML between them
@pytest.mark.parametrize("value", [123, "123"])
@pytest.mark.parametrize("written", ["read", "json", "yaml"])
def test_json_and_yaml(value: int | str, written: str) -> None:
    port = ServicePort(port=1, target_port=value)
    text = json.dumps({"port": 1, "targetPort": value})
    if written == "json":
        text = encode(port).decode()
        assert json.loads(text)["targetPort"] == value
    elif written == "yaml":
        text = json.dumps(yaml.safe_load(encode(port)))
    found = decode(ServicePort, text).target_port
    assert (type(found), found) == (type(value), value)
