"""The guides of three specialties: the questions that lead to the right visit type (clinic/engine/guide.py)."""

from __future__ import annotations

from typing import Any


def _question(code: str, words: str, words_es: str, *answers: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "code": code,
        "words": words,
        "words_es": words_es,
        "answers": [{"code": one, "words": said, "words_es": said_es} for one, said, said_es in answers],
    }


def _rule(visit_type: str, because: str, **needs: str) -> dict[str, Any]:
    """`needs` names the answers of each question, with a space between them."""
    wanted = {code: answers.split() for code, answers in needs.items()}
    return {"needs": wanted, "visit_type": visit_type, "because": because}


_SEEN = _question(
    "seen",
    "Were you here in the last three years?",
    "¿Ha venido aquí en los últimos tres años?",
    ("yes", "Yes", "Sí"),
    ("no", "No", "No"),
)
_BEGAN = _question(
    "began",
    "When did it begin?",
    "¿Cuándo empezó?",
    ("today", "Today or last night", "Hoy o anoche"),
    ("days", "Some days ago", "Hace unos días"),
    ("weeks", "Weeks ago, or longer", "Hace semanas o más"),
)
_HOW = _question(
    "how",
    "Would you rather come in, or talk by video?",
    "¿Prefiere venir o hablar por video?",
    ("here", "Come in", "Venir"),
    ("video", "By video", "Por video"),
)

_FAMILY = {
    "questions": [
        _question(
            "why",
            "What is the visit for?",
            "¿Para qué es la visita?",
            (
                "hospital",
                "Out of the hospital in the last 14 days",
                "Salí del hospital en los últimos 14 días",
            ),
            ("sick", "Something new hurts or worries me", "Algo nuevo me duele o me preocupa"),
            ("check", "A yearly check-up", "Un examen anual"),
            ("procedure", "A small procedure that was ordered", "Un procedimiento menor que me ordenaron"),
            ("known", "Something you know of, or results", "Algo que ya conocen, o resultados"),
        ),
        _SEEN,
        _BEGAN,
        _HOW,
    ],
    "rules": [
        _rule("fm-after-discharge", "After the hospital a doctor looks within 14 days.", why="hospital"),
        _rule("fm-new", "Nobody here knows this patient yet: there is more to ask.", seen="no"),
        _rule("fm-same-day", "What began today is looked at today.", why="sick", began="today"),
        _rule(
            "fm-sick", "What began some days ago is looked at within three days.", why="sick", began="days"
        ),
        _rule("", "New, and for weeks: a nurse says how soon and how long.", why="sick"),
        _rule("fm-procedure", "It needs the procedure room and its set.", why="procedure"),
        _rule("fm-physical", "A check-up takes a nurse first, then the doctor.", why="check"),
        _rule("fm-video", "Something known, and nobody needs to touch it.", how="video"),
        _rule("fm-follow-up", "Something known, in person."),
    ],
}

_INTERNAL = {
    "questions": [
        _question(
            "why",
            "What is the visit for?",
            "¿Para qué es la visita?",
            (
                "hospital",
                "Out of the hospital in the last 14 days",
                "Salí del hospital en los últimos 14 días",
            ),
            ("sick", "Something new hurts or worries me", "Algo nuevo me duele o me preocupa"),
            ("check", "A yearly check-up", "Un examen anual"),
            ("known", "Something you know of, or results", "Algo que ya conocen, o resultados"),
        ),
        _SEEN,
        _BEGAN,
        _HOW,
    ],
    "rules": [
        _rule("im-after-discharge", "After the hospital a doctor looks within 14 days.", why="hospital"),
        _rule("im-new", "Nobody here knows this patient yet: a full hour.", seen="no"),
        _rule("im-same-day", "What is new is looked at today.", why="sick", began="today days"),
        _rule("", "New, and for weeks: a nurse says how soon and how long.", why="sick"),
        _rule("im-physical", "A check-up takes a nurse first, then the doctor.", why="check"),
        _rule("im-video", "Something known, and nobody needs to touch it.", how="video"),
        _rule("im-follow-up", "Something known, in person."),
    ],
}

_CARDIOLOGY = {
    "questions": [
        _question(
            "why",
            "What is the visit for?",
            "¿Para qué es la visita?",
            (
                "hospital",
                "Out of the hospital in the last 14 days",
                "Salí del hospital en los últimos 14 días",
            ),
            (
                "echo",
                "An ultrasound of the heart that was ordered",
                "Un ultrasonido del corazón que me ordenaron",
            ),
            ("worse", "Something got worse", "Algo empeoró"),
            ("known", "A check of something known", "Un control de algo conocido"),
        ),
        _SEEN,
        _question(
            "order",
            "Is there an order or a referral for it?",
            "¿Hay una orden o una referencia?",
            ("yes", "Yes", "Sí"),
            ("no", "No, or not known", "No, o no se sabe"),
        ),
        _HOW,
    ],
    "rules": [
        _rule("", "Worse, with a heart: a nurse decides first, always.", why="worse"),
        _rule(
            "ca-after-discharge", "After the hospital a cardiologist looks within 14 days.", why="hospital"
        ),
        _rule(
            "ca-echo", "The order is there: the machine and a technician are booked.", why="echo", order="yes"
        ),
        _rule("", "An echo needs an order: ask the clinician who sent the patient.", why="echo"),
        _rule("ca-new", "A new patient with a referral: a full hour.", seen="no", order="yes"),
        _rule("", "A new patient needs a referral: the desk asks for it first.", seen="no"),
        _rule("ca-video", "Something known, and no ECG is due.", how="video"),
        _rule("ca-follow-up", "Something known, in person."),
    ],
}

GUIDES: dict[str, dict[str, Any]] = {"family": _FAMILY, "internal": _INTERNAL, "cardiology": _CARDIOLOGY}
"""By the specialty's code."""
