"""Reports: sums only, the picture first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.templatetags.figures import count, percent
from frontdesk.desk.views.kit import person
from frontdesk.insight import no_shows
from frontdesk.insight.charts import Chart, Group, Value, bar_chart
from frontdesk.insight.no_shows import Band, ByLead, Share, Source


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """No-shows by lead time in the history of one source: `?source=`, or else the largest."""
    person(request).check_may(Permission.SEE_REPORTS)
    sources = no_shows.sources()
    source = _chosen(sources, request.GET.get("source"))
    page = {"sources": sources, "source": source, "long_lead": no_shows.LONG_LEAD}
    return render(request, "desk/reports.html", page | (_figures(source) if source else {}))


def _chosen(sources: Sequence[Source], name: str | None) -> Source | None:
    if name is None:
        return sources[0] if sources else None
    for source in sources:
        if source.name == name:
            return source
    raise Http404("There is no history from such a source.")


def _figures(source: Source) -> dict[str, Any]:
    found = no_shows.by_lead(source.name)
    return {
        "report": found,
        "by_lead": _lead_chart(found),
        "by_reminder": _reminder_chart(found),
        "short_label": f"less than {no_shows.LONG_LEAD} days",
        "long_label": f"{no_shows.LONG_LEAD} days or more",
    }


def _lead_chart(found: ByLead) -> Chart:
    groups = [
        Group(band.label, (_value(band.label, band.split.all),), f"n = {count(band.split.all.of)}")
        for band in found.bands
    ]
    overall = found.raw.all
    return bar_chart(
        groups, reference=overall.percent, reference_label=f"all visits {percent(overall.percent)}"
    )


def _reminder_chart(found: ByLead) -> Chart:
    return bar_chart([Group(band.label, _beside(band)) for band in found.bands])


def _beside(band: Band) -> tuple[Value, Value]:
    return (
        _value(f"{band.label}, reminded", band.split.reminded),
        _value(f"{band.label}, not reminded", band.split.others),
    )


def _value(label: str, share: Share) -> Value:
    says = f"{label}: {count(share.missed)} of {count(share.of)} visits missed, {percent(share.percent)}"
    return Value(share.percent, says)
