"""What a backtest found: how many requests would have changed, from lane to lane, and each with the caller's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from frontdesk.accounts.models import User
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Protocol as Rules
from frontdesk.triage.models import Backtest, Request
from frontdesk.triage.models.in_force import by_id
from frontdesk.triage.models.scope import draft_mark
from frontdesk.triage.queries.protocol_versions import rules_of

PAGE = 25
SORTS = {"raised": "Raised", "lowered": "Lowered", "same": "Same lane, another rule"}


@dataclass(frozen=True)
class Step:
    """So many requests would go from one lane to another."""

    was: str
    becomes: str
    count: int


@dataclass(frozen=True)
class Row:
    """One request that would have changed, with what was said."""

    request: Request
    was: str
    becomes: str
    rules_was: str
    rules: str
    words: str


class BacktestPage:
    """A backtest for one person: only requests that this person may see are counted and shown."""

    def __init__(self, found: Backtest, user: User, *, show: str = "", page: str = "") -> None:
        self.found, self.user = found, user
        self.show = show if show in SORTS else ""
        self.number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1

    @property
    def is_done(self) -> bool:
        return self.found.done_at is not None

    @property
    def is_stale(self) -> bool:
        """The draft has been changed since it was read."""
        return draft_mark(self.found.protocol) != self.found.mark

    @property
    def percent(self) -> int:
        return 100 * self.found.read // self.found.whole if self.found.whole else 100

    @cached_property
    def rows(self) -> list[Mapping[str, Any]]:
        wanted = [one["request"] for one in self.found.rows]
        seen = set(Request.objects.visible_to(self.user).filter(pk__in=wanted).values_list("pk", flat=True))
        return [one for one in self.found.rows if one["request"] in seen]

    @property
    def hidden(self) -> int:
        return len(self.found.rows) - len(self.rows)

    @cached_property
    def sorted(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {sort: [] for sort in SORTS}
        for row in self.rows:
            found[_sort(row)].append(row)
        return found

    @property
    def sorts(self) -> list[tuple[str, str, int]]:
        return [(key, words, len(self.sorted[key])) for key, words in SORTS.items()]

    @property
    def unchanged(self) -> int:
        return self.found.read - len(self.found.rows)

    @property
    def steps(self) -> list[Step]:
        """From lane to lane, the gravest first."""
        counts = Counter((one["was"], one["becomes"]) for one in self.rows if one["was"] != one["becomes"])
        steps = [Step(was, becomes, count) for (was, becomes), count in counts.items()]
        return sorted(steps, key=lambda one: (-RANK[Lane(one.becomes)], -RANK[Lane(one.was)]))

    @property
    def chosen(self) -> list[Mapping[str, Any]]:
        """The rows that are asked for: what would be lowered first, since it is what to look at."""
        if self.show:
            return self.sorted[self.show]
        return [*self.sorted["lowered"], *self.sorted["raised"], *self.sorted["same"]]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.chosen) // PAGE))

    @property
    def at(self) -> int:
        return min(max(1, self.number), self.pages)

    @property
    def before(self) -> int:
        return self.at - 1

    @property
    def after(self) -> int:
        return self.at + 1 if self.at < self.pages else 0

    @cached_property
    def shown(self) -> list[Row]:
        """One page of rows, with the words of the requests."""
        part = self.chosen[(self.at - 1) * PAGE : self.at * PAGE]
        found = Request.objects.visible_to(self.user).filter(pk__in=[one["request"] for one in part])
        requests = {one.pk: one for one in found.prefetch_related("utterances")}
        return [self._row(one, requests[one["request"]]) for one in part if one["request"] in requests]

    @property
    def people(self) -> list[int]:
        """The patients whose requests are shown."""
        return sorted({one.request.patient_id for one in self.shown if one.request.patient_id})

    @cached_property
    def _titles(self) -> tuple[dict[str, str], dict[str, str]]:
        against = self.found.against
        was = by_id(against.pk).rules if against is not None else None
        return _titles(was), _titles(rules_of(self.found.protocol))

    def _row(self, row: Mapping[str, Any], request: Request) -> Row:
        was, becomes = self._titles
        said = " / ".join(one.text for one in request.utterances.all())
        return Row(
            request, row["was"], row["becomes"], _named(row["rules_was"], {**becomes, **was}),
            _named(row["rules"], {**was, **becomes}), said,
        )  # fmt: skip


def _titles(rules: Rules | None) -> dict[str, str]:
    return {rule.code: rule.title for rule in rules.rules} if rules else {}


def _named(codes: Sequence[str], titles: Mapping[str, str]) -> str:
    return "; ".join(f"{code} {titles.get(code, '')}".strip() for code in codes) or "No rule"


def _sort(row: Mapping[str, Any]) -> str:
    step = RANK[Lane(row["becomes"])] - RANK[Lane(row["was"])]
    return "raised" if step > 0 else "lowered" if step < 0 else "same"
