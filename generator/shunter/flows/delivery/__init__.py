"""What CI asks of a repository: its versions, and the projects that commits touch."""
