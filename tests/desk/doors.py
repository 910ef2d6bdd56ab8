"""The doors of the desk: who may open one, what it answers, and what each is tried with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.desk.support import Scene
from tests.universe import LAST_OPEN, Universe

# Alice is a scheduler, Bob a nurse, Carol a provider, Dan the manager, Erin the administrator, Pat a patient:
# every role once; Charlie is a scheduler of another site.
EVERYBODY = frozenset("alice bob carol dan erin pat charlie".split())
LOOKS, CHANGES = "GET", "POST"

Args = Callable[[Scene, Universe], tuple[int | str, ...]]
Data = Callable[[Scene, Universe], dict[str, str]]


def nothing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ()


def no_data(scene: Scene, cast: Universe) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Door:
    """`may` come in by `method` and get `answers`; for those whom it `hides` from it is not there (404).

    Everybody else is refused (403), nobody is sent to the log-in unless it is `open`, and the other method is
    no method of this door (405), unless a page `takes` a form too: that is the status with which it does.
    """

    may: str
    answers: int = 200
    hides: str = ""
    method: str = LOOKS
    args: Args = nothing
    data: Data = no_data
    open: bool = False
    takes: int = 0
    not_theirs: int = 0  # what Charlie hears, whose site does not have what the form names

    def status_for(self, name: str, method: str) -> int:
        if method != self.method and not self.takes:
            return 405
        if name in self.may.split():
            taken = self.not_theirs if name == "charlie" and self.not_theirs else self.takes
            return self.answers if method == self.method else taken
        return 404 if name in self.hides.split() else 403


def routine(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.routine.pk,)


def urgent(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.urgent.pk,)


def held(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.hold.pk,)


def task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.task.pk,)


def free_task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.work.free.pk,)


def follow_up(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.pk,)


def primary(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.specialty.pk,)


def draft(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.draft.pk,)


def writing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.writing.pk,)


def card(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.card.pk,)


def main_street(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.main.pk,)


def visit(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.visit.pk,)


def move_to(scene: Scene, cast: Universe) -> dict[str, str]:
    """An hour later, with the same provider."""
    return {
        "day": f"{LAST_OPEN}", "time": "16:00", "with": str(cast.dr_carol.pk), "where": "main", "type": "follow-up",
    }  # fmt: skip


def waiver(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"link": str(scene.visit.chain.get(link="Coverage").pk), "because": "Paid in cash"}


def system(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.system.client.pk,)


def subscription(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.system.client.subscriptions.get().pk,)


def version(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.version.pk,)


def absence(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.absence.pk,)


def demir(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.dr_yusuf.pk,)


def group(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.plans.group.pk,)


def conflict(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.conflict.pk,)


def waiting(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.walk_in.pk,)


def tardy(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.tardy.pk,)


ALL_STAFF = "alice bob carol dan erin charlie"
HERE = "alice bob carol dan"  # those of Main Street who work with requests
ELSEWHERE = "charlie erin pat"  # for them its requests are not there
TAKE = "alice bob dan"
SET = "carol dan erin"  # who may change the clinic's settings
