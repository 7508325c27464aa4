"""One command a step: passages, prepare, train, average, evaluate, evaluate-pairs, export, reference, devsets, gold, score-records."""

import argparse
from pathlib import Path

from . import gold, score_records


def main():
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    def step(name, help, *flags):
        sub = steps.add_parser(name, help=help)
        for flag, options in flags:
            sub.add_argument(flag, **options)

    path = {"type": Path, "required": True}
    data, work, run = ("--data", path), ("--work", path), ("--run", path)
    weights = ("--weights", path)
    step("passages", "write the raw texts with marked pairs, for the program to cut", data, ("--out", path))
    step("prepare", "read the data sets", data, work, ("--passages", path | {"help": "folder with the texts as cut"}))
    step(
        "train", "fine-tune; continues a run that was stopped", work, run,
        ("--epochs", {"type": int, "default": 10}),
        ("--alone", {"type": int, "default": 4, "help": "epochs that read every sentence alone"}),
        ("--rate", {"type": float, "default": 1e-4}),
        ("--head-rate", {"type": float, "default": 1e-3}),
        ("--batch", {"type": int, "default": 2048}),
        ("--only", {"nargs": "*", "help": "names of the sets to train on"}),
        ("--only-passages", {"nargs": "*", "help": "names of the sets of passages to train on"}),
        ("--folds", {"type": int, "nargs": "+", "default": [1, 2, 3], "help": "folds of KnowledgeNet to train on"}),
        ("--init", {"type": Path, "help": "weights to start from instead of the base encoder"}),
        ("--threads", {"type": int, "default": 2}),
    )
    int8 = ("--quantised", {"action": "store_true", "help": "8-bit arithmetic, as the program computes"})
    step("average", "mean of several epochs' weights", run, ("--epochs", {"type": int, "nargs": "+", "required": True}), ("--out", path))
    step("evaluate", "development scores", data, work, weights, int8, ("--errors", {"help": "print the wrong sentences of this set"}))
    step(
        "evaluate-pairs", "development scores of relations, stance and coreference", work, weights, int8,
        ("--fold", {"type": int, "help": "fold of KnowledgeNet that was not trained on"}),
        ("--most", {"type": int, "help": "passages of a set"}),
    )
    step("export", "write the model file", work, weights, ("--out", path), ("--name", {"default": "en-3"}))
    step("reference", "analyses of a few sentences, to check another reader", work, weights, ("--out", path))
    step("devsets", "write the development sets as the program reads them", data, ("--out", path))
    fold = ("--fold", {"type": int, "help": "of KnowledgeNet; all if missing"})
    step("gold", "write a development set as gold for newsgraph eval", ("set", {"choices": gold.SETS}), data, ("--out", path), fold)
    step(
        "score-records", "score what newsgraph extract printed for the texts of gold", ("set", {"choices": score_records.SETS}), data,
        ("records", {"type": Path}), fold,
        ("--min-confidence", {"type": float, "default": 0.0}),
        ("--errors", {"type": int, "default": 0, "help": "how many wrong and missed facts to print (knowledge-net, re-docred)"}),
    )
    step(
        "calibrate", "fit the weights of src/extract/confidence.rs", data,
        ("--fold", {"type": int, "required": True, "help": "of KnowledgeNet, not trained on"}),
        ("--knowledge-net", path | {"help": "records of its texts"}),
        ("--facts", path | {"help": "records of the sentences marked by hand"}),
    )
    args = parser.parse_args()
    if args.step == "calibrate":
        from .calibrate import calibrate

        return calibrate(args)
    if args.step == "devsets":
        from .devsets import write

        return write(args.data, args.out)
    if args.step == "passages":
        from .passages import texts

        return texts(args.data, args.out)
    if args.step == "gold":
        return gold.write(args.set, args.data, args.out, args.fold)
    if args.step == "score-records":
        return score_records.score(args)
    import torch

    torch.set_num_threads(getattr(args, "threads", 2))
    if args.step == "prepare":
        from .prepare import prepare

        prepare(args.data, args.passages, args.work)
    elif args.step == "train":
        from .train import PASSAGE_SHARE, SHARE, train

        def chosen(share: dict[str, float], only: list[str] | None) -> dict[str, float]:
            return share if only is None else {k: v for k, v in share.items() if k in only}

        train(
            args.work, args.run, args.epochs, args.alone, chosen(SHARE, args.only), chosen(PASSAGE_SHARE, args.only_passages),
            args.folds, args.rate, args.head_rate, args.batch, args.init, log=lambda s: print(s, flush=True),
        )
    elif args.step == "average":
        from .train import average

        average(args.run, args.epochs, args.out)
    else:
        from .evaluate import evaluate, load_model
        from .evaluate_pairs import evaluate_pairs
        from .quantise import export
        from .reference import reference
        from .train import load_prepared

        prepared = load_prepared(args.work)
        int8 = args.step == "reference" or getattr(args, "quantised", False)
        model = load_model(prepared, args.weights, int8)
        if args.step == "evaluate":
            evaluate(prepared, model, args.data, args.errors)
        elif args.step == "evaluate-pairs":
            evaluate_pairs(prepared, model, args.fold, args.most)
        elif args.step == "export":
            export(model, prepared["vocabulary"], prepared["labels"], args.name, args.out)
        else:
            reference(model, prepared["vocabulary"], prepared["labels"], args.out)


if __name__ == "__main__":
    main()
