"""Kubernetes' schemas."""
