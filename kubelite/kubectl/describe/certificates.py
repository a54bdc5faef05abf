"""Descriptions of wishes for certificates. Models ``k8s.io/kubectl/pkg/describe``."""
