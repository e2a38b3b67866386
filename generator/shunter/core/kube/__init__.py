"""Kubernetes objects, kinds, APIs, custom resources, and the order of installation."""
