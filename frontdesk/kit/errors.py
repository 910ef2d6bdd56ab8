"""Refusals that a person may read."""

from __future__ import annotations


class Refused(Exception):
    """Something may not be done. `code` is for machines, `sentence` for people."""

    code = "REFUSED"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class NotAllowed(Refused):
    """The person's role does not carry this permission."""

    code = "NOT_ALLOWED"


class BadValue(Refused):
    """What was typed cannot be understood. `field` names where."""

    code = "BAD_VALUE"

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
