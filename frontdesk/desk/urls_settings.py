"""The addresses of the settings, below settings/."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import (
    settings_calendars,
    settings_cards,
    settings_drafts,
    settings_duty,
    settings_grid,
    settings_guide_drafts,
    settings_guides,
    settings_hours,
    settings_index,
    settings_organization,
    settings_queues,
    settings_slot_classes,
    settings_visit_types,
)

urlpatterns = [
    path("", settings_index.index, name="settings"),
    path("visit-types/", settings_visit_types.index, name="settings-visit-types"),
    path("visit-types/new/", settings_visit_types.new, name="settings-visit-type-new"),
    path("visit-types/<int:pk>/", settings_visit_types.show, name="settings-visit-type"),
    path("visit-types/<int:pk>/edit/", settings_visit_types.edit, name="settings-visit-type-edit"),
    path("slot-classes/", settings_slot_classes.index, name="settings-slot-classes"),
    path("slot-classes/new/", settings_slot_classes.new, name="settings-slot-class-new"),
    path("slot-classes/<int:pk>/edit/", settings_slot_classes.edit, name="settings-slot-class-edit"),
    path("grid/", settings_grid.show, name="settings-grid"),
    path("grid/edit/", settings_grid.edit, name="settings-grid-edit"),
    path("guides/", settings_guides.index, name="settings-guides"),
    path("guides/<int:pk>/", settings_guides.show, name="settings-guide"),
    path("guides/<int:pk>/edit/", settings_guides.edit, name="settings-guide-edit"),
    path("guides/<int:pk>/download/", settings_guides.download, name="settings-guide-download"),
    path("drafts/<int:pk>/guide/", settings_guide_drafts.editor, name="settings-guide-draft"),
    path("drafts/<int:pk>/guide/question/", settings_guide_drafts.question, name="settings-guide-question"),
    path("drafts/<int:pk>/guide/rule/", settings_guide_drafts.rule, name="settings-guide-rule"),
    path("drafts/<int:pk>/guide/arrange/", settings_guide_drafts.arrange, name="settings-guide-arrange"),
    path("drafts/<int:pk>/guide/upload/", settings_guide_drafts.upload, name="settings-guide-upload"),
    path("drafts/<int:pk>/guide/hand-in/", settings_guide_drafts.hand_in, name="settings-guide-hand-in"),
    path(
        "drafts/<int:pk>/guide/take-back/", settings_guide_drafts.take_back, name="settings-guide-take-back"
    ),
    path(
        "drafts/<int:pk>/guide/download/",
        settings_guide_drafts.download,
        name="settings-guide-draft-download",
    ),
    path("drafts/", settings_drafts.index, name="settings-drafts"),
    path("drafts/<int:pk>/", settings_drafts.show, name="settings-draft"),
    path("drafts/<int:pk>/approve/", settings_drafts.approve, name="settings-draft-approve"),
    path("drafts/<int:pk>/withdraw/", settings_drafts.withdraw, name="settings-draft-withdraw"),
    path("cards/", settings_cards.index, name="settings-cards"),
    path("cards/new/", settings_cards.new, name="settings-card-new"),
    path("cards/<int:pk>/edit/", settings_cards.edit, name="settings-card-edit"),
    path("cards/<int:pk>/retire/", settings_cards.retire, name="settings-card-retire"),
    path("duty/", settings_duty.roster, name="settings-duty"),
    path("duty/add/", settings_duty.add, name="settings-duty-add"),
    path("duty/<int:pk>/end/", settings_duty.end, name="settings-duty-end"),
    path("calendars/", settings_calendars.index, name="settings-calendars"),
    path("calendars/<int:pk>/make/", settings_calendars.make, name="settings-calendar-make"),
    path("calendars/addresses/<int:pk>/revoke/", settings_calendars.revoke, name="settings-calendar-revoke"),
    path("queues/", settings_queues.index, name="settings-queues"),
    path("queues/<slug:queue>/", settings_queues.edit, name="settings-queue"),
    path("sites/<int:pk>/hours/", settings_hours.edit, name="settings-hours"),
    path("organization/", settings_organization.tree, name="settings-organization"),
    path("organization/name/", settings_organization.name, name="settings-organization-name"),
    path("sites/<int:pk>/departments/", settings_organization.add_department, name="settings-department-new"),
    path("sites/<int:pk>/assign/", settings_organization.assign, name="settings-assign"),
]
