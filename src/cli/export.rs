//! `export`: the graph for other programs.

use std::{io::Write as _, path::PathBuf};

use anyhow::anyhow;
use clap::{Args, builder::PossibleValuesParser};
use newsgraph::{
    export::{self, ExportOptions, Format, GexfVersion},
    record::Confidence,
    store::GraphDir,
};

use super::{Global, Outcome, stdout, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph export -o news.gexf                 for Gephi; the format follows from the name
  newsgraph export -o news.csv                  two tables, news.nodes.csv and news.edges.csv
  newsgraph export --format turtle | less
  newsgraph export --format dot | dot -Tsvg > news.svg";

/// Write the graph for another program
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// The format; if left out, what the ending of the output file stands for
    #[arg(long, short, value_name = "FORMAT", value_parser = PossibleValuesParser::new(formats()), hide_possible_values = true, long_help = format_help())]
    format: Option<String>,
    /// The file to write; standard output if left out
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out statements below this confidence, 0 to 1
    #[arg(long, value_name = "X", default_value = "0", value_parser = super::trace::confidence)]
    min_confidence: Confidence,
    /// Only what is stated as a fact or as its holder's own stance
    #[arg(long)]
    asserted_only: bool,
    /// Version of GEXF
    #[arg(long, value_name = "VERSION", value_parser = gexf_version)]
    gexf_version: Option<GexfVersion>,
    /// Put an apostrophe before CSV cells that a spreadsheet would run as a formula
    #[arg(long)]
    csv_guard: bool,
}

/// Every name that a format goes by.
fn formats() -> Vec<&'static str> {
    Format::ALL.iter().flat_map(|format| [format.name(), format.extension()]).collect()
}

fn format_help() -> String {
    let describe =
        |format: &Format| format!("- {} (.{}): {}", format.name(), format.extension(), format.description());
    let formats: Vec<_> = Format::ALL.iter().map(describe).collect();
    format!("The format; if left out, what the ending of the output file stands for:\n{}", formats.join("\n"))
}

fn gexf_version(text: &str) -> Result<GexfVersion, &'static str> {
    GexfVersion::parse(text).ok_or("not a version of GEXF that is written; take 1.2 or 1.3")
}

impl Export {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let named = self.format.as_deref().and_then(Format::parse);
        let format = named.or_else(|| Format::from_path(self.output.as_deref()?)).ok_or_else(|| {
            anyhow!("no format given; pass --format NAME, or -o FILE with an ending such as .ttl or .gexf")
        })?;
        let ontology = global.ontology()?;
        let directory = GraphDir::open(&global.graph)?;
        let options = ExportOptions {
            base_iri: global.base_iri.as_ref().unwrap_or(directory.base_iri()).clone(),
            gexf: self.gexf_version.unwrap_or_default(),
            min_confidence: self.min_confidence,
            asserted_only: self.asserted_only,
            csv_guard: self.csv_guard,
        };
        let graph = directory.graph(&ontology)?;
        let Some(path) = &self.output else {
            let mut out = stdout();
            export::write(&graph, &ontology, format, &options, &mut out)?;
            out.flush()?;
            return Ok(Outcome::Done);
        };
        let written = export::write_files(&graph, &ontology, format, &options, path)?;
        if !global.quiet {
            for file in written {
                anstream::eprintln!("wrote {}", term::clean(&file.display().to_string()));
            }
        }
        Ok(Outcome::Done)
    }
}
