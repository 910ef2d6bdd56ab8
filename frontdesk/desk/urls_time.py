"""The addresses of templates, absences, kept time, closures and discrepancies, below settings/time/."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import settings_absences, settings_closures, settings_time

urlpatterns = [
    path("", settings_time.index, name="time"),
    path("<int:pk>/", settings_time.week, name="time-week"),
    path("<int:pk>/draft/", settings_time.new, name="time-draft"),
    path("versions/<int:pk>/", settings_time.version, name="time-version"),
    path("versions/<int:pk>/edit/", settings_time.edit, name="time-edit"),
    path("versions/<int:pk>/approve/", settings_time.approve, name="time-approve"),
    path("versions/<int:pk>/withdraw/", settings_time.withdraw, name="time-withdraw"),
    path("absences/", settings_absences.index, name="absences"),
    path("absences/<int:pk>/", settings_absences.show, name="absence"),
    path("absences/<int:pk>/lift/", settings_absences.lift, name="absence-lift"),
    path("kept/", settings_absences.kept, name="kept"),
    path("kept/sessions/<int:pk>/release/", settings_absences.release_session, name="kept-session-release"),
    path("kept/blocks/<int:pk>/release/", settings_absences.release_block, name="kept-block-release"),
    path("closures/", settings_closures.index, name="closures"),
    path("closures/close/", settings_closures.close, name="closure-close"),
    path("closures/<int:pk>/reopen/", settings_closures.reopen, name="closure-reopen"),
    path("discrepancies/", settings_closures.discrepancies, name="discrepancies"),
]
