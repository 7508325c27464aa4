//! From records to the graph: a pure function of the set of records.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use jiff::civil::Date;

use super::{ArticleIx, Entity, EntityIx, Evidence, Graph, Object, Statement, StatementIx};
use crate::{
    article::CodePoints,
    identity::{self, Registry, content_hash},
    ontology::{Class, Ontology, Range, RelationKind},
    record::{
        Amount, CharSpan, Confidence, Literal, LiteralType, Modality, Polarity, Record, RecordArticle,
        RecordObject, RecordStatement, RecordTime, StatementKind,
    },
};

/// How records are merged.
#[derive(Debug, Clone)]
pub struct MergeOptions {
    /// Confidence from which a statement also stands as a direct triple. What only the model saw, and no rule, is in the
    /// graph from there on only; the records keep it.
    pub threshold: Confidence,
    /// The user's decisions on who is who.
    pub registry: Registry,
}

impl Default for MergeOptions {
    fn default() -> Self {
        Self { threshold: Confidence::new(0.5), registry: Registry::default() }
    }
}

/// What makes two statements the same one.
type Claim = (EntityIx, String, Object, Polarity, Modality, Option<EntityIx>);

/// What is gathered for one claim before it becomes a statement.
#[derive(Default)]
struct Gathered {
    kinds: BTreeSet<StatementKind>,
    roles: BTreeSet<String>,
    times: BTreeSet<RecordTime>,
    evidence: Vec<(Evidence, Option<Amount>)>,
}

impl Graph {
    /// Merges `records` into one graph.
    ///
    /// The result depends only on the set of records: not on their order, nor on the steps in which they were
    /// read. Of several records of one article, and of several articles with one address, one counts: see
    /// [`newest`]. Statements whose entity keys or offsets point nowhere are left out ([`Record::validate`] finds
    /// them), and so are facts that a thing would have with itself once its names are merged, and all that is said
    /// of somebody whom the article does not name.
    ///
    /// Cost: O(n log n) in the number of entities and statements of all records.
    ///
    /// ```
    /// use newsgraph::{graph::{Graph, MergeOptions}, ontology::Ontology};
    /// let graph = Graph::from_records(Vec::new(), &Ontology::builtin(), &MergeOptions::default());
    /// assert!(graph.entities.is_empty());
    /// ```
    #[must_use]
    pub fn from_records(
        records: impl IntoIterator<Item = Record>,
        ontology: &Ontology,
        options: &MergeOptions,
    ) -> Self {
        let records: Vec<Record> = newest(records).into_iter().map(Record::without_unnamed).collect();
        let identities = identity::resolve(&records, ontology, &options.registry);
        let mut claims: BTreeMap<Claim, Gathered> = BTreeMap::new();
        for (position, record) in records.iter().enumerate() {
            let article = Article::new(position, record, &identities);
            for statement in &record.statements {
                if let Some((claim, evidence)) = article.read(statement, ontology) {
                    let gathered = claims.entry(claim).or_default();
                    gathered.kinds.insert(statement.kind);
                    gathered.roles.extend(statement.role.clone());
                    gathered.times.extend(statement.time.clone());
                    gathered.evidence.push((evidence, statement.amount.clone()));
                }
            }
        }

        let mut used: Vec<bool> = identities.things.iter().map(|thing| thing.named).collect();
        for (subject, _, object, _, _, holder) in claims.keys() {
            let object = if let Object::Entity(object) = object { Some(object) } else { None };
            for end in [Some(subject), object, holder.as_ref()].into_iter().flatten() {
                used[end.0 as usize] = true;
            }
        }
        let mut kept = 0;
        let places: Vec<Option<EntityIx>> = used
            .iter()
            .map(|used| {
                used.then(|| {
                    kept += 1;
                    EntityIx(kept - 1)
                })
            })
            .collect();
        let mentions = (records.iter().enumerate())
            .flat_map(|(position, record)| {
                let identities = &identities;
                (0..record.entities.len()).map(move |entity| (position, identities.thing(position, entity)))
            })
            .filter_map(|(article, thing)| Some((ArticleIx(article as u32), places[thing as usize]?)))
            .collect();

        let entities: Vec<Entity> = identities
            .things
            .into_iter()
            .zip(&used)
            .filter(|(_, used)| **used)
            .map(|(thing, _)| Entity {
                id: thing.id,
                class: thing.class,
                label: thing.label,
                aliases: thing.aliases,
                same_as: thing.same_as,
                broader: thing.broader,
                mentions: thing.mentions,
                articles: thing.articles,
            })
            .collect();
        let ids: BTreeSet<&str> = entities.iter().map(|entity| entity.id.as_str()).collect();
        let merges =
            identities.merges.into_iter().filter(|merge| ids.contains(merge.into.as_str())).collect();
        let articles: Vec<RecordArticle> = records.into_iter().map(|record| record.article).collect();
        let origins: Vec<String> = articles.iter().map(origin).collect();

        let place = |old: EntityIx| places[old.0 as usize].unwrap_or(old);
        let mut statements: Vec<Statement> = claims
            .into_iter()
            .map(|((subject, relation, object, polarity, modality, holder), gathered)| {
                let object = match object {
                    Object::Entity(entity) => Object::Entity(place(entity)),
                    literal @ Object::Literal(_) => literal,
                };
                let claim = (place(subject), relation, object, polarity, modality, holder.map(place));
                gathered.into_statement(claim, &entities, &articles, &origins, ontology, options.threshold)
            })
            .filter(|statement| statement.confidence >= options.threshold || !statement.is_seen_only())
            .collect();
        statements.sort_by(|a, b| a.id.cmp(&b.id));
        Self { entities, statements, articles, mentions, merges }
    }

    /// The entity at a position.
    ///
    /// # Panics
    /// If the position is of another graph.
    #[must_use]
    pub fn entity(&self, at: EntityIx) -> &Entity {
        &self.entities[at.0 as usize]
    }

    /// The article at a position.
    ///
    /// # Panics
    /// If the position is of another graph.
    #[must_use]
    pub fn article(&self, at: ArticleIx) -> &RecordArticle {
        &self.articles[at.0 as usize]
    }

    /// The statement at a position.
    ///
    /// # Panics
    /// If the position is of another graph.
    #[must_use]
    pub fn statement(&self, at: StatementIx) -> &Statement {
        &self.statements[at.0 as usize]
    }

    /// Position of the entity with that id. Cost: O(log n).
    #[must_use]
    pub fn find_entity(&self, id: &str) -> Option<EntityIx> {
        self.entities.binary_search_by(|entity| entity.id.as_str().cmp(id)).ok().map(|at| EntityIx(at as u32))
    }

    /// Position of the statement with that id. Cost: O(log n).
    #[must_use]
    pub fn find_statement(&self, id: &str) -> Option<StatementIx> {
        let found = self.statements.binary_search_by(|statement| statement.id.as_str().cmp(id));
        found.ok().map(|at| StatementIx(at as u32))
    }
}

/// One record for each article, sorted by article id.
///
/// Of several records of the same text, the one with the earliest day of publication counts, then the one with
/// more known about it, then the first by a hash of its content. Of several texts with the same address the one published
/// last counts, then the last by id.
#[must_use]
pub fn newest(records: impl IntoIterator<Item = Record>) -> Vec<Record> {
    let mut by_id: BTreeMap<String, Record> = BTreeMap::new();
    for record in records {
        match by_id.get(&record.article.id) {
            Some(present) if Precedence::of(present) <= Precedence::of(&record) => {}
            _ => drop(by_id.insert(record.article.id.clone(), record)),
        }
    }
    let mut by_url: HashMap<String, (Option<Date>, String)> = HashMap::new();
    for (id, record) in &by_id {
        if let Some(url) = &record.article.url {
            let new = (record.article.published, id.clone());
            by_url.entry(url.clone()).and_modify(|old| *old = new.clone().max(old.clone())).or_insert(new);
        }
    }
    by_id.retain(|id, record| match &record.article.url {
        Some(url) => by_url.get(url).is_none_or(|(_, newest)| newest == id),
        None => true,
    });
    by_id.into_values().collect()
}

/// What decides between two records of the same text: the smaller counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Precedence {
    undated: bool,
    published: Option<Date>,
    missing: usize,
    /// Hash of what is known of the article, but for where it was read from.
    headings: String,
    /// Hash of all that the record says, but for where it was read from.
    pub(crate) content: String,
    source: String,
}

impl Precedence {
    pub(crate) fn of(record: &Record) -> Self {
        let article = &record.article;
        let known = [&article.title, &article.outlet, &article.author, &article.url];
        let source = article.source.clone();
        let anywhere =
            Record { article: RecordArticle { source: String::new(), ..article.clone() }, ..record.clone() };
        Self {
            undated: article.published.is_none(),
            published: article.published,
            missing: known.iter().filter(|field| field.is_none()).count(),
            headings: content_hash([json(&anywhere.article).as_str()]),
            content: content_hash([json(&anywhere).as_str()]),
            source,
        }
    }

    /// Whether `later`, added after this one, counts instead: it is a new reading of the same article, or is known
    /// to be published earlier or better described.
    pub(crate) fn yields_to(&self, later: &Self) -> bool {
        if self.headings == later.headings { self.content != later.content } else { later < self }
    }
}

/// As JSON, which always succeeds: the only map keys are field names.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Path below the base IRI of the article with that id: `article/` and 16 digits of its hash.
///
/// ```
/// use newsgraph::graph::article_path;
/// assert_eq!(article_path("sha256:0123456789abcdef0123456789abcdef"), "article/0123456789abcdef");
/// ```
#[must_use]
pub fn article_path(id: &str) -> String {
    match id.strip_prefix("sha256:").and_then(|hash| hash.get(..16)) {
        Some(hash) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => format!("article/{hash}"),
        _ => format!("article/{}", content_hash([id])),
    }
}

/// Who published an article, for counting independent sources: its outlet, else its site, else itself.
fn origin(article: &RecordArticle) -> String {
    if let Some(outlet) = &article.outlet {
        return outlet.trim().to_lowercase();
    }
    let host = article.url.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
    match host.and_then(|rest| rest.split(['/', '?', '#']).next()) {
        Some(host) if !host.is_empty() => host.trim_start_matches("www.").to_lowercase(),
        _ => article.id.clone(),
    }
}

/// A record while its statements are read.
struct Article<'a> {
    at: ArticleIx,
    record: &'a Record,
    points: CodePoints,
    things: HashMap<&'a str, EntityIx>,
    identities: &'a identity::Identities,
}

impl<'a> Article<'a> {
    fn new(position: usize, record: &'a Record, identities: &'a identity::Identities) -> Self {
        let things = (record.entities.iter().enumerate())
            .map(|(entity, known)| (known.key.as_str(), EntityIx(identities.thing(position, entity))))
            .collect();
        let points = CodePoints::new(&record.article.text);
        Self { at: ArticleIx(position as u32), record, points, things, identities }
    }

    fn thing_id(&self, at: EntityIx) -> &str {
        &self.identities.things[at.0 as usize].id
    }

    /// The words at `span`, if it lies inside the text.
    fn words(&self, span: CharSpan) -> Option<&'a str> {
        let text = self.record.article.text.as_str();
        let start = self.points.to_byte(text, span.start)?;
        let end = self.points.to_byte(text, span.end)?;
        text.get(start as usize..end as usize)
    }

    /// The claim and evidence of one statement, its symmetric ends in order.
    fn read(&self, statement: &RecordStatement, ontology: &Ontology) -> Option<(Claim, Evidence)> {
        let thing = |key: &str| self.things.get(key).copied();
        let mut subject = thing(&statement.subject)?;
        let mut object = match &statement.object {
            RecordObject::Entity(key) => Object::Entity(thing(key)?),
            RecordObject::Literal(literal) => Object::Literal(literal.clone()),
        };
        let holder = statement.holder.as_deref().map(thing);
        let holder = match holder {
            Some(None) => return None,
            Some(found) => found,
            None => None,
        };
        let at = &statement.evidence;
        let text = self.words(at.sentence)?;
        for span in [at.subject, at.object, at.cue] {
            self.words(span)?;
        }
        let (mut subject_at, mut object_at) = (at.subject, at.object);
        if let Object::Entity(other) = object {
            if other == subject && statement.kind == StatementKind::Fact {
                return None;
            }
            let symmetric = ontology.relation(&statement.relation).is_some_and(|relation| relation.symmetric);
            if symmetric && self.thing_id(other) < self.thing_id(subject) {
                object = Object::Entity(subject);
                subject = other;
                std::mem::swap(&mut subject_at, &mut object_at);
            }
        }
        let evidence = Evidence {
            id: String::new(),
            article: self.at,
            sentence: at.sentence,
            subject: subject_at,
            object: object_at,
            cue: at.cue,
            text: text.to_owned(),
            phrase: statement.phrase.clone(),
            quoted: statement.attribution.is_some_and(|attribution| attribution.quoted),
            attribution: statement.attribution.map(|attribution| attribution.cue),
            confidence: statement.confidence,
            by: statement.by.clone(),
        };
        let claim =
            (subject, statement.relation.clone(), object, statement.polarity, statement.modality, holder);
        Some((claim, evidence))
    }
}

impl Gathered {
    fn into_statement(
        mut self,
        claim: Claim,
        entities: &[Entity],
        articles: &[RecordArticle],
        origins: &[String],
        ontology: &Ontology,
        threshold: Confidence,
    ) -> Statement {
        let (subject, relation, object, polarity, modality, holder) = claim;
        let entity = |at: EntityIx| &entities[at.0 as usize];
        let (object_type, object_value) = match &object {
            Object::Entity(at) => ("entity", entity(*at).id.as_str()),
            Object::Literal(Literal { value, datatype }) => match datatype {
                LiteralType::Date => ("date", value.as_str()),
                LiteralType::Text => ("text", value.as_str()),
            },
        };
        let hash = content_hash([
            entity(subject).id.as_str(),
            &relation,
            object_type,
            object_value,
            polarity.as_str(),
            modality.as_str(),
            holder.map_or("", |at| entity(at).id.as_str()),
        ]);
        for (evidence, _) in &mut self.evidence {
            evidence.id = format!("evidence/{}", evidence_hash(&hash, evidence, articles));
        }
        // Best first; of equal ids the best stays.
        self.evidence.sort_by(|(a, amount_a), (b, amount_b)| {
            let rest = |evidence: &Evidence| (evidence.quoted, evidence.attribution, evidence.phrase.clone());
            let words = |amount: &Option<Amount>| {
                amount.as_ref().map(|sum| (sum.text.clone(), sum.unit.clone(), sum.value.to_bits()))
            };
            (Reverse(a.confidence), &a.id, rest(a), words(amount_a)).cmp(&(
                Reverse(b.confidence),
                &b.id,
                rest(b),
                words(amount_b),
            ))
        });
        let mut seen = BTreeSet::new();
        let mut amount_words = BTreeSet::new();
        let mut amounts = Vec::new();
        let mut evidence = Vec::with_capacity(self.evidence.len());
        for (item, amount) in self.evidence {
            if let Some(amount) = amount
                && amount_words.insert(amount.text.clone())
            {
                amounts.push(amount);
            }
            if seen.insert(item.id.clone()) {
                evidence.push(item);
            }
        }
        let (sources, confidence) = corroborate(&evidence, origins);
        let days = || evidence.iter().filter_map(|item| articles[item.article.0 as usize].published);
        let own = holder.is_none_or(|holder| holder == subject);
        let fits = ontology.relation(&relation).is_none_or(|known| {
            let object_fits = match (&object, &known.range) {
                (Object::Entity(at), Range::Classes(range)) => within(entity(*at), range),
                (Object::Literal(_), Range::Date | Range::Text) | (Object::Entity(_), Range::Text) => true,
                (Object::Entity(_), Range::Date) | (Object::Literal(_), Range::Classes(_)) => false,
            };
            object_fits && within(entity(subject), &known.domain)
        });
        let kind = match ontology.relation(&relation).map(|known| known.kind) {
            Some(RelationKind::Fact) => StatementKind::Fact,
            Some(RelationKind::Stance) => StatementKind::Stance,
            Some(RelationKind::Quote) => StatementKind::Quote,
            None => self.kinds.first().copied().unwrap_or(StatementKind::Fact),
        };
        Statement {
            id: format!("statement/{hash}"),
            subject,
            relation,
            object,
            kind,
            polarity,
            modality,
            holder,
            roles: self.roles,
            times: self.times,
            amounts,
            confidence,
            sources,
            first_seen: days().min(),
            last_seen: days().max(),
            asserted: polarity == Polarity::Affirmed
                && modality == Modality::Actual
                && own
                && fits
                && confidence >= threshold,
            evidence,
        }
    }
}

/// Whether an entity's class is one of `classes` or below; an empty list admits all.
pub(crate) fn within(entity: &Entity, classes: &BTreeSet<Class>) -> bool {
    classes.is_empty() || classes.iter().any(|class| entity.class.is_a(*class))
}

fn evidence_hash(statement: &str, evidence: &Evidence, articles: &[RecordArticle]) -> String {
    let spans = [evidence.sentence, evidence.subject, evidence.object, evidence.cue]
        .map(|span| format!("{}-{}", span.start, span.end))
        .join(" ");
    content_hash([statement, articles[evidence.article.0 as usize].id.as_str(), &spans, &evidence.by])
}

/// The number of independent sources behind `evidence`, and the confidence that at least one is right (noisy or
/// over the best evidence of each).
///
/// Evidence from one outlet, or in the same words (but for case and punctuation), is one source; so is what
/// such links connect.
fn corroborate(evidence: &[Evidence], origins: &[String]) -> (u32, Confidence) {
    let mut root: Vec<usize> = (0..evidence.len()).collect();
    let mut first: HashMap<(bool, String), usize> = HashMap::new();
    for (at, item) in evidence.iter().enumerate() {
        let words = item.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words = words.map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        for key in [(false, origins[item.article.0 as usize].clone()), (true, words)] {
            let other = *first.entry(key).or_insert(at);
            let (a, b) = (find(&mut root, at), find(&mut root, other));
            root[a.max(b)] = a.min(b);
        }
    }
    // Evidence is sorted best first, and a root is the first of its source.
    let best: Vec<f64> =
        (0..evidence.len()).filter(|&at| root[at] == at).map(|at| evidence[at].confidence.value()).collect();
    let wrong: f64 = best.iter().map(|confidence| 1.0 - confidence).product();
    (best.len() as u32, Confidence::new(1.0 - wrong))
}

/// The first member of the set that `at` is in.
fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        graph::fixture::{Draft, any_records, ontology, world},
        ontology::Class::{Company, Person},
    };
    use proptest::prelude::*;

    fn merge(records: Vec<Record>) -> Graph {
        Graph::from_records(records, ontology(), &MergeOptions::default())
    }

    fn only<'a>(graph: &'a Graph, relation: &str) -> &'a Statement {
        let mut found = graph.statements.iter().filter(|statement| statement.relation == relation);
        let first = found.next().expect(relation);
        assert!(found.next().is_none(), "{relation} twice");
        first
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn order_and_repetition_do_not_matter(
            (records, shuffled) in any_records().prop_flat_map(|records| {
                let twice: Vec<Record> = records.iter().chain(&records).cloned().collect();
                (Just(records), Just(twice).prop_shuffle())
            })
        ) {
            prop_assert_eq!(merge(records), merge(shuffled));
        }

        #[test]
        fn a_graph_holds_together(records in any_records()) {
            let graph = merge(records);
            prop_assert!(graph.entities.windows(2).all(|pair| pair[0].id < pair[1].id));
            prop_assert!(graph.statements.windows(2).all(|pair| pair[0].id < pair[1].id));
            prop_assert!(graph.articles.windows(2).all(|pair| pair[0].id < pair[1].id));
            for statement in &graph.statements {
                prop_assert!(!statement.evidence.is_empty());
                prop_assert!(statement.sources as usize <= statement.evidence.len());
                prop_assert!(statement.confidence >= statement.evidence[0].confidence);
                if let Object::Entity(object) = statement.object {
                    prop_assert!((object.0 as usize) < graph.entities.len());
                }
                for evidence in &statement.evidence {
                    let text: Vec<char> = graph.article(evidence.article).text.chars().collect();
                    let words: String =
                        text[evidence.sentence.start as usize..evidence.sentence.end as usize].iter().collect();
                    prop_assert_eq!(&words, &evidence.text);
                }
            }
        }
    }

    #[test]
    fn symmetric_statements_meet_and_sources_add_up() {
        let graph = merge(world());
        let rivals = only(&graph, "competesWith");
        assert_eq!(graph.entity(rivals.subject).id, "organization/ode-labs");
        assert_eq!((rivals.evidence.len(), rivals.sources), (2, 2));
        assert_eq!(rivals.confidence, Confidence::new(0.96));
        let swapped =
            rivals.evidence.iter().find(|evidence| evidence.phrase == "is a rival of").expect("both");
        assert!(swapped.subject.start > swapped.object.start, "spans follow their ends");
        assert_eq!(rivals.first_seen.map(|day| day.to_string()).as_deref(), Some("2025-01-28"));
        assert_eq!(rivals.last_seen.map(|day| day.to_string()).as_deref(), Some("2025-02-01"));
    }

    #[test]
    fn the_same_words_or_outlet_count_once() {
        let ann = ("Ann Ode", Person);
        let labs = ("Ode Labs", Company);
        let copy = |outlet: &str, more: &str| {
            Draft::new(outlet, "2025-01-01")
                .says(ann, "worksFor", "works for", labs)
                .mention((more, Person))
                .build()
        };
        let graph = merge(vec![copy("A", "Bo Vale"), copy("B", "Cy Hill")]);
        assert_eq!(only(&graph, "worksFor").sources, 1, "a copied sentence");
        let other = |outlet: &str| {
            Draft::new(outlet, "2025-01-02").says(ann, "worksFor", "is employed by", labs).build()
        };
        assert_eq!(
            only(&merge(vec![copy("A", "Bo Vale"), other("a ")]), "worksFor").sources,
            1,
            "one outlet"
        );
        assert_eq!(only(&merge(vec![copy("A", "Bo Vale"), other("B")]), "worksFor").sources, 2);
    }

    #[test]
    fn only_plain_claims_are_asserted() {
        let graph = merge(world());
        let bought = only(&graph, "acquired");
        assert!(!bought.asserted && bought.polarity == Polarity::Negated && bought.holder.is_some());
        assert!(only(&graph, "opposes").asserted);
        let ann = ("Ann Ode", Person);
        let labs = ("Ode Labs", Company);
        let draft = || Draft::new("A", "2025-01-01").says(ann, "worksFor", "works for", labs);
        let asserted = |draft: Draft| only(&merge(vec![draft.build()]), "worksFor").asserted;
        assert!(asserted(draft()));
        assert!(asserted(draft().held_by(ann)), "her own word");
        assert!(!asserted(draft().held_by(("Bo Vale", Person))), "merely attributed");
        assert!(!asserted(draft().but(|statement| statement.modality = Modality::Planned)));
        assert!(!asserted(draft().but(|statement| statement.confidence = Confidence::new(0.4))));
        let misfit =
            Draft::new("A", "2025-01-01").says(labs, "worksFor", "works for", ("Vale Works", Company));
        assert!(!asserted(misfit), "a company is no person");
    }

    #[test]
    fn what_only_the_model_sees_must_be_likely() {
        let seen = |outlet: &str, phrase: &str, confidence: f64| {
            Draft::new(outlet, "2025-01-01")
                .says(("Ann Ode", Person), "worksFor", phrase, ("Ode Labs", Company))
                .but(|statement| {
                    statement.by = "pair/worksFor".into();
                    statement.confidence = Confidence::new(confidence);
                })
                .build()
        };
        assert!(merge(vec![seen("A", "works for", 0.4)]).statements.is_empty());
        assert_eq!(merge(vec![seen("A", "works for", 0.6)]).statements.len(), 1);
        let both = |by: &str| {
            let mut other = seen("B", "is employed by", 0.4);
            other.statements[0].by = by.into();
            merge(vec![seen("A", "works for", 0.4), other]).statements.len()
        };
        assert_eq!(both("pair/worksFor"), 1, "two independent articles make it likely");
        assert_eq!(both("clause/verb"), 1);
    }

    #[test]
    fn a_corrected_article_replaces_the_old_one() {
        let draft = |day: &str| Draft::new("A", day).url("https://a.example/1");
        let old =
            draft("2025-01-01").says(("Ann Ode", Person), "leads", "runs", ("Ode Labs", Company)).build();
        let new =
            draft("2025-01-02").says(("Bo Vale", Person), "leads", "runs", ("Ode Labs", Company)).build();
        let graph = merge(vec![new, old]);
        assert_eq!(graph.articles.len(), 1);
        assert_eq!(graph.entity(only(&graph, "leads").subject).label, "Bo Vale");
    }

    #[test]
    fn a_thing_has_no_fact_with_itself() {
        let same = Draft::new("A", "2025-01-01").says(
            ("Ode Labs", Company),
            "acquired",
            "bought",
            ("Ode Labs", Company),
        );
        let graph = merge(vec![same.build()]);
        assert!(graph.statements.is_empty() && graph.entities.len() == 1);
    }

    #[test]
    fn a_person_without_relation_stays_alone() {
        let graph = merge(vec![Draft::new("A", "2025-01-01").mention(("Ann Ode", Person)).build()]);
        assert_eq!((graph.entities.len(), graph.statements.len(), graph.mentions.len()), (1, 0, 1));
    }
}
