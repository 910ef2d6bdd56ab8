"""The organization as a tree: sites, departments, and what belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict

from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Department, Organization, Resource, Site
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Line, OneOf, SettingsForm


@dataclass(frozen=True)
class Branch:
    """A department with its resources, kind by kind; without one, what belongs to the site alone."""

    department: Department | None
    kinds: Sequence[tuple[str, Sequence[Resource]]]

    @property
    def count(self) -> int:
        return sum(len(found) for _, found in self.kinds)


@dataclass(frozen=True)
class OrganizationPage:
    organization: Organization | None
    sites: Sequence[Site]
    site: Site | None
    branches: Sequence[Branch]


def organization_page(site: str) -> OrganizationPage:
    """Every site with its counts, and the branches of the one whose code is given, or of the first."""
    live = Q(resources__active=True)
    sites = list(
        Site.objects.annotate(
            department_count=Count("departments", distinct=True),
            resource_count=Count("resources", filter=live, distinct=True),
        ).order_by("name", "pk")
    )
    chosen = next((one for one in sites if one.code == site), sites[0] if sites else None)
    branches = _branches(chosen) if chosen else []
    return OrganizationPage(Organization.objects.first(), sites, chosen, branches)


def _branches(site: Site) -> list[Branch]:
    by_department: dict[int | None, list[Resource]] = defaultdict(list)
    for one in site.resources.filter(active=True).order_by("name", "pk"):
        by_department[one.department_id].append(one)
    departments: list[Department | None] = [*site.departments.order_by("name"), None]
    branches = [Branch(one, _kinds(by_department[one.pk if one else None])) for one in departments]
    return [one for one in branches if one.department or one.count]


def _kinds(found: Sequence[Resource]) -> list[tuple[str, Sequence[Resource]]]:
    several = {
        "provider": "Providers",
        "room": "Rooms",
        "equipment": "Equipment",
        "interpreter": "Interpreters",
    }
    groups = [(several[kind], [one for one in found if one.kind == kind]) for kind in ResourceKind.values]
    return [(words, group) for words, group in groups if group]


class OrganizationForm(SettingsForm):
    organization = Line("Name of the organization", most=120)


class DepartmentForm(SettingsForm):
    name = Line("New department", most=80)


class AssignForm(SettingsForm):
    resource = OneOf("Resource", ())
    department = OneOf("Belongs to", (), required=False)

    def __init__(self, data: QueryDict | None = None, *, site: Site, **more: Any) -> None:
        super().__init__(data, **more)
        self.resources = {
            str(one.pk): one for one in site.resources.filter(active=True).order_by("kind", "name", "pk")
        }
        self.departments = {str(one.pk): one for one in site.departments.order_by("name")}
        known = [(pk, f"{one.name} ({one.get_kind_display().lower()})") for pk, one in self.resources.items()]
        places = [("", "No department"), *((pk, one.name) for pk, one in self.departments.items())]
        offer(self, "resource", known)
        offer(self, "department", places)
