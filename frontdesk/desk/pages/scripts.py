"""A script as it is followed on the request page: each step, when it was stamped and how long after the lane was set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.triage.engine.shapes import Script, Step
from frontdesk.triage.models import Request, StepDone


@dataclass(frozen=True)
class ScriptStep:
    """`after` is the time from the lane to the stamp, in seconds."""

    step: Step
    done: StepDone | None
    current: bool
    after: float = 0


@dataclass(frozen=True)
class FollowedScript:
    script: Script
    steps: Sequence[ScriptStep]

    @property
    def title(self) -> str:
        return self.script.title

    @property
    def key(self) -> str:
        return self.script.key

    @property
    def took(self) -> float | None:
        """Seconds from the lane to the last step, once all are stamped."""
        return max(one.after for one in self.steps) if all(one.done for one in self.steps) else None


def followed(request: Request, script: Script) -> FollowedScript:
    """The script as far as it has been followed for this request."""
    done = {one.step_key: one for one in request.steps_done.filter(script_key=script.key)}
    first = next((step.key for step in script.steps if step.key not in done), None)
    return FollowedScript(script, [_step(step, done.get(step.key), first, request) for step in script.steps])


def _step(step: Step, done: StepDone | None, first: str | None, request: Request) -> ScriptStep:
    after = (done.done_at - request.lane_since).total_seconds() if done else 0
    return ScriptStep(step, done, step.key == first, max(0.0, after))
