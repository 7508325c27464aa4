"""Development scores of a checkpoint, on gold tokens, in full or in 8-bit arithmetic."""

from pathlib import Path

import torch

from .batches import WINDOW, Encoder, collate, pieces_of, windows
from .decode import mentions, relation, tree
from .labels import NOMINAL, Gazetteers, apply_script
from .model import TAGS, Model
from .pieces import Pieces
from .quantise import quantised
from .readers import Sentence, conllu
from .score import fold, report, silver, tree_scores, uner_gold, wnut_gold


def load_model(prepared: dict, weights: Path, int8: bool) -> Model:
    model = Model(len(prepared["vocabulary"]), prepared["labels"])
    model.load_state_dict(torch.load(weights))
    model.eval()
    return quantised(model) if int8 else model


@torch.no_grad()
def analyse(model: Model, encode: Encoder, sentences: list[Sentence], labels: dict[str, list[str]]) -> list[dict]:
    """Analyses tokenised sentences in windows, as the program does; windows of like length together."""
    root = labels["deprel"].index("root")
    rows = [encode(Sentence("", s.words, document=s.document)) | {"number": i} for i, s in enumerate(sentences)]
    order = sorted(windows(rows, lambda _: WINDOW), key=pieces_of)
    out: list[dict] = [{}] * len(sentences)
    for at in range(0, len(order), 16):
        batch = collate(order[at : at + 16])
        chosen = [row["number"] for window in order[at : at + 16] for row in window]
        vectors = model.words(batch)
        scores = {name: model.tags[name](vectors[:, 1:]) for name in TAGS}
        arcs = model.arcs(vectors)
        for r, i in enumerate(chosen):
            n = len(sentences[i].words)
            heads = tree(arcs[r, : n + 1, : n + 1].numpy())
            relations = model.relations(vectors[r, 1 : n + 1], vectors[r, heads]).numpy()
            best = {name: scores[name][r, :n].argmax(-1).tolist() for name in ("upos", "xpos", "lemma", "nominal")}
            out[i] = {
                "upos": [labels["upos"][k] for k in best["upos"]],
                "xpos": [labels["xpos"][k] for k in best["xpos"]],
                "lemma": [apply_script(labels["lemma"][k], w) for k, w in zip(best["lemma"], sentences[i].words)],
                "head": heads,
                "deprel": [labels["deprel"][relation(s, h, root)] for s, h in zip(relations, heads)],
                "mention": mentions(scores["mention"][r, :n].numpy()),
                "nominal": [NOMINAL[k] for k in best["nominal"]],
                "vectors": vectors[r, : n + 1, :8],
            }
    return out


def evaluate(prepared: dict, model: Model, data: Path, errors: str | None = None):
    labels = prepared["labels"]
    encode = Encoder(Pieces(prepared["vocabulary"]), labels)
    places = Gazetteers(data / "gazetteers")
    ewt = list(conllu(data / "ud-ewt/en_ewt-ud-dev.conllu", "ewt", places, {}))
    gum = [s for p in sorted((data / "gum/dev").glob("*.conllu")) for s in conllu(p, "gum", places)]
    results = {}
    for name, gold in (("EWT dev", ewt), ("GUM dev", gum)):
        found = analyse(model, encode, gold, labels)
        results[name] = tree_scores(gold, found)
        print(name, " ".join(f"{k} {v:.4f}" for k, v in results[name].items()))
        if name == "GUM dev":
            known = [(silver(s), fold(f["mention"])) for s, f in zip(gold, found)]
            report("GUM dev names", *zip(*known), ("Person", "Organization", "Place", "Event", "Product", "Date", "Money"))
            nominal = [
                ({(i, i, NOMINAL[n]) for i, n in enumerate(s.nominal) if n}, {(i, i, n) for i, n in enumerate(f["nominal"]) if n != "O"})
                for s, f in zip(gold, found)
            ]
            report("GUM dev nominals", *zip(*nominal), NOMINAL[1:])
    for name, gold in (
        ("UNER-EWT dev names", uner_gold(data / "uner-ewt/dev.iob2")),
        ("WNUT17 dev names", wnut_gold(data / "wnut17/dev.conll")),
    ):
        sentences = [Sentence("", words, document=document) for words, _, document in gold]
        found = [fold(f["mention"]) for f in analyse(model, encode, sentences, labels)]
        report(name, [g for _, g, _ in gold], found, ("Person", "Organization", "Place"))
        if errors and name.startswith(errors):
            for (words, g, _), f in zip(gold, found):
                f = {m for m in f if m[2] in ("Person", "Organization", "Place")}
                if g != f:
                    show = lambda ms: ", ".join(f"{' '.join(words[b:e])}:{k[:3]}" for b, e, k in sorted(ms))
                    print(f"missed [{show(g - f)}] wrong [{show(f - g)}] in {' '.join(words)[:160]}")
    return results
