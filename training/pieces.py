"""Word pieces and letter cases of a word, as docs/model-format.md defines them."""

import unicodedata
from functools import lru_cache

LONGEST = 512  # positions of the encoder
CASE_NONE, CASE_LOWER, CASE_UPPER, CASE_CAPITAL, CASE_DIGITS, CASE_OTHER = range(6)


def case_id(word: str) -> int:
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return CASE_DIGITS if any(unicodedata.category(c)[0] == "N" for c in word) else CASE_OTHER
    cased = [c for c in letters if c.isupper() or c.islower()]
    if not cased:
        return CASE_OTHER
    if all(c.islower() for c in cased):
        return CASE_LOWER
    if len(cased) > 1 and all(c.isupper() for c in cased):
        return CASE_UPPER
    if letters[0].isupper() and all(c.islower() for c in cased[1:]):
        return CASE_CAPITAL
    return CASE_OTHER


def is_cjk(c: str) -> bool:
    n = ord(c)
    return (
        0x4E00 <= n <= 0x9FFF or 0x3400 <= n <= 0x4DBF or 0xF900 <= n <= 0xFAFF
        or 0x20000 <= n <= 0x2A6DF or 0x2A700 <= n <= 0x2CEAF or 0x2F800 <= n <= 0x2FA1F
    )


def is_punctuation(c: str) -> bool:
    n = ord(c)
    ascii_symbol = 33 <= n <= 47 or 58 <= n <= 64 or 91 <= n <= 96 or 123 <= n <= 126
    return ascii_symbol or unicodedata.category(c)[0] == "P"


def split(word: str) -> list[str]:
    """Normalises like BERT-uncased and splits at white space, punctuation and CJK characters."""
    kept = "".join(
        " " if c in "\t\n\r" or unicodedata.category(c) == "Zs" else c
        for c in word
        if c in "\t\n\r" or not (c in "\0\ufffd" or unicodedata.category(c)[0] == "C")
    )
    plain = (c for c in unicodedata.normalize("NFD", kept.lower()) if unicodedata.category(c) != "Mn")
    parts = "".join(f" {c} " if is_punctuation(c) or is_cjk(c) else c for c in plain)
    return parts.split()


class Pieces:
    def __init__(self, vocabulary: list[str]):
        self.vocabulary = vocabulary
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.unknown, self.start, self.end = (self.ids[p] for p in ("[UNK]", "[CLS]", "[SEP]"))
        self.of = lru_cache(maxsize=200_000)(self._of)

    def _greedy(self, part: str) -> list[int]:
        if len(part) > 100:
            return [self.unknown]
        ids, start = [], 0
        while start < len(part):
            for end in range(len(part), start, -1):
                found = self.ids.get(("##" if start else "") + part[start:end])
                if found is not None:
                    ids.append(found)
                    start = end
                    break
            else:
                return [self.unknown]
        return ids

    def _of(self, word: str) -> tuple[int, ...]:
        ids = [i for part in split(word) for i in self._greedy(part)]
        return tuple(ids or [self.unknown])

    def sentence(self, words: list[str]) -> tuple[list[int], list[int], list[int]]:
        """Piece ids, case ids, and the position of the first piece of the root ([CLS]) and of each word."""
        ids, cases, first = [self.start], [CASE_NONE], [0]
        for word in words:
            pieces = self.of(word)
            first.append(len(ids))
            ids.extend(pieces)
            cases.extend([case_id(word)] * len(pieces))
        return ids + [self.end], cases + [CASE_NONE], first


def keep(piece: str) -> bool:
    """Pieces that English news can meet: everything but reserved slots and letters outside the Latin script."""
    if piece.startswith("[unused"):
        return False
    return all(not c.isalpha() or "LATIN" in unicodedata.name(c, "") for c in piece.removeprefix("##"))
