//! `trace`: cited paths between two names, or from one to what is stood for.

use std::io::Write as _;

use anyhow::ensure;
use clap::{Args, value_parser};
use jiff::civil::Date;
use newsgraph::{
    article::parse_date,
    record::Confidence,
    trace::{TraceOptions, trace},
};

use super::{Global, Outcome, print_json, stdout, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph trace \"Ann Lee\"                     her stances, and those of the companies she works for
  newsgraph trace \"open source\"                 who stands where on it, and whose people they are
  newsgraph trace \"Ann Lee\" \"Acme\" --hops 4     how the two are connected
  newsgraph trace \"Ann Lee\" --as-of 2025-01-31  as far as was published by that day

A name may be an id (person/ann-lee), a label, another name seen, or part of one if that is unambiguous.
Exit code 1: no path was found.";

/// Follow cited links from a name, to another name or to what is stood for
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trace {
    /// Where to begin: a name or an id
    from: String,
    /// Where to end; without it, stances are looked for
    to: Option<String>,
    /// Links in a path, at most
    #[arg(long, value_name = "N", default_value_t = TraceOptions::default().hops as u64, value_parser = value_parser!(u64).range(1..=8))]
    hops: u64,
    /// Paths, at most
    #[arg(long, value_name = "N", default_value_t = TraceOptions::default().limit)]
    limit: usize,
    /// Also follow what is negated, planned, possible or conditional (marked as such)
    #[arg(long)]
    uncertain: bool,
    /// Leave out statements below this confidence, 0 to 1
    #[arg(long, value_name = "X", default_value = "0", value_parser = confidence)]
    min_confidence: Confidence,
    /// Only what was published by this day and holds on it
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Date>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads a number from 0 to 1.
pub(super) fn confidence(text: &str) -> anyhow::Result<Confidence> {
    let value: f64 = text.parse()?;
    ensure!((0.0..=1.0).contains(&value), "not between 0 and 1");
    Ok(Confidence::new(value))
}

fn day(text: &str) -> Result<Date, &'static str> {
    parse_date(text).ok_or("not a day; write YYYY-MM-DD")
}

impl Trace {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let (graph, ontology) = global.load()?;
        let from = graph.find(&self.from)?;
        let to = self.to.as_deref().map(|name| graph.find(name)).transpose()?;
        let options = TraceOptions {
            hops: self.hops as usize,
            limit: self.limit,
            uncertain: self.uncertain,
            min_confidence: self.min_confidence,
            as_of: self.as_of,
            ..TraceOptions::default()
        };
        let found = trace(&graph, &ontology, from, to, &options);
        if self.json {
            print_json(&found)?;
        } else {
            let mut out = stdout();
            found.render(&mut out)?;
            out.flush()?;
        }
        if found.paths.is_empty() && !global.quiet {
            let (from, hops) = (&found.from.label, term::count(self.hops as usize, "link", "links"));
            let what = match &found.to {
                Some(to) => {
                    format!("no path from {from} to {} in {hops}; try --hops or --uncertain", to.label)
                }
                None => format!(
                    "no stance of {from}, its people or on it was found; try --uncertain, or name an end"
                ),
            };
            term::warning(&what);
        }
        Ok(Outcome::found(!found.paths.is_empty()))
    }
}
