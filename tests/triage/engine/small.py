"""A small protocol for tests that are about the engine and not about the starter's phrases."""

import copy
from typing import Any

from frontdesk.triage.starter import read_starter

_CONTENT: dict[str, Any] = {
    "name": "Small",
    "words": {"pain": "pain, hurts, dolor, duele, killing me"},
    "spelling": {"chst": "chest", "🤮": "vomiting"},
    "never_misspelt": ["spelling"],
    "not_meant": ["stroke support group"],
    "concepts": {
        "chest_pain": {"title": "Chest pain", "en": ["chest ~ {pain}"], "es": ["pecho ~ {pain}"]},
        "stroke": {"title": "Stroke", "en": "stroke\nface ... drooping"},
        "fever": {"title": "Fever", "en": "fever; temp ... #38-43", "es": "fiebre"},
        "swelling": {"title": "Swelling", "en": "swelling; swoll*"},
        "breath": {"title": "Breath", "en": "cant breathe", "es": "no puedo respirar"},
        "operated": {
            "title": "After a procedure",
            "en": ["surgery"],
            "context": {"days_since_procedure_to": 14},
        },
    },
    "rules": [
        {
            "code": "1.1",
            "title": "Chest pain",
            "lane": "emergency",
            "when": ["chest_pain", "breath"],
            "script": "help",
            "target": "nurse",
            "clock_minutes": 2,
            "scenario": "EA-01",
            "documentation": ["onset"],
        },
        {
            "code": "1.2",
            "title": "Stroke",
            "lane": "emergency",
            "when": ["stroke"],
            "script": "help",
            "target": "nurse",
            "clock_minutes": 2,
        },
        {
            "code": "7.2",
            "title": "Fever after a procedure",
            "lane": "urgent",
            "when": ["operated + fever"],
            "script": "help",
            "target": "nurse",
            "clock_minutes": 5,
        },
        {
            "code": "11.1",
            "title": "Child with swelling",
            "lane": "urgent",
            "when": ["swelling"],
            "script": "help",
            "target": "nurse",
            "clock_minutes": 5,
            "conditions": {"age_under": 12},
        },
    ],
    "scripts": {
        "help": {
            "title": "Help",
            "steps": [{"key": "stay", "kind": "say", "say_en": "I am here.", "say_es": "Aquí estoy."}],
        }
    },
    "kinds": {
        "operational_failure": {"lane": "operational", "script": "help"},
        "routine": {"lane": "routine"},
    },
}


def small_content() -> dict[str, Any]:
    """Return the content of the small protocol, to be changed at will."""
    return copy.deepcopy(_CONTENT)


def phrases_alone() -> dict[str, object]:
    """The starter protocol with nothing for the second reader: its own rules are gone, and phrases count by themselves."""
    content = read_starter()
    concepts, rules = content["concepts"], content["rules"]
    assert isinstance(concepts, dict)
    assert isinstance(rules, list)
    read = {key for key, concept in concepts.items() if "reads" in concept}
    content["concepts"] = {key: concept for key, concept in concepts.items() if key not in read}
    content["rules"] = [
        rule | {"when": rule["when"].replace(" + reads_possible", "").replace(" + reads_at_all", "")}
        for rule in rules
        if not any(key in rule["when"] for key in read - {"reads_possible", "reads_at_all"})
    ]
    return content
