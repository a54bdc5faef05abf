"""The other orchestrators on our engine: one application, four sets of rules, the same failures.

Lives here: readers of Compose files, Nomad jobs and Marathon apps; their rules of restarting,
placing and giving up nodes, as a controller and scheduler plugins; failures and the table of what
each did; dated facts about products and prices. Must not live here: anything the engine needs, and
any number of theirs outside ``rules.yaml``. What is simplified: ``approximations()``.
"""

from course.market.application import Application, NotUnderstood
from course.market.facts import approximations, standings
from course.market.loading import load, shop_file, the_shop
from course.market.managed import managed
from course.market.opening import join, open_market, scale, up, where
from course.market.recovery import recovery
from course.market.trials import FAILURES, Trial, crash_loop, renamed, trial, trials, without_check

__all__ = [
    "FAILURES",
    "Application",
    "NotUnderstood",
    "Trial",
    "approximations",
    "crash_loop",
    "join",
    "load",
    "managed",
    "open_market",
    "recovery",
    "renamed",
    "scale",
    "shop_file",
    "standings",
    "the_shop",
    "trial",
    "trials",
    "up",
    "where",
    "without_check",
]
