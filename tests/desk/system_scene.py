"""A connected system, and the form that registers one, as a browser sends it."""

from __future__ import annotations

import json

from tests.factories import partners
from tests.factories.partners import Registered
from tests.factories.told import subscribe
from tests.universe import Universe


def connected(cast: Universe) -> Registered:
    """A system that has asked to be told of visits, and has not answered yet."""
    made = partners.register(cast)
    subscribe(made, "https://hook.example/told")
    return made


def system_form(cast: Universe, **changes: str) -> dict[str, str]:
    """One that sees visits at Main Street, with its keys pasted."""
    return {
        "name": "Harbor call centre", "about": "Books for us at night. Ask for Rosa, 212-555-0187.",
        "sites": str(cast.main.pk), "scopes": "Appointment.see", "jwks": json.dumps({"keys": [partners.key().public]}),
        "jwks_url": "", "per_minute": "600", **changes,
    }  # fmt: skip
