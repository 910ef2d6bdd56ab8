"""Whether a protocol can be read beside others: no code twice, and somebody to ask for every target."""

from collections.abc import Sequence

from frontdesk.triage.engine.shapes import Protocol, ProtocolError


def check_beside(own: Protocol, others: Sequence[tuple[str, Protocol]], general: Protocol | None) -> None:
    """Raises ProtocolError where a rule's code is used by one of `others` (each named in words), or where a target
    has a tree neither in `own` nor in the `general` protocol."""
    codes = {rule.code for rule in own.rules}
    for name, other in others:
        if twice := next((rule.code for rule in other.rules if rule.code in codes), None):
            raise ProtocolError(
                f"Rule {twice} stands in “{name}” too. Give it a code that no other protocol uses."
            )
    if own.trees or general is None or not general.trees:
        return
    if lost := next((rule for rule in own.rules if rule.target not in general.trees), None):
        raise ProtocolError(f"Rule {lost.code} goes to “{lost.target}”, which has no escalation tree.")
