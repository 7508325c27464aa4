//! Turtle, N-Triples and JSON-LD.
//!
//! Triples are written as they come, those of one subject together when they come together.

use std::io::Write;

use oxigraph::{
    io::{RdfFormat, RdfSerializer},
    model::{NamedNode, Triple},
};

use super::{ExportError, json_ld};
use crate::ontology::{Class, NAMESPACE};

const PREFIXES: [(&str, &str); 7] = [
    ("ng", NAMESPACE),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("schema", "https://schema.org/"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// Writes `triples` to `out` in `format`, with prefixes (where it has them) for the vocabularies and for the kinds of
/// ids under `base`.
///
/// # Errors
/// If `out` fails, or `base` is not an absolute IRI that ends in `/` or `#`.
pub fn write_triples(
    triples: impl IntoIterator<Item = Triple>,
    format: RdfFormat,
    base: &str,
    out: impl Write,
) -> Result<(), ExportError> {
    let bad_base = || ExportError::BaseIri(base.to_owned());
    if !base.ends_with(['/', '#']) || NamedNode::new(base).is_err() {
        return Err(bad_base());
    }
    let roots = Class::ALL.into_iter().filter(|class| class.parent().is_none());
    let kinds = roots.map(|class| class.as_str().to_ascii_lowercase());
    let kinds = kinds.chain(["article", "evidence", "statement"].map(str::to_owned));
    let own = kinds.map(|kind| (kind.clone(), format!("{base}{kind}/")));
    let prefixes = PREFIXES.map(|(name, iri)| (name.to_owned(), iri.to_owned()));
    let prefixes: Vec<(String, String)> = prefixes.into_iter().chain(own).collect();
    if matches!(format, RdfFormat::JsonLd { .. }) {
        return Ok(json_ld::write(triples, &prefixes, out)?);
    }
    let mut serializer = RdfSerializer::from_format(format);
    for (name, iri) in prefixes {
        serializer = serializer.with_prefix(name, iri).map_err(|_| bad_base())?;
    }
    let mut writer = serializer.for_writer(out);
    for triple in triples {
        writer.serialize_triple(&triple)?;
    }
    writer.finish()?;
    Ok(())
}
