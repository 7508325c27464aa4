"""One command a step: prepare, train, average, evaluate, export, reference, devsets."""

import argparse
from pathlib import Path


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
    step("prepare", "read the data sets", data, work)
    step(
        "train", "fine-tune; continues a run that was stopped", work, run,
        ("--epochs", {"type": int, "default": 10}),
        ("--alone", {"type": int, "default": 4, "help": "epochs that read every sentence alone"}),
        ("--rate", {"type": float, "default": 1e-4}),
        ("--head-rate", {"type": float, "default": 1e-3}),
        ("--batch", {"type": int, "default": 2048}),
        ("--only", {"nargs": "*", "help": "names of the sets to train on"}),
        ("--threads", {"type": int, "default": 2}),
    )
    int8 = ("--quantised", {"action": "store_true", "help": "8-bit arithmetic, as the program computes"})
    step("average", "mean of several epochs' weights", run, ("--epochs", {"type": int, "nargs": "+", "required": True}), ("--out", path))
    step("evaluate", "development scores", data, work, weights, int8, ("--errors", {"help": "print the wrong sentences of this set"}))
    step("export", "write the model file", work, weights, ("--out", path), ("--name", {"default": "en-2"}))
    step("reference", "analyses of a few sentences, to check another reader", work, weights, ("--out", path))
    step("devsets", "write the development sets as the program reads them", data, ("--out", path))
    args = parser.parse_args()
    if args.step == "devsets":
        from .devsets import write

        return write(args.data, args.out)
    import torch

    torch.set_num_threads(getattr(args, "threads", 2))
    if args.step == "prepare":
        from .prepare import prepare

        prepare(args.data, args.work)
    elif args.step == "train":
        from .train import SHARE, train

        sources = {k: v for k, v in SHARE.items() if not args.only or k in args.only}
        train(args.work, args.run, args.epochs, args.alone, sources, args.rate, args.head_rate, args.batch, log=lambda s: print(s, flush=True))
    elif args.step == "average":
        from .train import average

        average(args.run, args.epochs, args.out)
    else:
        from .evaluate import evaluate, load_model
        from .quantise import export
        from .reference import reference
        from .train import load_prepared

        prepared = load_prepared(args.work)
        int8 = args.step == "reference" or getattr(args, "quantised", False)
        model = load_model(prepared, args.weights, int8)
        if args.step == "evaluate":
            evaluate(prepared, model, args.data, args.errors)
        elif args.step == "export":
            export(model, prepared["vocabulary"], prepared["labels"], args.name, args.out)
        else:
            reference(model, prepared["vocabulary"], prepared["labels"], args.out)


if __name__ == "__main__":
    main()
