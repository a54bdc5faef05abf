"""Sarah's shop: one Black Friday, under each way of running servers, in orders and in money.

Lives here: every number (``shop.yaml``, ``prices.yaml``), the customers (``traffic``), what a
server does under load (``queueing``), people who react at human speed (``team``), the ways of
running a shop (``strategies``, ``orchestrated``, ``sketch``), what came of it (``day``,
``ledger``) and how far the conclusion holds (``sensitivity``).
Must not live here: pictures (``course.view.money``), and numbers outside the two files.
"""
