"""Writes the development sets as the program reads them: CoNLL-U with words only, and raw text."""

from pathlib import Path

from .readers import conllu_blocks
from .score import uner_gold, wnut_gold


def words_only(sentences: list[tuple[list[str], str]]) -> str:
    """CoNLL-U of (words, document); sentences of no document are one each."""
    out, before = "", None
    for words, document in sentences:
        if document != before or not document:
            out += "# newdoc\n"
        out += "".join(f"{i}\t{w}" + "\t_" * 8 + "\n" for i, w in enumerate(words, 1)) + "\n"
        before = document
    return out


def documents(files: list[Path]):
    document = ""
    for path in files:
        for comments, rows in conllu_blocks(path):
            document = next((c for c in comments if c.startswith("# newdoc")), document)
            yield [r[1] for r in rows if r[0].isdigit()], document


def raw(files: list[Path]) -> str:
    """Paragraphs with a blank line between them; sentences of a paragraph with one space, or none where gold has none."""
    out, glue = "", ""
    for path in files:
        for comments, rows in conllu_blocks(path):
            text = next(c.split("= ", 1)[1] for c in comments if c.startswith("# text ="))
            if any(c.startswith(("# newpar", "# newdoc")) for c in comments):
                glue = "\n\n"
            out += (glue if out else "") + text.strip()
            # A last word inside a multi-word token carries its SpaceAfter on the token's own line.
            last = next((r for r in rows if "-" in r[0] and r[0].split("-")[1] == rows[-1][0]), rows[-1])
            glue = "" if "SpaceAfter=No" in last[9].split("|") else " "
    return out + "\n"


def write(data: Path, out: Path):
    out.mkdir(parents=True, exist_ok=True)
    sets = {"ewt-dev": [data / "ud-ewt/en_ewt-ud-dev.conllu"], "gum-dev": sorted((data / "gum/dev").glob("*.conllu"))}
    for name, files in sets.items():
        (out / f"{name}.tokens.conllu").write_text(words_only(list(documents(files))), encoding="utf-8")
        (out / f"{name}.txt").write_text(raw(files), encoding="utf-8")
        (out / f"{name}.gold.conllu").write_text("".join(p.read_text(encoding="utf-8").rstrip("\n") + "\n\n" for p in files), encoding="utf-8")
    others = {"uner-ewt-dev": uner_gold(data / "uner-ewt/dev.iob2"), "wnut17-dev": wnut_gold(data / "wnut17/dev.conll")}
    for name, gold in others.items():
        (out / f"{name}.tokens.conllu").write_text(words_only([(w, d) for w, _, d in gold]), encoding="utf-8")
