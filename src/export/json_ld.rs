//! JSON-LD 1.1, compact: a context of prefixes, then one object a line for each subject.
//!
//! Written here because Oxigraph's serializer spells out every IRI. Typed values stay strings, so that no reader
//! rounds a decimal.

use std::io::{self, Write};

use oxigraph::model::{NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple, vocab};
use serde_json::{Map, Value, json};

pub(super) fn write(
    triples: impl IntoIterator<Item = Triple>,
    prefixes: &[(String, String)],
    mut out: impl Write,
) -> io::Result<()> {
    let context: Map<String, Value> =
        prefixes.iter().map(|(name, iri)| (name.clone(), iri.as_str().into())).collect();
    out.write_all(b"{\"@context\":")?;
    serde_json::to_writer(&mut out, &context)?;
    out.write_all(b",\n\"@graph\":[")?;
    let mut triples = triples.into_iter().peekable();
    let mut between = "\n";
    while let Some(first) = triples.next() {
        let subject = first.subject.clone();
        let mut object = Map::new();
        object.insert("@id".to_owned(), id(prefixes, subject.as_ref()).into());
        add(&mut object, prefixes, &first)?;
        while let Some(triple) = triples.next_if(|next| next.subject == subject) {
            add(&mut object, prefixes, &triple)?;
        }
        out.write_all(between.as_bytes())?;
        serde_json::to_writer(&mut out, &object)?;
        between = ",\n";
    }
    out.write_all(b"\n]}\n")
}

fn add(object: &mut Map<String, Value>, prefixes: &[(String, String)], triple: &Triple) -> io::Result<()> {
    let term = triple.object.as_ref();
    let (key, value) = match term {
        TermRef::NamedNode(class) if triple.predicate == vocab::rdf::TYPE => {
            ("@type".to_owned(), compact(prefixes, class).into())
        }
        _ => (compact(prefixes, triple.predicate.as_ref()), value(prefixes, term)?),
    };
    match object.get_mut(&key) {
        None => {
            object.insert(key, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
    Ok(())
}

fn value(prefixes: &[(String, String)], term: TermRef<'_>) -> io::Result<Value> {
    Ok(match term {
        TermRef::NamedNode(node) => json!({ "@id": id(prefixes, node.into()) }),
        TermRef::BlankNode(node) => json!({ "@id": id(prefixes, node.into()) }),
        TermRef::Literal(literal) => match literal.language() {
            Some(language) => json!({ "@language": language, "@value": literal.value() }),
            None if literal.datatype() == vocab::xsd::STRING => literal.value().into(),
            None => json!({ "@type": compact(prefixes, literal.datatype()), "@value": literal.value() }),
        },
        #[expect(unreachable_patterns, reason = "triple terms exist when a feature of oxigraph is on")]
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "JSON-LD 1.1 has no triple terms")),
    })
}

fn id(prefixes: &[(String, String)], node: NamedOrBlankNodeRef<'_>) -> String {
    match node {
        NamedOrBlankNodeRef::NamedNode(node) => compact(prefixes, node),
        blank @ NamedOrBlankNodeRef::BlankNode(_) => blank.to_string(),
    }
}

/// `prefix:rest` with the longest prefix that fits, else the whole IRI.
fn compact(prefixes: &[(String, String)], node: NamedNodeRef<'_>) -> String {
    let whole = node.as_str();
    let fits = prefixes.iter().filter_map(|(name, iri)| Some((name, whole.strip_prefix(iri.as_str())?)));
    match fits.filter(|(_, rest)| !rest.starts_with("//")).min_by_key(|(_, rest)| rest.len()) {
        Some((name, rest)) => format!("{name}:{rest}"),
        None => whole.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::{
        io::{JsonLdProfileSet, RdfFormat, RdfParser},
        model::{Literal, NamedNode},
    };

    use super::*;

    #[test]
    fn the_context_shortens_and_nothing_is_lost() {
        let node = |iri: &str| NamedNode::new(iri).unwrap();
        let ada = node("https://example.org/kb/person/ada");
        let says = node("https://example.org/ns#says");
        let triples = vec![
            Triple::new(ada.clone(), vocab::rdf::TYPE, node("https://example.org/ns#Person")),
            Triple::new(ada.clone(), says.clone(), Literal::new_simple_literal("</script> \"é\"")),
            Triple::new(
                ada.clone(),
                says.clone(),
                Literal::new_language_tagged_literal("oui", "fr").unwrap(),
            ),
            Triple::new(ada.clone(), says.clone(), Literal::new_typed_literal("0.930", vocab::xsd::DECIMAL)),
            Triple::new(ada.clone(), says.clone(), node("urn:other")),
            Triple::new(node("https://example.org/kb/person///odd"), says, ada),
        ];
        let prefixes = [("person", "https://example.org/kb/person/"), ("ex", "https://example.org/ns#")]
            .map(|(name, iri)| (name.to_owned(), iri.to_owned()));
        let mut out = Vec::new();
        write(triples.clone(), &prefixes, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(r#"{"@id":"person:ada","@type":"ex:Person","ex:says":["</script>"#), "{text}");
        let format = RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() };
        let read = RdfParser::from_format(format).for_slice(text.as_bytes());
        let read: Vec<Triple> = read.map(|quad| quad.unwrap().into()).collect();
        assert_eq!(read, triples);
    }

    #[test]
    fn nothing_is_valid_json_ld() {
        let mut out = Vec::new();
        write([], &[], &mut out).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), json!({ "@context": {}, "@graph": [] }));
    }
}
