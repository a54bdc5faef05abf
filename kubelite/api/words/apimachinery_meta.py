"""What the fields of metadata and selectors are for."""

WORDS = """
ObjectMeta.name: What the object is called; no other of its kind in its namespace has that name.
ObjectMeta.generateName: A beginning to which the server adds five characters when there is no name.
ObjectMeta.namespace: The namespace it lives in; empty for kinds that live in none.
ObjectMeta.selfLink: No longer filled in.
ObjectMeta.uid: Told apart from everything that ever had this name; given by the server.
ObjectMeta.resourceVersion: Changes with every write; send it back to be sure nobody was faster.
ObjectMeta.generation: Counts changes of what is wanted, not of what is reported.
ObjectMeta.creationTimestamp: When the server first stored it.
ObjectMeta.deletionTimestamp: Set once deletion was asked for: when it is to be gone at the latest.
ObjectMeta.deletionGracePeriodSeconds: Seconds it was given to end in good order.
ObjectMeta.labels: Short words by which selectors and people find it.
ObjectMeta.annotations: Notes for tools and people; nothing selects by them.
ObjectMeta.finalizers: Who still has work to do before it may vanish; the last one to go ends it.
OwnerReference.name: What the owner is called.
OwnerReference.uid: Which one of that name; another one made later is no owner.
OwnerReference.controller: Whether this owner looks after it; at most one does.
OwnerReference.blockOwnerDeletion: The owner, deleted in the foreground, waits until this is gone.
ManagedFieldsEntry.manager: Who wrote the fields: kubectl, a controller.
ManagedFieldsEntry.operation: Apply, when the fields are owned; Update, when they were just written.
ManagedFieldsEntry.time: When the list of fields last changed.
ManagedFieldsEntry.fieldsType: How the list is written; FieldsV1.
ManagedFieldsEntry.fieldsV1: The fields, as a tree of names.
ManagedFieldsEntry.subresource: By which part of the object they were written; empty for the whole.
LabelSelector.matchLabels: Labels that must be there with just these values.
LabelSelectorRequirement.key: The label it is about.
LabelSelectorRequirement.operator: In, NotIn, Exists or DoesNotExist.
LabelSelectorRequirement.values: For In and NotIn: the values that count.
"""
