"""The form on which a voicemail or a message is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, OneOf, SettingsForm, Text, TimeOfDay
from frontdesk.triage.actions.intake import CHANNELS, MOST, Sender
from frontdesk.triage.topics import topics


class TakeDownForm(SettingsForm):
    channel = OneOf("How it came", [(one.value, str(one.label)) for one in CHANNELS])
    site = OneOf("For which site", ())
    day = Day("Came in on")
    at = TimeOfDay("At")
    text = Text(
        "Word for word",
        most=MOST,
        rows=6,
        help_text="As it was said or written. It is screened when you save it.",
    )
    name = Line("Name", most=170, required=False)
    birth_date = Line("Birth date", most=40, required=False, help_text="Month, day, year")
    phone = Line("Number to call", most=40, required=False)
    email = Line("E-mail", most=254, required=False)
    topic = OneOf("What it is about", (), required=False, help_text="Left open, the words decide.")

    def __init__(
        self, data: QueryDict | None = None, *, sites: Sequence[Site], home: Site, now: datetime
    ) -> None:
        local = now.astimezone(home.zone)
        first = {"site": home.code, "day": local.date(), "at": f"{local:%H:%M}", "channel": CHANNELS[0].value}
        super().__init__(data, initial=first)
        self._sites = {one.code: one for one in sites}
        offer(self, "site", [(one.code, one.name) for one in sites])
        named = [("", "Not said"), *((key, one.title) for key, one in topics().items())]
        offer(self, "topic", named)

    @property
    def top(self) -> list[forms.BoundField]:
        return [self[name] for name in ("channel", "site", "day", "at")]

    @property
    def sender(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "birth_date", "phone", "email")]

    def wanted(self) -> dict[str, Any]:
        """What the valid form says, as the action takes it; the time is the site's own."""
        read = self.cleaned_data
        site = self._sites[read["site"]]
        return {
            "channel": read["channel"],
            "text": read["text"],
            "site": site,
            "contact_at": datetime.combine(read["day"], read["at"], site.zone),
            "sender": Sender(read["name"], read["birth_date"], read["phone"], read["email"]),
            "topic": read["topic"],
        }


def sites_for(user: User) -> list[Site]:
    """The sites for which this person may write something down."""
    return list(Site.objects.of(user).distinct())
