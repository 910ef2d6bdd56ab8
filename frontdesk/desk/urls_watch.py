"""The addresses of what watches over the book: extra visits, the audit, conflicts, gaps and waits."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import audit, conflicts, gaps, overbooking

urlpatterns = [
    path("settings/overbooking/", overbooking.index, name="settings-overbooking"),
    path("settings/overbooking/new/", overbooking.new, name="settings-overbooking-new"),
    path("settings/overbooking/<int:pk>/sign/", overbooking.sign, name="settings-overbooking-sign"),
    path("settings/overbooking/<int:pk>/end/", overbooking.end, name="settings-overbooking-end"),
    path("reports/audit/", audit.index, name="audit"),
    path("reports/audit/run/", audit.run, name="audit-run"),
    path("reports/gaps/", gaps.index, name="gaps"),
    path("conflicts/", conflicts.index, name="conflicts"),
    path("conflicts/new/", conflicts.new, name="conflict-new"),
    path("conflicts/<int:pk>/", conflicts.show, name="conflict"),
    path("conflicts/<int:pk>/accept/", conflicts.accept, name="conflict-accept"),
    path("conflicts/<int:pk>/resolve/", conflicts.resolve, name="conflict-resolve"),
]
