"""The second reader: how much a message is like what callers said in each lane, as shares.

A protocol asks for those shares where it names a concept that `reads`: on its own line of a rule, where it raises, or
beside a phrase, where both must be met (ADR 011). It never lowers a lane.

A linear model over pieces of words and neighbouring words (`grams`), trained by `script/train-reader` on the labelled
lines below `training/triage`. It runs on the machine itself, takes about a millisecond, and names the caller's words
that weighed most. What it says is not a probability of illness: it is the share of each lane among messages alike.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from frontdesk.triage.engine.grams import CONTEXT, PIECE, WORDS, grams, known
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.shapes import Context
from frontdesk.triage.engine.words import Token

LANES = (Lane.ROUTINE, Lane.OPERATIONAL, Lane.URGENT, Lane.EMERGENCY)
CONTEXT_WEIGHT = 0.5
# Added to the length of a message's grams: what has hardly begun to say anything is not stretched to a full message.
SHORT = {PIECE: 50, WORDS: 30}
FEW_WORDS = 9
MOST_WORDS = 10  # shown as what weighed most


@dataclass(frozen=True, slots=True)
class Reading:
    """The share of each lane, and the places of the words (first, one past the last) that weighed most for a clinician."""

    shares: tuple[float, ...]
    start: int = 0
    end: int = 0
    words: int = 0

    @property
    def emergency(self) -> float:
        return self.shares[3]

    @property
    def clinician(self) -> float:
        """Emergency or urgent."""
        return self.shares[2] + self.shares[3]

    @property
    def possible(self) -> float:
        """As `clinician`; 1 for a message of few words, which says too little to be unlike anything."""
        return 1.0 if self.words < FEW_WORDS else self.clinician

    @property
    def operational(self) -> float:
        return self.shares[1]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights for each gram: its rarity, then one number for each lane."""

    name: str
    grams: dict[str, dict[str, tuple[float, ...]]]
    context: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]


def read(said: Sequence[Token], context: Context, model: Model) -> Reading:
    """Read a message. A message without a known gram has the shares of the bias."""
    scores = list(model.bias)
    weight_of = [0.0] * len(said)
    for kind, found in grams(said).items():
        table = model.grams[kind]
        here = [(table[gram], places) for gram, places in found.items() if gram in table]
        values = [(1 + math.log(len(places))) * row[0] for row, places in here]
        norm = length(values, kind)
        for (row, places), value in zip(here, values, strict=True):
            share = value / norm
            for lane in range(len(LANES)):
                scores[lane] += share * row[lane + 1]
            pull = share * (max(row[3], row[4]) - row[1]) / len(places)
            for place in places:
                weight_of[place] += pull
    for value, row in zip(known(context), model.context, strict=True):
        for lane in range(len(LANES)):
            scores[lane] += value * CONTEXT_WEIGHT * row[lane]
    return Reading(_shares(scores), *_heaviest(weight_of), len(said))


def length(values: Iterable[float], kind: str) -> float:
    """By what the values of a message's grams of one kind are divided."""
    return math.hypot(SHORT[kind], *values)


def _shares(scores: Sequence[float]) -> tuple[float, ...]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    return tuple(power / sum(powers) for power in powers)


def _heaviest(weights: Sequence[float]) -> tuple[int, int]:
    """The stretch of at most MOST_WORDS words with the greatest sum; words that weigh nothing do not widen it."""
    best, found = 0.0, (0, min(len(weights), MOST_WORDS))
    for start in (at for at, weight in enumerate(weights) if weight > 0):
        total = 0.0
        for end in range(start, min(start + MOST_WORDS, len(weights))):
            total += weights[end]
            if total > best:
                best, found = total, (start, end + 1)
    return found


@cache
def model() -> Model:
    """The model that is shipped, read once."""
    return unpack((resources.files("frontdesk.triage") / "reader" / "model.bin").read_bytes())


def pack(model: Model, about: dict[str, object]) -> bytes:
    """A model as a file: a line of JSON, then the grams and their numbers, made small. Weights are kept in steps."""
    kinds, scale = {}, []
    for kind in (PIECE, WORDS):
        kinds[kind] = sorted(model.grams[kind])
    rows = [model.grams[kind][gram] for kind in (PIECE, WORDS) for gram in kinds[kind]]
    for lane in range(len(LANES)):
        scale.append(max((abs(row[lane + 1]) for row in rows), default=1.0) / 127 or 1.0)
    head = {
        **about, "name": model.name, "pieces": len(kinds[PIECE]), "scale": scale, "bias": model.bias,
        "context": model.context,
    }  # fmt: skip
    rarity = array("f", (row[0] for row in rows))
    weights = array("b", (round(row[lane + 1] / scale[lane]) for row in rows for lane in range(len(LANES))))
    words = "\n".join(kinds[PIECE] + kinds[WORDS]).encode()
    body = b"".join(
        len(part).to_bytes(4, "big") + part for part in (words, rarity.tobytes(), weights.tobytes())
    )
    return json.dumps(head).encode() + b"\n" + zlib.compress(body, 9)


def unpack(raw: bytes) -> Model:
    """The opposite of `pack`."""
    line, _, body = raw.partition(b"\n")
    head, rest, parts = json.loads(line), zlib.decompress(body), []
    while rest:
        length = int.from_bytes(rest[:4], "big")
        parts.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    names = parts[0].decode().split("\n")
    rarity, weights = array("f", parts[1]), array("b", parts[2])
    scale, lanes = head["scale"], len(LANES)
    rows = [
        (rarity[at], *(weights[at * lanes + lane] * scale[lane] for lane in range(lanes)))
        for at in range(len(names))
    ]
    cut = head["pieces"]
    both = {
        PIECE: dict(zip(names[:cut], rows[:cut], strict=True)),
        WORDS: dict(zip(names[cut:], rows[cut:], strict=True)),
    }
    context = tuple(tuple(row) for row in head["context"])
    if len(context) != len(CONTEXT):
        raise ValueError("The second reader's file is of another version; train it again.")
    return Model(head["name"], both, context, tuple(head["bias"]))


def fingerprint(files: Iterable[bytes]) -> str:
    """What tells the training lines from any others, given the content of their files in the order of their names."""
    digest = sha256()
    for content in files:
        digest.update(content)
    return digest.hexdigest()


def about(raw: bytes) -> dict[str, object]:
    """What a model's file says of itself: on how many lines it was trained, and their fingerprint."""
    found: dict[str, object] = json.loads(raw.partition(b"\n")[0])
    return {key: found[key] for key in found if key not in ("scale", "bias", "context")}
