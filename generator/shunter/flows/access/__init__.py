"""Who may do what: rights in clusters, jobs as users of them, and what a forge protects."""
