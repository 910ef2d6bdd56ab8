"""The addresses of other programs, before those of the desk."""

from __future__ import annotations

from django.urls import path

from frontdesk.gateway.fhir import capability, views
from frontdesk.gateway.ical import views as ical
from frontdesk.gateway.publish import open_views
from frontdesk.gateway.publish import views as publish
from frontdesk.gateway.smart import views as smart

app_name = "gateway"

urlpatterns = [
    path(".well-known/smart-configuration", smart.smart_configuration, name="smart-configuration"),
    path("fhir/.well-known/smart-configuration", smart.smart_configuration, name="fhir-smart-configuration"),
    path("fhir/token", smart.token, name="token"),
    path("fhir/metadata", capability.metadata, name="metadata"),
    # A literal address stands before these: they take whatever has their form.
    path("fhir/<str:kind>/_search", views.search_by_form, name="search"),
    path("fhir/<str:kind>/$<str:name>", views.operation, name="operation"),
    path("fhir/<str:kind>/<str:pk>/$<str:name>", views.operation_of_one, name="operation_of_one"),
    path("fhir/<str:kind>/<str:pk>", views.of_one, name="one"),
    path("fhir/<str:kind>", views.of_a_type, name="type"),
    path("fhir/<path:rest>", views.nowhere, name="nowhere"),
    path("fhir/", views.whole, name="root"),
    path("fhir", views.whole, name="base"),
    path("publish/$bulk-publish", publish.manifest, name="publication"),
    path("publish/<str:name>.ndjson", publish.file, name="published"),
    path("open/<str:slot>/", open_views.open_time, name="open-time"),
    path("calendar/<str:secret>.ics", ical.feed, name="feed"),
]
