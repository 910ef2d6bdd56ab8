"""The addresses of the record: its figures and the requests behind them, who has read what, the words, the machine."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import acknowledgements, glossary, machine, trail, triage_report

urlpatterns = [
    path("requests/<int:pk>/story/", trail.story, name="story"),
    path("requests/<int:pk>/story.pdf", trail.export_pdf, name="story-pdf"),
    path("visits/<int:pk>/story/", trail.visit, name="visit-story"),
    path("reports/triage/", triage_report.show, name="triage-report"),
    path("reports/triage/rows/", triage_report.rows, name="triage-rows"),
    path("reports/acknowledgements/", acknowledgements.show, name="acknowledgements"),
    path("glossary/", glossary.show, name="glossary"),
    path("settings/machine/", machine.show, name="settings-machine"),
    path("settings/machine/<slug:key>/", machine.switch, name="settings-machine-switch"),
]
