//! `relations`: what the statements of a graph say.

use std::{cmp::Reverse, collections::BTreeMap, io::Write as _};

use clap::Args;
use newsgraph::record::StatementKind;
use serde::Serialize;

use super::{Global, Outcome, print_json, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph relations                     how often each relation occurs
  newsgraph relations --open              verbs that have no relation of their own yet
  newsgraph relations --vocabulary        every relation there is, with its meaning

Exit code 1: there are none.";

/// List relations, the most frequent first
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Relations {
    /// Only open relations: words that none of the vocabulary fits
    #[arg(long, conflicts_with = "vocabulary")]
    open: bool,
    /// The vocabulary instead of a graph
    #[arg(long)]
    vocabulary: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Used<'g> {
    relation: &'g str,
    label: String,
    kind: StatementKind,
    statements: usize,
    asserted: usize,
    evidence: usize,
}

#[derive(Serialize)]
struct Known<'o> {
    relation: &'o str,
    label: &'o str,
    comment: &'o str,
    examples: &'o [String],
}

impl Relations {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        if self.vocabulary {
            return self.vocabulary(global);
        }
        let (graph, ontology) = global.load()?;
        let mut used: BTreeMap<&str, Used<'_>> = BTreeMap::new();
        for statement in &graph.statements {
            if self.open && !statement.relation.starts_with("open/") {
                continue;
            }
            let row = used.entry(&statement.relation).or_insert_with(|| Used {
                relation: &statement.relation,
                label: statement.relation_label(&ontology).into_owned(),
                kind: statement.kind,
                statements: 0,
                asserted: 0,
                evidence: 0,
            });
            row.statements += 1;
            row.asserted += usize::from(statement.asserted);
            row.evidence += statement.evidence.len();
        }
        let mut rows: Vec<_> = used.into_values().collect();
        rows.sort_by_key(|row| (Reverse(row.statements), row.relation));
        if self.json {
            print_json(&rows)?;
        } else if !rows.is_empty() {
            let mut table =
                term::Table::new(["statements", "asserted", "sentences", "kind", "relation", "label"]);
            for row in &rows {
                table.row([
                    &row.statements,
                    &row.asserted,
                    &row.evidence,
                    &row.kind,
                    &row.relation,
                    &row.label,
                ]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            out.flush()?;
        }
        Ok(Outcome::found(!rows.is_empty()))
    }

    fn vocabulary(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        let rows: Vec<_> = ontology
            .relations()
            .map(|relation| Known {
                relation: &relation.name,
                label: &relation.label,
                comment: &relation.comment,
                examples: &relation.examples,
            })
            .collect();
        if self.json {
            print_json(&rows)?;
        } else {
            let mut table = term::Table::new(["relation", "label", "meaning"]);
            for row in &rows {
                table.row([&row.relation, &row.label, &row.comment]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            out.flush()?;
        }
        Ok(Outcome::found(!rows.is_empty()))
    }
}
