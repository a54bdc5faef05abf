"""What the fields of Events are for, in the newer group."""

WORDS = """
Event.eventTime: When it was first seen, to the microsecond.
Event.reportingController: Who says so: kubernetes.io/kubelet.
Event.reportingInstance: Which one of them.
Event.action: What was done, or failed.
Event.reason: What happened, in one word: Pulled, Killing, BackOff.
Event.note: What happened, in a sentence.
Event.type: Normal or Warning.
Event.deprecatedFirstTimestamp: When it was first seen, by those who write the older kind.
Event.deprecatedLastTimestamp: When it was last seen, by those who write the older kind.
Event.deprecatedCount: How often, by those who write the older kind.
"""
