"""YAML as Helm's Go libraries read it: scanner, nodes, scalars, documents with positions, and edits."""
