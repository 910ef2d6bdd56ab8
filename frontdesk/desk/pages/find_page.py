"""What the page "Find a time" shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.urls import reverse

from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.engine.reasons import PartOfDay, Preference
from frontdesk.book.models import Hold
from frontdesk.book.queries.find import Wish, nearest, providers_for
from frontdesk.book.queries.known import busy_of
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.clinic.choices import Language
from frontdesk.desk.pages.find_asked import EVERY_DAY, HOURS, WEEKDAYS
from frontdesk.desk.pages.find_choices import Choice, Choices
from frontdesk.desk.pages.find_guide import GuidePanel
from frontdesk.desk.pages.find_held import Held
from frontdesk.desk.pages.find_options import SIGNED, Offer, Offers, option_from
from frontdesk.desk.pages.find_why import RuledOut, WhyPanel

__all__ = ["SIGNED", "FindPage", "Offer", "option_from"]
ENOUGH = 3  # with fewer, times that are not quite as asked are shown too
SOON = 2  # days; what is found later is not soon


class FindPage(Choices):
    """The form, the options, the hold and the panels beside them; each is made when the page shows it."""

    parts = [Choice("", "Any part of the day")] + [
        Choice(part.value, part.value.capitalize()) for part in PartOfDay if part is not PartOfDay.ANY
    ]
    hours = [Choice(str(hour), f"{hour:02}:00") for hour in HOURS]
    # The reasons typed beside links that fail, where a booking was refused.
    waived: dict[str, str] = {}
    # What was typed to keep the hold for longer, where it was refused.
    kept: dict[str, str] = {}

    @property
    def weekdays(self) -> list[tuple[str, str, bool]]:
        """Value, word, and whether it is asked for."""
        some = self.asked.weekdays != EVERY_DAY
        return [(str(day), word, some and day in self.asked.weekdays) for day, word in enumerate(WEEKDAYS)]

    @property
    def url(self) -> str:
        here = reverse("desk:find", args=[self.request.pk])
        return f"{here}?{self.asked.query}" if self.asked.query else here

    def url_with(self, **changed: str) -> str:
        """This page with some of what was asked changed."""
        return f"{reverse('desk:find', args=[self.request.pk])}?{self.asked.query_with(**changed)}"

    # What is looked for

    @cached_property
    def wish(self) -> Wish | None:
        """The wish with everything that decides whether the book will take it."""
        if self.visit_type is None:
            return None
        zone = self.request.site.zone
        earliest = datetime.combine(self.asked.first, time.min, zone)
        modality = self.modality or self.visit_type.modality
        return Wish(
            visit_type=self.visit_type,
            sites=self.where,
            providers=self.with_ids,
            earliest=max(self.now, earliest),
            until=self.due or self.last_day,
            language=self.patient.language,
            interpreter=self.interpreter,
            always=self.always_interpreter,
            part_of_day=self.asked.part,
            weekdays=self.asked.weekdays,
            hours=self.asked.hours,
            busy=busy_of(self.patient, self.where, modality, now=self.now),
            new_patient=is_new_patient(self.patient, self.visit_type.specialty_id, now=self.now),
            directed=self.opens_directed_time,
            only=self.only_classes,
            open_only=self.open_time_only,
            modality=self.modality,
            room=self.room.pk if self.room else None,
        )

    @property
    def preference(self) -> Preference:
        own = self.own_provider
        return Preference(
            today=self.today,
            own_provider=own.pk if own else None,
            own_name=own.name if own else "",
            team=frozenset(one.pk for one in self.team),
            home_site=own.site_id if own else None,
            part_of_day=self.asked.part,
            due=self.due,
            language=Language(self.patient.language).label,
            interpreter=self.patient.needs_interpreter or self.interpreter,
            directed_by=self.directed.directed_by.name if self.directed and self.directed.directed_by else "",
        )

    # What was found

    @cached_property
    def _found(self) -> Offers | None:
        home = self.own_provider.site if self.own_provider else None
        return Offers(self.wish, self.preference, home, self.request, self.now) if self.wish else None

    @cached_property
    def offers(self) -> Sequence[Offer]:
        return self._found.best if self._found else ()

    @cached_property
    def near(self) -> Sequence[Offer]:
        """Times that are not quite as asked, where few are."""
        if self._found is None or not self.asked.is_narrow or len(self.offers) >= ENOUGH:
            return ()
        return self._found.otherwise(len(self.offers))

    @cached_property
    def extra(self) -> Sequence[Offer]:
        """Times inside a signed rule for extra visits, where nothing else is soon."""
        late = self.asked.first + timedelta(days=SOON)
        if self._found is None or any(one.start.date() <= late for one in self.offers):
            return ()
        return self._found.inside_rules(len(self.offers) + len(self.near))

    @cached_property
    def counted(self) -> RuledOut | None:
        return RuledOut.of(self.wish, self.now) if self.wish and self.wish.providers else None

    @cached_property
    def why(self) -> WhyPanel:
        return WhyPanel(self, list(self.offers))

    @cached_property
    def guide(self) -> GuidePanel:
        return GuidePanel(self)

    # What is held

    @cached_property
    def hold(self) -> Hold | None:
        mine = Hold.objects.standing(self.now).filter(asked_for=self.request.pk)
        return mine.select_related(
            "provider", "site", "visit_type", "room", "interpreter", "patient", "overbooked_by", "kept_by"
        ).last()

    @cached_property
    def held(self) -> Held | None:
        return Held(self.hold, self.user, self.now, self.waived) if self.hold else None

    @property
    def hold_seconds(self) -> float:
        return (self.hold.expires_at - self.now).total_seconds() if self.hold else 0

    def nearest_in_words(self, wanted: Wanted) -> str:
        """The nearest free times, for whoever was just told that one is taken."""
        wish = Wish(
            visit_type=wanted.visit_type,
            sites=[wanted.site],
            providers=providers_for(wanted.visit_type, [wanted.site]),
            earliest=max(wanted.start, self.now),
            until=self.due or self.last_day,
            language=self.patient.language,
            interpreter=self.interpreter,
            always=self.always_interpreter,
            modality=wanted.modality,
        )
        if self.wish is not None:
            kept = {name: getattr(self.wish, name) for name in ("busy", "new_patient", "directed")}
            wish = replace(wish, **kept)
        free = [f"{option.local_start:%a %d %b, %H:%M}" for option in nearest(wish, now=self.now)]
        return f"Nearest free: {'; '.join(free)}." if free else "Nothing else is free soon."

    @property
    def last_asked(self) -> date:
        return self.due or self.last_day
