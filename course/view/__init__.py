"""Seeing a cluster: one record of what to draw, and every way of drawing it.

Lives here: the record (``state``), where things go (``layout``), the live view
(``cluster_view`` and its ``.js`` and ``.css``), the still picture (``svg``), the words
(``text``), the figures (``timeline``, ``lanes``, ``packing``, ``money``, the graphs and
``message_flow``), the answers (``why``, ``why_not``, ``scheduling``), the player of a history
(``time_view``), the sliders and buttons (``controls`` with its ``sections``, ``switches`` and
``console``), the games (``play``) and the one palette behind them all.
Must not live here: rules of Kubernetes, and anything that changes a cluster except the
controls and the games. Views read a cluster's history and nothing else.
"""
