"""The mutation ledger: every safeguard of the engine is taken out in turn, and something notices.

``ledger.yaml`` has the mutants, ``trial`` runs one of them in a process of its own, and
``python -m tests.chaos.mutants`` looks for the seeds that catch them.
"""
