"""Forges (GitHub, GitLab, Gitea and Forgejo): pull requests through the command line tools that people have."""
