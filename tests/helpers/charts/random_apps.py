"""Random apps that call their library in every way there is, and override it."""

from __future__ import annotations

from random import Random

from helpers.charts.tiny_charts import LIBRARY, chart_files, loose
from shunter.core.packaging import publish
from shunter.model.files import FileState

Files = dict[str, FileState]
HELPERS = ("same.helper", "same.helper.two", "APP.name")
TEXTS = (
    '{{ include "commons.v1.labels" . }}',
    "{{ include `commons.v1.labels` . }}",
    '{{ include (printf "commons.v1.%s" "labels") . }}',
    "commons.v1.example.com",
    'host: {{ "commons.v1.example.com" }} commons.v1.labels {{ .Chart.Name }}',
)
"""In values as well: names in actions are names, and what is printed of a host's name is put back."""
BODIES = (
    *TEXTS,
    '{{ "commons.v1.example.com" | upper }} commons.v1.labels',
    '{{ template "commons.v1.labels" . }}',
    '{{ $n := "commons.v1.labels" }}{{ include $n . }}',
    '{{ tpl "{{ include `commons.v1.labels` . }}" . }}',
)


def library(version: str, minor: int) -> Files:
    """A library chart that says its minor version in what it renders, and calls itself in each way there is."""
    texts = {
        "labels": f"library: {{{{ .Chart.Name }}}}-{minor}",
        "text": '{{ tpl .text .root }}',
        "app": '{{ range .Values.texts }}\n- {{ include `commons.v1.text` (dict "text" . "root" $) | quote }}{{ end }}'
        '\n- {{ include (print "commons.v1." "labels") . | quote }}',
    }  # fmt: skip
    defines = "".join(f'{{{{- define "commons.v1.{name}" -}}}}{text}{{{{- end }}}}\n' for name, text in texts.items())
    more = {"templates/_a.v1.tpl": defines, "schema/values.v1.yaml": "{}\n"}
    return chart_files(LIBRARY, version, kind="library", template=None, extra=more)


def source(random: Random, name: str, version: str) -> Files:
    """An app as it stands in its repository: a library, some helpers and an override of its own, texts in its values."""
    minor = random.randrange(3)
    helpers = [helper.replace("APP", name) for helper in HELPERS if random.random() < 0.4]
    body = "".join(f"- {random.choice(BODIES)}\n" for _ in range(3))
    body += "".join(f'- {{{{ include "{helper}" . | quote }}}}\n' for helper in helpers)
    own = "".join(f'{{{{ define "{helper}" }}}}{name} {random.randrange(9)}{{{{ end }}}}' for helper in helpers)
    if random.random() < 0.3:
        own += f'{{{{ define "commons.v1.labels" }}}}over: {random.randrange(9)}{{{{ end }}}}'
    texts = random.choices(TEXTS, k=2) + [f'{{{{ include "{helper}" . }}}}' for helper in helpers]
    values = "texts:\n" + "".join(f"- {text!r}\n" for text in texts)
    more = {"templates/_own.tpl": own, "values.yaml": values}
    template = f'list:{{{{ include "commons.v1.app" . }}}}\n{body}'
    return chart_files(name, version, library=library(f"1.{minor}.0", minor), template=template, extra=more)


def app(random: Random, name: str, version: str) -> Files:
    """The same as it is published."""
    return dict(publish.published(loose(source(random, name, version)), LIBRARY).files)


def random_texts(random: Random, count: int) -> list[str]:
    """Texts of values that name the library, in templates and not."""
    return random.choices(TEXTS, k=count)
