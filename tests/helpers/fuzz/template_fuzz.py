"""Random chart templates that read some of the values in one of the many ways that chart authors have."""

from __future__ import annotations

from random import Random
from typing import Any

VALUES: dict[str, Any] = {
    "a": {"p": 1, "q": "two", "r": {"s": True, "t": "x"}},
    "b": [{"m": 1, "n": 2}, {"m": 3, "n": 4}],
    "c": "text",
    "d": {"k": {"v": 1, "w": 2}, "l": {"v": 3, "w": 4}},
    "e": False,
    "f": "{{ .Values.g.h }}",
    "g": {"h": "hi", "i": "no"},
    "t": {"enabled": False, "x": 1, "y": {"z": 2}},
    "u": {"o": [1, 2], "n": None},
}
_PATHS = (
    "a", "a.p", "a.q", "a.r", "a.r.s", "a.r.t", "b", "c", "d", "d.k", "d.l.v", "e", "f", "g", "g.h", "t", "t.enabled",
    "t.x", "t.y", "t.y.z", "u", "u.o",
)  # fmt: skip
_MAPS = ("a", "a.r", "d", "d.k", "g", "t", "t.y", "u")
_KEYS = ("p", "q", "r", "s", "t", "v", "w", "h", "i", "x", "y", "z", "enabled", "m", "n", "o", "absent")
_EXPRESSIONS = """\
{x}
toYaml {x} | quote
{x} | toJson
default "d" {x}
{x} | default {y} | toString
ternary {x} {y} {z}
not {x}
empty {x}
kindOf {x}
len (toString {x})
eq (toString {x}) (toString {y})
and {x} {y}
or {x} {y}
printf "%v-%v" {x} {y}
coalesce {x} {y}
required "needed" {x}
(dict "k" {x}).k
get (dict "k" {x} "j" {y}) "j"
hasKey {m} "{k}"
get {m} "{k}"
index {m} "{k}"
dig "{k}" "{j}" "none" {m}
keys {m} | sortAlpha | join {s}
values {m} | toJson | len
pick {m} "{k}" "{j}" | toJson
omit {m} "{k}" | toJson
pluck "{k}" {m} (dict "{k}" {x}) | toJson
index (list {x} {y}) 1
first (list {x} {y})
append (list {x}) {y} | last
mergeOverwrite (dict) {m} {n} | toJson
(merge (dict "{k}" {x}) {m}).{k}
(deepCopy {m}).{k}
tpl (toString {x}) $
tpl "{{{{ .Values.c }}}}{{{{ .Release.Name }}}}" $
tpl $.Values.f $
tpl (printf "%v{{{{ .Values.g.i }}}}" {x}) $
include "show" {x}
include "member" (dict "of" {m} "x" {x})
include "deep" (dict "root" $ "v" {x})
include "all" .
include (printf "%s" "show") {x}
include (list "sh" "ow" | join "") {x}
include "list" (list {x} {y})
include "same" {m} | fromYaml | toJson
toJson (fromJson (toJson {m}))
{m}.{k}
include "changes" (dict "m" (dict "a" 1) "v" {x})
$.Values.{p}
index $.Values "{top}"
$.Values | keys | len
include "maybe" (dict "v" {x})
include "maybe" (dict "v" {x} "extra" {y})
(index (concat (list {x}) (list {y})) 0)
has {x} (list {y})
int {x} | until | len
(set (dict) "k" {x}).k
dict "x" {x} | toJson
""".splitlines()
_DEFINES = """\
{{- define "show" }}{{ toJson . }}{{ end -}}
{{- define "member" }}{{ .x }}{{ with .of }}{{ .r }}{{ .h }}{{ end }}{{ end -}}
{{- define "deep" }}{{ include "show" .v }}{{ .root.Values.t.enabled }}{{ end -}}
{{- define "all" }}{{ if kindIs "map" . }}{{ get . "p" }}{{ end }}{{ end -}}
{{- define "list" }}{{ index . 1 }}{{ if first . }}x{{ end }}{{ end -}}
{{- define "same" }}{{ toYaml . }}{{ end -}}
{{- define "changes" }}{{ $_ := set .m "b" .v }}{{ .m | toJson }}{{ end -}}
{{- define "maybe" }}{{ if .extra }}{{ .extra }}{{ else }}{{ .v }}{{ end }}{{ end -}}
"""


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables: list[str] = []
        self.count = 0

    def value(self, dots: tuple[str, ...]) -> str:
        """An expression for some value: a path, a variable, the dot."""
        roll = self.random.random()
        if self.variables and roll < 0.2:
            return self.random.choice(self.variables)
        if dots and roll < 0.5:
            return self.random.choice(dots)
        return f"$.Values.{self.random.choice(_PATHS)}"

    def expression(self, dots: tuple[str, ...]) -> str:
        pick = self.random.choice
        names = {name: self.value(dots) for name in "xyz"}
        return pick(_EXPRESSIONS).format(
            **names, m=f"$.Values.{pick(_MAPS)}", n=f"$.Values.{pick(_MAPS)}", k=pick(_KEYS), j=pick(_KEYS), s='"-"',
            p=pick(_PATHS), top=pick(tuple(VALUES)),
        )  # fmt: skip

    def block(self, dots: tuple[str, ...], depth: int) -> str:
        held = len(self.variables)
        text = "".join(self.statement(dots, depth) for _ in range(self.random.randint(1, 2)))
        del self.variables[held:]
        return text

    def statement(self, dots: tuple[str, ...], depth: int) -> str:
        kind = (
            self.random.choice(("print", "print", "if", "with", "range", "pairs", "declare", "assign"))
            if depth
            else "print"
        )
        self.count += 1
        name = f"$v{self.count}"
        if kind == "if":
            body, otherwise = (self.block(dots, depth - 1) for _ in range(2))
            return f"{{{{ if {self.expression(dots)} }}}}{body}{{{{ else }}}}{otherwise}{{{{ end }}}}"
        if kind == "with":
            inner = self.block((".",), depth - 1)
            return f"{{{{ with {self.value(dots)} }}}}{inner}{{{{ end }}}}"
        if kind == "range":
            key = self.random.choice(("m", "n", "v"))
            inner = self.block((".", f".{key}"), depth - 1)
            return f"{{{{ range $.Values.{self.random.choice(('b', 'd'))} }}}}{inner}{{{{ end }}}}"
        if kind == "pairs":
            inner = self.block((f"{name}.v", f"{name}.w", name), depth - 1)
            shown = self.random.choice(("", "{{ $key }}"))
            return f"{{{{ range $key, {name} := $.Values.d }}}}{shown}{inner}{{{{ end }}}}"
        if kind == "declare":
            expression = self.random.choice((self.value(dots), self.expression(dots)))
            self.variables.append(name)
            return f"{{{{ {name} := {expression} }}}}"
        if kind == "assign" and self.variables:
            target = self.random.choice(self.variables)
            return f"{{{{ {target} = {self.value(dots)} }}}}"
        return f"{{{{ {self.expression(dots)} }}}}\n"


def chart(random: Random) -> dict[str, str]:
    """The templates of a chart, by path."""
    writer = _Writer(random)
    body = "".join(writer.statement((), 2) for _ in range(random.randint(1, 4)))
    return {"templates/_helpers.tpl": _DEFINES, "templates/out.txt": body}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all scalars and empty containers."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for step, item in items for leaf in leaves(item, (*path, step))]
    return [path]
