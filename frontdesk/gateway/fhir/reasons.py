"""Why a visit is cancelled or moved: our codes and those of FHIR R4 and of IHE, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from frontdesk.book.engine.why import CHANGES, MISSES, why
from frontdesk.book.models import Appointment

SYSTEM = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
OWN = "/CodeSystem/why"  # below the address of this door
STATUS_REASON = "https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/extension-status-reason"
NOT_SAID = "other"

_SIDES = {"patient": "pat", "provider": "prov", "organization": "other", "other": "other"}
_OUT = {
    "deceased": "pat-dec", "no-transport": "pat-lt", "cost-or-coverage": "pat-mt", "room-or-machine": "oth-room",
    "wrong-type": "oth-oerr", "wrong-provider": "oth-oerr", "double-booked": "oth-err", "provider-away": "prov-pers",
}  # fmt: skip
_DISPLAY = {
    "pat": "Patient", "prov": "Provider", "other": "Other", "pat-dec": "Patient: Deceased",
    "pat-lt": "Patient: Lack of Transportation", "pat-mt": "Patient: Member Terminated",
    "oth-room": "Other: Room/Resource Maintenance", "oth-oerr": "Other: Schedule Order Error", "oth-err": "Other: Error",
    "prov-pers": "Provider: Personal",
}  # fmt: skip
_IN = {
    # FHIR R4
    "pat": "patient-asked", "pat-crs": "patient-asked", "pat-cpp": "patient-asked", "pat-dec": "deceased",
    "pat-fb": "not-needed", "pat-lt": "no-transport", "pat-mt": "cost-or-coverage", "pat-mv": "patient-asked",
    "pat-preg": "patient-asked", "pat-swl": "patient-asked", "pat-ucp": "patient-asked", "prov": "provider-asked",
    "prov-pers": "provider-away", "prov-dch": "provider-asked", "prov-edu": "provider-away", "prov-hosp": "provider-away",
    "prov-labs": "provider-asked", "prov-mri": "provider-asked", "prov-onc": "provider-asked",
    "maint": "room-or-machine", "meds-inc": "coverage-not-ready", "oth-cms": "coverage-not-ready",
    "oth-err": "wrong-type", "oth-fin": "cost-or-coverage", "oth-room": "room-or-machine", "oth-oerr": "wrong-type",
    "oth-swie": "wrong-type", "oth-weath": "site-closed",
    # IHE's status reasons
    "patient-cancel": "patient-asked", "improved": "not-needed", "moved": "patient-asked", "refused": "patient-asked",
    "disgruntled": "patient-asked", "new-provider": "patient-asked", "pregnant": "patient-asked",
    "hospitalized": "admitted", "financial": "cost-or-coverage", "discharged": "not-needed",
    "staff-cancel": "provider-asked", "personal": "provider-away", "meeting": "provider-away",
    "equip-unavail": "room-or-machine", "room-unavial": "room-or-machine", "scheduling-error": "wrong-type",
    "cms-auth": "coverage-not-ready", "weather": "site-closed", "abnormal-results": "provider-asked",
    "plan-changes": "provider-asked",
}  # fmt: skip


def cancelled_because(row: Appointment) -> dict[str, Any]:
    """R4's code for the reason of a cancelled visit: the side, or what R4 has a code for; never the words typed."""
    found = why(row.ended_code)
    code = _OUT.get(row.ended_code) or _SIDES[found.whose if found else row.ended_whose or "other"]
    return {"coding": [{"system": SYSTEM, "code": code, "display": _DISPLAY[code]}], "text": _DISPLAY[code]}


def why_changed(resource: dict[str, Any]) -> str:
    """Our code for why the resource is cancelled or moved; `NOT_SAID` where nothing that is known is said."""
    ours = {one.code for one in CHANGES}
    return next((_IN.get(code, code) for code in _codes(resource) if code in _IN or code in ours), NOT_SAID)


def why_missed(resource: dict[str, Any]) -> str:
    """Our code for why the patient did not come; "no-word" where nothing that is known is said."""
    ours = {one.code for one in MISSES}
    return next((code for code in _codes(resource) if code in ours), "no-word")


def _codes(resource: dict[str, Any]) -> Iterator[str]:
    """Every code of cancelationReason and of IHE's status reason, in order."""
    concepts = [resource.get("cancelationReason")]
    extensions = resource.get("extension")
    for one in extensions if isinstance(extensions, list) else ():
        if isinstance(one, dict) and one.get("url") == STATUS_REASON:
            concepts.append(one.get("valueCodeableConcept"))
    for concept in concepts:
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                yield coding["code"]
