"""References are resolved as the `referencing` library and the embedded Helm resolve them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from referencing import Registry, Resource
from referencing.exceptions import NoSuchAnchor, PointerToNowhere, Unresolvable
from referencing.jsonschema import specification_with

from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, RefusedError, archive, values_of
from helpers.oracles.json_schema_suite import DRAFTS, groups
from shunter.core.schema.references import References
from shunter.core.schema.walk import BASE, at

REFERENCES = {"draft4": 32, "draft6": 51, "draft7": 55, "draft2019-09": 88, "draft2020-12": 102}
STEPS = ("a", "b/c", "d%", "e~", "0", "1")
URLS = ("x.json", "y/z.json", "http://h.example/", "w", "/v#", "http://h.example/u?q")


def resolved(document: Any, dialect: str) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Each `$ref` in a schema object that `referencing` finds: the object, the text, and a list of what it leads to.

    The list is empty where it leads nowhere. References that leave the document are left out.
    """
    resource: Resource[Any] = specification_with(dialect).create_resource(document)
    registry: Registry[Any] = Registry().with_resource(BASE, resource).crawl()
    stack = [(resource, registry.resolver(BASE).in_subresource(resource))]
    while stack:
        current, resolver = stack.pop()
        stack += [(below, resolver.in_subresource(below)) for below in current.subresources()]
        contents = current.contents
        if isinstance(contents, dict) and isinstance(contents.get("$ref"), str):
            try:
                yield contents, contents["$ref"], [resolver.lookup(contents["$ref"]).contents]
            except (NoSuchAnchor, PointerToNowhere):
                yield contents, contents["$ref"], []
            except Unresolvable:
                continue


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_reference_of_the_official_suite_leads_where_it_should(draft: str) -> None:
    count, wrong = 0, []
    for name, schema, _ in groups(draft, "**/*.json"):
        references = References(schema)
        for holder, text, expected in resolved(schema, DRAFTS[draft]):
            count += 1
            target = references.find(holder, text)
            found = [target.schema] if target else []
            if list(map(id, found)) != list(map(id, expected)):
                wrong.append((name, text, expected, found))
    assert wrong == []
    assert count == REFERENCES[draft]


class Made:
    """A random document whose schemas have names and refer to one another in every spelling."""

    def __init__(self, random: Random, draft: str) -> None:
        self.random = random
        self.old = draft in ("draft4", "draft6", "draft7")
        self.id = "id" if draft == "draft4" else "$id"
        self.store = "definitions" if self.old else "$defs"
        self.urls, self.names = list(URLS), ["n", "m"]
        random.shuffle(self.urls)
        self.document = {"$schema": DRAFTS[draft], **self.schema(2)}

    def schema(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self.urls and (depth or not self.old) and self.random.random() < 0.4:
            made[self.id] = self.urls.pop()
        elif self.names and (depth or not self.old) and self.random.random() < 0.4:
            name = self.names.pop()
            made |= {self.id: f"#{name}"} if self.old else {"$anchor": name}
        if depth:
            made[self.store] = {step: self.schema(depth - 1) for step in self.random.sample(STEPS, 2)}
            made["allOf"] = [self.schema(depth - 1), {}]
            made["x-data"] = {"deep": [{"type": "string"}]}
        elif self.random.random() < 0.9:
            made["$ref"] = self.reference()
        return made

    def reference(self) -> str:
        url = self.random.choice(("", "", *URLS))
        steps = self.random.choice(
            ((self.store, self.random.choice(STEPS)), ("allOf", self.random.choice("012")), ("x-data", "deep", "0"))
        )
        pointer = "".join(
            "/" + step.replace("~", "~0").replace("/", "~1") for step in steps * self.random.choice((1, 1, 2))
        )
        return url.rstrip("#") + "#" + self.random.choice(("", "n", "m", quote(pointer), quote(pointer)))


@pytest.mark.parametrize("draft", DRAFTS)
def test_random_references_lead_where_they_should(draft: str) -> None:
    random = Random(draft)
    wrong, found, count = [], 0, 0
    for _ in range(200):
        document = Made(random, draft).document
        references = References(document)
        for holder, text, expected in resolved(document, DRAFTS[draft]):
            target = references.find(holder, text)
            count += 1
            found += bool(target)
            if (target is not None) != bool(expected) or (target and target.schema is not expected[0]):
                wrong.append((document, text, expected, target))
    assert wrong == []
    assert count // 4 < found < count * 3 // 4


TEXT = {"type": "string"}
BELOW: dict[str, Any] = {"allOf": [{}, {"$defs": {"a/b": TEXT, "c~": TEXT, "d%": TEXT, "": TEXT}}]}
SPELLINGS: list[tuple[str, dict[str, Any]]] = [
    ("#/allOf/1/$defs/a~1b", BELOW),
    ("#/allOf/+1/%24defs/c~0", BELOW),
    ("#%2FallOf%2F01/$defs/d%25", BELOW),
    ("#/allOf/1/$defs/d%", BELOW),
    ("#/allOf/1/$defs/c~", BELOW),
    ("#/allOf/1/$defs/", BELOW),
    ("#/allOf/1/$defs", BELOW),
    ("#/allOf/-1", BELOW),
    ("#/allOf/2", BELOW),
    ("values.schema.json#/x", {"x": TEXT}),
    ("#/x/y", {"x": {"y": {"$id": "z", "$ref": "#k", "$defs": {"k": {"$anchor": "k", **TEXT}}}}}),
    ("#k", {"x": {"y": {"$anchor": "k", **TEXT}}}),
    ("#k", {"$defs": {"y": {"$anchor": "k", **TEXT}}}),
    ("#k", {"$defs": {"y": {"$id": "z", "$anchor": "k", **TEXT}}}),
    ("z#k", {"$defs": {"y": {"$id": "z", "$anchor": "k", **TEXT}}}),
    ("#k", {"$defs": {"y": {"$dynamicAnchor": "k", **TEXT}}}),
    ("urn:a:b#k", {"$defs": {"y": {"$id": "urn:a:b", "$defs": {"n": {"$anchor": "k", **TEXT}}}}}),
    ("#k", {"$schema": DRAFTS["draft7"], "definitions": {"y": {"$id": "#k", **TEXT}}}),
    ("#k", {"$schema": DRAFTS["draft7"], "definitions": {"y": {"$id": "#k", "$ref": "#/definitions/n"}, "n": TEXT}}),
    ("#k", {"$schema": DRAFTS["draft7"], "definitions": {"y": {"$anchor": "k", **TEXT}}}),
    ("#k", {"$schema": DRAFTS["draft4"], "definitions": {"y": {"id": "#k", **TEXT}}}),
    ("#k", {"$schema": DRAFTS["draft6"], "definitions": {"y": {"id": "#k", **TEXT}}}),
    ("z", {"$schema": DRAFTS["draft7"], "definitions": {"y": {"$id": "z#", **TEXT}}}),
    ("z#k", {"definitions": {"y": {"$schema": DRAFTS["draft7"], "$id": "z", "not": {"$id": "#k", **TEXT}}}}),
]


@pytest.mark.parametrize(("reference", "schema"), SPELLINGS)
def test_a_reference_leads_somewhere_exactly_where_helm_finds_it(reference: str, schema: dict[str, Any]) -> None:
    holder = {"$ref": reference}
    document = {**schema, "properties": {"v": holder}}
    chart = archive(
        {"Chart.yaml": METADATA, "templates/show.yaml": SHOW_VALUES, "values.schema.json": json.dumps(document)}
    )
    try:
        values_of(chart, {"v": "text"})
    except RefusedError:
        assert References(document).find(holder, reference) is None
    else:
        target = References(document).find(holder, reference)
        assert target is not None
        assert at(document, target.path) is target.schema


def test_a_path_of_an_error_runs_through_references() -> None:
    inner: dict[str, Any] = {"$id": "x", "properties": {"b": {"$ref": "#y"}}, "$defs": {"y": {"$anchor": "y", **TEXT}}}
    document: dict[str, Any] = {"properties": {"$ref": {"$ref": "x"}, "0": {}}, "$defs": {"x": inner}}
    references = References(document)
    assert references.along(["properties", "$ref", "$ref", "properties", "b", "$ref"]) is inner["$defs"]["y"]
    assert references.along(["properties", 0]) is document["properties"]["0"]
    assert references.along(["properties", "none", "$ref"]) is None


def test_a_chain_of_references_is_followed_to_its_end() -> None:
    chain = {f"d{number}": {"$ref": f"#/$defs/d{number + 1}"} for number in range(50)}
    document = {"$defs": {**chain, "d50": TEXT, "a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
    references = References(document)
    assert references.followed(chain["d0"]) is TEXT
    assert references.followed(document["$defs"]["a"]) is None
    assert references.followed({"$ref": "#/nowhere"}) is None
