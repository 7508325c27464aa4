//! `extract`: what each article says, one record a line.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use clap::{Args, ValueEnum};
use newsgraph::{
    extract::Extractor,
    language::{self, Model},
    record::{ErrorArticle, ErrorRecord, Line, Modality, Polarity, Record, RecordObject, write_line},
};

use super::{
    Global, Outcome,
    batch::{Failure, InputArgs},
    interrupt, stdout, term,
};

const EXAMPLES: &str = "\
Examples:
  newsgraph extract story.txt --format table
  zcat articles.jsonl.gz | newsgraph extract - > records.jsonl
  newsgraph build --records records.jsonl

A record is one JSON object: the article, its entities, its statements with offsets (Unicode code points,
half-open) into article.text. An article that cannot be read gives {\"article\":{\"source\":…},\"error\":…} in its place.";

/// Print what each article says, without making a graph
///
/// Records come in the order of the inputs, each as soon as it is ready, so that extract works in a pipe.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Extract {
    #[command(flatten)]
    input: InputArgs,
    /// How to print: jsonl for programs, table for people
    #[arg(long, value_enum, default_value = "jsonl")]
    format: RecordFormat,
    /// Also keep every clause in its own words, of things without a name too (open relations)
    #[arg(long)]
    every_clause: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RecordFormat {
    Jsonl,
    Table,
}

impl Extract {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        let model = Model::embedded();
        let extractor = Extractor::new(&ontology, model.name());
        let extractor = if self.every_clause { extractor.in_words() } else { extractor };
        let report = self.input.report(global.quiet);
        interrupt::install()?;
        let mut bad = 0;
        let mut written = 0;
        let mut articles = self.input.articles(&report);
        while let Some(results) = articles.next_results(
            |_| Ok(true),
            |article| extractor.extract(article, &language::analyse(model, &article.text)),
        )? {
            for result in results {
                if let Err(failure) = &result {
                    bad += 1;
                    report.error(&failure.to_string());
                }
                let mut safe = interrupt::hold();
                match self.format {
                    RecordFormat::Jsonl => {
                        let line = result.map_or_else(error_record, |record| Line::Record(Box::new(record)));
                        let mut out = stdout();
                        write_line(&line, &mut out)?;
                        out.flush()?;
                    }
                    RecordFormat::Table => {
                        let mut out = term::stdout();
                        result.map_or(Ok(()), |record| write_table(&record, &mut out))?;
                        out.flush()?;
                    }
                }
                written += 1;
                *safe = format!("{} written in full", term::count(written, "record was", "records were"));
            }
        }
        report.finish();
        if bad > 0 {
            report.say(&format!("{} of {} skipped", bad, term::count(written, "article", "articles")));
        }
        Ok(Outcome::found(bad == 0))
    }
}

fn error_record(failure: Failure) -> Line {
    let article = ErrorArticle { source: failure.input, id: None };
    Line::Error(ErrorRecord { article, error: failure.reason })
}

/// The statements of a record, one line each.
fn write_table(record: &Record, out: &mut impl Write) -> io::Result<()> {
    let labels: BTreeMap<&str, &str> =
        record.entities.iter().map(|entity| (&*entity.key, &*entity.label)).collect();
    let label = |key: &str| labels.get(key).copied().unwrap_or("?");
    let mut table = term::Table::new(["score", "subject", "relation", "object", "", "sentence"]);
    let letters: Vec<char> = record.article.text.chars().collect();
    for statement in &record.statements {
        let object = match &statement.object {
            RecordObject::Entity(key) => label(key).to_owned(),
            RecordObject::Literal(literal) => term::shorten(&literal.value, 40),
        };
        let mut marks = Vec::new();
        if statement.polarity == Polarity::Negated {
            marks.push("not so".to_owned());
        }
        if statement.modality != Modality::Actual {
            marks.push(statement.modality.to_string());
        }
        if let Some(holder) = statement.holder.as_deref().filter(|&holder| holder != statement.subject) {
            marks.push(format!("says {}", label(holder)));
        }
        let sentence = &statement.evidence.sentence;
        let words: String = letters[sentence.start as usize..sentence.end as usize].iter().collect();
        table.row([
            &statement.confidence,
            &term::shorten(label(&statement.subject), 30),
            &statement.relation,
            &object,
            &marks.join(", "),
            &term::shorten(&words, 80),
        ]);
    }
    let title = record.article.title.as_deref().unwrap_or(&record.article.source);
    writeln!(out, "{}", term::clean(title))?;
    table.write(&mut *out)?;
    writeln!(out)
}
