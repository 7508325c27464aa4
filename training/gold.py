"""Writes development sets as gold that `newsgraph eval` reads (the form is in src/eval.rs); the same files are texts for
`newsgraph extract`, whose records `score_records.py` scores by each set's own rules.

    knowledge-net  a fact of a property is one gold fact; the ends are turned to our direction
    facts          the held-out sentences with relations marked by hand
    core           the held-out rows. Each marks one pair: only what is said of that pair can be wrong, in the relations of
                   its label (in all of the set's where the label is `undefined`). So recall is that of the marked pairs, and
                   precision that of the pairs as if each row asked for its own relation
    dse            stances between marked mentions, any stance of the same sign is right; other pairs are not judged
    re-docred      a fact is between two things: two near mentions in its evidence are to be found, between their other
                   mentions it is doubtful. A low bound: it may be found elsewhere, and pronouns are not marked
    carb, gap      texts only

What is to be found is affirmed and actual. What a set does not judge stands as doubtful facts of wide stretches, `COPIES`
times, because each takes one statement. Relations that ontology/newsgraph.ttl does not have are left out.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import passages, relations
from .passages import Mention, Passage

COPIES = 4
LIKES = frozenset({"supports", "praises"})
DISLIKES = frozenset({"opposes", "criticises", "accuses", "sued", "sanctions", "bans", "warnsOf"})

Span = tuple[int, int]


@lru_cache
def vocabulary() -> frozenset[str]:
    """The relations of our vocabulary that statements may have."""
    turtle = (Path(__file__).parents[1] / "ontology/newsgraph.ttl").read_text(encoding="utf-8")
    kinds = "factAbout|stanceTowards|quotes"
    return frozenset(re.findall(rf"^ng:(\w+) a owl:\w+ ;\n +rdfs:subPropertyOf ng:(?:{kinds}) ;", turtle, re.M))


def fact(subject: Span, object: Span, names: Iterable[str], **more) -> dict:
    names = sorted(names)
    return {"subject": subject, "relation": names[0] if len(names) == 1 else names, "object": object, **more}


def said(subject: Span, object: Span, any_of: frozenset[str], others: frozenset[str] = frozenset()) -> Iterator[dict]:
    """One of `any_of` is to be found; it and `others` may be found besides."""
    any_of, others = any_of & vocabulary(), others & vocabulary()
    if any_of:
        yield fact(subject, object, any_of)
    for name in sorted(others | any_of if len(any_of) > 1 else others):
        yield fact(subject, object, [name], doubtful=True)


def facts(passage: Passage, spans: list[Span]) -> Iterator[dict]:
    """What the labels of a passage say, `spans` being those of its first mentions."""
    for f in passage.facts:
        first, *more = f.holds or (frozenset(),)
        yield from said(spans[f.subject], spans[f.object], first, f.maybe.union(*more))


def unreal(text: str, names: frozenset[str]) -> Iterator[dict]:
    """No set judges what is denied or only possible."""
    whole = (0, len(text))
    for polarity, modality in (("negated", "actual"), ("affirmed", "possible"), ("negated", "possible")):
        yield from [fact(whole, whole, names, polarity=polarity, modality=modality, doubtful=True)] * COPIES


def elsewhere(text: str, marks: Iterable[Span], names: frozenset[str]) -> Iterator[dict]:
    """Sets that mark pairs know nothing of the words around them."""
    at, outside = 0, []
    for start, end in [*sorted(marks), (len(text), len(text))]:
        if text[at:start].strip():
            outside.append((at, start))
        at = max(at, end)
    whole = (0, len(text))
    for stretch in outside:
        for ends in ((stretch, whole), (whole, stretch)):
            yield from [fact(*ends, names, doubtful=True)] * COPIES


def row(name: str, text: str, names: frozenset[str] = frozenset(), spoken: Iterable[dict] = (), around: Iterable[dict] = ()) -> dict:
    """`names` are the relations that the spoken facts are complete for, but for what `around` leaves open."""
    kept = {}
    for f in spoken:
        ends = [f["subject"], f["object"]]
        if f["relation"] in list(relations.SYMMETRIC):
            ends.sort()  # `eval` turns these itself
        kept[str(f["relation"]), *ends, "doubtful" in f] = f
    doubtful = [*around, *unreal(text, names)] if names else []
    return {"id": name, "text": text, "annotated": sorted(names), "facts": [*kept.values(), *doubtful]}


def spaced(sentences: list[list[str]]) -> tuple[str, list[list[Span]]]:
    """Words with a space between them, and where they are."""
    text, places = "", []
    for words in sentences:
        places.append([])
        for word in map(str.strip, words):
            text += " " if text and word else ""
            places[-1].append((len(text), len(text) + len(word)))
            text += word
    return text, places


# The sets


def knowledge_net(data: Path, fold: int | None) -> Iterator[dict]:
    for passage in passages.knowledge_net(data):
        if fold in (None, passage.fold):
            spans = [m.span for m in passage.mentions]
            yield row(passage.name, passage.text, passage.known & vocabulary(), facts(passage, spans))


def by_hand(data: Path) -> Iterator[dict]:
    for passage in passages.by_hand(data):
        if passage.dev:
            yield row(passage.name, passage.text, passage.known & vocabulary(), facts(passage, [m.span for m in passage.mentions]))


def core(data: Path) -> Iterator[dict]:
    records = json.loads((data / "core/train.json").read_text(encoding="utf-8"))
    for record, passage in zip(records, passages.core(data), strict=True):
        if passage.dev:
            text, (places,) = spaced([record["context"]])
            spans = [(places[record[f"{e}_start"]][0], places[record[f"{e}_end"]][1]) for e in ("e1", "e2")]
            names = relations.denied(relations.CORE, [record["relation"]]) or passage.known
            names &= vocabulary()
            yield row(passage.name, text, names, facts(passage, spans), elsewhere(text, spans, names))


def stances(passage: Passage) -> Iterator[tuple[Span, Span, frozenset[str]]]:
    """(who, of whom, relations of which one holds)."""
    for p, q, cls in passage.stances:
        if cls:
            who, whom = (p, q) if cls in (1, 3) else (q, p)
            yield passage.mentions[who].span, passage.mentions[whom].span, LIKES if cls < 3 else DISLIKES


def dse(data: Path) -> Iterator[dict]:
    names = LIKES | DISLIKES
    for passage in passages.dse(data):
        if passage.dev:
            spans = [m.span for m in passage.mentions]
            judged = {end for p, q, _ in passage.stances for end in ((p, q), (q, p))}
            pairs = [(s, o) for s in range(len(spans)) for o in range(len(spans)) if s != o and (s, o) not in judged]
            around = [fact(spans[s], spans[o], names, doubtful=True) for s, o in pairs]
            spoken = [f for stance in stances(passage) for f in said(*stance)]
            yield row(passage.name, passage.text, names, spoken, [*around, *elsewhere(passage.text, spans, names)])


@dataclass
class Document:
    """A held-out document of Re-DocRED."""

    name: str
    text: str
    things: list[list[Mention]]  # the mentions of each
    facts: dict[tuple[int, int, frozenset[str]], set[int]]  # (subject, object, relations of which one holds) → sentences
    open: set[tuple[int, int, str]]  # what may hold or not

    def pairs(self, subject: int, object: int, evidence: set[int] = frozenset()) -> list[tuple[Span, Span]]:
        """All mentions of two things, near ones in the evidence first."""

        def far(pair: tuple[Mention, Mention]) -> tuple[bool, int]:
            return not {m.sentence for m in pair} <= evidence, abs(pair[0].span[0] - pair[1].span[0])

        pairs = ((s, o) for s in self.things[subject] for o in self.things[object])
        return [(s.span, o.span) for s, o in sorted(pairs, key=far)]


def documents(data: Path) -> Iterator[Document]:
    for number, document in enumerate(json.loads((data / "re-docred/dev.json").read_text(encoding="utf-8"))):
        if number % 5:
            continue
        text, places = spaced(document["sents"])
        things = []
        for mentions in document["vertexSet"]:
            words = [(m["sent_id"], places[m["sent_id"]][slice(*m["pos"])]) for m in mentions]
            things.append([Mention(sentence, span=(of[0][0], of[-1][1])) for sentence, of in words])
        facts, open_ = {}, set()
        for label in document["labels"]:
            ends = label["h"], label["t"]
            meaning = relations.meaning(relations.RE_DOCRED, label["r"], *(document["vertexSet"][end][0]["type"] for end in ends))
            if meaning:
                ends = ends[::-1] if meaning.inverse else ends
                ends = tuple(sorted(ends)) if meaning.any_of & relations.SYMMETRIC else ends
                open_ |= {(*ends, name) for name in (meaning.also | meaning.maybe) & vocabulary()}
                if names := meaning.any_of & vocabulary():
                    facts.setdefault((*ends, names), set()).update(label["evidence"])
        # "A member or a subsidiary" says nothing more where another label says "a subsidiary".
        vague = {f for f in facts for other in facts if f[:2] == other[:2] and f[2] > other[2]}
        open_ |= {(*f[:2], name) for f in vague for name in f[2]}
        yield Document(f"re-docred-{number}", text, things, {f: e for f, e in facts.items() if f not in vague}, open_)


def re_docred(data: Path) -> Iterator[dict]:
    names = relations.denied(relations.RE_DOCRED) & vocabulary()
    for document in documents(data):
        spoken = []
        for (subject, object, any_of), evidence in document.facts.items():
            first, *others = document.pairs(subject, object, evidence)
            spoken += said(*first, any_of)
            spoken += [f for pair in others for f in said(*pair, frozenset(), any_of)]
        for subject, object, name in sorted(document.open):
            spoken += [f for pair in document.pairs(subject, object) for f in said(*pair, frozenset(), frozenset([name]))]
        yield row(document.name, document.text, names, spoken)


def carb_gold(data: Path) -> Iterator[tuple[str, str, list[list[str]]]]:
    """(name, sentence, gold of it: relation, first argument, others)."""
    gold: dict[str, list[list[str]]] = {}
    for line in (data / "carb/dev-gold.tsv").read_text(encoding="utf-8").splitlines():
        sentence, *parts = (part.strip() for part in line.strip().split("\t"))
        gold.setdefault(sentence, []).append(parts)
    for number, (sentence, rows) in enumerate(gold.items()):
        yield f"carb-{number}", sentence, rows


def carb(data: Path) -> Iterator[dict]:
    return (row(name, sentence) for name, sentence, _ in carb_gold(data))


def gap(data: Path) -> Iterator[dict]:
    return (row(passage.name, passage.text) for passage in passages.gap(data) if passage.dev)


SETS = {"knowledge-net": knowledge_net, "facts": by_hand, "core": core, "dse": dse, "re-docred": re_docred, "carb": carb, "gap": gap}


def write(name: str, data: Path, out: Path, fold: int | None):
    rows = list(SETS[name](data, fold) if name == "knowledge-net" else SETS[name](data))
    out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    print(name, len(rows), "texts,", sum("doubtful" not in f for r in rows for f in r["facts"]), "facts")
