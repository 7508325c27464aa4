"""Passages to tensors: windows, pairs of mentions with what is known of them, links to earlier mentions."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import torch

from .batches import Encoder, augmented, collate, pieces_of, windows
from .passages import TURNED, Mention, Passage
from .relations import fits

# How far apart two mentions of a window are: order, sentences, words between. docs/model-format.md says the same.
WORDS_BETWEEN = (0, 1, 2, 4, 8, 16)  # most words of each bucket after the one for overlap; then more
DISTANCES = 2 * 3 * (len(WORDS_BETWEEN) + 2)
# What joins a mention to an earlier one; each feature has its own rows of one table.
SENTENCES_BACK = (0, 1, 2, 4, 8)
KINDS = ("name", "nominal", "pronoun")
FEATURES = (len(SENTENCES_BACK) + 1, len(KINDS) ** 2, 2, 2, 3)
NEAR = 64  # earlier mentions that a mention is compared with

MOST = 48  # pairs without a fact in a window
SELDOM = 0.3  # how often such a pair is taken to have none of the relations that are seldom said there either
STRETCH = 6  # windows whose mentions may be linked while training


def bucket(value: int, most: tuple[int, ...]) -> int:
    return next((i for i, limit in enumerate(most) if value <= limit), len(most))


def place(m: Mention) -> tuple[int, int, int]:
    return m.sentence, m.first, m.end


def distance(subject: Mention, object: Mention, starts: dict[int, int]) -> int:
    """`starts` counts the words before each sentence."""
    turned = place(object) < place(subject)
    a, b = (object, subject) if turned else (subject, object)
    between = starts[b.sentence] + b.first - starts[a.sentence] - a.end
    words = 0 if between < 0 else 1 + bucket(between, WORDS_BETWEEN)
    return (turned * 3 + min(2, b.sentence - a.sentence)) * (len(WORDS_BETWEEN) + 2) + words


# Pronouns of different groups stand for different things.
GROUPS = ("he him his himself", "she her hers herself", "it its itself")
GROUP = {form: group for group in GROUPS for form in group.split()}
MINOR = {"the", "a", "an", "of", "and", "'s", "’s"}


@dataclass(frozen=True)
class Look:
    """What the link features see of a mention."""

    sentence: int
    kind: int
    head: str  # last word of a name, head word of the others
    words: frozenset[str]
    cls: str

    @staticmethod
    def of(m: Mention, words: list[str], cls: str) -> "Look":
        span = [w.lower() for w in words[m.first : m.end]]
        head = span[-1] if m.kind == "name" else words[m.head].lower()
        kept = frozenset(w for w in span if w not in MINOR and any(c.isalnum() for c in w))
        return Look(m.sentence, KINDS.index(m.kind), head, kept, cls)


def features(later: Look, earlier: Look) -> list[int]:
    """One row number of the link table for each feature."""
    pronoun = KINDS.index("pronoun")
    contained = pronoun not in (later.kind, earlier.kind) and bool(later.words and earlier.words)
    groups = GROUP.get(later.head), GROUP.get(earlier.head)
    if later.kind == earlier.kind == pronoun and all(groups):
        agree = 1 if groups[0] == groups[1] else 2
    else:
        agree = 0 if not (later.cls and earlier.cls) else 1 if later.cls == earlier.cls else 2
    values = (
        bucket(later.sentence - earlier.sentence, SENTENCES_BACK),
        later.kind * len(KINDS) + earlier.kind,
        int(later.head == earlier.head),
        int(contained and (later.words <= earlier.words or earlier.words <= later.words)),
        agree,
    )
    starts = [sum(FEATURES[:i]) for i in range(len(FEATURES))]
    return [start + value for start, value in zip(starts, values)]


@dataclass
class Item:
    """Windows of one passage that go into a batch together."""

    passage: Passage
    windows: list[list[dict]]

    @property
    def longest(self) -> int:
        return max(map(pieces_of, self.windows))


def items(passage: Passage, encode: Encoder, limit: int, rng: random.Random | None = None) -> list[Item]:
    """The passage in windows of at most `limit` pieces, while training with changed print and case and in stretches."""
    rows, seed = [], rng.random() if rng else 0
    for number, sentence in enumerate(passage.sentences()):
        # The same change for all sentences of a passage.
        row = encode(sentence, *(augmented(sentence, random.Random(seed)) if rng else ()))
        if row is None or rng and len(row["ids"]) > 256:
            continue
        rows.append(row | {"number": number})
    cut = windows(rows, lambda _: limit)
    size = STRETCH if rng else max(1, len(cut))
    return [Item(passage, cut[at : at + size]) for at in range(0, len(cut), size)]


@dataclass
class Tasks:
    """What is asked of an item; mentions by their number in the passage."""

    pairs: list[tuple[int, int, int, tuple[frozenset[str], ...], frozenset[str]]]  # subject, object, distance, holds, denied
    stances: list[tuple[int, int, int, int]]  # p, q, distance, class
    polarities: list[tuple[int, int]]
    links: list[tuple[int, list[int], list[list[int]], list[bool]]]  # later, earlier ones, their features, which are the same thing


def tasks(item: Item, rng: random.Random | None = None) -> Tasks:
    """With `rng`, some of the pairs, for training; without, all pairs that the program would score."""
    passage, mentions = item.passage, item.passage.mentions
    window = {row["number"]: n for n, rows in enumerate(item.windows) for row in rows}
    words, starts = 0, {}
    for number, sentence in enumerate(passage.words):
        starts[number] = words
        words += len(sentence)
    others: dict[int, list[int]] = {}
    for i, m in enumerate(mentions):
        if m.same is not None:
            others.setdefault(m.same, []).append(i)

    def shown(i: int) -> int:
        """A marked mention, or the same with the program's borders."""
        return rng.choice(others[i]) if rng and i in others and rng.random() < 0.4 else i

    def together(a: int, b: int) -> bool:
        at = window.get(mentions[a].sentence), window.get(mentions[b].sentence)
        return at[0] is not None and at[0] == at[1]

    def apart(a: int, b: int) -> int:
        return distance(mentions[a], mentions[b], starts)

    out = Tasks([], [], [], [])
    facts: dict[tuple[int, int], list] = {}
    for fact in passage.facts:
        facts.setdefault((fact.subject, fact.object), []).append(fact)

    def known(s: int, o: int, real: tuple[int, int]):
        of = facts.get(real, [])
        holds = tuple(dict.fromkeys(names for fact in of for names in fact.holds))
        open_ = frozenset().union(*holds, *(fact.maybe for fact in of))
        seldom = passage.seldom if rng and not of and rng.random() < SELDOM else frozenset()
        out.pairs.append((s, o, apart(s, o), holds, (passage.known | seldom) - open_))

    if passage.known:
        if passage.reach < 0:
            for s, o in facts:
                if together(s, o):
                    known(s, o, (s, o))
        else:
            extra = rng is None or rng.random() < 0.7
            alone = (i for i, m in enumerate(mentions) if m.same is None and m.sentence in window and (m.gold or extra))
            candidates = {shown(i): i for i in alone}
            without = []
            for (s, real_s), (o, real_o) in permutations(candidates.items(), 2):
                if not together(s, o):
                    continue
                if rng and (real_s, real_o) in facts:
                    known(s, o, (real_s, real_o))
                elif abs(mentions[s].sentence - mentions[o].sentence) <= passage.reach and fits(
                    passage.known, mentions[s].cls, mentions[o].cls
                ):
                    without.append((s, o, (real_s, real_o)))
            for pair in rng.sample(without, min(MOST, len(without))) if rng else without:
                known(*pair)
    for p, q, cls in passage.stances:
        if p != q and together(p, q):
            p, q = shown(p), shown(q)
            out.stances += [(p, q, apart(p, q), cls), (q, p, apart(q, p), TURNED[cls])]
    out.polarities = [(shown(i), cls) for i, cls in passage.polarities if mentions[i].sentence in window]

    def look(i: int) -> Look:
        m = mentions[i]
        # Classes are guesses when the program runs.
        cls = "" if rng and m.kind != "pronoun" and rng.random() < 0.15 else m.cls
        return Look.of(m, passage.words[m.sentence], cls)

    if passage.chains and rng:
        linked = [i for i, m in enumerate(mentions) if m.entity is not None and m.same is None and m.sentence in window]
    else:
        linked = [i for i, m in enumerate(mentions) if m.same is None and m.cls != "Date" and m.sentence in window]
    if passage.chains or passage.links and not rng:
        linked.sort(key=lambda i: place(mentions[i]))
        looks = [look(i) for i in linked]
        for n, later in enumerate(linked):
            near = range(max(0, n - NEAR), n)
            out.links.append(
                (
                    later,
                    [linked[k] for k in near],
                    [features(looks[n], looks[k]) for k in near],
                    [mentions[later].entity is not None and mentions[later].entity == mentions[linked[k]].entity for k in near],
                )
            )
    elif passage.links:
        for a, b, same in passage.links:
            if mentions[a].sentence in window and mentions[b].sentence in window:
                earlier, later = sorted((shown(a), shown(b)), key=lambda i: place(mentions[i]))
                out.links.append((later, [earlier], [features(look(later), look(earlier))], [same]))
    return out


def collate_items(chosen: list[Item], asked: list[Tasks], index: dict[str, int]) -> dict[str, torch.Tensor]:
    """The windows as `batches.collate` makes them, and the tasks over one list of mentions."""
    batch = collate([window for item in chosen for window in item.windows])
    mentions, number, row = [], {}, 0
    for n, item in enumerate(chosen):
        for window in item.windows:
            for sentence in window:
                for i, m in enumerate(item.passage.mentions):
                    if m.sentence == sentence["number"]:
                        number[n, i] = len(mentions)
                        # Place 0 of a sentence is its root.
                        mentions.append((row, m.first + 1, m.end))
                row += 1
    pairs = [(number[n, s], number[n, o], d, holds, denied) for n, t in enumerate(asked) for s, o, d, holds, denied in t.pairs]
    any_of = [(at, names) for at, pair in enumerate(pairs) for names in pair[3]]
    stances = [(number[n, p], number[n, q], d, cls) for n, t in enumerate(asked) for p, q, d, cls in t.stances]
    polarities = [(number[n, i], cls) for n, t in enumerate(asked) for i, cls in t.polarities]
    links = [
        (number[n, i], [number[n, k] for k in back], rows, same) for n, t in enumerate(asked) for i, back, rows, same in t.links if back
    ]
    most = max((len(back) for _, back, _, _ in links), default=1)

    def table(rows, width: int) -> torch.Tensor:
        return torch.tensor(rows, dtype=torch.long).view(-1, width)

    def masks(sets: Iterable[frozenset[str]]) -> torch.Tensor:
        out = torch.zeros(len(sets), len(index), dtype=torch.bool)
        for n, names in enumerate(sets):
            out[n, [index[name] for name in names]] = True
        return out

    return batch | {
        "mentions": table(mentions, 3),
        "pairs": table([pair[:3] for pair in pairs], 3),
        "denied": masks([pair[4] for pair in pairs]),
        "any_pair": torch.tensor([at for at, _ in any_of], dtype=torch.long),
        "any_of": masks([names for _, names in any_of]),
        "stances": table(stances, 4),
        "polarities": table(polarities, 2),
        "later": torch.tensor([i for i, *_ in links], dtype=torch.long),
        "earlier": table([back + [-1] * (most - len(back)) for _, back, _, _ in links], most),
        "features": table([rows + [[0] * len(FEATURES)] * (most - len(rows)) for _, _, rows, _ in links], most * len(FEATURES)).view(
            -1, most, len(FEATURES)
        ),
        "same": table([same + [False] * (most - len(same)) for _, _, _, same in links], most).bool(),
    }


def item_batches(chosen: list[Item], size: int, rng: random.Random) -> list[list[Item]]:
    """Batches of at most `size` pieces with padding, in random order."""
    out, now, count = [], [], 0
    for item in sorted(chosen, key=lambda item: item.longest + rng.random() * 6):
        if now and item.longest * (count + len(item.windows)) > size:
            out.append(now)
            now, count = [], 0
        now.append(item)
        count += len(item.windows)
    if now:
        out.append(now)
    rng.shuffle(out)
    return out
