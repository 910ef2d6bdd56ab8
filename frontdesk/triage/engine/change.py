"""Changing a protocol's content, one part at a time. Each function answers new content and leaves the old as it was.

Content is what `read_protocol` reads. A key is made of the title once and then kept, since rules name it. Raises
ProtocolError, one sentence, where a part cannot be changed so; whether the whole can be used `read_protocol` says.
"""

import copy
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from frontdesk.triage.engine import reading
from frontdesk.triage.engine.shapes import ProtocolError
from frontdesk.triage.engine.words import fold

Content = dict[str, Any]
Part = dict[str, Any]
MOST_RULES = 300
# What phrases rest on; a protocol that is begun takes it over from the one it stands beside.
GROUND = ("words", "spelling", "never_misspelt", "not_meant", "scripts")


def mark_of(content: Mapping[str, Any], *beside: object) -> str:
    """What stands for this content, and for whatever stands `beside` it: equal marks mean nothing was changed."""
    text = json.dumps([content, [str(one) for one in beside]], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def new_content(name: str, ground: Mapping[str, Any]) -> Content:
    """A protocol without rules or concepts, on the word lists and scripts of `ground`."""
    taken = {part: copy.deepcopy(ground[part]) for part in GROUND if part in ground}
    return {"name": name, "concepts": {}, "rules": [], "scripts": {}, **taken}


def put_rule(content: Content, code: str, rule: Part) -> Content:
    """With the rule of this code as `rule` says; where there is none of that code, with one more."""
    made = copy.deepcopy(content)
    rules = made.setdefault("rules", [])
    place = next((at for at, one in enumerate(rules) if one.get("code") == code), None)
    if place is None and len(rules) >= MOST_RULES:
        raise ProtocolError(f"A protocol has {MOST_RULES} rules at most.")
    if rule["code"] != code and any(one.get("code") == rule["code"] for one in rules):
        raise ProtocolError(f"There is a rule {rule['code']} already. Give this one another code.")
    if place is None:
        rules.append(rule)
    else:
        rules[place] = rule
    return made


def remove_rule(content: Content, code: str) -> Content:
    made = copy.deepcopy(content)
    kept = [one for one in made.get("rules", []) if one.get("code") != code]
    if len(kept) == len(made.get("rules", [])):
        raise ProtocolError("This rule is not in the draft any more.")
    made["rules"] = kept
    return made


def put_part(content: Content, where: str, key: str, part: Part) -> tuple[Content, str]:
    """With a concept, script, kind or tree (`where` in the plural) of this key; "" makes a key of its title."""
    made = copy.deepcopy(content)
    parts = made.setdefault(where, {})
    key = key or key_for(str(part.get("title", "")), parts)
    parts[key] = part
    return made, key


def remove_part(content: Content, where: str, key: str) -> Content:
    """Without it, if nothing needs it."""
    made = copy.deepcopy(content)
    if key not in made.get(where, {}):
        raise ProtocolError("This is not in the draft any more.")
    if needing := needed_by(content, where, key):
        title = made[where][key].get("title", key)
        raise ProtocolError(f"“{title}” stays: {_listed(needing)} it. Change or remove what needs it first.")
    del made[where][key]
    return made


def put_words(content: Content, name: str, entries: Iterable[str]) -> Content:
    """With a list of words of this name; without it where there are no entries."""
    made = copy.deepcopy(content)
    lists, kept = made.setdefault("words", {}), [one for one in entries if one]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise ProtocolError("Name the list in small letters without spaces, such as “body_parts”.")
    if kept:
        lists[name] = kept
    else:
        lists.pop(name, None)
    return made


def put_not_meant(content: Content, phrases: Iterable[str]) -> Content:
    """With these phrases in which a symptom is only named."""
    return {**copy.deepcopy(content), "not_meant": list(phrases)}


def take_concept(content: Content, key: str, source: Mapping[str, Any]) -> Content:
    """With a concept of another protocol, under the same key, and the lists of words that its phrases use."""
    found = source.get("concepts", {}).get(key)
    if found is None:
        raise ProtocolError("The other protocol does not have this concept.")
    if key in content.get("concepts", {}):
        raise ProtocolError("The draft has this concept already.")
    made = copy.deepcopy(content)
    made.setdefault("concepts", {})[key] = copy.deepcopy(found)
    lists = made.setdefault("words", {})
    for name, entries in source.get("words", {}).items():
        lists.setdefault(name, copy.deepcopy(entries))
    return made


def needed_by(content: Content, where: str, key: str) -> list[str]:
    """What names this part, in words: rules by their codes, then kinds of request and trees."""
    rules = content.get("rules", [])
    if where == "concepts":
        return [f"rule {one['code']}" for one in rules if key in _concepts_of(one)]
    if where == "trees":
        return [f"rule {one['code']}" for one in rules if one.get("target") == key]
    if where == "scripts":
        by_rule = [f"rule {one['code']}" for one in rules if one.get("script") == key]
        by_kind = [
            f"the kind “{kind}”" for kind, one in content.get("kinds", {}).items() if one.get("script") == key
        ]
        trees = content.get("trees", {}).items()
        return (
            by_rule + by_kind + [f"the tree “{tree}”" for tree, one in trees if one.get("last_resort") == key]
        )
    return []


def _concepts_of(rule: Part) -> set[str]:
    lines = reading.texts(rule.get("when", ()), "“when”")
    return {name.strip() for line in lines for name in line.split("+")}


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
    if len(shown) == 1:
        return f"{shown[0]} needs"
    return f"{', '.join(shown[:-1])} and {shown[-1]} need"


def key_for(title: str, taken: Collection[str]) -> str:
    """A key made of a title, one that is not `taken`: “Chest pain, new” becomes `chest_pain_new`."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_")[:36].strip("_") or "it"
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(one for one in numbered if one not in taken)


def next_code(content: Content) -> str:
    """A code for a new rule: the next of the last chapter, such as “14.3” after “14.2”."""
    codes = [str(one.get("code", "")) for one in content.get("rules", [])]
    numbered = [match for code in codes if (match := re.fullmatch(r"(.*?)(\d+)", code))]
    if not numbered:
        return "1"
    stem = numbered[-1].group(1)
    last = max(int(match.group(2)) for match in numbered if match.group(1) == stem)
    return f"{stem}{last + 1}"
