"""Extra visits: the rules as they are listed, and the form that drafts one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.book.actions.overbooking import MOST, RuleDraft
from frontdesk.book.queries.overbooking import RuleRow, rule_rows, rules_seen_by
from frontdesk.book.rules_overbooking import RuleState, can_end, can_sign
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, Number, OneOf, SettingsForm, Several, TimeOfDay

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ICONS = {
    RuleState.DRAFT: ("edit", "warn"),
    RuleState.IN_FORCE: ("signed", "pass"),
    RuleState.LATER: ("clock", "accent"),
    RuleState.OVER: ("history", ""),
    RuleState.ENDED: ("close", ""),
}
_STANDING = (RuleState.DRAFT, RuleState.IN_FORCE, RuleState.LATER)


@dataclass(frozen=True)
class Row:
    """A rule as the list shows it; `icon` and `css` are those of its state's chip."""

    row: RuleRow
    icon: str
    css: str
    days: str
    types: str
    may_sign: bool
    may_end: bool


@dataclass(frozen=True)
class RulesPage:
    standing: Sequence[Row]
    gone: Sequence[Row]


def rules_page(*, user: User, now: datetime) -> RulesPage:
    """The rules that the user may see: those that stand, drafts first, and those that are over."""
    rows = [_row(one, user) for one in rule_rows(rules_seen_by(user), now=now)]
    standing = [one for one in rows if one.row.state in _STANDING]
    standing.sort(key=lambda one: one.row.state is not RuleState.DRAFT)
    return RulesPage(standing, [one for one in rows if one.row.state not in _STANDING][:50])


def _row(one: RuleRow, user: User) -> Row:
    icon, css = ICONS[one.state]
    live = one.state in _STANDING
    return Row(
        one,
        icon,
        css,
        ", ".join(SHORT[day] for day in one.rule.weekdays) or "Every day",
        ", ".join(kind.name for kind in one.rule.visit_types.all()) or "All that they see",
        may_sign=one.state is RuleState.DRAFT and can_sign(one.rule, by=user),
        may_end=live and can_end(one.rule, by=user),
    )


class RuleForm(SettingsForm):
    """What a draft asks for. Providers without a log-in cannot sign, so they are not listed."""

    provider = OneOf("Provider", ())
    starts = TimeOfDay("From")
    ends = TimeOfDay("Until", help_text="Extra visits lie wholly within these hours.")
    cap = Number("Extra visits a day, at most", least=1, most=MOST)
    valid_from = Day("First day")
    valid_until = Day("Last day", help_text="A year at most: then it is signed anew.")
    because = Line("Why", most=200, help_text="The provider reads this before signing.")
    weekdays = Several(
        "On", [(str(day), name) for day, name in enumerate(WEEKDAYS)], help_text="None ticked: every day."
    )
    visit_types = Several("For", (), help_text="None ticked: all that the provider sees.")

    def __init__(self, data: QueryDict | None = None, *, user: User, today: date) -> None:
        later = today + timedelta(days=90)
        super().__init__(data, initial={"cap": 1, "valid_from": today, "valid_until": later})
        providers = Provider.objects.filter(active=True, user__isnull=False, site__in=Site.objects.of(user))
        own = Provider.objects.filter(user=user, active=True)
        self._providers = {
            str(one.pk): one for one in (providers | own).select_related("site").order_by("family", "pk")
        }
        named = [(pk, one.name) for pk, one in self._providers.items()]
        offer(self, "provider", [("", "Choose …"), *named])
        specialties = {one.specialty_id for one in self._providers.values()}
        types = VisitType.objects.filter(active=True, places=1, specialty__in=specialties)
        self._types = {
            str(one.pk): one for one in types.select_related("specialty").order_by("specialty__name", "name")
        }
        known = [(pk, f"{one.name} ({one.specialty.name})") for pk, one in self._types.items()]
        offer(self, "visit_types", known)

    def draft(self) -> RuleDraft:
        """What the valid form asks for."""
        read = self.cleaned_data
        return RuleDraft(
            provider=self._providers[read["provider"]],
            starts=read["starts"],
            ends=read["ends"],
            cap=read["cap"],
            valid_from=read["valid_from"],
            valid_until=read["valid_until"],
            because=read["because"],
            weekdays=[int(day) for day in read["weekdays"]],
            visit_types=[self._types[pk] for pk in read["visit_types"]],
        )
