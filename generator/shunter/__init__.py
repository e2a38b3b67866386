"""shunter makes up release trains: Helm workspaces from one file, kept, validated and promoted."""

__version__ = "0.1.0"
