"""Trains the second reader of `frontdesk/triage` on the labelled lines below `training/triage`, and writes its file.

script/train-reader            train on every line and write the model
script/train-reader --check    train on four fifths, five times, and say how it reads the fifth that it did not see
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from frontdesk.gateway.screening.evaluation import table
from frontdesk.gateway.screening.messages import context_of
from frontdesk.triage.engine.grams import PIECE, WORDS, grams, known
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.reader import CONTEXT_WEIGHT, LANES, Model, fingerprint, length, pack
from frontdesk.triage.engine.screen import screen
from frontdesk.triage.engine.words import tokens
from frontdesk.triage.starter import read_starter

ROOT = Path(__file__).resolve().parents[2]
LINES = ROOT / "training" / "triage"
FILE = ROOT / "frontdesk" / "triage" / "reader" / "model.bin"
MOST_GRAMS = 60_000
LEAST = {PIECE: 2, WORDS: 1}  # lines in which a gram must stand
SMALL_TALK = "small talk"
EVERYTHING = {"pregnant_weeks": 20, "post_op_days": 3, "conditions": ["diabetes"]}
STRENGTH = 30.0  # how closely the weights may follow the lines: the inverse of the penalty on large weights


@dataclass(frozen=True)
class Lines:
    """The labelled lines: as grams, what is known of the patient, and the number of the lane."""

    rows: Sequence[Mapping[str, Any]]
    grams: Sequence[Mapping[str, Mapping[str, Sequence[int]]]]
    known: Any
    lanes: Any

    def some(self, which: Sequence[int]) -> Lines:
        rows, found = [self.rows[at] for at in which], [self.grams[at] for at in which]
        return Lines(rows, found, self.known[which], self.lanes[which])


def lines_of(folder: Path) -> Lines:
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    # What says nothing says nothing about anybody: what is on record must not raise it.
    rows += [{**row, "context": EVERYTHING, "age": 0} for row in rows if row["kind"] == SMALL_TALK]
    number = {lane.value: at for at, lane in enumerate(LANES)}
    return Lines(
        rows,
        [grams(tokens(row["text"])) for row in rows],
        numpy.array([known(context_of(row)) for row in rows]),
        numpy.array([number[row["lane"]] for row in rows]),
    )


def train(lines: Lines, name: str) -> Model:
    vocabulary = {kind: _vocabulary(lines, kind) for kind in (PIECE, WORDS)}
    first = _fit(lines, vocabulary)
    weights = numpy.abs(first.coef_).max(axis=0)
    order = [(kind, gram) for kind in (PIECE, WORDS) for gram in vocabulary[kind]]
    kept = {order[at] for at in numpy.argsort(-weights[: len(order)])[:MOST_GRAMS]}
    fewer = {
        kind: {gram: rarity for gram, rarity in vocabulary[kind].items() if (kind, gram) in kept}
        for kind in (PIECE, WORDS)
    }
    last = _fit(lines, fewer)
    return _model(last, fewer, name)


def _vocabulary(lines: Lines, kind: str) -> dict[str, float]:
    """Each gram and its rarity: ln((1 + lines) / (1 + lines with it)) + 1."""
    counted = Counter(gram for one in lines.grams for gram in one[kind])
    total = len(lines.grams)
    return {
        gram: math.log((1 + total) / (1 + count)) + 1
        for gram, count in sorted(counted.items())
        if count >= LEAST[kind]
    }


def _fit(lines: Lines, vocabulary: Mapping[str, Mapping[str, float]]) -> LogisticRegression:
    parts = [_matrix(lines, kind, vocabulary[kind]) for kind in (PIECE, WORDS)]
    matrix = hstack([*parts, csr_matrix(lines.known * CONTEXT_WEIGHT)]).tocsr()
    return LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced").fit(matrix, lines.lanes)


def _matrix(lines: Lines, kind: str, rarity: Mapping[str, float]) -> csr_matrix:
    """Each line as one row, as `engine.reader.read` weighs it."""
    number = {gram: at for at, gram in enumerate(rarity)}
    values, columns, ends = [], [], [0]
    for one in lines.grams:
        row = {
            number[gram]: (1 + math.log(len(places))) * rarity[gram]
            for gram, places in one[kind].items()
            if gram in number
        }
        norm = length(row.values(), kind)
        columns += row.keys()
        values += [value / norm for value in row.values()]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(lines.grams), len(number)))


def _model(fitted: LogisticRegression, vocabulary: Mapping[str, Mapping[str, float]], name: str) -> Model:
    column, tables = 0, {}
    coefficients = fitted.coef_
    for kind in (PIECE, WORDS):
        tables[kind] = {}
        for gram, rarity in vocabulary[kind].items():
            tables[kind][gram] = (rarity, *map(float, coefficients[:, column]))
            column += 1
    context = tuple(tuple(map(float, coefficients[:, at])) for at in range(column, coefficients.shape[1]))
    return Model(name, tables, context, tuple(map(float, fitted.intercept_)))


def judged_unseen(lines: Lines) -> list[tuple[Mapping[str, Any], str]]:
    """Each line and its lane, by the starter protocol with a second reader that was trained without the line."""
    protocol, found = read_protocol(read_starter()), []
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for seen, unseen in folds.split(lines.lanes, [f"{row['lane']} {row['lang']}" for row in lines.rows]):
        second = train(lines.some(seen), "check")
        for row in (lines.rows[at] for at in unseen):
            screening = screen(row["text"], protocol=protocol, context=context_of(row), second_reader=second)
            found.append((row, screening.lane.value))
    return found


def main(arguments: Sequence[str]) -> int:
    lines = lines_of(LINES)
    if "--check" in arguments:
        print(table(judged_unseen(lines)))
        return 0
    mark = fingerprint(file.read_bytes() for file in sorted(LINES.glob("*.jsonl")))
    raw = pack(train(lines, mark[:12]), {"lines": len(lines.rows), "trained_on": mark})
    FILE.write_bytes(raw)
    print(f"{FILE.relative_to(ROOT)}: {len(raw):,} bytes, from {len(lines.rows):,} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
