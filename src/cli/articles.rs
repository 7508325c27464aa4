//! `articles`: what a graph was made from.

use std::{collections::BTreeSet, io::Write as _};

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;

use super::{Global, Outcome, print_json, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph articles
  newsgraph articles --json | jq '.[] | select(.statements == 0) | .source'

Exit code 1: there are none.";

/// List the articles that a graph was made from, oldest first
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Articles {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'g> {
    id: &'g str,
    source: &'g str,
    title: Option<&'g str>,
    published: Option<Date>,
    outlet: Option<&'g str>,
    author: Option<&'g str>,
    url: Option<&'g str>,
    statements: usize,
}

impl Articles {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let (graph, _) = global.load()?;
        let mut statements = vec![0; graph.articles.len()];
        for statement in &graph.statements {
            let articles: BTreeSet<_> = statement.evidence.iter().map(|evidence| evidence.article).collect();
            for article in articles {
                statements[article.0 as usize] += 1;
            }
        }
        let mut rows: Vec<_> = graph
            .articles
            .iter()
            .zip(statements)
            .map(|(article, statements)| Row {
                id: &article.id,
                source: &article.source,
                title: article.title.as_deref(),
                published: article.published,
                outlet: article.outlet.as_deref(),
                author: article.author.as_deref(),
                url: article.url.as_deref(),
                statements,
            })
            .collect();
        rows.sort_by_key(|row| (row.published, row.source, row.id));
        if self.json {
            print_json(&rows)?;
        } else if !rows.is_empty() {
            let mut table = term::Table::new(["published", "statements", "outlet", "source", "title"]);
            for row in &rows {
                let published = row.published.map_or_else(|| "–".to_owned(), |date| date.to_string());
                let outlet = term::shorten(row.outlet.unwrap_or("–"), 24);
                let title = term::shorten(row.title.unwrap_or("–"), 60);
                table.row([&published, &row.statements, &outlet, &row.source, &title]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            out.flush()?;
        }
        Ok(Outcome::found(!rows.is_empty()))
    }
}
