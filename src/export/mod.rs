//! Export: the graph in the formats of other programs.
//!
//! The RDF formats hold everything. In the others a node is an entity or a literal (a date, quoted words; its id
//! starts with `literal:`) and an edge is a statement, several of which may join the same nodes. Every edge says
//! whether it is negated, planned, merely possible or reported, and carries its best sentence with the article
//! and the offsets (Unicode code points of the article's text); the other sentences are counted.
//! The same graph gives the same bytes.

mod csv;
mod dot;
mod gexf;
mod graphml;
mod json_ld;
mod node_link;
mod rdf;
mod table;

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use thiserror::Error;

pub use self::{csv::write_csv_nodes, gexf::GexfVersion, rdf::write_triples};
use crate::{
    graph::{EntityIx, Graph, Object, Statement},
    ontology::Ontology,
    record::Confidence,
    store::BaseIri,
};

/// A format that a graph can be written in.
///
/// ```
/// use newsgraph::export::Format;
/// assert_eq!(Format::parse("ttl"), Some(Format::Turtle));
/// assert_eq!(Format::parse("Turtle"), Some(Format::Turtle));
/// assert_eq!(Format::GraphMl.extension(), "graphml");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// [Turtle](https://www.w3.org/TR/turtle/)
    Turtle,
    /// [N-Triples](https://www.w3.org/TR/n-triples/)
    NTriples,
    /// [JSON-LD](https://www.w3.org/TR/json-ld11/)
    JsonLd,
    /// [GEXF](https://gexf.net/), for Gephi
    Gexf,
    /// [GraphML](http://graphml.graphdrawing.org/)
    GraphMl,
    /// [DOT](https://graphviz.org/doc/info/lang.html), for Graphviz
    Dot,
    /// Two tables, nodes and edges, as [CSV](https://www.rfc-editor.org/rfc/rfc4180)
    Csv,
    /// Node-link JSON, as `networkx` and D3 read it
    NodeLink,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [
        Self::Turtle,
        Self::NTriples,
        Self::JsonLd,
        Self::Gexf,
        Self::GraphMl,
        Self::Dot,
        Self::Csv,
        Self::NodeLink,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turtle => "turtle",
            Self::NTriples => "n-triples",
            Self::JsonLd => "json-ld",
            Self::Gexf => "gexf",
            Self::GraphMl => "graphml",
            Self::Dot => "dot",
            Self::Csv => "csv",
            Self::NodeLink => "node-link",
        }
    }

    /// Its usual file extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Turtle => "ttl",
            Self::NTriples => "nt",
            Self::JsonLd => "jsonld",
            Self::Gexf => "gexf",
            Self::GraphMl => "graphml",
            Self::Dot => "dot",
            Self::Csv => "csv",
            Self::NodeLink => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            Self::NTriples => "application/n-triples",
            Self::JsonLd => "application/ld+json",
            Self::Gexf => "application/gexf+xml",
            Self::GraphMl => "application/graphml+xml",
            Self::Dot => "text/vnd.graphviz",
            Self::Csv => "text/csv",
            Self::NodeLink => "application/json",
        }
    }

    /// What it is for, in one line.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Turtle => "RDF for people and triple stores",
            Self::NTriples => "RDF, one triple a line",
            Self::JsonLd => "RDF as JSON",
            Self::Gexf => "Gephi and networkx",
            Self::GraphMl => "yEd, Cytoscape, igraph and networkx",
            Self::Dot => "Graphviz drawings",
            Self::Csv => "spreadsheets, pandas and Neo4j: NAME.nodes.csv and NAME.edges.csv",
            Self::NodeLink => "networkx (node_link_graph) and D3",
        }
    }

    /// What of the graph it keeps.
    #[must_use]
    pub const fn keeps(self) -> &'static str {
        match self {
            Self::Turtle | Self::NTriples | Self::JsonLd => {
                "everything: every sentence of every statement, articles, identities"
            }
            Self::Gexf | Self::GraphMl | Self::Csv | Self::NodeLink => {
                "every entity and statement with all attributes, and the best sentence of each"
            }
            Self::Dot => {
                "every entity and statement with all attributes (as ng_…), and the best sentence of each"
            }
        }
    }

    /// The format with that name, extension (with or without dot) or media type, ignoring case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('.').to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|format| [format.name(), format.extension(), format.media_type()].contains(&text.as_str()))
    }

    /// The format that the extension of a file name stands for.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// What to write, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportOptions {
    /// What ids are appended to in RDF.
    pub base_iri: BaseIri,
    /// Version of GEXF.
    pub gexf: GexfVersion,
    /// Leave out statements below this.
    pub min_confidence: Confidence,
    /// Leave out statements that do not also stand as a direct triple.
    pub asserted_only: bool,
    /// Put an apostrophe before CSV cells that a spreadsheet would take for a formula.
    pub csv_guard: bool,
}

/// Why an export failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output cannot be written.
    #[error("cannot write the export")]
    Write(#[from] io::Error),
    /// A file cannot be written.
    #[error("cannot write {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes `graph` to `out`, in one pass; `out` should be buffered.
///
/// With a filter in `options`, entities that no remaining statement speaks of are left out too.
/// [`Format::Csv`] writes the edges here, with the labels of both ends; the nodes are [`write_csv_nodes`].
///
/// # Errors
/// If `out` fails.
pub fn write(
    graph: &Graph,
    ontology: &Ontology,
    format: Format,
    options: &ExportOptions,
    mut out: impl Write,
) -> Result<(), ExportError> {
    let graph = &*select(graph, options);
    let mut rdf = |syntax| {
        let triples = crate::store::rdf::triples(graph, ontology, &options.base_iri);
        write_triples(triples, syntax, &options.base_iri, &mut out)
    };
    match format {
        Format::Turtle => rdf(RdfFormat::Turtle)?,
        Format::NTriples => rdf(RdfFormat::NTriples)?,
        Format::JsonLd => rdf(RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() })?,
        Format::Gexf => gexf::write(graph, ontology, options.gexf, &mut out)?,
        Format::GraphMl => graphml::write(graph, ontology, &mut out)?,
        Format::Dot => dot::write(graph, ontology, &mut out)?,
        Format::Csv => csv::write_edges(graph, ontology, options.csv_guard, &mut out)?,
        Format::NodeLink => node_link::write(graph, ontology, &mut out)?,
    }
    Ok(out.flush()?)
}

/// Writes `graph` to the file `path` (for CSV to `NAME.nodes.csv` and `NAME.edges.csv` beside it, where `path` is
/// `NAME.csv`) and returns the files written.
///
/// Each file is written beside, synced and renamed, so that it is never half there; a `path` that exists and is
/// no plain file, such as `/dev/stdout`, is written to directly.
///
/// # Errors
/// If a file cannot be written.
pub fn write_files(
    graph: &Graph,
    ontology: &Ontology,
    format: Format,
    options: &ExportOptions,
    path: &Path,
) -> Result<Vec<PathBuf>, ExportError> {
    if format != Format::Csv {
        replace(path, |out| write(graph, ontology, format, options, out))?;
        return Ok(vec![path.to_owned()]);
    }
    let (nodes, edges) = (path.with_extension("nodes.csv"), path.with_extension("edges.csv"));
    replace(&nodes, |out| write_csv_nodes(graph, options, out))?;
    replace(&edges, |out| write(graph, ontology, format, options, out))?;
    Ok(vec![nodes, edges])
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let failed = |source| ExportError::File { path: path.to_owned(), source };
    let named = |error| match error {
        ExportError::Write(source) => failed(source),
        named @ ExportError::File { .. } => named,
    };
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(path).map_err(failed)?);
        write(&mut out).map_err(named)?;
        return out.flush().map_err(failed);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut out = BufWriter::new(builder.tempfile_in(folder).map_err(failed)?);
    write(&mut out).map_err(named)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// The part of the graph that the filters leave: the graph itself when there are none.
fn select<'g>(graph: &'g Graph, options: &ExportOptions) -> Cow<'g, Graph> {
    let kept = |statement: &&Statement| {
        statement.confidence >= options.min_confidence && (statement.asserted || !options.asserted_only)
    };
    if graph.statements.iter().all(|statement| kept(&statement)) {
        return Cow::Borrowed(graph);
    }
    let mut statements: Vec<Statement> = graph.statements.iter().filter(kept).cloned().collect();
    let used: BTreeSet<EntityIx> = statements
        .iter()
        .flat_map(|statement| {
            let object = match statement.object {
                Object::Entity(at) => Some(at),
                Object::Literal(_) => None,
            };
            [Some(statement.subject), object, statement.holder].into_iter().flatten()
        })
        .collect();
    let old: Vec<EntityIx> = used.into_iter().collect();
    let moved = |at: EntityIx| EntityIx(old.partition_point(|&before| before < at) as u32);
    for statement in &mut statements {
        statement.subject = moved(statement.subject);
        statement.holder = statement.holder.map(moved);
        if let Object::Entity(at) = &mut statement.object {
            *at = moved(*at);
        }
    }
    let mentions = graph.mentions.iter().filter(|(_, entity)| old.binary_search(entity).is_ok());
    let mentions = mentions.map(|&(article, entity)| (article, moved(entity))).collect();
    let entities = old.iter().map(|&EntityIx(at)| graph.entities[at as usize].clone()).collect();
    Cow::Owned(Graph {
        entities,
        statements,
        articles: graph.articles.clone(),
        mentions,
        merges: graph.merges.clone(),
    })
}

#[cfg(test)]
mod tests;
