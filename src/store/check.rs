//! Whether a graph and its records keep what they promise: every rule as code, every breach with its place.

use std::fmt;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Triple;

use super::rdf::{self, BaseIri};
use crate::{
    article::CodePoints,
    graph::{Evidence, Graph, Object, Statement, within},
    ontology::{Class, Ontology, Range},
    record::{CharSpan, Literal, LiteralType, Modality, Polarity, Record, RecordObject, RecordTime},
};

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Ids are sorted, distinct and well formed.
    Id,
    /// Every entity has a name.
    Label,
    /// Subject, object, holder and article are there.
    Ends,
    /// The subject's class fits the relation, where a claim is asserted.
    Domain,
    /// The object's class or type fits the relation, where a claim is asserted.
    Range,
    /// At least one sentence stands behind a statement.
    Evidence,
    /// Offsets lie inside the text, and the cue inside its sentence.
    Offsets,
    /// The sentence is the article's text at its offsets.
    Quote,
    /// A statement is at least as certain as its best evidence, and no more sources than sentences stand behind it.
    Confidence,
    /// Dates exist, and none ends before it begins.
    Date,
    /// Only what is affirmed, actual and held by the article or its subject is asserted.
    Asserted,
    /// The triples read back as written.
    Rdf,
    /// A record agrees with itself.
    Record,
}

impl Rule {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Label => "label",
            Self::Ends => "ends",
            Self::Domain => "domain",
            Self::Range => "range",
            Self::Evidence => "evidence",
            Self::Offsets => "offsets",
            Self::Quote => "quote",
            Self::Confidence => "confidence",
            Self::Date => "date",
            Self::Asserted => "asserted",
            Self::Rdf => "rdf",
            Self::Record => "record",
        }
    }
}

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Id of the statement, entity or article.
    pub at: String,
    /// The rule.
    pub rule: Rule,
    /// What is wrong, with the words concerned.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.at, self.rule.as_str(), self.what)
    }
}

/// Checks a graph; an empty list means that every rule holds.
///
/// Cost: linear in the number of triples, each of which is written and read once.
///
/// ```
/// use newsgraph::{graph::Graph, ontology::Ontology, store::{BaseIri, check}};
/// assert!(check::check(&Graph::default(), &Ontology::builtin(), &BaseIri::default()).is_empty());
/// ```
#[must_use]
pub fn check(graph: &Graph, ontology: &Ontology, base: &BaseIri) -> Vec<Violation> {
    let mut found = Found(Vec::new());
    let entities: Vec<&str> = graph.entities.iter().map(|entity| entity.id.as_str()).collect();
    let statements: Vec<&str> = graph.statements.iter().map(|statement| statement.id.as_str()).collect();
    let articles: Vec<&str> = graph.articles.iter().map(|article| article.id.as_str()).collect();
    for ids in [&entities, &statements, &articles] {
        for pair in ids.windows(2).filter(|pair| pair[0] >= pair[1]) {
            found.add(pair[1], Rule::Id, format!("follows {}; ids are sorted and distinct", pair[0]));
        }
    }
    for entity in &graph.entities {
        if !entity.id.starts_with(&format!("{}/", crate::identity::folder(entity.class))) {
            found.add(&entity.id, Rule::Id, format!("is a {}, which its id does not say", entity.class));
        }
        if entity.label.trim().is_empty() || entity.aliases.iter().any(|alias| alias.trim().is_empty()) {
            found.add(&entity.id, Rule::Label, "has an empty name".to_owned());
        }
    }
    let points: Vec<CodePoints> =
        graph.articles.iter().map(|article| CodePoints::new(&article.text)).collect();
    for statement in &graph.statements {
        if check_ends(graph, statement, &mut found) {
            check_statement(graph, ontology, statement, &points, &mut found);
        }
    }
    if found.0.is_empty() {
        // Triples can only be made of a graph whose ends are there.
        check_triples(graph, ontology, base, &mut found);
    }
    found.0.sort();
    found.0
}

/// Checks one record: its own consistency, and its classes against the vocabulary.
#[must_use]
pub fn check_record(record: &Record, ontology: &Ontology) -> Vec<Violation> {
    let mut found = Found(Vec::new());
    if let Err(error) = record.validate() {
        found.add(&record.article.id, Rule::Record, error.to_string());
        return found.0;
    }
    let class =
        |key: &str| record.entities.iter().find(|entity| entity.key == key).map(|entity| entity.class);
    let fits = |class: Option<Class>, classes: &std::collections::BTreeSet<Class>| {
        classes.is_empty() || class.is_some_and(|class| classes.iter().any(|wanted| class.is_a(*wanted)))
    };
    for (at, statement) in record.statements.iter().enumerate() {
        let place = format!("{} statement {}", record.article.id, at + 1);
        let words = format!("{} ({})", statement.relation, statement.phrase);
        match ontology.relation(&statement.relation) {
            None if !statement.relation.starts_with("open/") => {
                found.add(&place, Rule::Record, format!("{words} is no relation of the vocabulary"));
            }
            None => {}
            Some(relation) => {
                if !fits(class(&statement.subject), &relation.domain) {
                    found.add(&place, Rule::Domain, format!("the subject does not fit {words}"));
                }
                let object_fits = match (&statement.object, &relation.range) {
                    (RecordObject::Entity(key), Range::Classes(classes)) => fits(class(key), classes),
                    (RecordObject::Literal(literal), Range::Date) => literal.datatype == LiteralType::Date,
                    (_, Range::Text) => true,
                    (RecordObject::Entity(_), Range::Date)
                    | (RecordObject::Literal(_), Range::Classes(_)) => false,
                };
                if !object_fits {
                    found.add(&place, Rule::Range, format!("the object does not fit {words}"));
                }
            }
        }
        if let RecordObject::Literal(literal) = &statement.object {
            check_literal(&place, literal, &mut found);
        }
        if let Some(time) = &statement.time {
            check_time(&place, time, &mut found);
        }
    }
    found.0
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, at: &str, rule: Rule, what: String) {
        self.0.push(Violation { at: at.to_owned(), rule, what });
    }
}

/// Whether all that a statement points to is there; reports what is not.
fn check_ends(graph: &Graph, statement: &Statement, found: &mut Found) -> bool {
    let object = if let Object::Entity(object) = statement.object { Some(object) } else { None };
    let before = found.0.len();
    for (what, end) in
        [("subject", Some(statement.subject)), ("object", object), ("holder", statement.holder)]
    {
        if end.is_some_and(|end| end.0 as usize >= graph.entities.len()) {
            found.add(&statement.id, Rule::Ends, format!("its {what} is not in the graph"));
        }
    }
    if statement.evidence.iter().any(|evidence| evidence.article.0 as usize >= graph.articles.len()) {
        found.add(&statement.id, Rule::Ends, "an article behind it is not in the graph".to_owned());
    }
    found.0.len() == before
}

fn check_statement(
    graph: &Graph,
    ontology: &Ontology,
    statement: &Statement,
    points: &[CodePoints],
    found: &mut Found,
) {
    let id = statement.id.as_str();
    let subject = graph.entity(statement.subject);
    let words = format!("{} {}", subject.label, statement.relation);
    if let Some(relation) = ontology.relation(&statement.relation).filter(|_| statement.asserted) {
        if !within(subject, &relation.domain) {
            found.add(id, Rule::Domain, format!("{words}: {} is a {}", subject.label, subject.class));
        }
        match (&statement.object, &relation.range) {
            (Object::Entity(at), Range::Classes(classes)) if !within(graph.entity(*at), classes) => {
                let object = graph.entity(*at);
                found.add(id, Rule::Range, format!("{words} {}, which is a {}", object.label, object.class));
            }
            (Object::Entity(_), Range::Date) | (Object::Literal(_), Range::Classes(_)) => {
                found.add(id, Rule::Range, format!("{words}: the object is of the wrong type"));
            }
            _ => {}
        }
    }
    let own = statement.holder.is_none_or(|holder| holder == statement.subject);
    if statement.asserted
        && !(own && statement.polarity == Polarity::Affirmed && statement.modality == Modality::Actual)
    {
        found.add(
            id,
            Rule::Asserted,
            format!("{words} is asserted but negated, not actual or another's claim"),
        );
    }
    let Some(best) = statement.evidence.iter().map(|evidence| evidence.confidence).max() else {
        found.add(id, Rule::Evidence, format!("nothing stands behind {words}"));
        return;
    };
    if statement.confidence < best || statement.confidence.value() > 1.0 {
        found.add(
            id,
            Rule::Confidence,
            format!("{words} has {}, its best evidence {best}", statement.confidence),
        );
    }
    if statement.sources == 0 || statement.sources as usize > statement.evidence.len() {
        let what =
            format!("{words} has {} sources and {} sentences", statement.sources, statement.evidence.len());
        found.add(id, Rule::Confidence, what);
    }
    if statement.first_seen > statement.last_seen {
        found.add(id, Rule::Date, format!("{words} was last seen before it was first seen"));
    }
    if let Object::Literal(literal) = &statement.object {
        check_literal(id, literal, found);
    }
    for time in &statement.times {
        check_time(id, time, found);
    }
    for evidence in &statement.evidence {
        let text = &graph.article(evidence.article).text;
        check_evidence(id, evidence, text, &points[evidence.article.0 as usize], found);
    }
}

fn check_evidence(id: &str, evidence: &Evidence, text: &str, points: &CodePoints, found: &mut Found) {
    let spans = [
        ("sentence", Some(evidence.sentence)),
        ("subject", Some(evidence.subject)),
        ("object", Some(evidence.object)),
        ("cue", Some(evidence.cue)),
        ("attribution", evidence.attribution),
    ];
    for (what, span) in spans {
        if span.is_some_and(|span| span.start > span.end || span.end > points.len()) {
            found.add(id, Rule::Offsets, format!("the {what} lies outside the text, in {:?}", evidence.text));
        }
    }
    if !evidence.sentence.contains(evidence.cue) {
        found.add(id, Rule::Offsets, format!("the cue lies outside its sentence {:?}", evidence.text));
    }
    let CharSpan { start, end } = evidence.sentence;
    let range = points.to_byte(text, start).zip(points.to_byte(text, end));
    let there = range.and_then(|(start, end)| text.get(start as usize..end as usize));
    if there != Some(evidence.text.as_str()) {
        found.add(id, Rule::Quote, format!("the article does not say {:?} at {start}..{end}", evidence.text));
    }
}

fn check_literal(at: &str, literal: &Literal, found: &mut Found) {
    let bad = match literal.datatype {
        LiteralType::Date => rdf::date_type(&literal.value).is_none(),
        LiteralType::Text => literal.value.trim().is_empty(),
    };
    if bad {
        found.add(at, Rule::Date, format!("{:?} is no day, month or year, or empty", literal.value));
    }
}

fn check_time(at: &str, time: &RecordTime, found: &mut Found) {
    for value in time.from.iter().chain(&time.to) {
        if rdf::date_type(value).is_none() {
            found.add(at, Rule::Date, format!("{value:?} ({:?}) is no day, month or year", time.text));
        }
    }
    if let (Some(from), Some(to)) = (&time.from, &time.to) {
        // A coarser date holds the finer one, so only their common part is compared.
        let common = from.len().min(to.len());
        if from.get(..common) > to.get(..common) {
            found.add(at, Rule::Date, format!("{:?} ends on {to}, before {from}", time.text));
        }
    }
}

fn check_triples(graph: &Graph, ontology: &Ontology, base: &BaseIri, found: &mut Found) {
    for triple in rdf::triples(graph, ontology, base) {
        let mut line = Vec::new();
        let written = rdf::write_ntriples([triple.clone()], &mut line).is_ok();
        let mut back = RdfParser::from_format(RdfFormat::NTriples).for_slice(&line[..]);
        let same = back.next().is_some_and(|quad| quad.is_ok_and(|quad| Triple::from(quad) == triple));
        if !written || !same || back.next().is_some() {
            found.add(&triple.subject.to_string(), Rule::Rdf, format!("{triple} does not read back"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        graph::{
            ArticleIx, EntityIx, MergeOptions,
            fixture::{ontology, world},
        },
        record::Confidence,
    };

    /// The rules broken after a change to the graph of the small world.
    fn broken(change: impl FnOnce(&mut Graph)) -> Vec<&'static str> {
        let ontology = ontology();
        let mut graph = Graph::from_records(world(), ontology, &MergeOptions::default());
        change(&mut graph);
        let mut rules: Vec<_> = check(&graph, ontology, &BaseIri::default())
            .into_iter()
            .map(|violation| {
                assert!(!violation.to_string().is_empty());
                violation.rule.as_str()
            })
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    fn asserted(graph: &mut Graph, relation: &str) -> usize {
        graph
            .statements
            .iter()
            .position(|statement| statement.asserted && statement.relation == relation)
            .unwrap()
    }

    #[test]
    fn a_merged_graph_keeps_every_rule() {
        assert_eq!(broken(|_| ()), [] as [&str; 0]);
        for record in world() {
            assert_eq!(check_record(&record, ontology()), []);
        }
    }

    #[test]
    fn every_rule_can_be_broken() {
        assert_eq!(broken(|graph| graph.statements.swap(0, 1)), ["id"]);
        assert_eq!(broken(|graph| graph.entities[0].label.clear()), ["label"]);
        assert_eq!(broken(|graph| graph.statements[0].subject = EntityIx(999)), ["ends"]);
        assert_eq!(broken(|graph| graph.statements[0].evidence[0].article = ArticleIx(9)), ["ends"]);
        assert_eq!(broken(|graph| graph.statements[0].evidence.clear()), ["evidence"]);
        assert_eq!(broken(|graph| graph.statements[0].confidence = Confidence::new(0.1)), ["confidence"]);
        assert_eq!(broken(|graph| graph.statements[0].evidence[0].text.push('!')), ["quote"]);
        assert_eq!(broken(|graph| graph.statements[0].evidence[0].object.end = 99_999), ["offsets"]);
        let swapped = broken(|graph| {
            let at = asserted(graph, "worksFor");
            let Object::Entity(object) = graph.statements[at].object else { panic!("an entity") };
            graph.statements[at].object = Object::Entity(graph.statements[at].subject);
            graph.statements[at].subject = object;
        });
        assert_eq!(swapped[..1], ["domain"]);
        let wrong_type = broken(|graph| {
            let at = asserted(graph, "bornOn");
            graph.statements[at].object = Object::Entity(EntityIx(0));
        });
        assert_eq!(wrong_type, ["range"]);
        let negated = broken(|graph| {
            let at = asserted(graph, "worksFor");
            graph.statements[at].polarity = Polarity::Negated;
        });
        assert_eq!(negated, ["asserted"]);
        let backwards = broken(|graph| {
            graph.statements[0].times.insert(RecordTime {
                from: Some("2025-03".into()),
                to: Some("2025-02-01".into()),
                text: "then".into(),
            });
        });
        assert_eq!(backwards, ["date"]);
    }

    #[test]
    fn a_records_classes_are_checked() {
        let mut record = world().remove(0);
        let object = record.statements[0].subject.clone();
        record.statements[0].object =
            RecordObject::Literal(Literal { value: object, datatype: LiteralType::Text });
        record.statements[1].relation = "invented".into();
        let found = check_record(&record, ontology());
        let rules: Vec<_> = found.iter().map(|violation| violation.rule).collect();
        assert_eq!(rules, [Rule::Range, Rule::Record]);
    }
}
