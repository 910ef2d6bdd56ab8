"""Telephone numbers, read as people say them and shown as people write them."""

from __future__ import annotations

import phonenumbers

from frontdesk.kit.errors import BadValue

REGION = "US"


def read_phone(text: str, *, field: str = "") -> str:
    """The number in E.164 form (+12125550142). Raises BadValue with a sentence."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise BadValue("This is not a telephone number: type 10 digits.", field=field) from None
    if not phonenumbers.is_possible_number(number):
        raise BadValue("This telephone number has too few or too many digits: type 10.", field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(value: str) -> str:
    """(212) 555-0142; what cannot be read is shown as it is."""
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return value
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)
