"""The small commands under ``kubectl create``: one object from a name and flags.

Lives here: one maker for each kind, and the table of them. Must not live here: sending anything.
Models pkg/cmd/create/create_*.go.
"""

from kubelite.kubectl.creating.table import TABLE

__all__ = ["TABLE"]
