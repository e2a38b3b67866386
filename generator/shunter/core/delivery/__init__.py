"""From a commit to what is published: versions of git events, and the projects that a change touches."""
