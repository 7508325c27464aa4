//! Graphs made by hand for tests.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{ArticleIx, Entity, EntityIx, Evidence, Graph, Object, Statement};
use crate::{
    ontology::{Class, Ontology},
    record::{
        Amount, CharSpan, Confidence, Literal, LiteralType, Modality, Polarity, RecordArticle, RecordTime,
        StatementKind,
    },
};

/// The built-in vocabulary, read once for all tests.
pub(crate) static ONTOLOGY: LazyLock<Ontology> = LazyLock::new(Ontology::builtin);

/// An entity mentioned twice in one article.
pub(crate) fn entity(id: &str, class: Class, label: &str, aliases: &[&str]) -> Entity {
    Entity {
        id: id.to_owned(),
        class,
        label: label.to_owned(),
        aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        same_as: BTreeSet::new(),
        broader: BTreeSet::new(),
        mentions: 2,
        articles: 1,
    }
}

/// An asserted fact between two entities, without evidence.
pub(crate) fn statement(id: &str, subject: u32, relation: &str, object: u32, confidence: f64) -> Statement {
    Statement {
        id: id.to_owned(),
        subject: EntityIx(subject),
        relation: relation.to_owned(),
        object: Object::Entity(EntityIx(object)),
        kind: StatementKind::Fact,
        polarity: Polarity::Affirmed,
        modality: Modality::Actual,
        holder: None,
        roles: BTreeSet::new(),
        times: BTreeSet::new(),
        amounts: Vec::new(),
        confidence: Confidence::new(confidence),
        sources: 1,
        first_seen: None,
        last_seen: None,
        asserted: true,
        evidence: Vec::new(),
    }
}

/// An article that is all text, published on `day`.
pub(crate) fn article(id: &str, day: &str, title: &str, text: &str) -> RecordArticle {
    RecordArticle {
        id: id.to_owned(),
        source: "sample.txt".to_owned(),
        title: Some(title.to_owned()),
        published: Some(day.parse().unwrap()),
        outlet: Some("The Daily “Test” & Co.".to_owned()),
        author: None,
        url: Some("https://news.example/a?b=1&c=2".to_owned()),
        lang: "en".to_owned(),
        text: text.to_owned(),
    }
}

/// Adds the words `sentence` of article `at` as evidence of `statement`, with its dates.
pub(crate) fn cite(statement: &mut Statement, articles: &[RecordArticle], at: u32, sentence: &str) {
    let article = &articles[at as usize];
    let byte = article.text.find(sentence).unwrap();
    let start = article.text[..byte].chars().count() as u32;
    let end = start + sentence.chars().count() as u32;
    statement.evidence.push(Evidence {
        id: format!("evidence/{}-{at}-{start}", statement.id.trim_start_matches("statement/")),
        article: ArticleIx(at),
        sentence: CharSpan { start, end },
        subject: CharSpan { start, end: start + 1 },
        object: CharSpan { start: end - 1, end },
        cue: CharSpan { start: start + 1, end: start + 2 },
        text: sentence.to_owned(),
        phrase: "phrase".to_owned(),
        quoted: false,
        attribution: None,
        confidence: statement.confidence,
        by: "clause/verb".to_owned(),
    });
    let dates =
        statement.evidence.iter().filter_map(|evidence| articles[evidence.article.0 as usize].published);
    statement.first_seen = dates.clone().min();
    statement.last_seen = dates.max();
}

/// A sentence with everything that breaks careless writers.
pub(crate) const AWKWARD: &str =
    "=cmd|'/C calc'!A0, said \"Ada\" 😀 to עדה\u{202e}; a\\N\\b &amp; <b>\n\t</script> ]]> ends\\";

/// A graph with every kind of statement: six entities, two literals, nine statements, two articles.
pub(crate) fn graph() -> Graph {
    let text = format!("Ada Stone works for Apex. {AWKWARD} More words.\u{1}");
    let articles = vec![
        article("sha256:01", "2025-01-28", "Apex & <friends>", &text),
        article("sha256:02", "2025-03-01", "Later", "Ada Stone, of Apex, backs open source."),
    ];
    let mut meta = entity("organization/apex", Class::Company, "Apex \"AI\", Inc.", &["APX|AI", "Apex"]);
    meta.same_as = BTreeSet::from(["https://kb.example/Q1".to_owned()]);
    let entities = vec![
        meta,
        entity("organization/borealis", Class::Company, "=Borealis\n& Söhne", &[]),
        entity("person/ada-stone", Class::Person, "Ada Stone", &["Stone"]),
        entity("person/bo-reed", Class::Person, "Bo Reed\u{202e}", &[]),
        entity("place/france", Class::Country, "France", &[]),
        entity("topic/open-source", Class::Topic, "open source", &[]),
    ];
    let (apex, borealis, ada, bo, france, open) = (0, 1, 2, 3, 4, 5);
    let mut works = statement("statement/1", ada, "worksFor", apex, 0.93);
    works.roles = BTreeSet::from(["chief scientist".to_owned()]);
    works.times = BTreeSet::from([RecordTime {
        from: Some("2013-12".to_owned()),
        to: None,
        text: "since December 2013".to_owned(),
    }]);
    cite(&mut works, &articles, 0, "Ada Stone works for Apex.");
    cite(&mut works, &articles, 1, "Ada Stone, of Apex, backs open source.");
    works.sources = 2;
    let mut supports = statement("statement/2", ada, "supports", open, 0.8);
    supports.kind = StatementKind::Stance;
    cite(&mut supports, &articles, 1, "Ada Stone, of Apex, backs open source.");
    let mut opposes = statement("statement/3", apex, "opposes", open, 0.7);
    opposes.kind = StatementKind::Stance;
    opposes.holder = Some(EntityIx(bo));
    opposes.asserted = false;
    cite(&mut opposes, &articles, 0, AWKWARD);
    let mut denied = statement("statement/4", apex, "acquired", borealis, 0.85);
    denied.polarity = Polarity::Negated;
    denied.asserted = false;
    cite(&mut denied, &articles, 0, AWKWARD);
    let mut planned = statement("statement/5", apex, "acquired", borealis, 0.6);
    planned.modality = Modality::Planned;
    planned.asserted = false;
    planned.amounts =
        vec![Amount { value: 6e10, unit: "USD".to_owned(), text: "over $60 billion".to_owned() }];
    cite(&mut planned, &articles, 0, AWKWARD);
    let mut based = statement("statement/6", apex, "headquarteredIn", france, 0.4);
    based.asserted = false;
    cite(&mut based, &articles, 0, AWKWARD);
    let mut born = statement("statement/7", ada, "bornOn", 0, 0.9);
    born.object = Object::Literal(Literal { value: "1961-08-04".to_owned(), datatype: LiteralType::Date });
    cite(&mut born, &articles, 0, "Ada Stone works for Apex.");
    let mut said = statement("statement/8", bo, "said", 0, 0.9);
    said.kind = StatementKind::Quote;
    said.object = Object::Literal(Literal { value: AWKWARD.to_owned(), datatype: LiteralType::Text });
    cite(&mut said, &articles, 0, AWKWARD);
    let mut met = statement("statement/9", bo, "met", ada, 0.5);
    cite(&mut met, &articles, 0, AWKWARD);
    let statements = vec![works, supports, opposes, denied, planned, based, born, said, met];
    Graph { entities, statements, articles, ..Graph::default() }
}
