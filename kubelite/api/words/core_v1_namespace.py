"""What the fields of Namespaces are for."""

WORDS = """
NamespaceSpec.finalizers: Who has to empty it before it may vanish.
NamespaceStatus.phase: Active, or Terminating once it is being deleted.
"""
