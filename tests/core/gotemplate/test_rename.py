"""Named templates by other names: what names one, and every other byte as it is."""

from __future__ import annotations

import pytest

from shunter.core.gotemplate.parse import TemplateError
from shunter.core.gotemplate.rename import Names, named, public, renamed

NAMES = Names(lambda name: f"{name}@1" if name.startswith("lib.") else name, ("(C ", ")"), ("(T ", ")"), " | back")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{- define "lib.a" -}}x{{- end -}}', '{{- define "lib.a@1" -}}x{{- end -}}'),
        ("{{ define `lib.a` }}x{{ end }}", "{{ define `lib.a@1` }}x{{ end }}"),
        ('{{ block "lib.a" . }}x{{ end }}', '{{ block "lib.a@1" . }}x{{ end }}'),
        ('{{template "lib.a" .}}', '{{template "lib.a@1" .}}'),
        ('{{ include "lib.a" . | nindent 4 }}', '{{ include "lib.a@1" . | nindent 4 }}'),
        ('{{ include "l\\u0069b.a" . }}', '{{ include "lib.a@1" . }}'),
        ('{{ if (eq 1 2) }}{{ else if include "lib.a" $ }}{{ end }}', None),
        ('{{ include "other" . }}', '{{ include "other" . }}'),
        ('{{ dict "include" "lib.a" }}', '{{ dict "include" "lib.a" }}'),
        ("{{ .Values.include }}{{ .Values.tpl.x }}", "{{ .Values.include }}{{ .Values.tpl.x }}"),
        ('lib.a {{/* include "lib.a" . */}} "lib.a"', 'lib.a {{/* include "lib.a" . */}} "lib.a"'),
        ("{{ include $name . }}", "{{ include (C $name) . }}"),
        ("{{ include .Values.a.b $ }}", "{{ include (C .Values.a.b) $ }}"),
        ('{{ include (print "lib." (f .x)) . }}', '{{ include (C (print "lib." (f .x))) . }}'),
        ('{{ include (dict "a" "b").a . }}', '{{ include (C (dict "a" "b").a) . }}'),
        ("{{ tpl .Values.text . }}", "{{ tpl (T .Values.text) . | back }}"),
        ("{{- tpl $text $.root -}}", "{{- tpl (T $text) $.root | back -}}"),
        ("{{ . | tpl $x | quote }}", "{{ . | tpl (T $x) | back | quote }}"),
        ("{{ f (tpl $x .) (tpl $y .) }}", "{{ f (tpl (T $x) . | back) (tpl (T $y) . | back) }}"),
        ("{{ tpl (tpl $x .) . }}", "{{ tpl (T (tpl (T $x) . | back)) . | back }}"),
        ('{{ tpl (include "lib.a" .) . }}', '{{ tpl (T (include "lib.a@1" .)) . | back }}'),
        ("{{ tpl $x }}", "{{ tpl (T $x) | back }}"),
        ("{{ include | tpl }}", "{{ include | tpl }}"),
        ("a\r\n{{ include\r\n  $n\r\n  . }}\r\n", "a\r\n{{ include\r\n  (C $n)\r\n  . }}\r\n"),
    ],
)
def test_names_become_others_and_every_other_byte_stays(text: str, expected: str | None) -> None:
    assert renamed(text, NAMES) == (text.replace('"lib.a"', '"lib.a@1"') if expected is None else expected)


def test_what_names_a_template() -> None:
    text = '{{ define "a" }}{{ template `b` . }}{{ include "c" . }}{{ include $d . }}{{ print "e" }}{{ end }}"f"'
    assert named(text) == ["a", "b", "c"]


def test_what_is_no_template_is_refused_with_its_line() -> None:
    with pytest.raises(TemplateError) as caught:
        renamed('\n{{ include "a', NAMES)
    assert caught.value.line == 2


def test_the_public_name() -> None:
    assert public("lib.v1@1.2.0-rc.1+x-0123456789ab.app") == "lib.v1.app"
    assert public("helper@1.2.0-0123456789ab") == "helper"
    assert public("lib.v1.app@home") == "lib.v1.app@home"
