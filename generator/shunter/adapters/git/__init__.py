"""git repositories, and plans that become commits."""
