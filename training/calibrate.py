"""Fits the weights of src/extract/confidence.rs: how often statements are right, by what speaks for them.

Judged are statements about texts that the model was not trained on: every second passage of a fold of KnowledgeNet and the
held-out sentences that were marked by hand. What a set does not annotate is not judged.
"""

import math
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from . import passages, relations
from .passages import Passage
from .score_records import Records, finer, mention_pairs, overlap

# Which of bias, pair, path and apart are fitted for a kind of witnesses.
FREE = {"CLAUSE": [0], "AGAINST": [0], "BOTH": [0, 1], "PAIR": [0, 1, 2, 3]}
FAR = 8
PRIOR = 1.0


def judged(passage: Passage, record: dict) -> Iterator[tuple[dict, bool]]:
    facts = [(f, passage.mentions[f.subject].span, passage.mentions[f.object].span) for f in passage.facts]
    topics = [entity["key"] for entity in record["entities"] if entity["class"] == "Topic"]
    for statement, pairs in mention_pairs(record):
        if "witnesses" not in statement or statement["object"] in topics:
            continue
        object = statement["evidence"]["object"]
        names = {statement["relation"], finer(statement, passage.text[object["start"] : object["end"]])}
        if statement["relation"] in relations.SYMMETRIC:
            pairs = [*pairs, *(p[::-1] for p in pairs)]
        said = [f for f, s, o in facts if any(overlap(s, a) and overlap(o, b) for a, b in pairs)]
        if any(names & set.union(set(), *f.holds) for f in said):
            yield statement, True
        elif statement["relation"] in passage.known and not any(statement["relation"] in f.maybe for f in said):
            yield statement, False


def features(statement: dict) -> tuple[str, list[float], float]:
    """The kind of witnesses, what is weighted (1, log-odds of the model, steps in the tree, whether there are none), and what is not."""

    def odds(p: float) -> float:
        p = min(max(p, 0.001), 0.999)
        return math.log(p / (1 - p))

    witnesses = statement["witnesses"]
    clause, pair, path = witnesses.get("clause"), witnesses.get("pair"), witnesses.get("path")
    kind = "PAIR" if clause is None else "CLAUSE" if pair is None else "BOTH" if pair else "AGAINST"
    fixed = (0.0 if clause is None else odds(clause)) + math.log(max(0.01, witnesses["ends"]))
    return kind, [1.0, odds(pair) if pair else 0.0, min(path or 0, FAR), float(path is None)], fixed


def fitted(x: np.ndarray, fixed: np.ndarray, right: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Logistic regression of the weights that are free by Newton's method, drawn a little to 0."""
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ weights + fixed)))
        slope = x.T @ (p - right) + PRIOR * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(len(weights))
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        weights -= step
        if abs(step).max() < 1e-6:
            break
    return weights


def calibrate(args: Namespace):
    rows = defaultdict(list)
    sets = [(passages.knowledge_net, args.knowledge_net), (passages.by_hand, args.facts)]
    for read, path in sets:
        records = Records(path)
        counts = defaultdict(lambda: [0, 0])
        for number, passage in enumerate(read(args.data)):
            measured = passage.fold == args.fold and number % 2 == 0 if passage.fold else passage.dev
            if measured:
                for statement, good in judged(passage, records.get(passage.name, passage.text)):
                    kind, x, fixed = features(statement)
                    rows[kind].append((x, fixed, good))
                    counts[kind][0] += 1
                    counts[kind][1] += good
        print(f"{path.name}: " + ", ".join(f"{kind} {right} of {n} right" for kind, (n, right) in sorted(counts.items())))
    for kind, free in FREE.items():
        if rows[kind]:
            x, fixed, right = (np.array(column, float) for column in zip(*rows[kind]))
            bias, pair, path, apart = fitted(x, fixed, right, np.array(free))
            print(f"const {kind}: Weights = Weights {{ bias: {bias:.2f}, pair: {pair:.2f}, path: {path:.2f}, apart: {apart:.2f} }};")
