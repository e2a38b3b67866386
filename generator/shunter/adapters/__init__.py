"""Layer 2: the only room that touches the outside: files, git, Helm, registries, Copier."""
