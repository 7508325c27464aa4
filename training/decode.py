"""Scores to trees and names."""

import numpy as np

from .labels import MENTION


def tree(scores: np.ndarray) -> list[int]:
    """The best tree with one root. `scores[dependent, head]` over root and words; row 0 is not used."""
    n = len(scores)
    s = scores.astype(np.float64).copy()
    np.fill_diagonal(s, -np.inf)
    best = s[1:].argmax(1)
    heads = [0] + [int(h) for h in best]
    if heads[1:].count(0) == 1 and find_cycle(heads) is None:
        return heads[1:]
    # A penalty larger than any gain elsewhere keeps all but one word from the root.
    finite = s[1:][np.isfinite(s[1:])]
    s[1:, 0] -= (finite.max() - finite.min() + 1) * n
    return edmonds(s)[1:]


def find_cycle(heads: list[int]) -> list[int] | None:
    seen = [0] * len(heads)
    seen[0] = -1
    for start in range(1, len(heads)):
        path, at = [], start
        while seen[at] == 0:
            seen[at] = start
            path.append(at)
            at = heads[at]
        if seen[at] == start:
            return path[path.index(at):]
        for node in path:
            seen[node] = -1
    return None


def edmonds(s: np.ndarray) -> list[int]:
    """Chu-Liu-Edmonds: contracts one cycle a round, then opens them again."""
    heads = [0] + [int(h) for h in s[1:].argmax(1)]
    cycle = find_cycle(heads)
    if cycle is None:
        return heads
    inside = set(cycle)
    rest = [i for i in range(len(s)) if i not in inside]
    new = len(rest)
    small = np.full((new + 1, new + 1), -np.inf)
    small[:new, :new] = s[np.ix_(rest, rest)]
    kept = np.array([s[c, heads[c]] for c in cycle])
    # Entering the cycle at c replaces c's arc inside it.
    entering = s[np.ix_(cycle, rest)] - kept[:, None]
    small[new, :new] = entering.max(0)
    entry = entering.argmax(0)
    leaving = s[np.ix_(rest, cycle)]
    small[:new, new] = leaving.max(1)
    source = leaving.argmax(1)
    small[0, :] = -np.inf
    inner = edmonds(small)
    out = list(heads)
    for i, node in enumerate(rest):
        if i:
            out[node] = cycle[source[i]] if inner[i] == new else rest[inner[i]]
    broken = cycle[entry[inner[new]]]
    out[broken] = rest[inner[new]]
    return out


def relation(scores: np.ndarray, head: int, root: int) -> int:
    """`root` belongs to the root's dependent and to no other."""
    if head == 0:
        return root
    s = scores.copy()
    s[root] = -np.inf
    return int(s.argmax())


# A name's borders and kind are decided with the subclasses taken together; which of them it is, after that.
ROOT = {"Company": "Organization", "Country": "Place"}
ROOTS = [label[:2] + ROOT.get(label[2:], label[2:]) for label in MENTION]
FOLDED = list(dict.fromkeys(ROOTS))
TO_FOLDED = np.array([[root == folded for folded in FOLDED] for root in ROOTS], float)


def starts() -> np.ndarray:
    """allowed[previous, next]: `I-X` only after `B-X` or `I-X`."""
    n = len(FOLDED)
    ok = np.ones((n, n), bool)
    for j, label in enumerate(FOLDED):
        if label.startswith("I-"):
            for i, before in enumerate(FOLDED):
                ok[i, j] = before[1:] == label[1:] and before != "O"
    return ok


FOLLOWS = starts()
FIRST = np.array([not label.startswith("I-") for label in FOLDED])


def mentions(scores: np.ndarray) -> list[str]:
    """The best label sequence in which every name is whole (Viterbi; the earlier label wins a tie)."""
    if len(scores) == 0:
        return []
    scores = scores.astype(np.float64)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    folded = np.log((powers @ TO_FOLDED) / powers.sum(-1, keepdims=True) + 1e-30)
    best = np.where(FIRST, folded[0], -np.inf)
    back = []
    for row in folded[1:]:
        moves = np.where(FOLLOWS, best[:, None], -np.inf)
        back.append(moves.argmax(0))
        best = moves.max(0) + row
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    tags = [FOLDED[k] for k in reversed(path)]
    for begin, end, root in spans(tags):
        kinds = [root, *(k for k, r in ROOT.items() if r == root)]
        total = {k: sum(scores[i, MENTION.index(("I-" if i > begin else "B-") + k)] for i in range(begin, end)) for k in kinds}
        kind = max(kinds, key=total.get)
        tags[begin:end] = [("I-" if i > begin else "B-") + kind for i in range(begin, end)]
    return tags


def spans(tags: list[str]) -> list[tuple[int, int, str]]:
    out, begin = [], None
    for i, tag in enumerate(tags + ["O"]):
        if begin is not None and tag != "I" + tags[begin][1:]:
            out.append((begin, i, tags[begin][2:]))
            begin = None
        if tag.startswith("B-"):
            begin = i
    return out
