//! `check`: is everything in a graph in order?

use std::io::Write as _;

use clap::Args;
use newsgraph::store::{GraphDir, check};
use serde_json::json;

use super::{Global, Outcome, print_json, term};

const EXAMPLES: &str = "\
Every statement must have a sentence that stands word for word at its offsets in the article, both ends, classes that
fit the relation, and dates that exist; only what is affirmed and actual may be asserted; and the triples must read
back as they were written.

Exit code 1: something is not in order.";

/// Check that every link has its sentence and fits the vocabulary
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        let directory = GraphDir::open(&global.graph)?;
        let graph = directory.graph(&ontology)?;
        let faults = check::check(&graph, &ontology, directory.base_iri());
        if self.json {
            let rows = faults
                .iter()
                .map(|fault| json!({ "id": fault.at, "rule": fault.rule.as_str(), "what": fault.what }));
            print_json(&rows.collect::<Vec<_>>())?;
        } else if faults.is_empty() {
            let mut out = term::stdout();
            writeln!(
                out,
                "in order: {}, {}, {}",
                term::count(graph.articles.len(), "article", "articles"),
                term::count(graph.entities.len(), "entity", "entities"),
                term::count(graph.statements.len(), "statement", "statements")
            )?;
            out.flush()?;
        } else {
            let mut table = term::Table::new(["rule", "id", "what"]);
            for fault in &faults {
                table.row([&fault.rule.as_str(), &fault.at, &fault.what]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            writeln!(out, "{}", term::count(faults.len(), "fault", "faults"))?;
            out.flush()?;
        }
        Ok(Outcome::found(faults.is_empty()))
    }
}
