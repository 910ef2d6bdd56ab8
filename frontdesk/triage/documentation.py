"""What a rule may ask to be written down, by the key that protocols use."""

from __future__ import annotations

LABELS: dict[str, str] = {
    "procedure_date": "Procedure date",
    "onset": "Began",
    "temperature": "Temperature, as stated",
    "medicine": "Medicine",
    "taken_at": "Taken when",
    "duration": "For how long",
    "severity": "How bad, as stated",
    "age": "Age",
    "guardian_callback": "Guardian’s callback number",
    "pregnancy": "Pregnancy, as stated",
    "risk_factors": "Risk factors, as stated",
    "facility": "Facility",
    "discharge_date": "Discharge date",
    "source": "Source",
    "result_at": "Time of the result",
    "location": "Where the patient is",
    "contact_person": "Who is with the patient",
}


def label(key: str) -> str:
    """The words on the screen for a key; a key we do not know is shown as words."""
    return LABELS.get(key, key.replace("_", " ").capitalize())
