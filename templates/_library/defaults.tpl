[# What an app's values are laid over: plain YAML, so that `values explain` can read it from a vendored library. -#]
{{- define "[[ lib ]].defaults" -}}
[% include "templates/_library/defaults/base.yaml" -%]
{{- end -}}
[%- for archetype in archetypes %]

{{- define "[[ lib ]].defaults.[[ archetype ]]" -}}
[% include "templates/_library/defaults/" ~ archetype ~ ".yaml" -%]
{{- end -}}
[%- endfor %]
