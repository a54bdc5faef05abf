"""The other orchestrators on our engine: one application, four sets of rules, the same failures.

Lives here: readers of Compose files, Nomad jobs and Marathon apps; their rules of restarting, placing
and giving up nodes, as a controller and scheduler plugins; failures and the table of what each did;
dated facts about products and prices. Must not live here: anything the engine needs, and any number
of theirs outside ``rules.yaml``. What is simplified: ``APPROXIMATIONS``.
"""
