"""The cluster's memory: a multi-version key-value store, as etcd is.

Lives here: revisions, transactions, watches, compaction and leases (``mvcc``), and the narrow
protocol (``backend``) through which the API server, its only client, sees any such store.
Must not live here: kinds, validation, or any knowledge of what a value means.
Models etcd's KV, Watch and Lease services.
"""
