"""What all flows share: context and sites, projects, records on disk, plans, drift."""
