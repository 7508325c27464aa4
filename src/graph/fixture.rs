//! Records written by hand, for tests: each statement brings its own sentence.

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::{
    identity::hex,
    language::MentionKind,
    ontology::{Class, Ontology},
    record::{
        CharSpan, Confidence, Literal, LiteralType, Modality, Polarity, Record, RecordArticle, RecordEntity,
        RecordEvidence, RecordMention, RecordObject, RecordStatement, StatementKind,
    },
};

/// The built-in vocabulary, read once.
pub(crate) fn ontology() -> &'static Ontology {
    static ONTOLOGY: LazyLock<Ontology> = LazyLock::new(Ontology::builtin);
    &ONTOLOGY
}

/// A name and its class.
pub(crate) type Who<'a> = (&'a str, Class);

/// A record in the making.
pub(crate) struct Draft(Record);

impl Draft {
    pub(crate) fn new(outlet: &str, published: &str) -> Self {
        Self(Record {
            article: RecordArticle {
                id: String::new(),
                source: "made up".into(),
                title: Some(format!("News of {published}")),
                published: published.parse::<Date>().ok(),
                outlet: (!outlet.is_empty()).then(|| outlet.to_owned()),
                author: Some("A. Writer".into()),
                url: None,
                lang: "en".into(),
                text: String::new(),
            },
            entities: Vec::new(),
            statements: Vec::new(),
            model: "test".into(),
            ontology: "sha256:test".into(),
        })
    }

    pub(crate) fn url(mut self, url: &str) -> Self {
        self.0.article.url = Some(url.to_owned());
        self
    }

    /// Appends words and returns where they stand.
    fn write(&mut self, words: &str) -> CharSpan {
        let start = self.0.article.text.chars().count() as u32;
        self.0.article.text.push_str(words);
        CharSpan { start, end: start + words.chars().count() as u32 }
    }

    /// Writes a name and records it as a mention.
    fn name(&mut self, (label, class): Who<'_>) -> (String, CharSpan) {
        let span = self.write(label);
        let mention = RecordMention { start: span.start, end: span.end, kind: MentionKind::Named };
        let entities = &mut self.0.entities;
        let known = |entity: &RecordEntity| {
            entity.class.root() == class.root()
                && (entity.label == label || entity.aliases.iter().any(|alias| alias == label))
        };
        let at = entities.iter().position(known).unwrap_or_else(|| {
            let key = format!("e{}", entities.len() + 1);
            let (label, aliases) = (label.to_owned(), Vec::new());
            entities.push(RecordEntity { key, class, label, aliases, registry: None, mentions: Vec::new() });
            entities.len() - 1
        });
        entities[at].mentions.push(mention);
        (entities[at].key.clone(), span)
    }

    /// "NAME is here."
    pub(crate) fn mention(mut self, who: Who<'_>) -> Self {
        self.name(who);
        self.write(" is here. ");
        self
    }

    /// Makes `alias` another name of the entity labelled `label`.
    pub(crate) fn alias(mut self, label: &str, alias: &str) -> Self {
        let entity = self.0.entities.iter_mut().find(|entity| entity.label == label).unwrap();
        entity.aliases.push(alias.to_owned());
        self
    }

    /// Gives the entity labelled `label` an IRI of the registry.
    pub(crate) fn registered(mut self, label: &str, iri: &str) -> Self {
        self.0.entities.iter_mut().find(|entity| entity.label == label).unwrap().registry =
            Some(iri.to_owned());
        self
    }

    /// "SUBJECT phrase OBJECT."
    pub(crate) fn says(mut self, subject: Who<'_>, relation: &str, phrase: &str, object: Who<'_>) -> Self {
        let (subject, subject_at) = self.name(subject);
        self.write(" ");
        let cue = self.write(phrase);
        self.write(" ");
        let (object, object_at) = self.name(object);
        self.close(subject, subject_at, relation, phrase, cue, RecordObject::Entity(object), object_at);
        self
    }

    /// "SUBJECT phrase WORDS."
    pub(crate) fn tells(
        mut self,
        subject: Who<'_>,
        relation: &str,
        phrase: &str,
        value: &str,
        datatype: LiteralType,
    ) -> Self {
        let (subject, subject_at) = self.name(subject);
        self.write(" ");
        let cue = self.write(phrase);
        self.write(" ");
        let object_at = self.write(value);
        let object = RecordObject::Literal(Literal { value: value.to_owned(), datatype });
        self.close(subject, subject_at, relation, phrase, cue, object, object_at);
        self
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one sentence")]
    fn close(
        &mut self,
        subject: String,
        subject_at: CharSpan,
        relation: &str,
        phrase: &str,
        cue: CharSpan,
        object: RecordObject,
        object_at: CharSpan,
    ) {
        let end = self.write(".").end;
        self.write(" ");
        let kind = match relation {
            "said" | "mentions" => StatementKind::Quote,
            "supports" | "opposes" | "praises" | "criticises" | "warnsOf" | "callsFor" => {
                StatementKind::Stance
            }
            _ => StatementKind::Fact,
        };
        self.0.statements.push(RecordStatement {
            subject,
            relation: relation.to_owned(),
            object,
            kind,
            polarity: Polarity::Affirmed,
            modality: Modality::Actual,
            holder: None,
            attribution: None,
            role: None,
            time: None,
            amount: None,
            phrase: phrase.to_owned(),
            confidence: Confidence::new(0.8),
            evidence: RecordEvidence {
                sentence: CharSpan { start: subject_at.start, end },
                subject: subject_at,
                object: object_at,
                cue,
            },
            by: "clause/verb".into(),
            witnesses: None,
        });
    }

    /// Changes the last statement.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut RecordStatement)) -> Self {
        change(self.0.statements.last_mut().unwrap());
        self
    }

    /// Says that the last statement is `holder`'s claim.
    pub(crate) fn held_by(mut self, holder: Who<'_>) -> Self {
        self.write("So says ");
        let (key, _) = self.name(holder);
        self.write(". ");
        self.0.statements.last_mut().unwrap().holder = Some(key);
        self
    }

    pub(crate) fn build(mut self) -> Record {
        self.0.article.id = format!("sha256:{}", hex(&Sha256::digest(&self.0.article.text)));
        for entity in &mut self.0.entities {
            entity.aliases = entity.aliases.drain(..).collect::<BTreeSet<_>>().into_iter().collect();
        }
        self.0
    }
}

/// A small world: two rival companies, their people, a topic and a country.
pub(crate) fn world() -> Vec<Record> {
    use Class::{Company, Country, Organization, Person, Product, Topic};
    let ann = ("Ann Ode", Person);
    let bo = ("Bo Vale", Person);
    let labs = ("Ode Labs", Company);
    let works = ("Vale Works", Company);
    let open = ("open source", Topic);
    vec![
        Draft::new("The Daily Ode", "2025-01-28")
            .url("https://daily.example/1")
            .says(ann, "worksFor", "works for", labs)
            .but(|statement| statement.role = Some("chief scientist".into()))
            .says(ann, "supports", "backs", open)
            .registered("open source", "topic/open-source")
            .says(labs, "competesWith", "competes with", works)
            .says(labs, "released", "released", ("Ode-2", Product))
            .but(|statement| {
                statement.time = Some(crate::record::RecordTime {
                    from: Some("2025-01-20".into()),
                    to: Some("2025-01-20".into()),
                    text: "on January 20".into(),
                });
            })
            .tells(ann, "said", "said", "Open models win.", LiteralType::Text)
            .but(|statement| statement.confidence = Confidence::new(0.95))
            .says(labs, "headquarteredIn", "has its seat in", ("China", Country))
            .registered("China", "place/china")
            .build(),
        Draft::new("Vale Post", "2025-02-01")
            .says(works, "competesWith", "is a rival of", labs)
            .says(bo, "leads", "runs", works)
            .but(|statement| statement.role = Some("chief executive".into()))
            .says(bo, "opposes", "rejects", open)
            .registered("open source", "topic/open-source")
            .says(works, "acquired", "did not buy", labs)
            .but(|statement| statement.polarity = Polarity::Negated)
            .held_by(bo)
            .says(works, "investsIn", "put money into", ("Ode Labs Inc.", Company))
            .but(|statement| {
                statement.amount = Some(crate::record::Amount {
                    value: 60e9,
                    unit: "USD".into(),
                    text: "$60 billion".into(),
                });
            })
            .build(),
        Draft::new("", "2025-03-01")
            .says(("Ode", Person), "worksFor", "is with", labs)
            .says(("Ode", Person), "open/co-chair", "co-chairs", ("Ode Club", Organization))
            .tells(("Ode", Person), "bornOn", "was born on", "1961-08-04", LiteralType::Date)
            .build(),
    ]
}

/// Records with every kind of collision: names, spellings, outlets, addresses, dates and words from small pools.
pub(crate) fn any_records() -> impl proptest::strategy::Strategy<Value = Vec<Record>> {
    use Class::{Company, Organization, Person, Product, Topic};
    use proptest::prelude::*;

    const WHO: [(&str, Class); 12] = [
        ("Ann Ode", Person),
        ("Ode", Person),
        ("Bo Vale", Person),
        ("Dr. Bo Vale", Person),
        ("Vale", Company),
        ("Ode Labs", Company),
        ("ODE LABS Inc.", Organization),
        ("Ode", Organization),
        ("Ode 4", Product),
        ("open source", Topic),
        ("李娜", Person),
        ("Ben Ode", Person),
    ];
    const RELATIONS: [&str; 5] = ["worksFor", "competesWith", "opposes", "supports", "open/nudge"];
    let statement = (
        0..WHO.len(),
        0..RELATIONS.len(),
        0..WHO.len(),
        any::<(bool, bool)>(),
        300_u16..1000,
        0..WHO.len() * 3,
    );
    let article = (
        prop::sample::select(vec!["", "Post", "Times", "Herald"]),
        1..4_u8,
        prop::option::of(1..4_u8),
        prop::collection::vec(statement, 0..4),
    );
    let record = article.prop_map(|(outlet, day, url, statements)| {
        let mut draft = Draft::new(outlet, &format!("2025-01-0{day}"));
        if let Some(url) = url {
            draft = draft.url(&format!("https://news.example/{url}"));
        }
        for (subject, relation, object, (affirmed, actual), confidence, holder) in statements {
            draft = draft.says(WHO[subject], RELATIONS[relation], "does to", WHO[object]).but(|statement| {
                statement.confidence = Confidence::new(f64::from(confidence) / 1000.0);
                statement.polarity = if affirmed { Polarity::Affirmed } else { Polarity::Negated };
                statement.modality = if actual { Modality::Actual } else { Modality::Planned };
            });
            if let Some(holder) = WHO.get(holder) {
                draft = draft.held_by(*holder);
            }
        }
        draft.build()
    });
    prop::collection::vec(record, 0..8)
}
