//! From an analysed article to its record: clauses, relations, attribution, stance, factuality and time.
//!
//! Rules read one sentence each and hand over findings; this module asks of every finding how real it is, who says so,
//! when it holds and what it costs, and writes the [`Record`].

mod atoms;
mod attribution;
mod clause;
mod confidence;
mod cues;
mod document;
mod entities;
mod factuality;
mod finding;
mod money;
mod nominal;
mod open;
mod pair;
mod quote;
mod reader;
mod selection;
mod stance;
mod time;
mod tree;
mod verbal;

#[cfg(test)]
pub(crate) mod testing;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    article::{Article, CodePoints, Span},
    language::{Analysis, MentionKind, SentenceId, TokenId, Upos},
    ontology::{Class, Ontology, RelationKind},
    record::{
        Amount, Attribution, CharSpan, Confidence, Literal, LiteralType, Modality, Polarity, Record,
        RecordArticle, RecordEntity, RecordEvidence, RecordMention, RecordObject, RecordStatement,
        RecordTime, StatementKind, Witnesses,
    },
};
use attribution::{Attributed, AttributionKind, Scope, innermost};
use confidence::confidence;
use cues::CueIndex;
use document::Document;
use entities::{Entities, EntityIx, EntityMention};
use factuality::{Factuality, factuality, outlook};
use finding::{Filler, Finding, Reality};
use money::MoneyExpression;
use reader::Reader;
use selection::Expectations;

/// A quote's words longer than this are cut in the statement (never in the evidence, which has offsets).
const MAX_QUOTE_CHARS: usize = 1000;

/// What only the model sees is told from this confidence on.
const LEAST_ALONE: f64 = 0.3;

/// Reads records off analysed articles, by one vocabulary.
#[derive(Debug)]
pub struct Extractor<'o> {
    ontology: &'o Ontology,
    cues: CueIndex<'o>,
    model: String,
    in_words: bool,
}

impl<'o> Extractor<'o> {
    /// An extractor for this vocabulary; `model` is the id of the language model that analysed the articles.
    #[must_use]
    pub fn new(ontology: &'o Ontology, model: &str) -> Self {
        Self { ontology, cues: CueIndex::new(ontology), model: model.to_owned(), in_words: false }
    }

    /// Also keeps every clause in its own words as an open relation, whatever it is about.
    #[must_use]
    pub fn in_words(mut self) -> Self {
        self.in_words = true;
        self
    }

    /// What the article says. Linear in its length; the same article gives the same record.
    #[must_use]
    pub fn extract(&self, article: &Article, analysis: &Analysis) -> Record {
        let document = Document::new(article, analysis);
        let unknown = Entities::default();
        let mut expectations = Expectations::new();
        for id in document.sentences() {
            selection::expect(&self.reader(&document, id, &unknown), &mut expectations);
        }
        let entities = entities::resolve(&document, self.ontology, &expectations);
        let attributions = attribution::attributions(&document, &entities, self.ontology);
        let mut writer = Writer::new(document.text, &entities);

        for id in document.sentences() {
            let reader = self.reader(&document, id, &entities);
            let sentence = reader.tree.sentence();
            let amounts = money::amounts(document.text, sentence);
            let here: Vec<Attributed> = attributions
                .iter()
                .filter(|attributed| match attributed.scope {
                    Scope::Clause { sentence, .. } => sentence == id,
                    Scope::Quote { content, .. } => content.overlaps(sentence.span),
                })
                .cloned()
                .collect();
            let mut findings = verbal::read(&reader);
            findings.extend(nominal::read(&reader));
            let open = if self.in_words { open::clauses(&reader) } else { open::read(&reader, &findings) };
            pair::witness(&reader, &mut findings);
            findings.extend(open);
            findings.extend(stance::read(&reader, &here));
            for finding in findings {
                self.write(&mut writer, &reader, &finding, &here, &amounts);
            }
        }
        for attributed in &attributions {
            self.write_quote(&mut writer, &document, attributed);
        }
        writer.finish(article, &self.model, self.ontology)
    }

    fn reader<'a>(
        &'a self,
        document: &'a Document<'a>,
        id: SentenceId,
        entities: &'a Entities,
    ) -> Reader<'a> {
        Reader { document, id, tree: document.tree(id), entities, ontology: self.ontology, cues: &self.cues }
    }

    /// Turns one finding into a statement, unless it claims nothing.
    fn write(
        &self,
        writer: &mut Writer<'_>,
        reader: &Reader<'_>,
        finding: &Finding,
        attributed: &[Attributed],
        amounts: &[MoneyExpression],
    ) {
        let tree = &reader.tree;
        let mut real = match finding.reality {
            Reality::Known(known) | Reality::Presupposed(known) => known,
            Reality::Around => match factuality(tree, finding.predicate, self.ontology) {
                Some(read) => read,
                None => return,
            },
        };
        // Where no rule has read the clause, its verb may be one that looks ahead: "plans to buy".
        if finding.is_seen_only() && matches!(finding.reality, Reality::Around) {
            outlook(tree.lemma(finding.predicate), self.ontology, &mut real);
        }
        let scope = innermost(attributed, tree, reader.id, finding.predicate);
        let mut holder = None;
        let mut attribution = None;
        if let Some(scope) = scope {
            holder = scope.speaker.filter(|&speaker| reader.entities.is_named(speaker));
            match scope.kind {
                _ if matches!(finding.reality, Reality::Presupposed(_)) => {}
                AttributionKind::Denies => real.negate(),
                AttributionKind::Doubts => real.weaken(Modality::Possible),
                AttributionKind::Says => {}
            }
            // "According to reports": nobody in particular answers for it.
            if scope.vague && finding.reality == Reality::Around {
                real.weaken(Modality::Possible);
            }
            attribution = Some(Attribution { cue: writer.chars(scope.cue), quoted: scope.quoted });
        }
        let kind = match self.ontology.relation(&finding.relation).map(|relation| relation.kind) {
            Some(RelationKind::Stance) => StatementKind::Stance,
            Some(RelationKind::Quote) => StatementKind::Quote,
            Some(RelationKind::Fact) | None => StatementKind::Fact,
        };
        let mut sentence = tree.sentence().span;
        for span in [finding.subject.span(), finding.object.span()] {
            sentence = sentence.cover(span);
        }
        let witnesses = witnesses(reader, finding);
        let confidence = confidence(&witnesses);
        if witnesses.clause.is_none() && confidence < LEAST_ALONE {
            return;
        }
        writer.push(Draft {
            relation: finding.relation.clone(),
            subject: finding.subject.clone(),
            object: finding.object.clone(),
            kind,
            real,
            holder,
            attribution,
            role: finding.role.map(|span| span.of(reader.document.text).to_owned()),
            time: self.time(reader, finding),
            amount: amount(reader, finding, amounts),
            cue: finding.cue,
            sentence,
            confidence,
            witnesses: Some(witnesses),
            by: finding.by(),
        });
    }

    /// When a finding holds: the date in its own clause, or that it is over.
    fn time(&self, reader: &Reader<'_>, finding: &Finding) -> Option<RecordTime> {
        let dated = reader.times().iter().find(|time| {
            finding.object.span() != time.span
                && !time.span.overlaps(finding.subject.span())
                && belongs(reader, time.first, time.last, finding.predicate)
        });
        let time = dated.map(|time| RecordTime {
            from: time.from.clone(),
            to: time.to.clone(),
            text: time.span.of(reader.document.text).to_owned(),
        });
        if time.is_none() && finding.over {
            return Some(RecordTime {
                from: None,
                to: reader.document.published.map(|date| date.to_string()),
                text: finding.cue.of(reader.document.text).to_owned(),
            });
        }
        time
    }

    /// Writes that somebody said something, and what they mention by name in direct speech.
    fn write_quote(&self, writer: &mut Writer<'_>, document: &Document<'_>, attributed: &Attributed) {
        let named = |speaker: &EntityIx| writer.entities.is_named(*speaker);
        let Some(speaker) = attributed.speaker.filter(named) else { return };
        let sentence_span = |id: SentenceId| document.tree(id).sentence().span;
        let (content, evidence) = match attributed.scope {
            // A few quoted words are part of the sentence around them, which other rules read.
            Scope::Quote { fragment: true, .. } => return,
            Scope::Quote { content, first, last, .. } => {
                (content, sentence_span(first).cover(sentence_span(last)))
            }
            Scope::Clause { sentence, head, except } => {
                let tree = document.tree(sentence);
                let words = tree.subtree_span(head);
                if except.is_some() || words.contains(attributed.cue) {
                    return;
                }
                (words, sentence_span(sentence))
            }
        };
        let Some(speaker_span) = attributed.speaker_span else { return };
        let subject = Filler::Entity { entity: speaker, span: speaker_span, certainty: 0.95 };
        let draft = |relation: &str, object: Filler, confidence: f64, by: &'static str| Draft {
            relation: relation.to_owned(),
            subject: subject.clone(),
            sentence: evidence.cover(speaker_span).cover(attributed.cue),
            object,
            kind: StatementKind::Quote,
            real: Factuality::ACTUAL,
            holder: None,
            attribution: Some(Attribution { cue: writer.chars(attributed.cue), quoted: attributed.quoted }),
            role: None,
            time: None,
            amount: None,
            cue: attributed.cue,
            confidence,
            witnesses: None,
            by: by.to_owned(),
        };
        let mut drafts = Vec::new();
        let negated = attributed.kind == AttributionKind::Denies;
        if !negated {
            let by = if attributed.quoted { "attribution/quote" } else { "attribution/reported" };
            drafts.push(draft("said", Filler::Words { span: content }, 0.93, by));
        }
        if attributed.quoted {
            for (entity, mention) in named_within(writer.entities, content) {
                if entity != speaker {
                    let object = Filler::Entity { entity, span: mention.span, certainty: 1.0 };
                    drafts.push(draft("mentions", object, 0.93, "attribution/mention"));
                }
            }
        }
        for draft in drafts {
            writer.push(draft);
        }
    }
}

/// What speaks for a finding.
fn witnesses(reader: &Reader<'_>, finding: &Finding) -> Witnesses {
    let heard = finding.pair.as_ref().map(|pair| pair.probability);
    // The model knows nothing of topics.
    let known = matches!(finding.object, Filler::Entity { .. } | Filler::Date { .. })
        && reader.document.knows(&finding.relation);
    Witnesses {
        clause: (!finding.is_seen_only()).then(|| Confidence::new(finding.confidence)),
        pair: heard.or_else(|| known.then_some(0.0)).map(Confidence::new),
        ends: Confidence::new(finding.subject.certainty() * finding.object.certainty()),
        path: finding.pair.as_ref().filter(|_| finding.is_seen_only()).and_then(|pair| pair.path),
    }
}

/// The names inside a stretch of text, each entity once.
fn named_within(entities: &Entities, span: Span) -> Vec<(EntityIx, EntityMention)> {
    entities
        .iter()
        .filter_map(|(entity, found)| {
            let mention = found.mentions.iter().find(|mention| {
                mention.kind == MentionKind::Named && !mention.demonym && span.contains(mention.span)
            })?;
            Some((entity, *mention))
        })
        .collect()
}

/// Whether an expression of time or money belongs to the clause of `predicate` and no clause below it.
fn belongs(reader: &Reader<'_>, first: TokenId, last: TokenId, predicate: TokenId) -> bool {
    let tree = &reader.tree;
    let outside = |token: TokenId| tree.head(token).is_none_or(|head| head < first || head > last);
    let Some(head) = (first.0..=last.0).map(TokenId).find(|&token| outside(token)) else { return false };
    if head == predicate {
        return false;
    }
    let above = tree
        .ancestors(head)
        .find(|&above| above == predicate || matches!(tree.upos(above), Upos::Verb | Upos::Aux));
    match above {
        Some(above) if above == predicate => true,
        // A noun shares the time of the verb it is an argument of: "announced the purchase on Monday".
        Some(above) => tree.upos(predicate) != Upos::Verb && tree.head(predicate) == Some(above),
        None => false,
    }
}

/// The sum of money in a finding's clause.
fn amount(reader: &Reader<'_>, finding: &Finding, amounts: &[MoneyExpression]) -> Option<Amount> {
    amounts
        .iter()
        .find(|money| belongs(reader, money.first, money.last, finding.predicate))
        .map(|money| money.amount.clone())
}

/// A statement before its entities have keys.
struct Draft {
    relation: String,
    subject: Filler,
    object: Filler,
    kind: StatementKind,
    real: Factuality,
    holder: Option<EntityIx>,
    attribution: Option<Attribution>,
    role: Option<String>,
    time: Option<RecordTime>,
    amount: Option<Amount>,
    cue: Span,
    sentence: Span,
    confidence: f64,
    witnesses: Option<Witnesses>,
    by: String,
}

impl Draft {
    /// Whether only the model speaks for it, and not of words in one sentence.
    fn is_seen_apart(&self) -> bool {
        self.witnesses.as_ref().is_some_and(|said| said.clause.is_none() && said.path.is_none())
    }
}

/// What only the model sees, over two sentences, adds nothing to what one of them says.
fn drop_repeated(kept: &mut Vec<(usize, ObjectKey, &Draft)>) {
    let claim =
        |subject: usize, object: &ObjectKey, draft: &Draft| (draft.relation.clone(), subject, object.clone());
    let said: BTreeSet<_> = kept
        .iter()
        .filter(|(_, _, draft)| !draft.is_seen_apart())
        .map(|(subject, object, draft)| claim(*subject, object, draft))
        .collect();
    kept.retain(|(subject, object, draft)| {
        !draft.is_seen_apart() || !said.contains(&claim(*subject, object, draft))
    });
}

/// Collects drafts and writes the record.
struct Writer<'a> {
    text: &'a str,
    entities: &'a Entities,
    points: CodePoints,
    drafts: Vec<Draft>,
}

impl<'a> Writer<'a> {
    fn new(text: &'a str, entities: &'a Entities) -> Self {
        Self { text, entities, points: CodePoints::new(text), drafts: Vec::new() }
    }

    fn chars(&self, span: Span) -> CharSpan {
        CharSpan {
            start: self.points.from_byte(self.text, span.start()),
            end: self.points.from_byte(self.text, span.end()),
        }
    }

    fn push(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// The record: entities in order of first mention, statements in order of evidence, each claim of a sentence once.
    fn finish(mut self, article: &Article, model: &str, ontology: &Ontology) -> Record {
        let mut things = Things::new(self.text, self.entities, ontology);
        self.drafts.sort_by(|a, b| {
            (a.sentence, a.cue, &a.relation, a.subject.span(), a.object.span(), b.confidence)
                .partial_cmp(&(
                    b.sentence,
                    b.cue,
                    &b.relation,
                    b.subject.span(),
                    b.object.span(),
                    a.confidence,
                ))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut best: BTreeMap<Claim, usize> = BTreeMap::new();
        let mut kept: Vec<(usize, ObjectKey, &Draft)> = Vec::new();
        for draft in &self.drafts {
            let subject = things.index(&draft.subject);
            let object = match &draft.object {
                Filler::Entity { .. } | Filler::Topic { .. } => ObjectKey::Thing(things.index(&draft.object)),
                Filler::Date { value, .. } => ObjectKey::Literal(LiteralType::Date, value.clone()),
                Filler::Words { span } => ObjectKey::Literal(
                    LiteralType::Text,
                    span.of(self.text).chars().take(MAX_QUOTE_CHARS).collect(),
                ),
            };
            if object == ObjectKey::Thing(subject) {
                continue;
            }
            // Two rules that read the same claim in the same sentence are one statement; the surer one stays.
            let claim = (
                draft.relation.clone(),
                subject,
                object.clone(),
                draft.real.polarity,
                draft.holder,
                draft.sentence,
            );
            if let Some(&index) = best.get(&claim) {
                if draft.confidence > kept[index].2.confidence {
                    kept[index].2 = draft;
                }
                continue;
            }
            best.insert(claim, kept.len());
            kept.push((subject, object, draft));
        }

        drop_repeated(&mut kept);

        let used: BTreeSet<usize> = kept
            .iter()
            .flat_map(|(subject, object, draft)| {
                let object = match object {
                    ObjectKey::Thing(object) => Some(*object),
                    ObjectKey::Literal(..) => None,
                };
                [Some(*subject), object, draft.holder.map(|holder| holder.0 as usize)]
            })
            .flatten()
            .collect();
        let order = things.order(&used);
        let keys: BTreeMap<usize, String> =
            order.iter().enumerate().map(|(at, &thing)| (thing, format!("e{}", at + 1))).collect();

        let statements = kept
            .iter()
            .map(|(subject, object, draft)| RecordStatement {
                subject: keys[subject].clone(),
                relation: draft.relation.clone(),
                object: match object {
                    ObjectKey::Thing(thing) => RecordObject::Entity(keys[thing].clone()),
                    ObjectKey::Literal(datatype, value) => {
                        RecordObject::Literal(Literal { value: value.clone(), datatype: *datatype })
                    }
                },
                kind: draft.kind,
                polarity: draft.real.polarity,
                modality: draft.real.modality,
                holder: draft.holder.map(|holder| keys[&(holder.0 as usize)].clone()),
                attribution: draft.attribution,
                role: draft.role.clone(),
                time: draft.time.clone(),
                amount: draft.amount.clone(),
                phrase: draft.cue.of(self.text).to_owned(),
                confidence: Confidence::new(draft.confidence),
                evidence: RecordEvidence {
                    sentence: self.chars(draft.sentence.cover(draft.cue)),
                    subject: self.chars(draft.subject.span()),
                    object: self.chars(draft.object.span()),
                    cue: self.chars(draft.cue),
                },
                by: draft.by.clone(),
                witnesses: draft.witnesses,
            })
            .collect();
        let entities = order.iter().map(|&thing| things.record(thing, &keys[&thing], &self)).collect();
        Record {
            article: RecordArticle::from(article),
            entities,
            statements,
            model: model.to_owned(),
            ontology: ontology.hash().to_owned(),
        }
    }
}

/// What makes two drafts one statement: relation, ends, polarity, holder and sentence.
type Claim = (String, usize, ObjectKey, Polarity, Option<EntityIx>, Span);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum ObjectKey {
    Thing(usize),
    Literal(LiteralType, String),
}

/// The article's entities followed by the topics that statements brought up.
struct Things<'a> {
    text: &'a str,
    entities: &'a Entities,
    topics: Vec<TopicThing>,
    by_label: BTreeMap<String, usize>,
    ontology: &'a Ontology,
}

struct TopicThing {
    label: String,
    aliases: BTreeSet<String>,
    spans: BTreeSet<Span>,
}

impl<'a> Things<'a> {
    fn new(text: &'a str, entities: &'a Entities, ontology: &'a Ontology) -> Self {
        Self { text, entities, topics: Vec::new(), by_label: BTreeMap::new(), ontology }
    }

    /// The position of what fills an end: entities first, topics behind them.
    fn index(&mut self, filler: &Filler) -> usize {
        let (span, label) = match filler {
            Filler::Entity { entity, .. } => return entity.0 as usize,
            Filler::Topic { span, label } => (*span, label.clone()),
            Filler::Date { span, .. } | Filler::Words { span } => (*span, span.of(self.text).to_owned()),
        };
        let key = label.to_lowercase();
        let first = self.entities.iter().count();
        let topic = *self.by_label.entry(key).or_insert_with(|| {
            self.topics.push(TopicThing {
                label: label.clone(),
                aliases: BTreeSet::new(),
                spans: BTreeSet::new(),
            });
            self.topics.len() - 1
        });
        let thing = &mut self.topics[topic];
        thing.spans.insert(span);
        if thing.label != label {
            thing.aliases.insert(label);
        }
        first + topic
    }

    /// Things that belong in the record, by first mention: those that statements use and those that have a name.
    fn order(&self, used: &BTreeSet<usize>) -> Vec<usize> {
        let first = self.entities.iter().count();
        let mut order: Vec<(Span, usize)> = (0..first + self.topics.len())
            .filter_map(|thing| {
                let at = if thing < first {
                    let entity = self.entities.get(EntityIx(thing as u32));
                    let named = entity.mentions.iter().any(|mention| mention.kind == MentionKind::Named);
                    (named || used.contains(&thing)).then(|| entity.mentions.first())??.span
                } else {
                    *self.topics[thing - first].spans.first()?
                };
                Some((at, thing))
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, thing)| thing).collect()
    }

    fn record(&self, thing: usize, key: &str, writer: &Writer<'_>) -> RecordEntity {
        let first = self.entities.iter().count();
        let mention = |span: Span, kind: MentionKind| {
            let chars = writer.chars(span);
            RecordMention { start: chars.start, end: chars.end, kind }
        };
        if thing < first {
            let entity = self.entities.get(EntityIx(thing as u32));
            return RecordEntity {
                key: key.to_owned(),
                class: entity.class,
                label: entity.label.clone(),
                aliases: entity.aliases.clone(),
                registry: entity.registry.clone(),
                mentions: entity.mentions.iter().map(|found| mention(found.span, found.kind)).collect(),
            };
        }
        let topic = &self.topics[thing - first];
        let known = self
            .ontology
            .topic_for(&topic.label)
            .filter(|known| known.label.eq_ignore_ascii_case(&topic.label));
        RecordEntity {
            key: key.to_owned(),
            class: Class::Topic,
            label: topic.label.clone(),
            aliases: topic.aliases.iter().cloned().collect(),
            registry: known.map(|known| known.id.clone()),
            mentions: topic.spans.iter().map(|&span| mention(span, MentionKind::Nominal)).collect(),
        }
    }
}
