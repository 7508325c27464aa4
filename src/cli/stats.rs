//! `stats`: a graph in numbers.

use std::{collections::BTreeMap, io::Write as _};

use clap::Args;
use jiff::civil::Date;
use newsgraph::graph::Graph;
use serde::Serialize;

use super::{
    Global, Outcome, print_json,
    term::{self, HEADING},
};

/// Count what is in a graph
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is in a graph, counted.
#[derive(Serialize)]
pub(super) struct Counts {
    pub(super) articles: usize,
    first_published: Option<Date>,
    last_published: Option<Date>,
    pub(super) entities: usize,
    /// By most specific class.
    classes: BTreeMap<&'static str, usize>,
    pub(super) statements: usize,
    /// Fact, stance, quote.
    kinds: BTreeMap<&'static str, usize>,
    asserted: usize,
    negated: usize,
    /// Planned, possible or conditional.
    uncertain: usize,
    /// Held by somebody else than the article.
    attributed: usize,
    /// With words that no relation of the vocabulary fits.
    open: usize,
    evidence: usize,
}

impl Counts {
    pub(super) fn of(graph: &Graph) -> Self {
        let count = |test: &dyn Fn(&newsgraph::graph::Statement) -> bool| {
            graph.statements.iter().filter(|statement| test(statement)).count()
        };
        let published = || graph.articles.iter().filter_map(|article| article.published);
        let mut classes = BTreeMap::new();
        for entity in &graph.entities {
            *classes.entry(entity.class.as_str()).or_default() += 1;
        }
        let mut kinds = BTreeMap::new();
        for statement in &graph.statements {
            *kinds.entry(statement.kind.as_str()).or_default() += 1;
        }
        Self {
            articles: graph.articles.len(),
            first_published: published().min(),
            last_published: published().max(),
            entities: graph.entities.len(),
            classes,
            statements: graph.statements.len(),
            kinds,
            asserted: count(&|statement| statement.asserted),
            negated: count(&|statement| statement.polarity == newsgraph::record::Polarity::Negated),
            uncertain: count(&|statement| statement.modality != newsgraph::record::Modality::Actual),
            attributed: count(&|statement| {
                statement.holder.is_some_and(|holder| holder != statement.subject)
            }),
            open: count(&|statement| statement.relation.starts_with("open/")),
            evidence: graph.statements.iter().map(|statement| statement.evidence.len()).sum(),
        }
    }

    /// One line for each group: "12 entities: 4 Person, 3 Company, …".
    pub(super) fn write(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        let list = |counts: &BTreeMap<&str, usize>| {
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by_key(|&(name, number)| (std::cmp::Reverse(*number), *name));
            counts.iter().map(|(name, number)| format!("{number} {name}")).collect::<Vec<_>>().join(", ")
        };
        let days = match (self.first_published, self.last_published) {
            (Some(from), Some(to)) if from != to => format!(", published from {from} to {to}"),
            (Some(day), _) => format!(", published on {day}"),
            _ => String::new(),
        };
        let line = |out: &mut dyn std::io::Write, number: usize, one: &str, many: &str, rest: &str| {
            writeln!(out, "{HEADING}{}{HEADING:#}{rest}", term::count(number, one, many))
        };
        line(out, self.articles, "article", "articles", &days)?;
        line(out, self.entities, "entity", "entities", &prefixed(&list(&self.classes)))?;
        line(out, self.statements, "statement", "statements", &prefixed(&list(&self.kinds)))?;
        writeln!(
            out,
            "  {} asserted, {} negated, {} planned, possible or conditional, {} attributed to others, {} open",
            self.asserted, self.negated, self.uncertain, self.attributed, self.open
        )?;
        line(out, self.evidence, "sentence as evidence", "sentences as evidence", "")
    }
}

fn prefixed(list: &str) -> String {
    if list.is_empty() { String::new() } else { format!(": {list}") }
}

impl Stats {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let (graph, _) = global.load()?;
        let counts = Counts::of(&graph);
        if self.json {
            print_json(&counts)?;
        } else {
            let mut out = term::stdout();
            counts.write(&mut out)?;
            out.flush()?;
        }
        Ok(Outcome::Done)
    }
}
