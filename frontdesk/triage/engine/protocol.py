"""From the content of a protocol (as TOML or JSON holds it) to a checked `Protocol`.

    name = "Telephone red flags"
    [words]                 lists used in phrases as {name}
    [spelling]              a usual spelling or emoji = the word that is meant
    never_misspelt          real words that look like a misspelling of a word in the phrases
    not_meant               phrases in which a symptom is only named ("stroke support group")
    [concepts.KEY]          title, en, es (phrases; see `phrases`), context (met without words); or title, reads and
                            at_least: met by the second reader (see `reader`)
    [[rules]]               code, title, lane, when ("a + b": both must be said), script, target,
                            clock_minutes, scenario, documentation, conditions, limits (see `follow`)
    [scripts.KEY]           title, steps (key, kind, say_en, say_es, note, asks_for)
    [trees.TARGET]          title, queue, steps and after_hours (each: duty, minutes, rank), last_resort (see `follow`)
    [kinds.KEY]             lane, script: the least lane of a kind of request

Everything is checked here, so that a protocol which can be read can also be used.
"""

from collections.abc import Mapping
from itertools import chain

from frontdesk.triage.engine import follow, reading
from frontdesk.triage.engine.phrases import read_phrase, read_words
from frontdesk.triage.engine.reading import Table
from frontdesk.triage.engine.shapes import Concept, Kind, Protocol, ProtocolError, Rule, Script, Step
from frontdesk.triage.engine.words import fold

__all__ = ["Concept", "Kind", "Protocol", "ProtocolError", "Rule", "Script", "Step", "read_protocol"]

_TOP = {
    "name",
    "words",
    "spelling",
    "never_misspelt",
    "not_meant",
    "concepts",
    "rules",
    "scripts",
    "kinds",
    "trees",
}
_RULE = {
    "code",
    "title",
    "lane",
    "when",
    "script",
    "target",
    "clock_minutes",
    "scenario",
    "documentation",
    "conditions",
    "limits",
}
_STEP = {"key", "kind", "say_en", "say_es", "note", "asks_for"}
READS = ("emergency", "clinician", "possible", "operational")  # what a concept may ask the second reader
STEP_KINDS = ("say", "ask", "do")
# Nobody at a front desk can keep these; a script that says one is refused.
_PROMISES = """
    you will be fine; you'll be fine; you will be ok; you'll be ok; will be okay; going to be fine; going to be ok
    everything will be; nothing to worry; don't worry; do not worry; no need to worry; we promise; i promise; guarantee
    will be there in; there in minutes; will arrive in; no se preocupe; no te preocupes; va a estar bien
    vas a estar bien; todo va a salir; estará bien; le prometo; le prometemos; garantiz; llegará en; llega en; no es nada
"""
PROMISES = tuple(fold(promise) for promise in reading.texts(_PROMISES, "the list of promises"))


def read_protocol(content: Mapping[str, object], *, unfinished: bool = False) -> Protocol:
    """Read and check a protocol; raises ProtocolError, one sentence that names what to mend and where.

    One that is `unfinished`, still being written, may be without rules.
    """
    top = reading.table(content, "A protocol")
    reading.no_strangers(top, _TOP, "The protocol")
    scripts = {key: _script(key, part) for key, part in _parts(top, "scripts")}
    concepts = {key: _concept(key, part) for key, part in _parts(top, "concepts")}
    protocol = Protocol(
        name=reading.text(top, "name", "The protocol"),
        rules=tuple(_rule(part) for part in reading.tables(top.get("rules", ()), "the protocol's rules")),
        scripts=scripts,
        concepts=concepts,
        kinds={key: _kind(key, part) for key, part in _parts(top, "kinds")},
        trees={key: follow.tree(key, part) for key, part in _parts(top, "trees")},
        words=_words(top),
        spelling=_spelling(top),
        not_meant=reading.texts(top.get("not_meant", ()), "“not_meant”"),
        never_misspelt=frozenset(map(fold, reading.texts(top.get("never_misspelt", ()), "“never_misspelt”"))),
    )
    if not protocol.rules and not unfinished:
        raise ProtocolError("The protocol has no rules.")
    _check_whole(protocol)
    return protocol


def _parts(top: Table, name: str) -> list[tuple[str, Table]]:
    whole = reading.table(top.get(name, {}), f"“{name}” of the protocol")
    return [(key, reading.table(part, f"“{key}” in {name}")) for key, part in whole.items()]


def _words(top: Table) -> dict[str, tuple[str, ...]]:
    lists = reading.table(top.get("words", {}), "“words” of the protocol")
    return {name: _list(entries, name) for name, entries in lists.items()}


def _list(entries: object, name: str) -> tuple[str, ...]:
    """A word list: texts in a list, or one text parted by commas and lines."""
    if isinstance(entries, str):
        entries = entries.replace(",", "\n")
    found = reading.texts(entries, f"The word list “{name}”")
    if not found:
        raise ProtocolError(f"The word list “{name}” is empty.")
    return found


def _spelling(top: Table) -> dict[str, str]:
    lines = reading.table(top.get("spelling", {}), "“spelling” of the protocol")
    if bad := [key for key, meant in lines.items() if not isinstance(meant, str) or not meant.strip()]:
        raise ProtocolError(f"The spelling “{bad[0]}” must name the word that is meant.")
    return {fold(key): fold(str(meant)) for key, meant in lines.items()}


def _concept(key: str, part: Table) -> Concept:
    where = f"The concept “{key}”"
    if "reads" in part:
        return _read_concept(key, part, where)
    reading.no_strangers(part, {"title", "en", "es", "context"}, where)
    concept = Concept(
        key=key,
        title=reading.text(part, "title", where),
        en=reading.texts(part.get("en", ()), f"“en” of {where}"),
        es=reading.texts(part.get("es", ()), f"“es” of {where}"),
        context=reading.conditions(part.get("context", {}), where),
    )
    if not concept.has_words and "context" not in part:
        raise ProtocolError(f"{where} has no phrases, so no words could ever meet it.")
    return concept


def _read_concept(key: str, part: Table, where: str) -> Concept:
    reading.no_strangers(part, {"title", "reads", "at_least"}, where)
    reads = reading.text(part, "reads", where)
    if reads not in READS:
        raise ProtocolError(f"{where} reads “{reads}”; it must be one of {', '.join(READS)}.")
    title, at_least = reading.text(part, "title", where), reading.share(part, "at_least", where)
    return Concept(key, title, (), (), reads=reads, at_least=at_least)


def _rule(part: Table) -> Rule:
    code = reading.text(part, "code", "Every rule")
    where = f"Rule {code}"
    reading.no_strangers(part, _RULE, where)
    return Rule(
        code=code,
        title=reading.text(part, "title", where),
        lane=reading.lane(part, where),
        when=tuple(_line(line, where) for line in reading.texts(part.get("when", ()), f"“when” of {where}")),
        script=reading.text(part, "script", where),
        target=reading.text(part, "target", where),
        clock_minutes=reading.whole(part, "clock_minutes", where, least=1, most=10_080),
        scenario=reading.text(part, "scenario", where, default=""),
        documentation=reading.texts(part.get("documentation", ()), f"“documentation” of {where}"),
        conditions=reading.conditions(part.get("conditions", {}), where),
        limits=follow.limits(part.get("limits", {}), where),
    )


def _line(line: str, where: str) -> tuple[str, ...]:
    concepts = tuple(name.strip() for name in line.split("+"))
    if not all(concepts):
        raise ProtocolError(f"{where} has the line “{line}”; write concepts with “+” between them.")
    return concepts


def _script(key: str, part: Table) -> Script:
    where = f"The script “{key}”"
    reading.no_strangers(part, {"title", "steps"}, where)
    named = f"the script “{key}”"
    steps = tuple(
        _step(step, named) for step in reading.tables(part.get("steps", ()), f"the steps of {named}")
    )
    keys = [step.key for step in steps]
    if not steps:
        raise ProtocolError(f"{where} has no steps.")
    if twice := next((k for k in keys if keys.count(k) > 1), None):
        raise ProtocolError(f"{where} has two steps called “{twice}”.")
    return Script(key=key, title=reading.text(part, "title", where), steps=steps)


def _step(part: Table, script: str) -> Step:
    key = reading.text(part, "key", f"Every step of {script}")
    where = f"Step “{key}” of {script}"
    reading.no_strangers(part, _STEP, where)
    fields = {name: reading.text(part, name, where) for name in ("kind", "say_en", "say_es")}
    if fields["kind"] not in STEP_KINDS:
        raise ProtocolError(
            f"{where} is of the kind “{fields['kind']}”; it must be one of {', '.join(STEP_KINDS)}."
        )
    for said in (fields["say_en"], fields["say_es"]):
        if promise := next((p for p in PROMISES if p in fold(said)), None):
            raise ProtocolError(
                f"{where} promises what nobody can keep (“{promise}”); say what is being done instead."
            )
    extra = {name: reading.text(part, name, where, default="") for name in ("note", "asks_for")}
    return Step(key=key, **fields, **extra)


def _kind(key: str, part: Table) -> Kind:
    where = f"The kind of request “{key}”"
    reading.no_strangers(part, {"lane", "script"}, where)
    return Kind(
        key=key, lane=reading.lane(part, where), script=reading.text(part, "script", where, default="")
    )


def _check_whole(protocol: Protocol) -> None:
    """Check what the parts say of each other, and that every phrase can be read."""
    codes = [rule.code for rule in protocol.rules]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise ProtocolError(f"Two rules have the code {twice}.")
    for rule in protocol.rules:
        _check_rule(rule, protocol)
    for kind in protocol.kinds.values():
        if kind.script and kind.script not in protocol.scripts:
            raise ProtocolError(
                f"The kind of request “{kind.key}” uses the script “{kind.script}”, which is not there."
            )
    follow.check_trees(protocol)
    words = read_words(protocol.words)
    concepts = protocol.concepts.values()
    for phrase in chain(protocol.not_meant, *(concept.en + concept.es for concept in concepts)):
        read_phrase(phrase, words)


def _check_rule(rule: Rule, protocol: Protocol) -> None:
    if not rule.when:
        raise ProtocolError(f"Rule {rule.code} has no “when”, so it could never be met.")
    if rule.script not in protocol.scripts:
        raise ProtocolError(
            f"Rule {rule.code} uses the script “{rule.script}”, which this protocol does not have."
        )
    for line in rule.when:
        for key in line:
            if key not in protocol.concepts:
                raise ProtocolError(
                    f"Rule {rule.code} uses the concept “{key}”, which this protocol does not have."
                )
        if not any(protocol.concepts[key].has_words for key in line):
            raise ProtocolError(
                f"Rule {rule.code} could be met without a word being said; add a concept with phrases."
            )
