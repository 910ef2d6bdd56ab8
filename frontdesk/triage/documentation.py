"""What a rule may ask to be written down, by the key that protocols use."""

from __future__ import annotations

# What other parts of the record hold already: the words, the callback, the handoff, what was told.
KEPT_ELSEWHERE = frozenset(
    {
        "reported_words",
        "callback",
        "callback_number",
        "accepted_by",
        "caller_told",
        "escalated_to",
        "resolution",
    }
)

LABELS: dict[str, str] = {
    "onset": "Began",
    "temperature": "Temperature, as stated",
    "severity": "How bad, as stated",
    "duration": "For how long",
    "guardian_callback": "Guardian’s callback number",
    "weeks_pregnant": "Weeks pregnant, as stated",
    "risk_factors": "Risk factors, as stated",
    "safe_now": "Safe now?",
    "medicine_and_time": "Medicine, and when taken",
    "substance_and_time": "What was taken, and when",
    "facility_and_discharge_date": "Facility and discharge date",
    "result_source_and_time": "Source and time of the result",
    "emergency_call": "Who calls 911, and when",
    "address": "Where the patient is",
}


def label(key: str) -> str:
    """The words on the screen for a key; a key without a label is shown as words."""
    return LABELS.get(key, key.replace("_", " ").capitalize())
