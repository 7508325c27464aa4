//! `remove`: articles out of a graph.

use anyhow::bail;
use clap::Args;
use newsgraph::store::{DirOptions, GraphDir};

use super::{Global, Outcome, interrupt, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph remove old.txt
  newsgraph remove https://example.org/withdrawn --graph my.graph

Exit code 1: an article was not found; the others are removed.";

/// Take articles out of a graph, with all that only they say
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Remove {
    /// Source, url or id of an article, as newsgraph articles lists them
    #[arg(required = true, value_name = "ARTICLE")]
    articles: Vec<String>,
}

impl Remove {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        let articles = GraphDir::open(&global.graph)?.graph(&ontology)?.articles;
        let mut ids = Vec::new();
        let mut missing = 0;
        for name in &self.articles {
            let before = ids.len();
            ids.extend(articles.iter().filter(|article| {
                article.id == *name || article.source == *name || article.url.as_deref() == Some(name)
            }));
            if ids.len() == before {
                missing += 1;
                term::error(&format!("{name}: no such article; see newsgraph articles"));
            }
        }
        if ids.is_empty() {
            bail!("nothing was removed from {}", global.graph.display());
        }
        interrupt::install()?;
        let mut directory = GraphDir::create_or_open(&global.graph, &DirOptions::default())?;
        let _hold = interrupt::hold();
        let removed = directory.remove(ids.iter().map(|article| article.id.as_str()))?;
        directory.index(&ontology)?;
        if !global.quiet {
            anstream::eprintln!("{} removed", term::count(removed as usize, "article", "articles"));
        }
        Ok(Outcome::found(missing == 0))
    }
}
