"""The world the cluster runs in: virtual time, seeded chance, and the record of what happened.

Lives here: the clock, the chance streams, the trace of causes, and every limit in one file.
Must not live here: anything that knows what a pod is.
"""
