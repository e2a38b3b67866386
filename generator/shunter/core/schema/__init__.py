"""JSON Schema as Helm compiles it: references, dialect, formats, patterns, cost, bundles."""
