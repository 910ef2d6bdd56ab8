"""The addresses of connected systems, below settings/systems/."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import settings_systems, settings_told

urlpatterns = [
    path("", settings_systems.index, name="settings-systems"),
    path("new/", settings_systems.new, name="settings-system-new"),
    path("<int:pk>/", settings_systems.show, name="settings-system"),
    path("<int:pk>/edit/", settings_systems.edit, name="settings-system-edit"),
    path("<int:pk>/end/", settings_systems.end, name="settings-system-end"),
    path("<int:pk>/told/", settings_told.show, name="settings-system-told"),
    path("told/<int:pk>/again/", settings_told.again, name="settings-told-again"),
    path("told/<int:pk>/end/", settings_told.end, name="settings-told-end"),
]
