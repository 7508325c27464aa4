//! `explain`: why a link is there, or why not.

use std::io::Write as _;

use clap::Args;
use newsgraph::trace::{Question, explain};

use super::{Global, Outcome, print_json, stdout, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph explain \"Ann Lee\"                                   everything said of her
  newsgraph explain \"Ann Lee\" \"Acme\"                            every sentence between the two
  newsgraph explain \"Ann Lee\" \"Acme\" --relation worksFor        why, or why not, this link

Exit code 1: nothing of what was asked for is in the graph.";

/// Show the sentences, rules and scores behind a link, or why it is not there
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// One end of the link: a name or an id
    subject: String,
    /// The other end; any if left out
    object: Option<String>,
    /// The relation: its name (worksFor) or label ("works for"); any if left out
    #[arg(long, value_name = "NAME")]
    relation: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let (graph, ontology) = global.load()?;
        let question = Question {
            subject: graph.find(&self.subject)?,
            relation: self.relation.as_deref(),
            object: self.object.as_deref().map(|name| graph.find(name)).transpose()?,
        };
        let explanation = explain(&graph, &ontology, &question);
        if self.json {
            print_json(&explanation)?;
        } else {
            let mut out = stdout();
            explanation.render(&mut out)?;
            out.flush()?;
        }
        let found = !explanation.statements.is_empty();
        if !found && !global.quiet {
            term::warning("the graph says nothing of the kind");
        }
        Ok(Outcome::found(found))
    }
}
