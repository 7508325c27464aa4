//! The command line: one file per command, each its arguments and one call into the library.

mod analyse;
mod articles;
mod batch;
mod build;
mod check;
mod entities;
mod eval;
mod explain;
mod export;
mod extract;
mod interrupt;
mod query;
mod relations;
mod remove;
mod report;
mod stats;
pub(crate) mod term;
mod trace;

use std::{
    io::{self, BufWriter, StdoutLock, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use newsgraph::{
    graph::Graph,
    ontology::Ontology,
    store::{BaseIri, GraphDir},
};
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  newsgraph build articles/                     read a folder of articles into news.graph
  newsgraph trace \"Ann Lee\"                     what she, and those she works for, stand for
  newsgraph trace \"Ann Lee\" \"Acme\"              how the two are connected, with sentences
  newsgraph export --format gexf -o news.gexf   open it in Gephi
  zcat big.jsonl.gz | newsgraph extract - | gzip > records.jsonl.gz

Exit codes: 0 done; 1 nothing found, a check failed, or some inputs were skipped; 2 error; 130 interrupted.";

/// News articles in, a graph out in which every link shows the sentence it came from
#[derive(Debug, Parser)]
#[command(name = "newsgraph", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The graph: a folder that build makes
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "NEWSGRAPH_GRAPH",
        hide_env_values = true,
        default_value = "news.graph"
    )]
    graph: PathBuf,
    /// Threads to use; 0 means one for every core. The results are the same
    #[arg(long, global = true, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Your own vocabulary beside the built-in one: relations, cues, topics, known names (Turtle)
    #[arg(long, global = true, value_name = "FILE")]
    ontology: Vec<PathBuf>,
    /// What ids are appended to in RDF; fixed when the graph is made
    #[arg(long, global = true, value_name = "IRI", value_parser = BaseIri::parse)]
    base_iri: Option<BaseIri>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Extract(extract::Extract),
    Analyse(analyse::Analyse),
    Trace(trace::Trace),
    Explain(explain::Explain),
    Query(query::Query),
    Export(export::Export),
    Entities(entities::Entities),
    Relations(relations::Relations),
    Articles(articles::Articles),
    Remove(remove::Remove),
    Stats(stats::Stats),
    Check(check::Check),
    Eval(eval::Eval),
}

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it was done.
    Done,
    /// Nothing was found, a check failed, or some inputs were skipped.
    Wanting,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Wanting => ExitCode::from(1),
        }
    }
}

impl Outcome {
    /// `Done` if something was `found`.
    fn found(found: bool) -> Self {
        if found { Self::Done } else { Self::Wanting }
    }
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> anyhow::Result<Outcome> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.global.threads)
            .build_global()
            .context("cannot start the threads; ask for fewer with --threads")?;
        let global = &self.global;
        match self.command {
            Command::Build(command) => command.run(global),
            Command::Extract(command) => command.run(global),
            Command::Analyse(command) => command.run(global),
            Command::Trace(command) => command.run(global),
            Command::Explain(command) => command.run(global),
            Command::Query(command) => command.run(global),
            Command::Export(command) => command.run(global),
            Command::Entities(command) => command.run(global),
            Command::Relations(command) => command.run(global),
            Command::Articles(command) => command.run(global),
            Command::Remove(command) => command.run(global),
            Command::Stats(command) => command.run(global),
            Command::Check(command) => command.run(global),
            Command::Eval(command) => command.run(global),
        }
    }
}

impl Global {
    /// The vocabulary with the user's files.
    fn ontology(&self) -> anyhow::Result<Ontology> {
        Ok(Ontology::load(&self.ontology)?)
    }

    /// The graph and its vocabulary.
    fn load(&self) -> anyhow::Result<(Graph, Ontology)> {
        let ontology = self.ontology()?;
        let graph = GraphDir::open(&self.graph)?.graph(&ontology)?;
        Ok((graph, ontology))
    }
}

/// Standard output for data: buffered, nothing is changed.
fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Prints `value` as indented JSON and a line feed.
fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = stdout();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Whether the reader of our output has gone, which is no error.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// The error and its causes on one line, each once.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}
