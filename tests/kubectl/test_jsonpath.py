"""JSONPath and Go templates, as in client-go's own tables (util/jsonpath/jsonpath_test.go)."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.kubectl.gotemplate import Template, TemplateError
from kubelite.kubectl.jsonpath import JSONPath, PathError

STORE: dict[str, Any] = {
    "Name": "jsonpath",
    "Book": [
        {"Category": "reference", "Author": "Nigel Rees", "Title": "Sayings", "Price": 8.95},
        {"Category": "fiction", "Author": "Evelyn Waugh", "Title": "Sword", "Price": 12.99},
    ],
    "Bicycle": [
        {"Color": "red", "Price": 19.95, "IsNew": True},
        {"Color": "green", "Price": 20.01, "IsNew": False},
    ],
    "Labels": {"engieer": 10, "web/html": 15, "k8s-app": 20},
    "Nested": {"a.b": {"c": "deep"}},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("hello jsonpath", "hello jsonpath"),
        ('{"{"}', "{"),
        ("{.Name}", "jsonpath"),
        ("{$.Name}", "jsonpath"),
        ("{.Labels.web/html}", "15"),
        ("{.Labels.k8s-app}", "20"),
        ("{.Bicycle[0].IsNew}", "true"),
        ("{.Book[*].Author}", "Nigel Rees Evelyn Waugh"),
        ('{range .Bicycle[*]}{ "{" }{ @.* }{ "} " }{end}', "{red true 19.95} {green false 20.01} "),
        ('{range .Bicycle[*]}{.Color}{"\\n"}{end}', "red\ngreen\n"),
        ("{.Book[0:1].Title}", "Sayings"),
        ("{.Book[:].Title}", "Sayings Sword"),
        ("{.Book[-1:].Title}", "Sword"),
        ("{.Book[-1].Title}", "Sword"),
        ("{..Price}", "19.95 20.01 8.95 12.99"),
        ("{.Book[?(@.Price < 10)].Title}", "Sayings"),
        ('{.Book[?(@.Category=="fiction")].Title}', "Sword"),
        ("{.Bicycle[?(@.IsNew==true)].Color}", "red"),
        ("{.Bicycle[?(@.IsNew)].Color}", "red green"),
        ("{.Bicycle[?(@.Nope)].Color}", ""),
        ("{.Book[0]['Title','Author']}", "Sayings Nigel Rees"),
        ("{.Book[0,1].Title}", "Sayings Sword"),
        (r"{.Nested.a\.b.c}", "deep"),
        ("{['Nested']['a\\.b'].c}", "deep"),
        ("{.Nope}", ""),
        ("{.Labels}", '{"engieer":10,"k8s-app":20,"web/html":15}'),
        ("a{.Name}b", "ajsonpathb"),
        ("{range .Book[*]}{range .Nope[*]}{.x}{end}{.Title},{end}!", "Sayings,Sword,!"),
    ],
)
def test_paths(template: str, text: str) -> None:
    assert JSONPath(template).text(STORE) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{", "unclosed action"),
        ("{.Book[}", "unterminated array"),
        ("{.Book[a]}", "invalid array index a"),
        ("{'x}", "unterminated quoted string"),
        ("{.Book[?(@.x]}", "unterminated filter"),
        ("{.Book[?(@.x)x}", "unclosed array expect ]"),
        ("{....}", "invalid multiple recursive descent"),
        ("{1.2.3}", "cannot parse number 1.2.3"),
        ("{;}", "unrecognized character in action: U+003B ';'"),
        ("{hello}", "unrecognized identifier hello"),
        ("{end}", "not in range, nothing to end"),
        ("{.Book[5]}", "array index out of bounds: index 5, length 2"),
        ("{.Name[0]}", "string is not array or slice"),
        ('{.Book[?(@.Price<"x")]}', "incompatible types for comparison"),
    ],
)
def test_paths_that_lead_nowhere(template: str, text: str) -> None:
    with pytest.raises(PathError) as refused:
        JSONPath(template).text(STORE)
    assert text in str(refused.value)


def test_a_missing_key_may_be_an_error() -> None:
    with pytest.raises(PathError, match="Nope is not found"):
        JSONPath("{.Nope}", allow_missing=False).text(STORE)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.Name}}", "jsonpath"),
        ("{{.Nope}}", "<no value>"),
        ("{{range .Book}}{{.Title}},{{end}}", "Sayings,Sword,"),
        ("{{range $i, $b := .Book}}{{$i}}={{$b.Title}} {{end}}", "0=Sayings 1=Sword "),
        ("{{range .Nope}}x{{else}}none{{end}}", "none"),
        ("{{if .Name}}yes{{else}}no{{end}}", "yes"),
        ('{{if eq .Name "x"}}a{{else if eq .Name "jsonpath"}}b{{end}}', "b"),
        ('{{with .Labels}}{{index . "k8s-app"}}{{end}}', "20"),
        ('{{printf "%-10s|%5d" .Name 7}}', "jsonpath  |    7"),
        ("{{$x := .Name}}{{$x}}", "jsonpath"),
        ("a {{- .Name -}} b", "ajsonpathb"),
        ('{{"Z2VoZWlt" | base64decode}}', "geheim"),
        ("{{.Labels}}", "map[engieer:10 k8s-app:20 web/html:15]"),
        ("{{not true}} {{and 1 0}} {{or 0 2}}", "false 0 2"),
    ],
)
def test_templates(template: str, text: str) -> None:
    assert Template(template).text(STORE) == text


@pytest.mark.parametrize(
    "template",
    ["{{", "{{nope}}", "{{if .x}}", "{{end}}", "{{.Name.x}}", "{{$y}}", "{{range .Name}}{{end}}"],
)
def test_templates_that_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        Template(template).text(STORE)
