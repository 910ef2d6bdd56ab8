"""The organization, its departments, and which resources belong to them."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_settings import DepartmentAdded, OrganizationNamed, ResourceAssigned
from frontdesk.clinic.models import Department, Organization, Resource, Site
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line

_NAME = re.compile(r"\w")


@transaction.atomic
def name_organization(*, name: str, by: User, now: datetime) -> Organization:
    """Say who runs the sites. There is one organization; naming it again renames it. Raises BadValue."""
    by.check_may(Permission.DRAFT_SETTINGS)
    one, _ = Organization.objects.update_or_create(pk=1, defaults={"name": _named(name, 120, "organization")})
    record(OrganizationNamed(organization_id=one.pk, name=one.name), by=by, now=now)
    return one


@transaction.atomic
def add_department(*, site: Site, name: str, by: User, now: datetime) -> Department:
    """Add a department to a site; its code is made of its name. Raises BadValue where the site has it already."""
    by.check_may(Permission.DRAFT_SETTINGS)
    read = _named(name, 80, "name")
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    code = slugify(read)[:30].strip("-_") or f"d{site.departments.count() + 1}"
    if site.departments.filter(name__iexact=read).exists() or site.departments.filter(code=code).exists():
        raise BadValue(f"{site.name} has a department of this name already.", field="name")
    one = Department.objects.create(site=site, code=code, name=read)
    record(DepartmentAdded(department_id=one.pk, site_id=site.pk, name=one.name), by=by, now=now)
    return one


@transaction.atomic
def assign_resource(
    *, resource: Resource, department: Department | None, by: User, now: datetime
) -> Resource:
    """Put a resource into a department of its own site; None takes it out. Raises BadValue for another site's."""
    by.check_may(Permission.DRAFT_SETTINGS)
    row = Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)
    if department is not None and department.site_id != row.site_id:
        raise BadValue("This department is at another site.", field="department")
    row.department = department
    row.save(update_fields=["department"])
    fact = ResourceAssigned(
        resource_id=row.pk,
        site_id=row.site_id,
        department_id=department.pk if department else None,
        department=department.name if department else "",
    )
    record(fact, by=by, now=now)
    return row


def _named(text: str, most: int, field: str) -> str:
    read = one_line(text, limit=most + 1)
    if not _NAME.search(read):
        raise BadValue("Type a name.", field=field)
    if len(read) > most:
        raise BadValue(f"At most {most} characters.", field=field)
    return read
