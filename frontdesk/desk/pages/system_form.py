"""The form that registers another system, and changes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Line, Number, SettingsForm, Several, Text, Tick
from frontdesk.kit.errors import BadValue
from frontdesk.partners.actions.clients import LEAST_A_MINUTE, MOST_A_MINUTE, Wanted
from frontdesk.partners.engine.keys import LARGEST, PrivateKey, read_keys
from frontdesk.partners.engine.scopes import KINDS, held
from frontdesk.partners.models import Client

PRIVATE = "private"
_RIGHTS = {"see": "rs", "change": "cud"}
_CHOICES = [
    (f"{kind.name}.{do}", words)
    for kind in KINDS
    for do, words in (("see", kind.reading), ("change", kind.writing))
    if words
]


class Keys(Text):
    """A key set as JSON; None where nothing was pasted."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return read_keys(text) if text else None
        except BadValue as refusal:
            code = PRIVATE if isinstance(refusal, PrivateKey) else "invalid"
            raise ValidationError(refusal.sentence, code=code) from None


@dataclass(frozen=True)
class Boxes:
    """What may be allowed about one type of resource: a box for seeing and, where it can be changed, one for that."""

    kind: str
    boxes: Sequence[forms.boundfield.BoundWidget]


class SystemForm(SettingsForm):
    """`wanted()` is what the valid form asks for."""

    name = Line(
        "Name", most=80, help_text="As people here will see it in visits, requests and the access log."
    )
    about = Text("What it is for, and whom to call about it", most=300, rows=2, required=False)
    sites = Several("Sites it sees", ())
    scopes = Several("What it may do", _CHOICES)
    jwks = Keys(
        "Its public keys", most=LARGEST, rows=7, required=False,
        help_text="A JSON Web Key set, as its maker gives it. Public keys only: the private ones never leave it.",
    )  # fmt: skip
    jwks_url = Line(
        "Or the address of its public keys", most=300, required=False,
        help_text="It begins with https://. With an address, the maker can change keys without you.",
    )  # fmt: skip
    per_minute = Number(
        "Requests a minute, at most", least=LEAST_A_MINUTE, most=MOST_A_MINUTE, initial=600,
        help_text="More are turned away until the minute is over.",
    )  # fmt: skip
    sees_sensitive = Tick("It sees visits of sensitive types. Without this they are not there for it.")

    def __init__(self, data: QueryDict | None = None, *, user: User, client: Client | None = None) -> None:
        super().__init__(data, initial=_as_it_is(client) if client else {"sites": _only(user)})
        self._sites = {str(site.pk): site for site in Site.objects.of(user).distinct().order_by("name")}
        offer(self, "sites", [(key, site.name) for key, site in self._sites.items()])
        self.fields["jwks"].widget.attrs.update(
            {"class": "code", "spellcheck": "false", "autocomplete": "off"}
        )
        self.fields["jwks_url"].widget.attrs.update({"inputmode": "url", "autocomplete": "off"})

    def full_clean(self) -> None:
        """A private key that was pasted is not shown again."""
        super().full_clean()
        if self.has_error("jwks", PRIVATE) and isinstance(self.data, QueryDict):
            cleared = self.data.copy()
            cleared["jwks"] = ""
            self.data = cleared

    def wanted(self) -> Wanted:
        read = self.cleaned_data
        return Wanted(
            name=read["name"],
            about=read["about"],
            sites=[self._sites[key] for key in read["sites"]],
            scopes=[_scope(key) for key in read["scopes"]],
            jwks=read["jwks"],
            jwks_url=read["jwks_url"],
            per_minute=read["per_minute"],
            sees_sensitive=read["sees_sensitive"],
        )

    @property
    def rights(self) -> list[Boxes]:
        """The boxes of `scopes`, by type of resource."""
        boxes = {str(box.data["value"]): box for box in self["scopes"]}
        return [
            Boxes(kind.name, [boxes[key] for key, _ in _CHOICES if key.partition(".")[0] == kind.name])
            for kind in KINDS
        ]


def _scope(key: str) -> str:
    name, _, do = key.partition(".")
    return f"system/{name}.{_RIGHTS[do]}"


def _as_it_is(client: Client) -> dict[str, Any]:
    rights = held(client.scopes)
    ticked = [
        key
        for key, _ in _CHOICES
        if rights.get(key.partition(".")[0], frozenset()) & set(_RIGHTS[key.partition(".")[2]])
    ]
    return {
        "name": client.name, "about": client.about, "sites": [str(site.pk) for site in client.sites.all()],
        "scopes": ticked, "jwks": json.dumps(client.jwks, indent=2) if client.jwks else "",
        "jwks_url": client.jwks_url, "per_minute": client.per_minute, "sees_sensitive": client.sees_sensitive,
    }  # fmt: skip


def _only(user: User) -> list[str]:
    """Ticked already where there is only one."""
    sites = list(Site.objects.of(user).distinct()[:2])
    return [str(sites[0].pk)] if len(sites) == 1 else []
