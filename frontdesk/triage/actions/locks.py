from __future__ import annotations

from frontdesk.triage.models import Request


def locked(request: Request) -> Request:
    """The request as it stands now, locked until the transaction ends. First in the order of locks."""
    return (
        Request.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=request.pk)
    )
