"""Scores CoNLL-U written by the program against gold; needs no torch.

    python -m training.score tree  GOLD.conllu SYSTEM.conllu
    python -m training.score text  GOLD.conllu SYSTEM.conllu
    python -m training.score names uner|wnut|gum GOLD SYSTEM.conllu [--data DIR]

`tree` wants the gold tokens (`analyse --input conllu`). `text` aligns by characters, white space ignored, as the CoNLL 2018
shared task did, and counts F1 of sentences, words and what hangs on them. `names` reads `Mention=` from MISC and wants exact
spans; Company counts as Organization and Country as Place. For `gum`, GOLD is a folder or file with `Entity=`.
"""

import argparse
from pathlib import Path

from .labels import MENTION, NOMINAL, Gazetteers
from .readers import Sentence, columns, conllu, conllu_blocks, tag_spans

FOLD = {"Company": "Organization", "Country": "Place"}
UNER = {"PER": "Person", "ORG": "Organization", "LOC": "Place"}
WNUT = {"person": "Person", "corporation": "Organization", "group": "Organization", "location": "Place"}
COLUMNS = {"UPOS": 3, "XPOS": 4, "lemma": 2}

# A name is (first, end, class), in words or in characters.


def bare(label: str) -> str:
    return label.split(":")[0]


def tree_scores(gold: list[Sentence], found: list[dict]) -> dict[str, float]:
    """Scores of analyses of the gold words."""
    total, hits = 0, dict.fromkeys(("LAS", "LAS (no subtypes)", "UAS", "UPOS", "XPOS", "lemma"), 0)
    for g, f in zip(gold, found, strict=True):
        for k in range(len(g.words)):
            total += 1
            attached = g.head[k] == f["head"][k]
            hits["UAS"] += attached
            hits["LAS"] += attached and g.deprel[k] == f["deprel"][k]
            hits["LAS (no subtypes)"] += attached and bare(g.deprel[k]) == bare(f["deprel"][k])
            hits["UPOS"] += g.upos[k] == f["upos"][k]
            hits["XPOS"] += g.xpos[k] == f["xpos"][k]
            hits["lemma"] += g.lemma[k] == f["lemma"][k]
    return {name: n / total for name, n in hits.items()}


def f1(gold: set, found: set) -> tuple[float, float, float]:
    both = len(gold & found)
    p, r = both / max(1, len(found)), both / max(1, len(gold))
    return 2 * p * r / max(1e-9, p + r), p, r


def report(title: str, gold: list[set], found: list[set], classes):
    """F1, precision and recall of each class over all sentences, and micro-averaged."""
    parts = []
    for title_of, names in [*((name, {name}) for name in classes), ("micro", set(classes))]:
        f, p, r = f1(
            {(i, *m) for i, s in enumerate(gold) for m in s if m[2] in names},
            {(i, *m) for i, s in enumerate(found) for m in s if m[2] in names},
        )
        parts.append(f"{title_of} F {f:.3f} (P {p:.3f} R {r:.3f})")
    print(title, " ".join(parts))


# Gold names


def uner_gold(path: Path):
    """(words, names, document) of each sentence."""
    document, out = "", []
    for comments, rows in conllu_blocks(path):
        document = next((c for c in comments if c.startswith("# newdoc")), document)
        names = {(b, e, UNER[k]) for b, e, k in tag_spans([r[2] for r in rows]) if k in UNER}
        out.append(([r[1] for r in rows], names, document))
    return out


def wnut_gold(path: Path):
    return [(w, {(b, e, WNUT[k]) for b, e, k in tag_spans(t) if k in WNUT}, "") for w, t in columns(path, 0, 1)]


def gum_gold(path: Path, data: Path):
    places = Gazetteers(data / "gazetteers")
    files = sorted(path.glob("*.conllu")) if path.is_dir() else [path]
    return [(s.words, silver(s), s.document) for p in files for s in conllu(p, "gum", places)]


def silver(s: Sentence) -> set:
    """The names of a sentence where its masks leave one class, or one and its subclass."""
    tags = []
    for mask in s.mention:
        labels = [label for i, label in enumerate(MENTION) if mask >> i & 1]
        folded = {label[:2] + FOLD.get(label[2:], label[2:]) if label != "O" else "O" for label in labels}
        tags.append(folded.pop() if len(folded) == 1 else "O")
    return set(tag_spans(tags))


def fold(tags: list[str]) -> set:
    return {(b, e, FOLD.get(k, k)) for b, e, k in tag_spans(tags)}


# Files of the program


def misc(rows: list[list[str]], key: str) -> list[str]:
    return [next((f[len(key) + 1 :] for f in r[9].split("|") if f.startswith(key + "=")), "O") for r in rows]


def words_of(path: Path):
    for _, rows in conllu_blocks(path):
        yield [r for r in rows if r[0].isdigit()]


def score_tree(gold_path: Path, system_path: Path):
    gold, system = list(words_of(gold_path)), list(words_of(system_path))
    if [[r[1] for r in s] for s in gold] != [[r[1] for r in s] for s in system]:
        raise SystemExit("the words of the two files differ; use `text` for analyses of raw text")
    sentences = [
        Sentence("", [r[1] for r in s], [r[3] for r in s], [r[4] for r in s], [r[2] for r in s], [int(r[6]) for r in s], [r[7] for r in s])
        for s in gold
    ]
    found = [
        {"upos": [r[3] for r in s], "xpos": [r[4] for r in s], "lemma": [r[2] for r in s], "head": [int(r[6]) for r in s], "deprel": [r[7] for r in s]}
        for s in system
    ]
    print(" ".join(f"{k} {v:.4f}" for k, v in tree_scores(sentences, found).items()))


def character_words(path: Path):
    """Characters of the file without white space, sentence spans, token spans, and words as (span, row, head's span)."""
    text, sentences, tokens, words = "", [], [], []
    for _, rows in conllu_blocks(path):
        start, spans, until = len(text), {}, 0
        by_id = {r[0]: r for r in rows}
        for row in rows:
            if "-" in row[0]:
                first, last = map(int, row[0].split("-"))
                until, surface = last, "".join(row[1].split())
                tokens.append((len(text), len(text) + len(surface)))
                inside = ["".join(by_id[str(k)][1].split()) for k in range(first, last + 1)]
                at = len(text)
                for k, part in zip(range(first, last + 1), inside):
                    if "".join(inside) == surface:
                        spans[k] = (at, at + len(part))
                        at += len(part)
                    else:
                        # Words not spelled out in the text share its span and count by their place in it.
                        spans[k] = (len(text), len(text) + len(surface), k - first)
                text += surface
            elif row[0].isdigit():
                k = int(row[0])
                if k > until:
                    surface = "".join(row[1].split())
                    spans[k] = (len(text), len(text) + len(surface))
                    tokens.append(spans[k])
                    text += surface
        sentences.append((start, len(text)))
        for row in rows:
            if row[0].isdigit():
                words.append((spans[int(row[0])], row, spans.get(int(row[6])) if row[6].isdigit() else None))
    return text, sentences, tokens, words


def score_text(gold_path: Path, system_path: Path):
    gold, system = character_words(gold_path), character_words(system_path)
    if gold[0] != system[0]:
        at = next((i for i, (a, b) in enumerate(zip(gold[0], system[0])) if a != b), min(len(gold[0]), len(system[0])))
        raise SystemExit(f"the texts differ at character {at}: …{gold[0][at - 20 : at + 20]}… and …{system[0][at - 20 : at + 20]}…")

    def line(name, a, b):
        f, p, r = f1(set(a), set(b))
        print(f"{name:18} F {f:.4f} P {p:.4f} R {r:.4f}")

    line("sentences", gold[1], system[1])
    line("tokens", gold[2], system[2])
    line("words", (w[0] for w in gold[3]), (w[0] for w in system[3]))
    for name, column in COLUMNS.items():
        line(name, ((w[0], w[1][column]) for w in gold[3]), ((w[0], w[1][column]) for w in system[3]))
    line("UAS", ((w[0], w[2]) for w in gold[3]), ((w[0], w[2]) for w in system[3]))
    line("LAS", ((w[0], w[2], w[1][7]) for w in gold[3]), ((w[0], w[2], w[1][7]) for w in system[3]))
    line("LAS (no subtypes)", ((w[0], w[2], bare(w[1][7])) for w in gold[3]), ((w[0], w[2], bare(w[1][7])) for w in system[3]))


def in_characters(sentences: list[tuple[list[str], set]]) -> tuple[str, set]:
    """Names by character over the whole file, so that tokens may differ."""
    text, out = "", set()
    for words, names in sentences:
        starts, ends = [], []
        for word in words:
            starts.append(len(text))
            text += "".join(word.split())
            ends.append(len(text))
        out |= {(starts[b], ends[e - 1], k) for b, e, k in names}
    return text, out


def score_names(gold: list[tuple[list[str], set, str]], system_path: Path, classes):
    rows = list(words_of(system_path))
    gold_text, gold_names = in_characters([(words, names) for words, names, _ in gold])
    text, names = in_characters([([r[1] for r in s], fold(misc(s, "Mention"))) for s in rows])
    if gold_text != text:
        raise SystemExit("the texts of the two files differ")
    report("names", [gold_names], [names], classes)


def score_nominals(path: Path, system_path: Path, data: Path):
    places = Gazetteers(data / "gazetteers")
    files = sorted(path.glob("*.conllu")) if path.is_dir() else [path]
    gold = [s for p in files for s in conllu(p, "gum", places)]
    rows = [misc(s, "Nominal") for s in words_of(system_path)]
    if [len(s.words) for s in gold] == [len(r) for r in rows]:
        report(
            "nominals",
            [{(i, i, NOMINAL[n]) for i, n in enumerate(s.nominal) if n} for s in gold],
            [{(i, i, n) for i, n in enumerate(r) if n != "O"} for r in rows],
            NOMINAL[1:],
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name in ("tree", "text", "names"):
        sub = kinds.add_parser(name)
        if name == "names":
            sub.add_argument("format", choices=("uner", "wnut", "gum"))
            sub.add_argument("--data", type=Path)
        sub.add_argument("gold", type=Path)
        sub.add_argument("system", type=Path)
    args = parser.parse_args()
    if args.kind == "tree":
        score_tree(args.gold, args.system)
    elif args.kind == "text":
        score_text(args.gold, args.system)
    elif args.format == "gum":
        if args.data is None:
            parser.error("gum needs --data DIR for its gazetteers")
        score_names(gum_gold(args.gold, args.data), args.system, ("Person", "Organization", "Place", "Product", "Event", "Date", "Money"))
        score_nominals(args.gold, args.system, args.data)
    else:
        gold = (uner_gold if args.format == "uner" else wnut_gold)(args.gold)
        score_names(gold, args.system, ("Person", "Organization", "Place"))


if __name__ == "__main__":
    main()
