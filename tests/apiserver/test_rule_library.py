"""What Kubernetes adds to CEL, and the syntax of optional values: sentences that have to hold."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apiserver.customresources.optionals import readable
from kubelite.apiserver.customresources.rules import EVALUATION_ERRORS, compiled, evaluate
from tests.cluster.definitions import definition, version

SELF = {
    "a": [3, 1, 2],
    "s": "Hello world",
    "n": 5,
    "u": "https://x.y/z?q=1",
    "m": {"k": "v", "j": "w"},
    "o": [{"name": "a", "v": 1}, {"name": "b", "v": 2}],
    "q": "10Mi",
    "i": "10.0.0.1",
}

TRUE = [
    "'%d-%s'.format([1,'a']) == '1-a'",
    "isURL(self.u) && !isURL('x y')",
    "url(self.u).getScheme() == 'https'",
    "url(self.u).getHost() == 'x.y'",
    "url(self.u).getHostname() == 'x.y'",
    "url(self.u).getEscapedPath() == '/z'",
    "url(self.u).getPort() == ''",
    "url(self.u).getQuery() == {'q':['1']}",
    "quantity(self.q).isGreaterThan(quantity('1Mi'))",
    "quantity(self.q).compareTo(quantity('10Mi')) == 0",
    "isQuantity(self.q) && !isQuantity('x')",
    "quantity('1').add(quantity('2')).asInteger() == 3",
    "quantity('1').add(2).asInteger() == 3",
    "isIP(self.i)",
    "ip(self.i).family() == 4",
    "cidr('10.0.0.0/8').containsIP(ip(self.i))",
    "cidr('10.0.0.0/8').containsIP('10.1.1.1')",
    "isCIDR('10.0.0.0/8')",
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
    "cidr('10.0.0.0/8').prefixLength() == 8",
    "cidr('10.0.0.1/8').ip() == ip('10.0.0.1')",
    "ip.isCanonical('10.0.0.1')",
    "self.a.isSorted() == false",
    "self.a.indexOf(1) == 1",
    "self.s.indexOf('o') == 4",
    "self.s.lastIndexOf('o') == 7",
    "'abc 123'.find('[0-9]+') == '123'",
    "'a1 b2'.findAll('[0-9]') == ['1','2']",
    "self.?zz.orValue(3) == 3",
    "self.?m.k.orValue('') == 'v'",
    "self.?m.?k.orValue('') == 'v'",
    "self.m[?'k'].orValue('') == 'v'",
    "self.?n.optMap(x, x+1).orValue(0) == 6",
    "self.?zz.optMap(x, x+1).orValue(0) == 0",
    "self.?n.optFlatMap(x, optional.of(x+1)).orValue(0) == 6",
    "{'a': 1, ?'b': self.?zz} == {'a':1}",
    "[?self.?zz, 1] == [1]",
    "cel.bind(x, self.n, x + 1) == 6",
    "semver('1.2.3').major() == 1",
    "isSemver('1.2.3') && !isSemver('1.2')",
    "semver('1.2.3').isLessThan(semver('2.0.0'))",
    "!format.dns1123Label().validate('a').hasValue()",
    "format.dns1123Label().validate('A_').hasValue()",
    "format.named('dns1123Label').hasValue()",
    "self.?o[0].name.orValue('') == 'a'",
    "has(self.zz) ? self.zz : self.?zz.orValue(true)",
    "(self.?n.orValue(1) > 2 ? 'a' : \"b\") == 'a'",
    "self.o.all(x, x.?v.orValue(0) > 0 && !(x.?name.orValue(\"\") in ['c', 'd']))",
    "self.?zz.hasValue() ? false : true",
    "[1, 2, 3].filter(x, x > self.?n.orValue(0)).size() == 0",
    "self.s.matches('^[a-zA-Z ]+$')",
    "size(self.?a.orValue([])) == 3",
    "r'a\\d' == \"a\\\\d\" && self.?s.orValue('') != ''",
    "self.?n.orValue(0) > 3 || false",
    "{'k': self.?zz.hasValue() ? 1 : 2}.k == 2",
    "self.?m['k'].orValue('') == 'v'",
    "!(self.?n.orValue(0) <= 3)",
    "!self.?zz.optFlatMap(x, optional.of(x)).hasValue()",
    "!self.?n.optFlatMap(x, optional.none()).hasValue()",
    "semver('v1.2', true).minor() == 2 && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
    "quantity('1500m').isInteger() == false && quantity('-1').sign() == -1",
    "quantity('3').sub(quantity('1')).isLessThan(quantity('2500m'))",
    "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && !isCIDR('10.0.0.0')",
    "ip('::1').isLoopback() && ip('224.0.0.1').isLinkLocalMulticast()",
    "ip('10.0.0.1').isGlobalUnicast() && !ip('127.0.0.1').isGlobalUnicast()",
    "url('http://[::1]:80/').getHostname() == '::1' && url('http://a:80/').getPort() == '80'",
    "matches(self.s, '^H') && !matches(self.s, 'x') && self.s.matches('world$')",
    "matches(self.m['k'] + '', r'\\w') || (self.n > 3 && !matches('a', 'b'))",
    "['b', 'a', 'b'].lastIndexOf('b') == 2",
    "'%s %x %.2f %%'.format([[1, true], 255, 1.5]) == '[1, true] ff 1.50 %'",
]


@pytest.mark.parametrize("sentence", TRUE)
def test_it_holds(sentence: str) -> None:
    assert evaluate(sentence, {"self": SELF}) is True


@pytest.mark.parametrize(
    "sentence",
    ["quantity('x') == quantity('1')", "url('x y').getHost() == ''", "ip('1') == ip('2')"],
)
def test_what_cannot_be_read_is_an_error(sentence: str) -> None:
    with pytest.raises(EVALUATION_ERRORS):
        evaluate(sentence, {"self": SELF})


def test_all_else_stays_as_it_is_written() -> None:
    assert readable("self.a  ? 1:2") == "self.a  ? 1:2"
    assert readable("self.?a == 'b ?c'") == "optSelect(self, \"a\") == 'b ?c'"


@pytest.mark.parametrize("text", ["self.?", "self.?a.orValue(", "[?a", "{?'a': b"])
def test_what_has_no_end_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"end of the expression|Failed to parse"):
        compiled(text)


def test_a_definition_with_such_a_rule_judges_its_objects() -> None:
    rule = {"rule": "url(self.home).getScheme() == 'https' && self.?size.orValue(1) < 3"}
    fields: dict[str, Any] = {"home": {"type": "string"}, "size": {"type": "integer"}}
    spec = {"type": "object", "properties": fields, "x-kubernetes-validations": [rule]}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    cluster = Cluster(nodes=0)
    cluster.apply(definition(versions=[version(schema=schema)]))
    cluster.run(1)
    one = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}}
    cluster.apply({**one, "spec": {"home": "https://a.b"}})
    for wrong in ({"home": "http://a.b"}, {"home": "https://a.b", "size": 3}):
        with pytest.raises(StatusError, match="failed rule"):
            cluster.apply({**one, "metadata": {"name": "two"}, "spec": wrong})
