//! From the graph to plain RDF 1.1 triples, in canonical order.
//!
//! There are no blank nodes, no named graphs and no RDF 1.2 terms. Every subject is an IRI made from content, so the
//! same graph gives the same triples.
//!
//! | subject | says |
//! |---|---|
//! | `person/ann-ode` | classes, `rdfs:label`, `skos:altLabel`, `owl:sameAs`, `skos:broader`, counts, and the direct triples |
//! | `statement/…` | `rdf:subject`, `rdf:predicate`, `rdf:object` and all that qualifies them; `ng:evidence` |
//! | `evidence/…` | the sentence, its article and the offsets |
//! | `article/…` | a `schema:NewsArticle` with `schema:mentions` |
//! | `ng:open/…` | label of an open relation, below `ng:openRelation` |

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    io::{self, Write},
};

use oxigraph::{
    io::{RdfFormat, RdfSerializer},
    model::{
        Literal, NamedNode, Term, Triple,
        vocab::{rdf, rdfs, xsd},
    },
};
use unicode_normalization::char::is_combining_mark;

use crate::{
    graph::{Entity, EntityIx, Evidence, Graph, Object, Statement, article_path},
    ontology::{BASE, Class, NAMESPACE, Ontology},
    record::{CharSpan, Confidence, LiteralType, RecordArticle},
};

/// Namespace of `schema:`.
pub const SCHEMA: &str = "https://schema.org/";
/// Namespace of `skos:`.
pub const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
/// Namespace of `owl:`.
pub const OWL: &str = "http://www.w3.org/2002/07/owl#";

/// The prefixes used everywhere, with their namespaces; the empty prefix, for the base IRI, is not among them.
pub const PREFIXES: [(&str, &str); 7] = [
    ("ng", NAMESPACE),
    ("owl", OWL),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("schema", SCHEMA),
    ("skos", SKOS),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The IRI below which everything in a graph has its own.
///
/// ```
/// use newsgraph::store::BaseIri;
/// let base = BaseIri::parse("https://example.org/g/")?;
/// assert_eq!(base.iri("person/ann-ode").as_str(), "https://example.org/g/person/ann-ode");
/// assert!(BaseIri::parse("not an iri").is_err());
/// # Ok::<(), newsgraph::store::BaseIriError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseIri(String);

/// Why a base IRI is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be the base IRI: give an absolute IRI that ends in / or #, such as {BASE}")]
pub struct BaseIriError(String);

impl Default for BaseIri {
    fn default() -> Self {
        Self(BASE.to_owned())
    }
}

impl fmt::Display for BaseIri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BaseIri {
    /// Takes an absolute IRI that ends in `/` or `#`.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(iri: &str) -> Result<Self, BaseIriError> {
        if iri.ends_with(['/', '#']) && NamedNode::new(iri).is_ok() {
            return Ok(Self(iri.to_owned()));
        }
        Err(BaseIriError(iri.to_owned()))
    }

    /// As a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The IRI of a path below the base, such as [`Entity::id`].
    #[must_use]
    pub fn iri(&self, path: &str) -> NamedNode {
        NamedNode::new_unchecked(encode(&self.0, path, true))
    }
}

/// The IRI of a relation, by its local name; the lemma of an open one is encoded.
///
/// ```
/// use newsgraph::store::rdf::relation_iri;
/// assert_eq!(relation_iri("worksFor").as_str(), "https://w3id.org/newsgraph/ns#worksFor");
/// assert_eq!(relation_iri("open/roll out").as_str(), "https://w3id.org/newsgraph/ns#open/roll%20out");
/// ```
#[must_use]
pub fn relation_iri(name: &str) -> NamedNode {
    NamedNode::new_unchecked(match name.strip_prefix("open/") {
        Some(lemma) => encode(&format!("{NAMESPACE}open/"), lemma, false),
        None => encode(NAMESPACE, name, false),
    })
}

/// `prefix` and `path`; what is neither letter, digit, mark nor one of `-._~` (nor `/`, if kept) is percent-encoded.
fn encode(prefix: &str, path: &str, keep_slash: bool) -> String {
    let mut iri = String::with_capacity(prefix.len() + path.len());
    iri.push_str(prefix);
    let mut buffer = [0; 4];
    for letter in path.chars() {
        let plain =
            letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~') || is_combining_mark(letter);
        if plain || (keep_slash && letter == '/') {
            iri.push(letter);
        } else {
            for byte in letter.encode_utf8(&mut buffer).bytes() {
                let _ = write!(iri, "%{byte:02X}");
            }
        }
    }
    iri
}

/// What stands behind one subject.
#[derive(Clone, Copy)]
enum Item<'a> {
    Article(usize, &'a RecordArticle),
    Entity(usize, &'a Entity),
    Statement(&'a Statement),
    Evidence(&'a Statement, &'a Evidence),
    Open(&'a str),
}

/// All triples of `graph`, sorted as the lines of N-Triples are by `LC_ALL=C sort`, each once.
///
/// Memory: one IRI for each subject; the triples of one subject at a time. Cost: O(n log n).
pub fn triples<'a>(
    graph: &'a Graph,
    ontology: &'a Ontology,
    base: &'a BaseIri,
) -> impl Iterator<Item = Triple> + use<'a> {
    let mut items: Vec<(String, Item<'a>)> = Vec::new();
    // With the bracket that ends it in N-Triples, so that the order is that of lines.
    let mut put = |iri: NamedNode, item| items.push((format!("{}>", iri.as_str()), item));
    for (at, article) in graph.articles.iter().enumerate() {
        put(base.iri(&article_path(&article.id)), Item::Article(at, article));
    }
    for (at, entity) in graph.entities.iter().enumerate() {
        put(base.iri(&entity.id), Item::Entity(at, entity));
    }
    let mut open: BTreeSet<&str> = BTreeSet::new();
    let mut direct: Vec<(EntityIx, &str, Object)> = Vec::new();
    for statement in &graph.statements {
        put(base.iri(&statement.id), Item::Statement(statement));
        for evidence in &statement.evidence {
            put(base.iri(&evidence.id), Item::Evidence(statement, evidence));
        }
        if statement.relation.starts_with("open/") {
            open.insert(&statement.relation);
        }
        if statement.asserted {
            direct.push((statement.subject, &statement.relation, statement.object.clone()));
            let symmetric = ontology.relation(&statement.relation).is_some_and(|relation| relation.symmetric);
            if let (true, Object::Entity(object)) = (symmetric, &statement.object) {
                direct.push((*object, &statement.relation, Object::Entity(statement.subject)));
            }
        }
    }
    for relation in open {
        put(relation_iri(relation), Item::Open(relation));
    }
    direct.sort();
    direct.dedup();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    items.into_iter().flat_map(move |(mut subject, item)| {
        subject.pop();
        let mut about = About { subject: NamedNode::new_unchecked(subject), triples: Vec::new() };
        match item {
            Item::Article(at, article) => write_article(&mut about, graph, at, article, base),
            Item::Entity(at, entity) => write_entity(&mut about, graph, at, entity, &direct, base),
            Item::Statement(statement) => write_statement(&mut about, graph, statement, base),
            Item::Evidence(statement, evidence) => {
                write_evidence(&mut about, graph, statement, evidence, base);
            }
            Item::Open(relation) => {
                about.add(rdf::TYPE.into_owned(), rdf::PROPERTY.into_owned());
                about.add(rdfs::LABEL.into_owned(), text(relation.trim_start_matches("open/")));
                about.add(rdfs::SUB_PROPERTY_OF.into_owned(), ng("openRelation"));
            }
        }
        about.sorted()
    })
}

/// Writes triples as N-Triples, one on each line.
///
/// # Errors
/// If `output` cannot be written.
pub fn write_ntriples(triples: impl IntoIterator<Item = Triple>, output: impl Write) -> io::Result<u64> {
    let mut writer = RdfSerializer::from_format(RdfFormat::NTriples).for_writer(output);
    let mut count = 0;
    for triple in triples {
        writer.serialize_triple(&triple)?;
        count += 1;
    }
    writer.finish()?.flush()?;
    Ok(count)
}

/// The triples of one subject.
struct About {
    subject: NamedNode,
    triples: Vec<Triple>,
}

impl About {
    fn add(&mut self, predicate: NamedNode, object: impl Into<Term>) {
        self.triples.push(Triple::new(self.subject.clone(), predicate, object));
    }

    fn add_span(&mut self, name: &str, span: CharSpan) {
        self.add(ng(&format!("{name}Start")), integer(span.start));
        self.add(ng(&format!("{name}End")), integer(span.end));
    }

    fn sorted(mut self) -> Vec<Triple> {
        self.triples.sort_by_cached_key(|triple| format!("{triple}"));
        self.triples.dedup();
        self.triples
    }
}

fn ng(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}{name}"))
}

fn schema(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SCHEMA}{name}"))
}

fn skos(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SKOS}{name}"))
}

fn text(words: &str) -> Literal {
    Literal::new_simple_literal(words)
}

fn integer(value: impl Into<u64>) -> Literal {
    Literal::new_typed_literal(value.into().to_string(), xsd::INTEGER)
}

fn decimal(value: Confidence) -> Literal {
    Literal::new_typed_literal(value.to_string(), xsd::DECIMAL)
}

/// A day, month or year with its datatype; anything else as words.
///
/// ```
/// use newsgraph::store::rdf::date_literal;
/// assert_eq!(date_literal("2025-01").to_string(), r#""2025-01"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>"#);
/// assert_eq!(date_literal("2025-02-30").to_string(), r#""2025-02-30""#);
/// ```
#[must_use]
pub fn date_literal(value: &str) -> Literal {
    match date_type(value) {
        Some(datatype) => Literal::new_typed_literal(value, datatype),
        None => text(value),
    }
}

/// `xsd:date`, `xsd:gYearMonth` or `xsd:gYear` if `value` is written so and names a day that exists.
pub(crate) fn date_type(value: &str) -> Option<NamedNode> {
    let (datatype, rest) = match value.len() {
        4 => (xsd::G_YEAR, "-01-01"),
        7 => (xsd::G_YEAR_MONTH, "-01"),
        10 => (xsd::DATE, ""),
        _ => return None,
    };
    let digits = value.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let exists = format!("{value}{rest}").parse::<jiff::civil::Date>().is_ok();
    (digits && exists).then(|| datatype.into_owned())
}

/// The object of a statement as a term.
fn object_term(graph: &Graph, object: &Object, base: &BaseIri) -> Term {
    match object {
        Object::Entity(at) => base.iri(&graph.entity(*at).id).into(),
        Object::Literal(literal) => match literal.datatype {
            LiteralType::Date => date_literal(&literal.value).into(),
            LiteralType::Text => text(&literal.value).into(),
        },
    }
}

fn write_article(about: &mut About, graph: &Graph, at: usize, article: &RecordArticle, base: &BaseIri) {
    about.add(rdf::TYPE.into_owned(), schema("NewsArticle"));
    about.add(schema("inLanguage"), text(&article.lang));
    about.add(ng("textHash"), text(&article.id));
    for (name, value) in
        [("headline", &article.title), ("publisher", &article.outlet), ("author", &article.author)]
    {
        if let Some(value) = value {
            about.add(schema(name), text(value));
        }
    }
    if let Some(day) = article.published {
        about.add(schema("datePublished"), date_literal(&day.to_string()));
    }
    if let Some(url) = &article.url {
        match NamedNode::new(url) {
            Ok(iri) => about.add(schema("url"), iri),
            Err(_) => about.add(schema("url"), text(url)),
        }
    }
    let from = (crate::graph::ArticleIx(at as u32), EntityIx(0));
    let to = (crate::graph::ArticleIx(at as u32), EntityIx(u32::MAX));
    for (_, entity) in graph.mentions.range(from..=to) {
        about.add(schema("mentions"), base.iri(&graph.entity(*entity).id));
    }
}

fn write_entity(
    about: &mut About,
    graph: &Graph,
    at: usize,
    entity: &Entity,
    direct: &[(EntityIx, &str, Object)],
    base: &BaseIri,
) {
    about.add(rdf::TYPE.into_owned(), ng(entity.class.as_str()));
    if let Some(parent) = entity.class.parent() {
        about.add(rdf::TYPE.into_owned(), ng(parent.as_str()));
    }
    if entity.class == Class::Topic {
        about.add(rdf::TYPE.into_owned(), skos("Concept"));
    }
    about.add(rdfs::LABEL.into_owned(), text(&entity.label));
    for alias in &entity.aliases {
        about.add(skos("altLabel"), text(alias));
    }
    for iri in &entity.same_as {
        if let Ok(iri) = NamedNode::new(iri) {
            about.add(NamedNode::new_unchecked(format!("{OWL}sameAs")), iri);
        }
    }
    for id in &entity.broader {
        about.add(skos("broader"), base.iri(id));
    }
    about.add(ng("mentionCount"), integer(entity.mentions));
    about.add(ng("articleCount"), integer(entity.articles));
    let me = EntityIx(at as u32);
    let first = direct.partition_point(|(subject, ..)| *subject < me);
    for (_, relation, object) in direct[first..].iter().take_while(|(subject, ..)| *subject == me) {
        about.add(relation_iri(relation), object_term(graph, object, base));
    }
}

fn write_statement(about: &mut About, graph: &Graph, statement: &Statement, base: &BaseIri) {
    about.add(rdf::TYPE.into_owned(), ng("Statement"));
    about.add(rdf::SUBJECT.into_owned(), base.iri(&graph.entity(statement.subject).id));
    about.add(rdf::PREDICATE.into_owned(), relation_iri(&statement.relation));
    about.add(rdf::OBJECT.into_owned(), object_term(graph, &statement.object, base));
    about.add(ng("kind"), text(statement.kind.as_str()));
    about.add(ng("polarity"), text(statement.polarity.as_str()));
    about.add(ng("modality"), text(statement.modality.as_str()));
    about.add(ng("asserted"), Literal::from(statement.asserted));
    about.add(ng("confidence"), decimal(statement.confidence));
    about.add(ng("evidenceCount"), integer(statement.evidence.len() as u64));
    about.add(ng("sourceCount"), integer(statement.sources));
    if let Some(holder) = statement.holder {
        about.add(ng("holder"), base.iri(&graph.entity(holder).id));
    }
    for role in &statement.roles {
        about.add(ng("role"), text(role));
    }
    for time in &statement.times {
        about.add(ng("timeText"), text(&time.text));
        for (name, value) in [("validFrom", &time.from), ("validTo", &time.to)] {
            if let Some(value) = value {
                about.add(ng(name), date_literal(value));
            }
        }
    }
    for (name, day) in [("firstSeen", statement.first_seen), ("lastSeen", statement.last_seen)] {
        if let Some(day) = day {
            about.add(ng(name), date_literal(&day.to_string()));
        }
    }
    for amount in &statement.amounts {
        about.add(ng("amountText"), text(&amount.text));
        about.add(ng("amountUnit"), text(&amount.unit));
        if amount.value.is_finite() {
            // Rust prints floating-point numbers without exponent, which is what xsd:decimal wants.
            about.add(ng("amount"), Literal::new_typed_literal(amount.value.to_string(), xsd::DECIMAL));
        }
    }
    for evidence in &statement.evidence {
        about.add(ng("evidence"), base.iri(&evidence.id));
    }
}

fn write_evidence(
    about: &mut About,
    graph: &Graph,
    statement: &Statement,
    evidence: &Evidence,
    base: &BaseIri,
) {
    about.add(rdf::TYPE.into_owned(), ng("Evidence"));
    about.add(ng("article"), base.iri(&article_path(&graph.article(evidence.article).id)));
    about.add(ng("sentence"), text(&evidence.text));
    about.add(ng("phrase"), text(&evidence.phrase));
    about.add_span("sentence", evidence.sentence);
    about.add_span("subject", evidence.subject);
    about.add_span("object", evidence.object);
    about.add_span("cue", evidence.cue);
    if let Some(attribution) = evidence.attribution {
        about.add_span("attribution", attribution);
    }
    about.add(ng("quoted"), Literal::from(evidence.quoted));
    if let Some(holder) = statement.holder {
        about.add(ng("speaker"), base.iri(&graph.entity(holder).id));
    }
    about.add(ng("confidence"), decimal(evidence.confidence));
    about.add(ng("by"), text(&evidence.by));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{
        MergeOptions,
        fixture::{any_records, ontology, world},
    };
    use proptest::prelude::*;

    fn lines(graph: &Graph) -> Vec<String> {
        let (ontology, base) = (ontology(), BaseIri::default());
        let mut bytes = Vec::new();
        write_ntriples(triples(graph, ontology, &base), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    fn merge(records: Vec<crate::record::Record>) -> Graph {
        Graph::from_records(records, ontology(), &MergeOptions::default())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn lines_are_sorted_and_distinct(records in any_records()) {
            let lines = lines(&merge(records));
            prop_assert!(lines.is_sorted());
            prop_assert!(lines.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert!(!lines.iter().any(|line| line.contains("_:")));
        }
    }

    #[test]
    fn every_triple_is_valid_rdf() {
        let text = lines(&merge(world())).join("\n") + "\n";
        let read = oxigraph::io::RdfParser::from_format(RdfFormat::NTriples).for_slice(text.as_bytes());
        assert_eq!(read.map(Result::unwrap).count(), text.lines().count());
    }

    #[test]
    fn direct_triples_stand_for_asserted_statements_only() {
        let lines = lines(&merge(world()));
        let has = |s: &str, p: &str, o: &str| {
            let line = format!("<{BASE}{s}> <{NAMESPACE}{p}> <{BASE}{o}> .");
            lines.contains(&line)
        };
        assert!(has("person/ann-ode", "worksFor", "organization/ode-labs"));
        assert!(has("organization/ode-labs", "competesWith", "organization/vale-works"));
        assert!(has("organization/vale-works", "competesWith", "organization/ode-labs"), "both ways");
        assert!(has("person/bo-vale", "opposes", "topic/open-source"));
        assert!(!has("organization/vale-works", "acquired", "organization/ode-labs"), "negated");
    }

    #[test]
    fn literals_have_their_types() {
        let all = lines(&merge(world())).join("\n");
        for part in [
            "ns#bornOn> \"1961-08-04\"^^<http://www.w3.org/2001/XMLSchema#date>",
            "ns#amount> \"60000000000\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
            "ns#confidence> \"0.960\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
            "ns#validFrom> \"2025-01-20\"^^<http://www.w3.org/2001/XMLSchema#date>",
            "ns#asserted> \"false\"^^<http://www.w3.org/2001/XMLSchema#boolean>",
            "ns#sourceCount> \"2\"^^<http://www.w3.org/2001/XMLSchema#integer>",
            "<https://w3id.org/newsgraph/ns#open/co-chair> <http://www.w3.org/2000/01/rdf-schema#label> \"co-chair\"",
            "place/china> <http://www.w3.org/2002/07/owl#sameAs> <",
            "place/china> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/newsgraph/ns#Place>",
        ] {
            assert!(all.contains(part), "{part}\n{all}");
        }
    }
}
