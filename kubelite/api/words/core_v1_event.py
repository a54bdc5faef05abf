"""What the fields of Events are for."""

WORDS = """
Event.type: Normal or Warning.
Event.reason: What happened, in one word: Pulled, Killing, BackOff.
Event.message: What happened, in a sentence.
Event.count: How often.
Event.firstTimestamp: When it was first seen.
Event.lastTimestamp: When it was last seen.
Event.eventTime: When it was first seen, to the microsecond.
Event.action: What was done, or failed.
Event.reportingComponent: Who says so: kubelet, default-scheduler.
Event.reportingInstance: Which one of them.
EventSource.component: Who says so.
EventSource.host: On which node.
EventSeries.count: How often so far.
EventSeries.lastObservedTime: When last.
"""
