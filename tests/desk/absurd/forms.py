"""Every form of the desk with its fields."""

from __future__ import annotations

from tests.desk.absurd.counter import COUNTER
from tests.desk.absurd.field import Field
from tests.desk.absurd.people import PEOPLE
from tests.desk.absurd.plans import PLANS
from tests.desk.absurd.protocols import PROTOCOLS
from tests.desk.absurd.requests import REQUESTS
from tests.desk.absurd.settings import SETTINGS
from tests.desk.absurd.systems import SYSTEMS
from tests.desk.absurd.time import TIME
from tests.desk.absurd.visits import VISITS
from tests.desk.absurd.watch import WATCH
from tests.desk.absurd.work import WORK

FIELDS: list[Field] = [
    *COUNTER,
    *PEOPLE,
    *PLANS,
    *PROTOCOLS,
    *REQUESTS,
    *SETTINGS,
    *SYSTEMS,
    *TIME,
    *VISITS,
    *WATCH,
    *WORK,
]

# Forms that send nothing but the wish itself.
WITHOUT_FIELDS = {
    "desk:settings-calendar-make",
    "desk:settings-calendar-revoke",
    "desk:settings-system-end",
    "desk:settings-told-again",
    "desk:settings-told-end",
    "desk:protocol-begin",
    "desk:protocol-starter",
    "desk:protocol-take-back",
    "desk:protocol-read",
    "desk:settings-overbooking-sign",
    "desk:audit-run",
    "desk:time-approve",
    "desk:time-withdraw",
    "desk:settings-draft-approve",
    "desk:settings-guide-edit",
    "desk:settings-guide-take-back",
    "desk:settings-card-retire",
    "desk:request-new",
    "desk:request-park",
    "desk:request-take",
    "desk:request-drop",
}
