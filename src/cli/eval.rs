//! `eval`: how much of gold is found, and how much of what is found is right.

use std::{
    fs::File,
    io::{BufReader, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use newsgraph::{
    article::Article,
    eval::{Counts, Mistake, Scorer, Scores, read_gold},
    extract::Extractor,
    language::{self, Model},
};
use rayon::prelude::*;

use super::{Global, Outcome, print_json, term};

/// Articles in work at a time.
const GROUP: usize = 64;

const EXAMPLES: &str = "\
Examples:
  newsgraph eval gold.jsonl
  newsgraph eval gold.jsonl --min-confidence 0.5 --errors 40
  newsgraph eval gold.jsonl --json

Gold is JSON Lines, an article a line; offsets are Unicode code points, half-open, into text:
  {\"text\": \"He runs Acme.\", \"annotated\": [\"leads\"],
   \"facts\": [{\"subject\": [0, 2], \"relation\": \"leads\", \"object\": [8, 12]}]}
annotated lists the relations that the facts are complete for (all if it is missing); others are not counted.";

/// Score extraction against gold: precision, recall, calibration and the worst errors
///
/// A statement is right when gold has a fact of the same relation, polarity and reality (actual or not) whose
/// subject and object overlap its own.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Eval {
    /// Articles with what a reader takes from them (JSON Lines)
    #[arg(required = true, value_name = "GOLD")]
    gold: Vec<PathBuf>,
    /// Count only statements of at least this confidence
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    min_confidence: f64,
    /// How many wrong and how many missed ones to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    errors: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Eval {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        let model = Model::embedded();
        let extractor = Extractor::new(&ontology, model.name());
        let mut scorer = Scorer::new(&ontology, self.min_confidence);
        let mut articles = 0;
        for path in &self.gold {
            let name = path.display().to_string();
            let file = File::open(path).with_context(|| format!("{name}: cannot be opened"))?;
            let gold = read_gold(BufReader::new(file)).with_context(|| name.clone())?;
            articles += gold.len();
            for (group, some) in gold.chunks(GROUP).enumerate() {
                let made: Vec<(Article, _)> = some
                    .par_iter()
                    .enumerate()
                    .map(|(at, gold)| {
                        let number = group * GROUP + at + 1;
                        let mut article = Article::new(format!("{name}:{number}"), gold.text.as_str());
                        article.published = gold.published;
                        let record = extractor.extract(&article, &language::analyse(model, &article.text));
                        (article, record)
                    })
                    .collect();
                for (gold, (article, record)) in some.iter().zip(&made) {
                    scorer.add(article, gold, record);
                }
            }
        }
        let scores = scorer.scores();
        if self.json {
            print_json(&scores)?;
        } else {
            self.print(&scores, articles)?;
        }
        Ok(Outcome::found(scores.all.gold > 0))
    }

    fn print(&self, scores: &Scores, articles: usize) -> anyhow::Result<()> {
        let mut out = term::stdout();
        let mut table =
            term::Table::new(["relation", "gold", "found", "right", "precision", "recall", "F1", "exact F1"]);
        let mut row = |name: &str, counts: &Counts| {
            let three = |value: f64| format!("{value:.3}");
            table.row([
                &name,
                &counts.gold,
                &counts.found,
                &counts.right,
                &three(counts.precision()),
                &three(counts.recall()),
                &three(counts.f1()),
                &three(counts.exact_f1()),
            ]);
        };
        for (name, counts) in &scores.relations {
            row(name, counts);
        }
        row("all", &scores.all);
        table.write(&mut out)?;
        writeln!(out, "\n{}", term::count(articles, "article", "articles"))?;

        let mut table = term::Table::new(["confidence", "statements", "mean", "right"]);
        for (tenth, bin) in scores.calibration.iter().enumerate().filter(|(_, bin)| bin.statements > 0) {
            let range = format!("{:.1}–{:.1}", tenth as f64 / 10.0, (tenth + 1) as f64 / 10.0);
            let (mean, right) = (format!("{:.3}", bin.confidence), format!("{:.3}", bin.right));
            table.row([&range, &bin.statements, &mean, &right]);
        }
        writeln!(out)?;
        table.write(&mut out)?;
        writeln!(out, "expected calibration error {:.3}", scores.calibration_error)?;

        let mut table = term::Table::new(["witnesses", "statements", "right"]);
        for (agreement, counts) in &scores.witnesses {
            let right = format!("{:.3}", counts.right as f64 / counts.statements as f64);
            table.row([agreement, &counts.statements, &right]);
        }
        writeln!(out)?;
        table.write(&mut out)?;

        for (title, mistakes) in [("Wrong", &scores.wrong), ("Missed", &scores.missed)] {
            if mistakes.is_empty() || self.errors == 0 {
                continue;
            }
            writeln!(out, "\n{title}: {} of {}", self.errors.min(mistakes.len()), mistakes.len())?;
            // The missed ones come in order of the text: take them from everywhere.
            let step = if title == "Missed" { mistakes.len().div_ceil(self.errors) } else { 1 };
            for mistake in mistakes.iter().step_by(step).take(self.errors) {
                writeln!(out, "  {}", line(mistake))?;
            }
        }
        Ok(out.flush()?)
    }
}

fn line(mistake: &Mistake) -> String {
    let confidence = mistake.confidence.map_or(String::new(), |confidence| format!("{confidence:.3} "));
    let by = mistake.by.as_ref().map_or(String::new(), |by| format!(" ({by})"));
    let sentence = mistake.sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    term::clean(&format!(
        "{confidence}{} | {} | {}{by}\n      {}",
        mistake.subject,
        mistake.relation,
        mistake.object,
        term::shorten(&sentence, 200)
    ))
    .into_owned()
}
