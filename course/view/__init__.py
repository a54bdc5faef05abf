"""Seeing a cluster: one record of what to draw, and every way of drawing it.

Lives here: the record (``state``), where things go (``layout``), the live view
(``cluster_view`` and its ``.js`` and ``.css``), the still picture (``svg``), the words
(``text``), the figures (``timeline``, ``packing``, the graphs and ``message_flow``), the answers
(``why``, ``why_not``, ``scheduling``), the sliders (``controls``) and the one palette behind
them all.
Must not live here: rules of Kubernetes, and anything that changes a cluster except the
controls. Views read a cluster's history and nothing else.
"""
