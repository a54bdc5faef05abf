"""Tables: how the server shows lists of objects to people.

Lives here: columns and cells for each kind, as ``kubectl get`` prints them.
Must not live here: layout of text or HTML beyond the plain table.
Models pkg/printers/internalversion/printers.go.
"""

from kubelite.apiserver.printers.table import COLUMNS, Column, columns_of, rows, text

__all__ = ["COLUMNS", "Column", "columns_of", "rows", "text"]
