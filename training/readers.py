"""Reads the data sets into sentences that all have the same shape."""

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .labels import ANYTHING, NOMINAL, OUTSIDE, Gazetteers, allowed, either, folded, rule_spans

OPEN = either("Product", "Event")


@dataclass
class Sentence:
    source: str
    words: list[str]
    upos: list[str] | None = None
    xpos: list[str] | None = None
    lemma: list[str] | None = None
    head: list[int] | None = None
    deprel: list[str] | None = None
    mention: list[int] | None = None  # allowed labels of each word, a bit mask over MENTION
    nominal: list[int] | None = None
    document: str = ""  # neighbours with the same name here may be read together; "" stands alone
    fold: int = 0  # of KnowledgeNet, to hold one out


class Spans:
    """Collects the name spans of one sentence into label masks."""

    def __init__(self, words: list[str], background: int = OUTSIDE):
        self.words = words
        self.masks = [background] * len(words)
        self.taken = [False] * len(words)

    def add(self, begin: int, end: int, *classes: str, others: int = 0):
        """One name of one of the classes; `others` may hold on each word instead."""
        if begin >= end or any(self.taken[begin:end]):
            return
        for i in range(begin, end):
            self.masks[i] = allowed("I" if i > begin else "B", *classes) | others
            self.taken[i] = True

    def free(self, begin: int, end: int, mask: int):
        for i in range(begin, end):
            if not self.taken[i]:
                self.masks[i] = mask

    def done(self) -> list[int]:
        """Adds dates and amounts by rule wherever no name stands."""
        for begin, end, name in rule_spans(self.words):
            self.add(begin, end, name)
        return self.masks


def trim(words: list[str], begin: int, end: int) -> int:
    """A leading article is no part of a name, unless it is capitalised inside a sentence ("The Beatles")."""
    while end - begin > 1 and (words[begin] in ("the", "a", "an") or (begin == 0 and words[0] in ("The", "A", "An"))):
        begin += 1
    return begin


# CoNLL-U


def conllu_blocks(path: Path):
    comments, rows = [], []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("#"):
            comments.append(line)
        elif line:
            rows.append(line.split("\t"))
        elif rows:
            yield comments, rows
            comments, rows = [], []
    if rows:
        yield comments, rows


def conllu(path: Path, source: str, places: Gazetteers, marks: dict | None = None):
    """Trees with names: those of `marks` by sentence id, else those of the file's own `Entity=`."""
    document = ""
    for comments, rows in conllu_blocks(path):
        document = next((c for c in comments if c.startswith("# newdoc")), document)
        rows = [r for r in rows if r[0].isdigit()]
        sentence = Sentence(
            source,
            words=[r[1] for r in rows],
            upos=[r[3] for r in rows],
            xpos=[r[4] for r in rows],
            lemma=[r[2] for r in rows],
            head=[int(r[6]) for r in rows],
            deprel=[r[7] for r in rows],
            document=document,
        )
        if marks is None:
            gum_entities(sentence, [r[9] for r in rows], places)
        else:
            key = next(c.split(" = ", 1)[1] for c in comments if c.startswith("# sent_id = "))
            sentence.mention = marked(sentence.words, marks.get(key, []))
        yield sentence


GUM_CLASS = {"person": "Person", "organization": "Organization", "place": "Place", "event": "Event", "object": "Product"}


def gum_brackets(misc: list[str]):
    """(first word, end, class, linked to an encyclopedia, chain) of each mention that lies in one sentence."""
    stack: list[tuple[str, int, str, bool]] = []
    for i, field in enumerate(misc):
        value = next((f[7:] for f in field.split("|") if f.startswith("Entity=")), "")
        for token in re.findall(r"\([^()]*\)?|[^()]+\)", value):
            if token[0] == "(":
                parts = token.strip("()").split("-")
                if len(parts) < 2:
                    continue
                linked = len(parts) > 7
                if token.endswith(")"):
                    yield i, i + 1, parts[1], linked, parts[0]
                else:
                    stack.append((parts[0], i, parts[1], linked))
            else:
                name = token[:-1].split("-")[0]
                at = max((k for k, s in enumerate(stack) if s[0] == name), default=None)
                if at is not None:
                    _, begin, kind, linked = stack.pop(at)
                    yield begin, i + 1, kind, linked, name


def span_head(heads: list[int], begin: int, end: int) -> int:
    return next((i for i in range(begin, end) if not begin < heads[i] <= end), begin)


TITLES = set("mr mrs ms dr prof professor president senator sen general gen justice judge king queen prince princess "
             "sir lord lady captain capt colonel col minister secretary governor gov rev reverend pope saint".split())


def name_core(s: Sentence, begin: int, end: int, head: int, kind: str, inner: list[tuple[int, int]]) -> tuple[int, int]:
    """The name inside a mention: proper nouns joined to its head, and for all but persons "of …" after it."""

    def belongs(i: int) -> bool:
        up, seen = i, 0
        while up != head and begin <= s.head[up] - 1 < end and seen < 20:
            up, seen = s.head[up] - 1, seen + 1
        chain = {"flat", "compound", "nmod:desc", "goeswith", "amod", "nummod", "punct", "nmod:poss", "case", "nmod:unmarked"}
        if up != head or (i != head and s.deprel[i] not in chain):
            return False
        if i == head:
            return True
        if kind == "person":
            if any(b <= i < e for b, e in inner) or s.deprel[i] == "nmod:desc" or s.words[i].lower().strip(".") in TITLES:
                return False
            return s.upos[i] == "PROPN" or s.words[i] in ('"', "“", "”", "-", "'")
        capital = s.words[i][:1].isupper() or s.words[i][:1].isdigit()
        return s.upos[i] == "PROPN" or (capital and s.upos[i] in ("ADJ", "NOUN", "NUM", "VERB")) or s.words[i] in ("-", "&", "'s", "’s")

    first, last = head, head + 1
    while first > begin and belongs(first - 1):
        first -= 1
    while last < end and belongs(last):
        last += 1
    if kind != "person":
        while last + 1 < end and s.words[last] in ("of", "for", "and", "on", "&") and s.upos[last + 1] in ("PROPN", "DET"):
            skip = last + 1 + (s.upos[last + 1] == "DET")
            if skip >= end or s.upos[skip] != "PROPN" or s.deprel[skip] not in ("nmod", "conj", "compound", "flat"):
                break
            last = skip + 1
            while last < end and s.upos[last] == "PROPN" and s.deprel[last] in ("flat", "compound", "nmod"):
                last += 1
    joints = ("-", "&", "'s", "’s", '"', "“", "”", "'")
    while first < head and s.words[first] in joints:
        first += 1
    while last - 1 > head and s.words[last - 1] in joints:
        last -= 1
    return trim(s.words, first, last), last


def gum_entities(s: Sentence, misc: list[str], places: Gazetteers):
    spans = Spans(s.words)
    s.nominal = [0] * len(s.words)
    mentions = sorted(gum_brackets(misc), key=lambda m: (m[0] - m[1], m[0]))
    named = []
    for begin, end, kind, linked, _ in mentions:
        head = span_head(s.head, begin, end)
        flat = [i for i in range(begin, end) if s.head[i] == head + 1 and s.deprel[i] == "flat" and s.upos[i] == "PROPN"]
        if s.upos[head] == "PROPN" or (linked and end - begin == 1 and s.words[head][:1].isupper() and s.upos[head] == "NOUN"):
            named.append((begin, end, head, kind))
        elif kind == "person" and flat and flat[-1] - flat[0] == len(flat) - 1:
            # "co-founder Mark Zuckerberg": the role is the head, the name hangs on it.
            named.append((flat[0], flat[-1] + 1, flat[0], "name"))
        elif kind in GUM_CLASS:
            # Mentions come longest first, so a shorter one with the same head has the last word.
            s.nominal[head] = NOMINAL.index(GUM_CLASS[kind])
    for begin, end, head, kind in named:
        inner = [(b, e) for b, e, h, _ in named if begin <= b and e <= end and h != head]
        first, last = name_core(s, begin, end, head, kind, inner)
        name = " ".join(s.words[first:last])
        if kind == "name":
            spans.add(begin, end, "Person")
        elif folded(name) in places.demonyms:
            spans.add(first, last, *(), others=OUTSIDE)
        elif kind == "person":
            spans.add(first, last, "Person")
        elif kind == "organization":
            spans.add(first, last, *places.organization(name))
        elif kind == "place":
            spans.add(first, last, *places.place(name))
        elif kind == "event":
            spans.add(first, last, "Event")
        elif kind == "time":
            spans.free(begin, end, OUTSIDE | either("Date"))
        elif kind == "object":
            spans.add(first, last, "Product")
        elif kind == "abstract":
            spans.add(first, last, "Product", "Event", others=OUTSIDE)
    s.mention = spans.done()


# Names marked by hand in sets that lack them: training/names

NAMES = Path(__file__).parent / "names"
CODES = {"P": "Person", "C": "Company", "O": "Organization", "N": "Country", "L": "Place", "R": "Product", "E": "Event"}


def marked_names(name: str) -> dict[str, list[tuple[int, int, str]]]:
    """The marks of one set: sentence id → (first word, end, code), as names/README.md describes them."""
    marks = {}
    for line in (NAMES / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        key, *spans = line.split("\t")
        marks[key] = [(int(b), int(e), code) for b, e, code in (re.split("[-:]", span) for span in spans)]
    return marks


def marked(words: list[str], marks: list[tuple[int, int, str]]) -> list[int]:
    spans = Spans(words)
    for begin, end, code in marks:
        kinds = code.split("/")
        if "?" in kinds:
            spans.free(begin, end, ANYTHING)
        elif kinds != ["S"]:  # a street alone is no thing of its own
            spans.add(begin, end, *(CODES.get(k, "Place") for k in kinds))
    return spans.done()


WRITTEN = re.compile(r"\[([PCONLSRE?](?:/[PCONLSRE?])*) ([^][]+)\]")


def written(path: Path):
    """Our own sentences, a line each, with names in brackets: `[P Ada Lovelace] joined [C Acme]`."""
    story = path.stem
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        if not line:
            story = f"{path.stem} {number}"
        text, names, at = "", [], 0
        for match in WRITTEN.finditer(line):
            text += line[at : match.start()]
            names.append((len(text), len(text) + len(match[2]), match[1]))
            text += match[2]
            at = match.end()
        text += line[at:]
        found = list(TOKEN.finditer(text))
        begins, ends = {m.start(): i for i, m in enumerate(found)}, {m.end(): i + 1 for i, m in enumerate(found)}
        marks = [(begins[b], ends[e], code) for b, e, code in names if b in begins and e in ends]
        if found and len(marks) == len(names):
            words = [m.group() for m in found]
            yield Sentence("written", words, mention=marked(words, marks), document=story)


def sentences_with_marks(texts: list[str], name: str):
    """Sentences whose names are marked by line number, from 0."""
    for key, marks in marked_names(name).items():
        words = TOKEN.findall(texts[int(key)])
        yield Sentence(name, words, mention=marked(words, marks))


def newsmtsc(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return sentences_with_marks([json.loads(line)["sentence_normalized"] for line in lines], "newsmtsc")


def dse(path: Path):
    lines = path.read_text(encoding="utf-8").split("\n")
    return sentences_with_marks([re.sub(r"[][]", "", line.split("\t")[0]) for line in lines], "dse")


# Columns


def columns(path: Path, word: int, tag: int):
    """Sentences of (word, BIO tag) from white-space columns; IOB1 becomes BIO."""
    words, tags = [], []
    for line in path.read_text(encoding="utf-8").split("\n") + [""]:
        fields = line.rstrip("\n").split("\t") if "\t" in line.strip() else line.split()
        if len(fields) <= max(word, tag) or fields[0] == "-DOCSTART-":
            if words:
                yield words, tags
            words, tags = [], []
            continue
        words.append(fields[word])
        label = fields[tag]
        if label.startswith("I-") and (not tags or tags[-1][2:] != label[2:]):
            label = "B-" + label[2:]
        tags.append(label)


WHOLE = re.compile(
    r"https?:|www\.|@|^[#<]|^(?:e|non|mid|pre|anti|re|co|over|multi|ex|sub|semi)-[a-z]+$|^[^\w]+$|^-|-$|^[\d-]+$", re.I
)


def split_hyphens(words: list[str], tags: list[str]) -> tuple[list[str], list[str]]:
    """The treebanks and the program's tokeniser split `open-source` into three words."""
    out_words, out_tags = [], []
    for word, tag in zip(words, tags):
        parts = [word] if WHOLE.search(word) else [p for p in re.split(r"([-–—])", word) if p]
        out_words += parts
        out_tags += [tag] + ["I" + tag[1:] if tag != "O" else "O"] * (len(parts) - 1)
    return out_words, out_tags


def tag_spans(tags: list[str]):
    begin = None
    for i, tag in enumerate(tags + ["O"]):
        if begin is not None and not tag.startswith("I-"):
            yield begin, i, tags[begin][2:]
            begin = None
        if tag.startswith("B-"):
            begin = i


# What each set's O may hide on a capitalised word: classes that it does not annotate.
HIDDEN = {"btc": OPEN, "wnut17": either("Event"), "sec": OPEN}
DEFINED_TERMS = set("bank lender borrower company landlord tenant agent executive employee employer purchaser seller lessee "
                    "lessor trustee guarantor parent holder holders lenders buyer corporation".split())


def named_columns(path: Path, source: str, word: int, tag: int, places: Gazetteers):
    for words, tags in columns(path, word, tag):
        if source == "btc" and sum(w.isascii() for w in words) < 0.8 * len(words):
            continue
        if source != "btc" and source != "wnut17":
            words, tags = split_hyphens(words, tags)
        spans = Spans(words)
        for i, w in enumerate(words):
            if w[:1].isupper() or w[:1].isdigit():
                spans.free(i, i + 1, OUTSIDE | HIDDEN.get(source, 0))
        for begin, end, kind in tag_spans(tags):
            add_foreign(spans, words, begin, end, kind, places, source)
        yield Sentence(source, words, mention=spans.done())


def add_foreign(spans: Spans, words: list[str], begin: int, end: int, kind: str, places: Gazetteers, source: str):
    """A name in another set's classes."""
    begin = trim(words, begin, end)
    name = " ".join(words[begin:end])
    kind = kind.lower()
    if folded(name) in places.demonyms:
        spans.free(begin, end, OUTSIDE)
    elif words[begin].startswith("@") or (begin and words[begin - 1] == "@"):
        spans.free(begin, end, ANYTHING)
    elif source == "sec" and folded(name) in DEFINED_TERMS:
        spans.free(begin, end, ANYTHING)
    elif kind in ("per", "person"):
        spans.add(begin, end, "Person")
    elif kind in ("loc", "location"):
        spans.add(begin, end, *places.place(name))
    elif kind == "corporation":
        spans.add(begin, end, *(("Organization",) if places.organization(name) == ("Organization",) else ("Company",)))
    elif kind in ("org", "group"):
        spans.add(begin, end, *places.organization(name))
    elif kind == "product":
        spans.add(begin, end, "Product")
    elif kind in ("misc", "creative-work"):
        spans.add(begin, end, "Product", "Event", others=OUTSIDE)
    elif kind == "time":
        spans.free(begin, end, OUTSIDE | either("Date"))
    elif kind == "num":
        spans.free(begin, end, OUTSIDE | either("Money"))
    else:
        raise ValueError(f"unknown class {kind}")


def re_docred(path: Path, places: Gazetteers):
    """Yields (document number, sentence)."""
    for number, document in enumerate(json.loads(path.read_text())):
        tags = [["O"] * len(words) for words in document["sents"]]
        for entity in document["vertexSet"]:
            for mention in entity:
                begin, end = mention["pos"]
                row = tags[mention["sent_id"]]
                if end <= len(row) and all(t == "O" for t in row[begin:end]):
                    row[begin:end] = [f"B-{mention['type']}"] + [f"I-{mention['type']}"] * (end - begin - 1)
        for words, row in zip(document["sents"], tags):
            kept = [(w, t) for w, t in zip(words, row) if w.strip()]
            words, row = split_hyphens([w for w, _ in kept], [t for _, t in kept])
            spans = Spans(words)
            for begin, end, kind in tag_spans(row):
                add_foreign(spans, words, begin, end, kind, places, "re-docred")
            yield number, Sentence("re-docred", words, mention=spans.done(), document=f"re-docred {number}")


# Arguments of relations: only these spans are known, the rest of the sentence mostly is not

PRONOUNS = set("he she it they his her their its i we who him our you the".split())
CORE_COMPANIES = {"acquired_by", "collaboration", "competitor_of", "merged_with", "subsidiary_of"}
TOKEN = re.compile(
    r"(?:[A-Z]\.)+[A-Z]?|(?:Mr|Mrs|Ms|Dr|Inc|Corp|Co|Ltd|Jr|Sr|St|No)\.|\w+(?=n[’']t\b)|n[’']t\b|[’'](?:s|re|ve|ll|d|m)\b"
    r"|\d[\d,.]*\d|\w+|\.\.\.|[^\w\s]", re.I
)


def unknown_background(words: list[str]) -> list[int]:
    """Without annotation, only words that are no part of any name are known: lower-case ones far from capitals."""
    capital = [w[:1].isupper() or w[:1].isdigit() for w in words]
    return [ANYTHING if any(capital[max(0, i - 1) : i + 2]) or not w.isalpha() else OUTSIDE for i, w in enumerate(words)]


def core(path: Path, places: Gazetteers):
    marks = marked_names("core")
    for number, record in enumerate(json.loads(path.read_text())):
        if number % 10 == 9:  # held out
            continue
        words, relation = record["context"], record["relation"]
        if record["id"] in marks:
            words = split_hyphens(words, ["O"] * len(words))[0]
            yield Sentence("core-marked", words, mention=marked(words, marks[record["id"]]))
            continue
        if relation not in CORE_COMPANIES | {"product_or_service_of", "shareholder_of", "client_of", "brand_of"}:
            continue
        spans = Spans(words)
        spans.masks = unknown_background(words)
        sides = [(record["e1_start"], record["e1_end"] + 1), (record["e2_start"], record["e2_end"] + 1)]
        if record["invert_relation"]:
            sides.reverse()
        for side, (begin, end) in enumerate(sides):
            begin = trim(words, begin, end)
            end -= words[end - 1] in ("'s", "’s", "'")
            if folded(words[begin]) in PRONOUNS or not all(w[:1].isupper() or w in ("of", "and", "&", "-", ".", ",", "'s", "for") or w[:1].isdigit() for w in words[begin:end]):
                continue
            name = " ".join(words[begin:end])
            if places.organization(name) == ("Organization",):
                spans.add(begin, end, "Organization", "Company")
            elif relation in CORE_COMPANIES or side == 1 and relation in ("product_or_service_of", "brand_of"):
                spans.add(begin, end, "Company")
            elif relation == "product_or_service_of":
                spans.add(begin, end, "Product", others=OUTSIDE)
        if any(spans.taken):
            yield Sentence("core", words, mention=spans.done())


KNOWLEDGE_NET = {
    "CEO": ("org", "per"), "SUBSIDIARY_OF": ("com", "com"), "FOUNDED_BY": ("org", "per"), "HEADQUARTERS": ("org", "loc"),
    "PLACE_OF_BIRTH": ("per", "loc"), "PLACE_OF_RESIDENCE": ("per", "loc"), "SPOUSE": ("per", "per"),
    "CHILD_OF": ("per", "per"), "EMPLOYEE_OR_MEMBER_OF": ("per", "org"), "EDUCATED_AT": ("per", "org"),
    "DATE_OF_BIRTH": ("per", None), "DATE_OF_DEATH": ("per", None), "DATE_FOUNDED": ("org", None),
    "NATIONALITY": ("per", None), "POLITICAL_AFFILIATION": ("per", None),
}


def knowledge_net(path: Path, places: Gazetteers):
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text, shift = record["passageText"], record["passageStart"]
        found = list(TOKEN.finditer(text))
        words = [m.group() for m in found]
        begins, ends = {m.start(): i for i, m in enumerate(found)}, {m.end(): i + 1 for i, m in enumerate(found)}
        spans = Spans(words)
        spans.masks = unknown_background(words)
        for fact in record["facts"]:
            for side, kind in zip(("subject", "object"), KNOWLEDGE_NET.get(fact["propertyName"], (None, None))):
                begin, end = begins.get(fact[f"{side}Start"] - shift), ends.get(fact[f"{side}End"] - shift)
                if kind is None or begin is None or end is None:
                    continue
                begin = trim(words, begin, end)
                if not words[begin][0].isupper() or not words[end - 1][:1].isupper() or words[begin].lower() in PRONOUNS:
                    continue
                add_foreign(spans, words, begin, end, {"com": "corporation"}.get(kind, kind), places, "knowledge-net")
        if any(spans.taken):
            yield Sentence("knowledge-net", words, mention=spans.done(), fold=record["fold"])


# Places side by side

PLACES = [allowed("B", "Place"), allowed("B", "Country"), allowed("B", "Place", "Country")]


def side_by_side(sentences: list[Sentence], places: Gazetteers):
    """Sentences with a town and its region again, without the comma between them and with names from the world: careless
    writers leave it out, and no set has enough of them."""
    rng = random.Random(5)
    for s in sentences:
        ends = {}
        for begin, mask in enumerate(s.mention):
            if mask in PLACES:
                inside = allowed("I", *next(k for k in (("Place",), ("Country",), ("Place", "Country")) if allowed("B", *k) == mask))
                end = begin + 1
                while end < len(s.words) and s.mention[end] == inside:
                    end += 1
                ends[begin] = end
        for begin, end in ends.items():
            if s.words[end : end + 1] != [","] or end + 1 not in ends:
                continue
            town, region = rng.choice(places.towns)
            parts = [(town, ("Place",)), (region, places.place(region))]
            names, masks = [], []
            for name, kinds in parts:
                words = TOKEN.findall(name)
                names += words
                masks += [allowed("I" if i else "B", *kinds) for i in range(len(words))]
            after = ends[end + 1]
            after += s.words[after : after + 1] == [","]
            words = s.words[:begin] + names + s.words[after:]
            if rng.random() < 0.4:
                words = [w.lower() for w in words]
            yield Sentence("side-by-side", words, mention=s.mention[:begin] + masks + s.mention[after:])


# All of it


def training_sets(data: Path) -> list[Sentence]:
    places = Gazetteers(data / "gazetteers")
    out = []
    for path in sorted((data / "gum/train").glob("*.conllu")):
        out += conllu(path, "gum", places)
    out += named_columns(data / "wikigold/wikigold.conll", "wikigold", 1, 2, places)
    out += named_columns(data / "sec-filings/FIN5.txt", "sec", 0, 3, places)
    for part in "abefgh":
        out += named_columns(data / f"btc/{part}.conll", "btc", 0, 1, places)
    out += named_columns(data / "wnut17/train.conll", "wnut17", 0, 1, places)
    out += (s for number, s in re_docred(data / "re-docred/dev.json", places) if number % 5)
    trees = conllu(data / "ud-ewt/en_ewt-ud-train.conllu", "ewt", places, marked_names("ewt"))
    out = [*trees, *out]
    out += newsmtsc(data / "newsmtsc/train.jsonl")
    out += dse(data / "dse/train.txt")
    for path in sorted(NAMES.glob("*.txt")):
        out += written(path)
    out += core(data / "core/train.json", places)
    out += knowledge_net(data / "knowledge-net/train-folds-1-3.jsonl", places)
    out += list(side_by_side(out, places))
    return [s for s in out if s.words]


def count(sentences: list[Sentence]) -> str:
    sentences_of, words_of = Counter(), Counter()
    for s in sentences:
        sentences_of[s.source] += 1
        words_of[s.source] += len(s.words)
    return "\n".join(f"{k:14} {sentences_of[k]:7} sentences {words_of[k]:8} words" for k in sentences_of)
