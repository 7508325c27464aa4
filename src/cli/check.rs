//! `check`: is everything in a graph in order?

use std::io::Write as _;

use clap::Args;

use super::{Global, Outcome, print_json, term};

const EXAMPLES: &str = "\
Checked are: that every statement has a sentence, that its words are those of the article at its offsets, that both ends
have names, and that their classes fit the relation.

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
        let (graph, ontology) = global.load()?;
        let faults = graph.faults(&ontology);
        if self.json {
            print_json(&faults)?;
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
            let mut table = term::Table::new(["id", "fault"]);
            for fault in &faults {
                table.row([&fault.id, &fault.problem]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            writeln!(out, "{}", term::count(faults.len(), "fault", "faults"))?;
            out.flush()?;
        }
        Ok(Outcome::found(faults.is_empty()))
    }
}
