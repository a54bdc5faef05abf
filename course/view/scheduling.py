"""One decision of the scheduler as a table: nodes by plugins, refusals and marks, and the winner.

Filter plugins come first: a node that one of them refuses is not asked by the next. Then the
scoring plugins: each marks a node from 0 to 100, times the plugin's weight. Plugins that say the
same of every node are told in one line below, for they decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from course.view.plain import plain

PASSED, NOT_ASKED = "✓", "·"
LONGEST = 300  # of one sentence
MOST_NODES = 40


class Scheduling:
    """What ``scheduling`` gives. ``rows`` are the table, its first row the titles."""

    def __init__(self, told: Any):
        self._told = told
        self._decision = told.decision
        self.pod = plain(f"pod/{told.pod.metadata.name}")

    @property
    def winner(self) -> str:
        """The node the pod is on, or was on; "" when it has none."""
        return plain(self._told.node)

    @property
    def rows(self) -> list[list[str]]:
        """Titles, then a line for each node, best first, refused ones last."""
        filters, scorers = self._filters, self._scorers
        titles = ["NODE", "VERDICT", *(f"filter {name}" for name in filters)]
        titles += [f"score {row.plugin}" for row in scorers]
        titles += ["TOTAL"] if self._decision.totals else []
        return [titles, *self._feasible(filters, scorers), *self._refused(filters, scorers)]

    @property
    def summary(self) -> list[str]:
        """Who won and how, what would have been different, and what decided nothing."""
        return [plain(line, LONGEST) for line in (*self._how(), *self._otherwise(), *self._same())]

    @property
    def _filters(self) -> list[str]:
        """The filters that refused somebody, in their order."""
        refusing = {status.plugin for status in self._decision.refusals.values()}
        return [name for name in self._told.filters if name in refusing]

    @property
    def _scorers(self) -> list[Any]:
        return [row for row in self._decision.rows if len({*row.normalized}) > 1]

    def _feasible(self, filters: Sequence[str], scorers: Sequence[Any]) -> Iterator[list[str]]:
        totals = self._decision.totals or [0] * len(self._decision.feasible)
        order = sorted(range(len(totals)), key=lambda place: -totals[place])[:MOST_NODES]
        for place in order:
            name = plain(self._decision.feasible[place].name)
            verdict = "chosen" if name == self.winner else "fits"
            marks = [
                f"{row.weight} × {row.normalized[place]} = {row.weight * row.normalized[place]}"
                for row in scorers
            ]
            total = [str(totals[place])] if self._decision.totals else []
            yield [name, verdict, *[PASSED] * len(filters), *marks, *total]

    def _refused(self, filters: Sequence[str], scorers: Sequence[Any]) -> Iterator[list[str]]:
        width = len(scorers) + bool(self._decision.totals)
        for name, status in [*self._decision.refusals.items()][:MOST_NODES]:
            at = filters.index(status.plugin) if status.plugin in filters else 0
            asked = [PASSED] * at + [plain(status.message, 120)]
            cells = [*asked, *[NOT_ASKED] * (len(filters) - len(asked))]
            yield [plain(name), "refused", *cells, *[""] * width]

    def _how(self) -> Iterator[str]:
        decision, winner = self._decision, self.winner
        if not winner:
            yield f"{self.pod} has no node. {decision.message or 'It was not decided on yet.'}"
            if decision.victims:
                names = ", ".join(f"pod/{v.pod.metadata.name}" for v in decision.victims)
                yield f"To make room on {decision.nominated_node} these have to go: {names}."
            return
        totals = dict(zip((n.name for n in decision.feasible), decision.totals, strict=False))
        if winner not in totals:
            yield f"{self.pod} is on {winner}; the scheduler did not put it there."
        elif len(totals) == 1:
            yield f"{self.pod} is on {winner}: no other node could take it."
        else:
            yield from self._ranking(totals)

    def _ranking(self, totals: dict[str, int]) -> Iterator[str]:
        best, mine = max(totals.values()), totals[self.winner]
        equals = [name for name, total in totals.items() if total == best]
        head = f"{self.pod} is on {self.winner}"
        if mine != best:
            yield f"{head} with {mine} points, though {equals[0]} has {best} when asked again."
        elif equals[1:]:
            others = ", ".join(name for name in equals if name != self.winner)
            yield (
                f"{head} with {best} points, as many as {others}:"
                " among equals chance decides, from the stream scheduler/tie."
            )
        else:
            second = max(total for total in totals.values() if total != best)
            names = [name for name, total in totals.items() if total == second]
            yield f"{head}: it has the most points, {best}; next is {names[0]} with {second}."

    def _otherwise(self) -> Iterator[str]:
        told = self._told
        for change in told.changes[:5]:
            yield f"It would fit: {change}."
        swings = [(change, node) for change, node in told.swings if node != told.node]
        for change, node in swings[:6]:
            yield f"{node} would have won {change}."
        for profile, node in told.elsewhere.items():
            yield f"Under the profile {profile}: {node or 'no node'}."

    def _same(self) -> Iterator[str]:
        """Filters that let everybody pass, and marks that are the same for all."""
        if (passed := [n for n in self._told.filters if n not in self._filters]) and (
            self._decision.evaluated
        ):
            yield f"Filters that refused no node: {', '.join(passed)}."
        same = [row for row in self._decision.rows if len({*row.normalized}) == 1]
        if same:
            marks = ", ".join(f"{r.plugin} {r.weight * r.normalized[0]}" for r in same)
            yield f"The same for every node: {marks}."

    def __repr__(self) -> str:
        rows = self.rows
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*self.summary, "", *lines])

    def _repr_html_(self) -> str:
        titles, *lines = self.rows
        head = "".join(f"<th scope='col' {_LEFT}>{escape(title)}</th>" for title in titles)
        body = "".join(f"<tr>{''.join(self._cells(titles, line))}</tr>" for line in lines)
        said = "".join(f"<li>{escape(line)}</li>" for line in self.summary)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        # A wide table scrolls by itself, with the keyboard, too.
        place = "tabindex='0' role='region' aria-label='The nodes' style='overflow-x:auto'"
        return f"<div {place}>{table}</div><ul>{said}</ul>"

    def _cells(self, titles: Sequence[str], line: Sequence[str]) -> Iterator[str]:
        bold = line[1] == "chosen"
        for title, cell in zip(titles, line, strict=True):
            shown = f"<b>{escape(cell)}</b>" if bold else escape(cell)
            more = f" title='{escape(title, quote=True)}'"
            yield f"<td {_LEFT}{more}>{shown}</td>"


_LEFT = "style='text-align:left'"


def scheduling(cluster: Any, what: str, namespace: str = "default") -> Scheduling:
    """The decision about a pod (``pod/web-1``), also about one that is gone: nodes by plugins.

    It is made again on the cluster as it was at the moment of the decision. Raises StatusError
    when there never was such a pod.
    """
    return Scheduling(cluster.explain(what, namespace=namespace))
