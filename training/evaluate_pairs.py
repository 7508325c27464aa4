"""Development scores of the heads over mentions, on marked mentions."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from . import relations
from .batches import WINDOW, Encoder
from .model import Model
from .pairs import Item, collate_items, items, place, tasks
from .passages import POLARITY, STANCE, TURNED, Passage
from .pieces import Pieces
from .relations import RELATIONS
from .score import f1
from .score_records import overlap


@dataclass
class Scores:
    """Probabilities for one passage, mentions by their number."""

    passage: Passage
    relations: dict[tuple[int, int], torch.Tensor]
    stances: dict[tuple[int, int], torch.Tensor]
    polarities: dict[int, torch.Tensor]
    links: list[tuple[int, list[int], torch.Tensor]]  # later, earlier ones, scores over the 0 of none


@torch.no_grad()
def scored(model: Model, encode: Encoder, passages: list[Passage]) -> Iterator[Scores]:
    """Passages as the program reads them, those of like length together."""
    todo = [item for p in passages for item in items(p, encode, WINDOW) if item.windows]
    todo.sort(key=lambda item: item.longest)
    for at in range(0, len(todo), 8):
        yield from scored_batch(model, encode, todo[at : at + 8])


def scored_batch(model: Model, encode: Encoder, chosen: list[Item]) -> Iterator[Scores]:
    asked = [tasks(item) for item in chosen]
    batch = collate_items(chosen, asked, encode.index["relation"])
    vectors = model.mentions(model.words(batch), batch["mentions"])
    related = iter(model.relation(model.pairs(vectors, batch["pairs"])).sigmoid())
    stances = iter(model.stance(model.pairs(vectors, batch["stances"])).softmax(-1))
    polarities = iter(model.polarities(vectors[batch["polarities"][:, 0]]).softmax(-1))
    links = iter(model.links(vectors, batch["later"], batch["earlier"], batch["features"]) if len(batch["later"]) else ())
    for item, task in zip(chosen, asked):
        yield Scores(
            item.passage,
            {(s, o): next(related) for s, o, *_ in task.pairs},
            {(p, q): next(stances) for p, q, *_ in task.stances},
            {i: next(polarities) for i, _ in task.polarities},
            [(later, back, next(links)[: len(back)] if back else torch.zeros(0)) for later, back, *_ in task.links],
        )


def percent(hits: int, found: int, gold: int) -> str:
    p, r = hits / max(1, found), hits / max(1, gold)
    return f"F {2 * p * r / max(1e-9, p + r):.4f} (P {p:.4f} R {r:.4f})"


def macro(gold: list[int], found: list[int], classes) -> float:
    each = [f1({i for i, k in enumerate(gold) if k == c}, {i for i, k in enumerate(found) if k == c})[0] for c in classes]
    return sum(each) / len(each)


def best_threshold(judged, score):
    """(threshold, score) with the most; `judged` is what `score` counts at a threshold."""
    return max(((t / 20, score(judged, t / 20)) for t in range(1, 20)), key=lambda pair: pair[1][0])


def core(results: list[Scores]):
    """Micro F1 over the labels but `undefined`, with and without the direction."""
    rows = []
    table = relations.table(relations.CORE)
    for r in results:
        gold = next(f for f in r.passage.facts if f.label)
        best = (0.0, "", False)
        for (s, o), p in r.relations.items():
            for label, meaning in table.items():
                for name in meaning.any_of:
                    # Whether the earlier mention is the subject of our relation.
                    best = max(best, (p[RELATIONS.index(name)].item(), label, name in relations.SYMMETRIC or s < o))
        forth = bool(table[gold.label].any_of & relations.SYMMETRIC) or gold.subject < gold.object
        rows.append((gold.label, forth, best))

    def score(rows, threshold, directed=True):
        found = [(i, label, forth) for i, (_, _, (p, label, forth)) in enumerate(rows) if p >= threshold]
        gold = {(i, label, forth) for i, (label, forth, _) in enumerate(rows) if label != "undefined"}
        if not directed:
            found, gold = [row[:2] for row in found], {row[:2] for row in gold}
        hits = sum(row in gold for row in found)
        p, r = hits / max(1, len(found)), hits / max(1, len(gold))
        return 2 * p * r / max(1e-9, p + r), percent(hits, len(found), len(gold))

    at, best = best_threshold(rows, score)
    print(f"CORE {len(rows)} rows, micro: {score(rows, 0.5)[1]} at 0.5, {best[1]} at {at}; any direction {score(rows, 0.5, False)[1]} at 0.5")
    return best[0]


def knowledge_net(results: list[Scores]):
    """Text F1 near to the set's own: spans overlap, properties that are annotated for the passage, each fact found once."""
    table = relations.table(relations.KNOWLEDGE_NET)
    judged: dict[str, list[tuple[float, int]]] = defaultdict(list)  # label → (probability, hit)
    gold: Counter = Counter()
    for r in results:
        spans = [characters(r.passage, i) for i in range(len(r.passage.mentions))]
        for label in r.passage.labels:
            meaning = table[label]
            facts = {(f.subject, f.object) for f in r.passage.facts if f.label == label}
            gold[label] += len(facts)
            left = [(spans[s], spans[o]) for s, o in facts]
            taken = []
            odds = {pair: 1 - (1 - p[[RELATIONS.index(n) for n in meaning.any_of]]).prod().item() for pair, p in r.relations.items()}
            for (s, o), p in sorted(odds.items(), key=lambda pair: -pair[1]):
                if p < 0.05:
                    break
                mentions = r.passage.mentions
                if not relations.fits(meaning.any_of, mentions[s].cls, mentions[o].cls):
                    continue
                ends = spans[s], spans[o]
                # The same fact once more, with other borders.
                if any(overlap(ends[0], t[0]) and overlap(ends[1], t[1]) for t in taken):
                    continue
                taken.append(ends)
                hit = next((g for g in left if overlap(ends[0], g[0]) and overlap(ends[1], g[1])), None)
                if hit:
                    left.remove(hit)
                judged[label].append((p, int(hit is not None)))

    def score(judged, threshold):
        found = [hit for rows in judged.values() for p, hit in rows if p >= threshold]
        total = sum(gold[label] for label in judged.keys() | gold.keys())
        p, r = sum(found) / max(1, len(found)), sum(found) / max(1, total)
        return 2 * p * r / max(1e-9, p + r), percent(sum(found), len(found), total)

    at, best = best_threshold(judged, score)
    print(f"KnowledgeNet {len(results)} passages, text: {score(judged, 0.5)[1]} at 0.5, {best[1]} at {at}")
    for label in table:
        rows = [hit for p, hit in judged[label] if p >= at]
        print(f"  {label:24} {percent(sum(rows), len(rows), gold[label])} of {gold[label]}")
    return best[0]


def characters(passage: Passage, i: int) -> tuple[int, int]:
    m = passage.mentions[i]
    if m.sentence < 0:
        return m.span
    return passage.offsets[m.sentence][m.first][0], passage.offsets[m.sentence][m.end - 1][1]


def re_docred(results: list[Scores]):
    """Facts between things that some window says, the best pair of mentions counts."""
    rows, total = [], 0
    for r in results:
        mentions = r.passage.mentions
        thing = [("one", m.entity) if m.entity is not None else ("alone", i) for i, m in enumerate(mentions)]
        sets: dict[tuple, set] = defaultdict(set)
        open_: set[tuple] = set()
        for f in r.passage.facts:
            ends = thing[f.subject], thing[f.object]
            open_ |= {(*ends, name) for name in f.maybe}
            for names in f.holds:
                sets[ends].add(names)
        total += sum(len(s) for s in sets.values())
        best: dict[tuple, float] = defaultdict(float)
        for (s, o), p in r.relations.items():
            for name in r.passage.known:
                if relations.fits([name], mentions[s].cls, mentions[o].cls):
                    key = thing[s], thing[o], name
                    best[key] = max(best[key], p[RELATIONS.index(name)].item())
        done = set()
        for (s, o, name), p in sorted(best.items(), key=lambda row: -row[1]):
            hit = next((names for names in sets.get((s, o), ()) if name in names), None)
            if hit and (s, o, hit) not in done:
                done.add((s, o, hit))
                rows.append((p, 1))
            elif not hit and (s, o, name) not in open_:
                rows.append((p, 0))

    def score(rows, threshold):
        found = [hit for p, hit in rows if p >= threshold]
        p, r = sum(found) / max(1, len(found)), sum(found) / max(1, total)
        return 2 * p * r / max(1e-9, p + r), percent(sum(found), len(found), total)

    at, best = best_threshold(rows, score)
    print(f"Re-DocRED {len(results)} documents, marked mentions: {score(rows, 0.5)[1]} at 0.5, {best[1]} at {at}")
    return best[0]


def dse(results: list[Scores]):
    """Both orders of a pair speak."""
    gold, found = [], []
    for r in results:
        for p, q, cls in r.passage.stances:
            gold.append(cls)
            if (p, q) in r.stances:
                found.append(int((r.stances[p, q] + r.stances[q, p][list(TURNED)]).argmax()))
            else:
                found.append(0)
    micro = sum(g == f for g, f in zip(gold, found)) / max(1, len(gold))
    score = macro(gold, found, range(len(STANCE)))
    print(f"DSE {len(gold)} pairs: micro F1 {micro:.4f}, macro F1 {score:.4f}")
    return micro, score


def newsmtsc(results: list[Scores], name: str):
    gold, found = [], []
    for r in results:
        for i, cls in r.passage.polarities:
            gold.append(cls)
            found.append(int(r.polarities[i].argmax()) if i in r.polarities else POLARITY.index("neutral"))
    score = macro(gold, found, range(len(POLARITY)))
    print(f"NewsMTSC {name} {len(gold)} targets: macro F1 {score:.4f}, accuracy {sum(g == f for g, f in zip(gold, found)) / max(1, len(gold)):.4f}")
    return score


def clusters(r: Scores) -> dict[int, int]:
    """Each mention joins its best earlier one, if that scores above none."""
    of: dict[int, int] = {}
    for later, back, scores in sorted(r.links, key=lambda row: place(r.passage.mentions[row[0]])):
        best = int(scores.argmax()) if back else -1
        of[later] = of[back[best]] if back and scores[best] > 0 else later
    return of


def gap(results: list[Scores]):
    hits = found = gold = 0
    for r in results:
        of = clusters(r)
        for pronoun, name, same in r.passage.links:
            said = pronoun in of and of[pronoun] == of.get(name)
            hits, found, gold = hits + (said and same), found + said, gold + same
    print(f"GAP {len(results)} texts: overall {percent(hits, found, gold)}")
    return hits, found, gold


def gum(results: list[Scores]):
    """B-cubed over marked mentions."""
    p = r = n = 0
    for result in results:
        of, real = clusters(result), [m.entity for m in result.passage.mentions]
        mine, theirs = defaultdict(set), defaultdict(set)
        for i, cluster in of.items():
            mine[cluster].add(i)
            theirs[real[i]].add(i)
        for i, cluster in of.items():
            both = len(mine[cluster] & theirs[real[i]])
            p, r, n = p + both / len(mine[cluster]), r + both / len(theirs[real[i]]), n + 1
    p, r = p / max(1, n), r / max(1, n)
    print(f"GUM dev {n} mentions: B-cubed F {2 * p * r / max(1e-9, p + r):.4f} (P {p:.4f} R {r:.4f})")


def evaluate_pairs(prepared: dict, model: Model, fold: int | None, most: int | None = None):
    """`fold` of KnowledgeNet must be one that was not trained on; `most` passages a set."""
    encode = Encoder(Pieces(prepared["vocabulary"]), prepared["labels"])

    def results(source: str, dev: bool = True) -> list[Scores]:
        chosen = [p for p in prepared["passages"] if p.source == source and p.dev == dev and (dev or p.fold == fold)]
        return list(scored(model, encode, chosen[:most]))

    core(results("core"))
    dse(results("dse"))
    for part in ("dev-rw", "dev-mt"):
        newsmtsc(results(f"newsmtsc-{part}"), part)
    gap(results("gap"))
    gum(results("gum"))
    re_docred(results("re-docred"))
    if fold:
        knowledge_net(results("knowledge-net", dev=False))
