"""Sentences to tensors: encoding, augmentation, batches of about equal size."""

import random

import torch

from .labels import MENTION, lemma_label
from .pieces import LONGEST, Pieces
from .readers import Sentence

CURLY = {"'s": "’s", "n't": "n’t", "'re": "’re", "'ve": "’ve", "'ll": "’ll", "'m": "’m", "'d": "’d", "'S": "’S"}

DASH_LEMMA = {"—": "—", "–": "-"}


def newsprint(words: list[str], rng: random.Random) -> list[str]:
    """Typographic quotes and dashes, which news prints and the treebanks mostly lack."""
    out, open_double, dash = [], True, rng.choice("—–")
    for i, word in enumerate(words):
        if word in ('"', "``", "''"):
            out.append("“" if open_double else "”")
            open_double = not open_double
        elif word == "'":
            out.append("‘" if i == 0 or (i + 1 < len(words) and words[i - 1] in (",", '"', ":", "(")) else "’")
        elif word in ("--", "---"):
            out.append(dash)
        else:
            out.append(CURLY.get(word, word.replace("'", "’") if "'" in word else word))
    return out


def recased(words: list[str], rng: random.Random) -> list[str]:
    kind = rng.random()
    if kind < 0.45:
        return [w.lower() for w in words]
    if kind < 0.7:
        return [w.upper() for w in words]
    return [w[:1].upper() + w[1:] if len(w) > 3 else w for w in words]  # headline


def augmented(s: Sentence, rng: random.Random) -> tuple[list[str], list[str]]:
    """The words to read, and the words that lemma scripts start from: those in their own case."""
    words = newsprint(s.words, rng) if rng.random() < 0.35 else s.words
    if rng.random() < (0.06 if s.head else 0.12):
        return recased(words, rng), words
    return words, words


class Encoder:
    """Turns a sentence into lists of numbers."""

    def __init__(self, pieces: Pieces, labels: dict[str, list[str]]):
        self.pieces = pieces
        self.index = {name: {label: i for i, label in enumerate(rows)} for name, rows in labels.items()}

    def __call__(self, s: Sentence, words: list[str] | None = None, written: list[str] | None = None) -> dict | None:
        ids, cases, first = self.pieces.sentence(words or s.words)
        if len(ids) > LONGEST:
            return None
        row = {"document": s.document, "ids": ids, "cases": cases, "first": first, "words": len(s.words)}
        none = [-1] * len(s.words)
        if s.head:
            row["upos"] = [self.index["upos"].get(t, -1) for t in s.upos]
            row["xpos"] = [self.index["xpos"].get(t, -1) for t in s.xpos]
            lemmas = [DASH_LEMMA.get(w, l) for w, l in zip(written or s.words, s.lemma)]
            row["lemma"] = [lemma_label(w, l, self.index["lemma"]) for w, l in zip(written or s.words, lemmas)]
            row["deprel"] = [self.index["deprel"].get(d, -1) for d in s.deprel]
            row["head"] = s.head
        else:
            row |= {name: none for name in ("upos", "xpos", "lemma", "deprel", "head")}
        row["mention"] = s.mention if s.mention else none
        row["nominal"] = s.nominal if s.nominal else none
        return row


FIELDS = ("upos", "xpos", "lemma", "deprel", "head", "mention", "nominal")


WINDOW = 128  # pieces


def windows(rows: list[dict], limit) -> list[list[dict]]:
    """Neighbours of one document as long as they have at most `limit(document)` pieces together; a longer sentence is alone."""
    out, room, document = [], 0, ""
    for row in rows:
        pieces = len(row["ids"]) - 1  # [CLS], or the [SEP] of the sentence before, is the root
        if row["document"] and row["document"] == document and pieces <= room:
            out[-1].append(row)
            room -= pieces
            continue
        if row["document"] != document or not document:
            document, most = row["document"], limit(row["document"])
        out.append([row])
        room = most - pieces - 1
    return out


def collate(chosen: list[list[dict]]) -> dict[str, torch.Tensor]:
    """Windows to tensors: `ids`, `cases` and `lengths` a window, all else a sentence, of which `window` names the window."""
    rows = [row for window in chosen for row in window]
    ids, cases, first, of = [], [], [], []
    for number, window in enumerate(chosen):
        ids.append([window[0]["ids"][0]])
        cases.append([window[0]["cases"][0]])
        for row in window:
            shift = len(ids[-1]) - 1
            first.append([at + shift for at in row["first"]])
            of.append(number)
            ids[-1] += row["ids"][1:]
            cases[-1] += row["cases"][1:]

    def padded(lists, value):
        size = max(map(len, lists))
        return torch.tensor([one + [value] * (size - len(one)) for one in lists])

    batch = {
        "ids": padded(ids, 0),
        "cases": padded(cases, 0),
        "lengths": torch.tensor([len(one) for one in ids]),
        "first": padded(first, 0),
        "window": torch.tensor(of),
        "words": torch.tensor([r["words"] for r in rows]),
    }
    return batch | {name: padded([r[name] for r in rows], -1) for name in FIELDS if name in rows[0]}


def pieces_of(window: list[dict]) -> int:
    return 1 + sum(len(row["ids"]) - 1 for row in window)


def batches(chosen: list[list[dict]], size: int, rng: random.Random) -> list[list[list[dict]]]:
    """Batches of windows of like length, at most `size` pieces with padding, in random order."""
    chosen = sorted(chosen, key=lambda window: pieces_of(window) + rng.random() * 6)
    out, now = [], []
    for row in chosen:
        if now and pieces_of(row) * (len(now) + 1) > size:
            out.append(now)
            now = []
        now.append(row)
    if now:
        out.append(now)
    rng.shuffle(out)
    return out


def mask_bits(masks: torch.Tensor) -> torch.Tensor:
    """[…] bit masks → […, labels] booleans."""
    return (masks.unsqueeze(-1) >> torch.arange(len(MENTION))) & 1 == 1
