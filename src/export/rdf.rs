//! Turtle, N-Triples and JSON-LD.
//!
//! Triples are written as they come, those of one subject together when they come together.

use std::io::{self, Write};

use oxigraph::{
    io::{RdfFormat, RdfSerializer},
    model::Triple,
};

use super::json_ld;
use crate::{
    ontology::Class,
    store::{BaseIri, rdf::PREFIXES},
};

/// Writes `triples` to `out` in `format`, with prefixes (where it has them) for the vocabularies and for the kinds of
/// ids under `base`.
///
/// # Errors
/// If `out` fails.
pub fn write_triples(
    triples: impl IntoIterator<Item = Triple>,
    format: RdfFormat,
    base: &BaseIri,
    out: impl Write,
) -> io::Result<()> {
    let roots = Class::ALL.into_iter().filter(|class| class.parent().is_none());
    let kinds = roots.map(|class| class.as_str().to_ascii_lowercase());
    let kinds = kinds.chain(["article", "evidence", "statement"].map(str::to_owned));
    let own = kinds.map(|kind| (kind.clone(), format!("{base}{kind}/")));
    let prefixes = PREFIXES.map(|(name, iri)| (name.to_owned(), iri.to_owned()));
    let prefixes: Vec<(String, String)> = prefixes.into_iter().chain(own).collect();
    if matches!(format, RdfFormat::JsonLd { .. }) {
        return json_ld::write(triples, &prefixes, out);
    }
    let mut serializer = RdfSerializer::from_format(format);
    for (name, iri) in prefixes {
        serializer = serializer.with_prefix(name, iri).map_err(io::Error::other)?;
    }
    let mut writer = serializer.for_writer(out);
    for triple in triples {
        writer.serialize_triple(&triple)?;
    }
    writer.finish()?;
    Ok(())
}
