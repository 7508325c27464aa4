"""Scores what `newsgraph extract` printed for the texts of `gold.py`, by the rules of each set's own scorer where it has one.

A statement counts when it is affirmed, actual and confident enough; CaRB counts all that is said. No torch.
"""

import json
import re
from argparse import Namespace
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import gold, passages, relations
from .gold import Span
from .passages import STANCE
from .relations import SYMMETRIC
from .score import f1

STEPS = [step / 20 for step in range(20)]  # thresholds that are tried
BINS = 10

Judged = list[tuple[float, bool]]  # (confidence, right)


# What the program wrote


class Records:
    """Records by the id of their text; an article's source is FILE:LINE#ID."""

    def __init__(self, path: Path):
        self.of, self.missing = {}, 0
        with path.open(encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if "error" not in record:
                    self.of[record["article"]["source"].rpartition("#")[2]] = record

    def get(self, name: str, text: str) -> dict:
        record = self.of.get(name)
        if record is None:
            self.missing += 1
            return {"entities": [], "statements": []}
        if record["article"]["text"] != text:
            raise SystemExit(f"{name}: the record is of another text; write the texts and extract them again")
        return record


def span(of: dict) -> Span:
    return of["start"], of["end"]


def ends(statement: dict) -> tuple[Span, Span]:
    return span(statement["evidence"]["subject"]), span(statement["evidence"]["object"])


def asserted(record: dict) -> Iterator[dict]:
    return (s for s in record["statements"] if (s["polarity"], s["modality"]) == ("affirmed", "actual"))


def named(entity: dict) -> list[Span]:
    """Where it stands by name: a description may hold the name of something else ("Meta's founder")."""
    return [span(m) for m in entity["mentions"] if m["kind"] == "named"]


def sides(record: dict) -> Iterator[tuple[dict, list[Span], list[Span]]]:
    """Statements with the mentions of their subject and of their object: in the evidence, and by name anywhere."""
    of = {entity["key"]: named(entity) for entity in record["entities"]}
    for statement in asserted(record):
        keys = [key if isinstance(key, str) else "" for key in (statement["subject"], statement["object"])]
        yield statement, *([end, *of.get(key, [])] for end, key in zip(ends(statement), keys))


# Scores


def overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def touch(some: list[Span], others: list[Span]) -> bool:
    return any(overlap(a, b) for a in some for b in others)


def harmonic(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def rates(hits: int, found: int, total: int) -> tuple[float, float]:
    return hits / max(1, found), hits / max(1, total)


def percent(p: float, r: float) -> str:
    return f"F {harmonic(p, r):.4f} (P {p:.4f} R {r:.4f})"


def best(score: Callable[[float], float]) -> float:
    """The threshold with the highest score."""
    return max(STEPS, key=score)


def calibration_error(judged: Judged) -> float:
    """Mean distance between confidence and share right over equal bins, by their size."""
    bins = defaultdict(list)
    for confidence, right in judged:
        bins[min(int(confidence * BINS), BINS - 1)].append(confidence - right)
    return sum(abs(sum(distances)) for distances in bins.values()) / max(1, len(judged))


def marked(text: str, spans: Iterable[Span], around: int = 100) -> str:
    """The words near the spans, which stand in brackets."""
    first, last = max(0, min(s for s, _ in spans) - around), max(e for _, e in spans) + around
    out, signs = text[:last], [(at, sign) for s, e in spans for at, sign in ((s, "["), (e, "]"))]
    for at, sign in sorted(signs, key=lambda mark: (mark[0], mark[1] == "["), reverse=True):
        out = out[:at] + sign + out[at:]
    return " ".join(out[first:].split())


def line_of(text: str, name: str, subject: Span, object: Span) -> str:
    """Ends in our direction, whatever the name."""
    return f"{name} {text[slice(*subject)]} > {text[slice(*object)]}: {marked(text, (subject, object))}"


def show(wrong: list[tuple[float, str]], missed: list[str], most: int):
    """The most confident wrong ones, and missed ones from everywhere."""
    if not most:
        return
    print(f"\nWrong, of {len(wrong)}:")
    for confidence, line in sorted(wrong, key=lambda row: -row[0])[:most]:
        print(f"  {confidence:.3f} {line}")
    print(f"\nMissed, of {len(missed)}:")
    for line in missed[:: max(1, len(missed) // most)][:most]:
        print(f"  {line}")


# KnowledgeNet

Triple = tuple[str, Span, Span]


def same(a: Triple, b: Triple) -> bool:
    return a[0] == b[0] and overlap(a[1], b[1]) and overlap(a[2], b[2])


def knowledge_net_judged(facts: list[Triple], found: list[Triple]) -> tuple[list[Triple], list[Triple], list[Triple]]:
    """(facts missed, found right, found wrong).

    A fact counts once however often it is found. What is found besides is wrong, but for what overlaps something right.
    """
    right = [t for t in found if any(same(t, fact) for fact in facts)]
    missed = [fact for fact in facts if not any(same(t, fact) for t in right)]
    return missed, right, [t for t in found if not any(same(t, other) for other in right)]


OFFICE = re.compile(r"\b(ceo|chief executive)\b", re.I)
PARTY = re.compile(r"\b(party|democrat|republican|conservative|labour|socialist|communist|liberal|green|whig|tory)", re.I)


def finer(statement: dict, object: str) -> str:
    """The relation of the set that ours contains: a chief executive leads, a member of a party is a member, and its
    headquarters are wherever it is said to be based."""
    heard = {part.split("/")[1] for part in statement["by"].split("+") if "/" in part}
    if statement["relation"] == "leads" and ("chiefExecutiveOf" in heard or OFFICE.search(statement.get("role") or "")):
        return "chiefExecutiveOf"
    if statement["relation"] == "basedIn" and not statement["by"].startswith("nominal/demonym"):
        return "headquarteredIn"
    if statement["relation"] == "memberOf" and ("memberOfParty" in heard or PARTY.search(object)):
        return "memberOfParty"
    return ""


def mention_pairs(record: dict) -> Iterator[tuple[dict, list[tuple[Span, Span]]]]:
    """Statements between things, at all their names and pronouns: the set marks a fact at every pair of mentions."""
    of = {e["key"]: [span(m) for m in e["mentions"] if m["kind"] != "nominal"] for e in record["entities"]}
    for statement in asserted(record):
        said, sides = ends(statement), []
        for end, key in zip(said, (statement["subject"], statement["object"])):
            sides.append((isinstance(key, str) and of.get(key)) or [end])
        yield statement, [(s, o) for s in sides[0] for o in sides[1]]


def knowledge_net(args: Namespace, records: Records):
    """Text F1: properties annotated for the passage, both ends overlap; a symmetric relation is found both ways."""
    table, rows = relations.table(relations.KNOWLEDGE_NET), []
    for passage in passages.knowledge_net(args.data):
        if args.fold not in (None, passage.fold):
            continue
        facts = [(f.label, passage.mentions[f.subject].span, passage.mentions[f.object].span) for f in passage.facts]
        found: dict[Triple, tuple[float, str]] = {}
        for statement, pairs in mention_pairs(records.get(passage.name, passage.text)):
            pair = ends(statement)
            if statement["relation"] in SYMMETRIC:
                pairs = [*pairs, *(p[::-1] for p in pairs)]
            said = {statement["relation"], finer(statement, passage.text[slice(*pair[1])])} & set(relations.RELATIONS)
            for triple in ((label, *p) for label in passage.labels if said & table[label].any_of for p in pairs):
                found[triple] = max(found.get(triple, (0.0, "")), (statement["confidence"], statement["by"]))
        rows.append((passage.text, facts, found))

    def judged(threshold: float):
        for text, facts, found in rows:
            yield text, facts, found, *knowledge_net_judged(facts, [t for t, (p, _) in found.items() if p >= threshold])

    def counts(threshold: float) -> dict[str, tuple[int, int, int]]:
        """Of each property: facts found, the same with what is wrong, facts."""
        wanted, lost, more = Counter(), Counter(), Counter()
        for _, facts, _, missed, _, wrong in judged(threshold):
            for count, some in ((wanted, facts), (lost, missed), (more, wrong)):
                count.update(label for label, *_ in some)
        return {n: (wanted[n] - lost[n], wanted[n] - lost[n] + more[n], wanted[n]) for n in table}

    def micro(threshold: float) -> tuple[float, float]:
        return rates(*map(sum, zip(*counts(threshold).values())))

    at = best(lambda threshold: harmonic(*micro(threshold)))
    least = args.min_confidence
    print(f"KnowledgeNet {len(rows)} passages, text: {percent(*micro(least))} at {least}, {percent(*micro(at))} at {at}")
    for label, (hits, found, total) in counts(least).items():
        print(f"  {label:24} {percent(*rates(hits, found, total))} of {total}")
    confidences, mistakes, lost = [], [], []
    for text, _, found, missed, right, wrong in judged(least):
        confidences += [(found[t][0], some is right) for some in (right, wrong) for t in some]
        mistakes += [(found[t][0], f"{found[t][1]} {line_of(text, *t)}") for t in wrong]
        lost += [line_of(text, *t) for t in missed]
    print(f"  expected calibration error {calibration_error(confidences):.4f} over {len(confidences)} found")
    show(mistakes, lost, args.errors)


# GAP

GENDER = {"she": "feminine", "her": "feminine", "hers": "feminine", "he": "masculine", "his": "masculine", "him": "masculine"}


def gap(args: Namespace, records: Records):
    """Each of the two names of a text is one decision: one entity has the pronoun and a name that overlaps it."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for passage in passages.gap(args.data):
        if not passage.dev:
            continue
        entities = records.get(passage.name, passage.text)["entities"]
        for pronoun, name, one in passage.links:
            at, name_at = passage.mentions[pronoun].span, passage.mentions[name].span
            said = any(at in map(span, e["mentions"]) and touch([name_at], named(e)) for e in entities)
            for part in ("overall", GENDER[passage.text[slice(*at)].lower()]):
                counts[part] += Counter(names=1, hits=said and one, found=said, wanted=one)
    scores = {part: rates(n["hits"], n["found"], n["wanted"]) for part, n in counts.items()}
    for part in ("overall", "masculine", "feminine"):
        print(f"GAP {part:9} {counts[part]['names'] // 2:5} texts: {percent(*scores[part])}")
    print(f"GAP bias (feminine by masculine) {harmonic(*scores['feminine']) / max(1e-9, harmonic(*scores['masculine'])):.3f}")


# Re-DocRED


def re_docred(args: Namespace, records: Records):
    """Facts between things: a statement is right if mentions of its ends are mentions of those of a fact.

    What a label leaves open, and a fact that was found before, is neither right nor wrong.
    """
    known = relations.denied(relations.RE_DOCRED) & gold.vocabulary()
    rows: list[tuple[float, tuple | None, str, str]] = []  # confidence, fact if right, relation, words
    facts: dict[tuple, str] = {}
    documents = strangers = 0
    least = args.min_confidence
    for document in gold.documents(args.data):
        documents += 1
        spans = [[m.span for m in thing] for thing in document.things]
        for (s, o, names), evidence in document.facts.items():
            facts[document.name, s, o, names] = line_of(document.text, "|".join(sorted(names)), *document.pairs(s, o, evidence)[0])
        told, done = set(), set()
        record = records.get(document.name, document.text)
        for statement, subject, object in sorted(sides(record), key=lambda row: -row[0]["confidence"]):
            name, confidence = statement["relation"], statement["confidence"]
            key = name, statement["subject"], json.dumps(statement["object"])
            if name not in known or key in told:
                continue
            told.add(key)
            things = [[i for i, thing in enumerate(spans) if touch(thing, side)] for side in (subject, object)]
            pairs = {(s, o) for s in things[0] for o in things[1]}
            pairs |= {pair[::-1] for pair in pairs} if name in SYMMETRIC else set()
            hits = [fact for fact in document.facts if fact[:2] in pairs and name in fact[2]]
            new = next((fact for fact in hits if fact not in done), None)
            words = f"{statement['by']} {line_of(document.text, name, *ends(statement))}"
            if new:
                done.add(new)
                rows.append((confidence, (document.name, *new), name, words))
            elif not hits and not any((*pair, name) in document.open for pair in pairs):
                strangers += confidence >= least and not all(things)
                rows.append((confidence, None, name, words))

    def counts(threshold: float, only: str = "") -> tuple[int, int, int]:
        found = [fact is not None for p, fact, name, _ in rows if p >= threshold and only in ("", name)]
        return sum(found), len(found), len(facts)

    def line(threshold: float) -> str:
        return f"{percent(*rates(*counts(threshold)))} at {threshold}"

    at = best(lambda threshold: harmonic(*rates(*counts(threshold))))
    print(f"Re-DocRED {documents} documents: {line(least)}, {line(at)}")
    print("  relation             right of found    found of facts (of several relations: with the first)")
    rows = [row for row in rows if row[0] >= least]
    hit = {fact for _, fact, *_ in rows}
    for name in sorted(known):
        right, found, _ = counts(least, name)
        total = [fact in hit for fact in facts if name == min(fact[3])]
        print(f"  {name:20} {right:5} of {found:5}    {sum(total):5} of {len(total):5}")
    confidences = [(p, fact is not None) for p, fact, *_ in rows]
    print(f"  expected calibration error {calibration_error(confidences):.4f} over {len(confidences)} found")
    print(f"  {strangers} of the wrong ones have an end that is no thing of the set")
    wrong = [(p, words) for p, fact, _, words in rows if fact is None]
    show(wrong, [words for fact, words in facts.items() if fact not in hit], args.errors)


# DSE


def dse(args: Namespace, records: Records):
    """The most confident stance between p and q, or between other mentions of the same, against the five classes."""
    wanted: list[int] = []
    found: list[dict[int, float]] = []  # class → confidence
    for passage in passages.dse(args.data):
        if not passage.dev:
            continue
        record = records.get(passage.name, passage.text)
        for p, q, cls in passage.stances:
            wanted.append(cls)
            found.append({})
            spans = [passage.mentions[p].span], [passage.mentions[q].span]
            for statement, subject, object in sides(record):
                for sign, names in ((1, gold.LIKES), (3, gold.DISLIKES)):
                    for turned, (one, other) in enumerate((spans, spans[::-1])):
                        if statement["relation"] in names and touch(subject, one) and touch(object, other):
                            said = found[-1].get(sign + turned, 0.0)
                            found[-1][sign + turned] = max(said, statement["confidence"])

    def chosen(threshold: float) -> list[int]:
        return [max(((p, cls) for cls, p in row.items() if p >= threshold), default=(0.0, 0))[1] for row in found]

    def classes(threshold: float) -> list[tuple[float, float, float]]:
        answers = chosen(threshold)
        places = [[{i for i, k in enumerate(some) if k == cls} for some in (wanted, answers)] for cls in range(len(STANCE))]
        return [f1(*both) for both in places]

    def macro(threshold: float) -> float:
        return sum(f for f, _, _ in classes(threshold)) / len(STANCE)

    def line(threshold: float) -> str:
        micro = sum(a == b for a, b in zip(wanted, chosen(threshold))) / max(1, len(wanted))
        return f"micro F1 {micro:.4f}, macro F1 {macro(threshold):.4f} at {threshold}"

    print(f"DSE {len(wanted)} pairs: {line(args.min_confidence)}; {line(best(macro))}")
    for cls, (f, p, r) in enumerate(classes(args.min_confidence)):
        print(f"  {STANCE[cls]:14} F {f:.4f} (P {p:.4f} R {r:.4f}) of {wanted.count(cls)}")


# CaRB

BE = {"be", "is", "am", "are", "was", "were", "been", "being"}
SAYING = ("said", "told", "added", "adds", "says")

Words = list[list[str]]  # relation, first argument, second


def common(a: list[str], b: list[str]) -> int:
    return (Counter(a) & Counter(b)).total()


def part_by_part(wanted: Words, found: Words) -> tuple[float, float]:
    """Precision and recall of words as written, each part with its like; none if the relations have no word in common."""
    hits = common(wanted[0], found[0])
    # A "be" that is left over stands for any form of it.
    hits += found[0].count("be") > wanted[0].count("be") and not BE.isdisjoint(wanted[0])
    if not hits:
        return 0.0, 0.0
    hits += common(wanted[1], found[1]) + common(wanted[2], found[2])
    return hits / sum(map(len, found)), hits / sum(map(len, wanted))


def match(wanted: Words, found: Words) -> tuple[float, float]:
    """Speaker and words said may change places."""
    straight = part_by_part(wanted, found)
    if not any(verb in " ".join(wanted[0]) for verb in SAYING):
        return straight
    return max(straight, part_by_part(wanted, [found[0], found[2], found[1]]))


def one_to_one(scores: list[list[tuple[float, float]]]) -> float:
    """Sum of the precisions of pairs, the most precise first."""
    cells = sorted((-p, i, j) for i, row in enumerate(scores) for j, (p, _) in enumerate(row))
    rows, columns, total = set(), set(), 0.0
    for p, i, j in cells:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            total -= p
    return total


def extractions(record: dict) -> Iterator[tuple[float, Words]]:
    """Relation, subject and object as written, the least confident first; the same words are one extraction."""
    out: dict[tuple[str, ...], float] = {}
    for statement in record["statements"]:
        words = statement["phrase"], *(record["article"]["text"][slice(*end)] for end in ends(statement))
        out[words] = max(out.get(words, 0.0), statement["confidence"])
    for words, confidence in sorted(out.items(), key=lambda row: row[1]):
        yield confidence, [part.split() for part in words]


def carb(args: Namespace, records: Records):
    """Precision one to one, recall by the best extraction for each of gold, at every confidence."""
    total, sentences = 0, []
    for name, sentence, rows in gold.carb_gold(args.data):
        wanted = [[relation.split(), first.split(), " ".join(others).split()] for relation, first, *others in rows]
        found = list(extractions(records.get(name, sentence)))
        scores = [[match(one, words) for _, words in found] for one in wanted]
        total += len(wanted)
        # What is left from each extraction on is worth: (precisions, extractions, recalls).
        worth = [
            (one_to_one([row[at:] for row in scores]), len(found) - at, sum(max(r for _, r in row[at:]) for row in scores))
            for at in range(len(found))
        ]
        sentences.append(([p for p, _ in found], [*worth, (0.0, 0, 0.0)]))

    def point(threshold: float) -> tuple[float, float]:
        left = [worth[bisect_left(confidences, threshold)] for confidences, worth in sentences]
        precise, found, recalled = map(sum, zip(*left))
        return precise / found if found else 1.0, recalled / total

    thresholds = sorted({p for confidences, _ in sentences for p in confidences})
    curve = [*map(point, thresholds), (1.0, 0.0)]
    area = sum((r - s) * (p + q) / 2 for (p, r), (q, s) in zip(curve, curve[1:]))
    at = max(thresholds, key=lambda threshold: harmonic(*point(threshold)), default=0.0)
    least = args.min_confidence
    print(f"CaRB {len(sentences)} sentences: {percent(*point(least))} at {least}, {percent(*point(at))} at {at}, AUC {area:.4f}")


SETS = {"knowledge-net": knowledge_net, "gap": gap, "re-docred": re_docred, "carb": carb, "dse": dse}


def score(args: Namespace):
    records = Records(args.records)
    SETS[args.set](args, records)
    if records.missing:
        print(f"{records.missing} texts have no record and count as empty")
