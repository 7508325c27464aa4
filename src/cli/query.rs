//! `query`: questions in SPARQL.

use std::{collections::BTreeMap, fs, io::Read as _, io::Write as _, path::PathBuf, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, builder::PossibleValuesParser};
use newsgraph::store::{AnswerFormat, GraphDir, QueryOptions, saved};

use super::{Global, Outcome, stdout, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph query --list                                       questions that come with the program
  newsgraph query --saved who-stands-where
  newsgraph query 'SELECT ?name { ?c a ng:Company ; rdfs:label ?name }'
  newsgraph query --file question.rq --format csv > answer.csv

The prefixes ng:, rdf:, rdfs:, skos:, owl:, xsd: and schema: are declared already.
Exit code 1: the answer is empty, or no.";

/// Longest file that is read as a query.
const MAX_FILE: u64 = 1 << 20;

/// Ask the graph in SPARQL
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Query {
    /// The question, in SPARQL
    #[arg(required_unless_present_any = ["file", "saved", "list"])]
    sparql: Option<String>,
    /// A file that holds it
    #[arg(long, value_name = "FILE", conflicts_with = "sparql")]
    file: Option<PathBuf>,
    /// One that comes with the program
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sparql", "file"])]
    saved: Option<String>,
    /// List those that come with the program
    #[arg(long)]
    list: bool,
    /// Words for a parameter of a saved query, or a variable of SELECT: company=Acme
    #[arg(long = "set", value_name = "NAME=WORDS", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(AnswerFormat::ALL.map(AnswerFormat::as_str)))]
    format: Option<String>,
    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

fn parameter(text: &str) -> anyhow::Result<(String, String)> {
    let (name, words) = text.split_once('=').ok_or_else(|| anyhow!("write NAME=WORDS"))?;
    Ok((name.trim_start_matches(['?', '$']).to_owned(), words.to_owned()))
}

impl Query {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        if self.list {
            let mut table = term::Table::new(["name", "--set", "question"]);
            for saved in saved::all() {
                let parameters: Vec<_> = saved.parameters.iter().map(|(name, _)| *name).collect();
                table.row([&saved.name, &parameters.join(", "), &saved.question]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            out.flush()?;
            return Ok(Outcome::Done);
        }
        let words: BTreeMap<String, String> = self.parameters.iter().cloned().collect();
        let (sparql, options) = match &self.saved {
            Some(name) => {
                let saved = saved::find(name)?;
                (saved.sparql.to_owned(), saved.options(&words)?)
            }
            None => (self.sparql()?, QueryOptions { parameters: words, ..QueryOptions::default() }),
        };
        let options = QueryOptions { timeout: self.timeout.map(Duration::from_secs), ..options };
        let ontology = global.ontology()?;
        let store = GraphDir::open(&global.graph)?.store(&ontology)?;
        let answer = store.query(&sparql, &options)?;
        let fallback = if answer.is_graph() { AnswerFormat::Turtle } else { AnswerFormat::Table };
        let named =
            AnswerFormat::ALL.into_iter().find(|format| Some(format.as_str()) == self.format.as_deref());
        let rows = answer.write(named.unwrap_or(fallback), stdout())?;
        Ok(Outcome::found(rows > 0))
    }

    fn sparql(&self) -> anyhow::Result<String> {
        let Some(path) = &self.file else { return Ok(self.sparql.clone().unwrap_or_default()) };
        let name = path.display();
        let mut sparql = String::new();
        let file = fs::File::open(path).with_context(|| format!("{name} cannot be read; check the name"))?;
        file.take(MAX_FILE + 1)
            .read_to_string(&mut sparql)
            .with_context(|| format!("{name} cannot be read"))?;
        if sparql.len() as u64 > MAX_FILE {
            bail!("{name} is larger than 1 MiB; that is no query");
        }
        Ok(sparql)
    }
}
