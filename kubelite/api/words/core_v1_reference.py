"""What the fields of references are for."""

WORDS = """
TypedLocalObjectReference.apiGroup: The group of its kind; empty for the core group.
TypedLocalObjectReference.name: What it is called.
TypedObjectReference.apiGroup: The group of its kind; empty for the core group.
TypedObjectReference.name: What it is called.
TypedObjectReference.namespace: Where it lives; here if empty.
LocalObjectReference.name: What it is called, in the same namespace.
ObjectReference.namespace: Where it lives.
ObjectReference.name: What it is called.
ObjectReference.uid: Which one of that name.
ObjectReference.fieldPath: A part of it, such as spec.containers{web}.
ObjectReference.resourceVersion: As it was at that version.
"""
