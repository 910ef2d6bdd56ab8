"""The addresses of the counter: walk-ins, late arrivals, what was offered, the call log."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import counter, late_arrivals, walk_ins

urlpatterns = [
    path("walk-ins/", walk_ins.index, name="walk-ins"),
    path("walk-ins/new/", walk_ins.new, name="walk-in-new"),
    path("walk-ins/<int:pk>/tier/", walk_ins.tier, name="walk-in-tier"),
    path("walk-ins/<int:pk>/leave/", walk_ins.leave, name="walk-in-leave"),
    path("visits/<int:pk>/late/", late_arrivals.show, name="visit-late"),
    path("visits/<int:pk>/arrived/", late_arrivals.arrived, name="late-arrived"),
    path("late/<int:pk>/", late_arrivals.go, name="late"),
    path("late/<int:pk>/answer/", late_arrivals.answer, name="late-answer"),
    path("late/<int:pk>/approve/", late_arrivals.approve, name="late-approve"),
    path("late/<int:pk>/settle/", late_arrivals.settle, name="late-settle"),
    path("requests/<int:pk>/offers/", counter.offer, name="request-offer"),
    path("requests/<int:pk>/contacts/", counter.contact, name="request-contact"),
]
