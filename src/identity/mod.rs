//! Which entities of which records are one thing, and why.
//!
//! Identity is a function of the *set* of records: neither their order nor the steps in which they arrived matter.
//! Rules are tried in this order, each on whole groups of equally named entities; every merge keeps its reason.
//!
//! 1. The registry: what the user decided in `registry.ttl`, then what extraction recognised.
//! 2. The same name: equal but for case, diacritics, honorifics, suffixes of legal form and a possessive, within one
//!    root class (`Company` and `Organization` share a root).
//! 3. The same name under two root classes: the one with a clear majority of articles takes the other.
//! 4. Another name that some article itself gives for exactly one thing ("the Ode Trade Board (OTB)").
//! 5. A one-word person name joins the only full name in the graph that ends in it.
//!
//! Rules 3 to 5 never join what some article treats as two things, names with different numbers ("Ode 4", "Ode 4o"),
//! or a pair that the user set apart.

mod name;
mod registry;

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::model::NamedNode;

pub use name::folder;
pub(crate) use name::{Names, content_hash, hex};
use registry::root_of_id;
pub use registry::{Registry, RegistryError};

use crate::{
    language::MentionKind,
    ontology::{BASE, Class, Ontology},
    record::{Confidence, Record, RecordEntity},
};

/// Articles that must call a name one thing for each that calls it another, for a clear majority.
const CLEAR_MAJORITY: usize = 3;

/// One thing, put together from the entities of many records.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// Path below the base IRI: `person/ann-ode`.
    pub id: String,
    /// The class most articles give it; within one root class the narrower one needs half of them.
    pub class: Class,
    /// The registry's label, else the name most articles use.
    pub label: String,
    /// Other names.
    pub aliases: BTreeSet<String>,
    /// IRIs of the same thing elsewhere.
    pub same_as: BTreeSet<String>,
    /// Ids of wider topics.
    pub broader: BTreeSet<String>,
    /// Number of mentions.
    pub mentions: u32,
    /// Number of articles.
    pub articles: u32,
    /// Whether at least one mention is a name.
    pub named: bool,
}

/// Why a name stands for a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merge {
    /// Id of the thing.
    pub into: String,
    /// The name that was merged into it.
    pub name: String,
    /// The id it would have had by itself.
    pub from: String,
    /// Why, in words.
    pub reason: String,
    /// How sure the rule is.
    pub score: Confidence,
}

/// The things behind a set of records.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Identities {
    /// Sorted by id.
    pub things: Vec<Thing>,
    /// Sorted.
    pub merges: Vec<Merge>,
    /// For each record, for each of its entities, the position of its thing.
    of: Vec<Vec<u32>>,
}

impl Identities {
    /// Position in [`Identities::things`] of entity `entity` of record `record`, both by position.
    #[must_use]
    pub fn thing(&self, record: usize, entity: usize) -> u32 {
        self.of[record][entity]
    }
}

/// Entities that share a root class and a name, or a registered id.
#[derive(Default)]
struct Group {
    /// Articles that give it each class.
    votes: BTreeMap<Class, usize>,
    /// Articles that use each label.
    labels: BTreeMap<String, usize>,
    aliases: BTreeSet<String>,
    same_as: BTreeSet<String>,
    /// Positions of the records, ascending, each once.
    articles: Vec<u32>,
    mentions: u32,
    named: bool,
    /// Why it has an id other than its name's.
    registered: Option<String>,
}

/// Where a group goes, and why.
struct Link {
    target: usize,
    reason: String,
    score: f64,
    /// Set by the user: never cut.
    firm: bool,
}

/// Finds the things behind `records`, which must be distinct articles in a fixed order (by id).
///
/// Cost: O(n log n) in the number of entities of all records.
#[must_use]
pub fn resolve(records: &[Record], ontology: &Ontology, registry: &Registry) -> Identities {
    let names = Names::new(ontology);
    let mut resolver = Resolver::gather(records, &names, ontology, registry);
    resolver.link_same_as(registry);
    resolver.link_classes();
    resolver.link_aliases(&names, records);
    resolver.link_surnames();
    resolver.cut_different(registry);
    resolver.finish(ontology, registry)
}

struct Resolver {
    ids: Vec<String>,
    groups: Vec<Group>,
    links: Vec<Option<Link>>,
    /// Whether the id stands in a registry: no rule moves it.
    fixed: Vec<bool>,
    of: Vec<Vec<u32>>,
}

impl Resolver {
    /// Rules 1 and 2: groups by registered id or by name.
    fn gather(records: &[Record], names: &Names, ontology: &Ontology, registry: &Registry) -> Self {
        let mut known: BTreeMap<(Class, String), &str> = BTreeMap::new();
        for (id, entry) in &registry.entries {
            let Some(root) = root_of_id(id) else { continue };
            for name in entry.label.iter().chain(&entry.aliases) {
                known.entry((root, names.slug(root, name))).or_insert(id);
            }
        }
        let mut by_id: BTreeMap<String, Group> = BTreeMap::new();
        let mut id_of: Vec<Vec<String>> = Vec::with_capacity(records.len());
        for (position, record) in records.iter().enumerate() {
            let mut ids = Vec::with_capacity(record.entities.len());
            for entity in &record.entities {
                let root = entity.class.root();
                let slug = names.slug(root, &entity.label);
                let own = format!("{}/{slug}", folder(root));
                let (id, reason) = match (known.get(&(root, slug)), &entity.registry) {
                    (Some(id), _) if **id != own => ((*id).to_owned(), Some("another name in registry.ttl")),
                    (None, Some(iri)) => match registered_id(iri) {
                        Some(id) if id != own => (id, Some("recognised in the registry")),
                        _ => (own, None),
                    },
                    _ => (own, None),
                };
                let group = by_id.entry(id.clone()).or_default();
                if let Some(reason) = reason {
                    group.registered.get_or_insert_with(|| reason.to_owned());
                }
                group.add(position as u32, entity);
                ids.push(id);
            }
            id_of.push(ids);
        }
        // Ends of the user's decisions exist even when no article names them by that very name.
        for (from, to) in &registry.same {
            if by_id.contains_key(from) {
                by_id.entry(to.clone()).or_default();
            }
        }
        let (ids, groups): (Vec<_>, Vec<_>) = by_id.into_iter().unzip();
        let of = id_of
            .iter()
            .map(|row| row.iter().map(|id| ids.partition_point(|other| other < id) as u32).collect())
            .collect();
        let links = ids.iter().map(|_| None).collect();
        let registered: BTreeSet<&str> = (ontology.registry().iter().map(|entry| entry.id.as_str()))
            .chain(ontology.topics().iter().map(|topic| topic.id.as_str()))
            .chain(registry.entries.keys().map(String::as_str))
            .collect();
        let fixed = ids.iter().map(|id| registered.contains(id.as_str())).collect();
        Self { ids, groups, links, fixed, of }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.ids.binary_search_by(|other| other.as_str().cmp(id)).ok()
    }

    fn root(&self, group: usize) -> Class {
        root_of_id(&self.ids[group]).unwrap_or(Class::Topic)
    }

    fn slug(&self, group: usize) -> &str {
        self.ids[group].split_once('/').map_or("", |(_, slug)| slug)
    }

    /// Links `from` to `target` unless it is registered, goes somewhere already or the two are kept apart.
    fn link(&mut self, from: usize, target: usize, reason: String, score: f64) {
        let apart = share(&self.groups[from].articles, &self.groups[target].articles);
        if !self.fixed[from] && self.links[from].is_none() && !apart && self.end(target) != from {
            self.links[from] = Some(Link { target, reason, score, firm: false });
        }
    }

    /// Where `group` ends up.
    fn end(&self, group: usize) -> usize {
        let mut at = group;
        while let Some(link) = &self.links[at] {
            at = link.target;
        }
        at
    }

    /// The user's same-as decisions. One that would close a circle is left out.
    fn link_same_as(&mut self, registry: &Registry) {
        for (from, to) in &registry.same {
            let (Some(from_at), Some(target)) = (self.position(from), self.position(to)) else { continue };
            if self.end(target) == from_at {
                continue;
            }
            let why = registry.entries.get(from).and_then(|entry| entry.reason.as_deref());
            let reason = match why {
                Some(why) => format!("the same by registry.ttl: {why}"),
                None => "the same by registry.ttl".to_owned(),
            };
            self.links[from_at] = Some(Link { target, reason, score: 1.0, firm: true });
        }
    }

    /// Rule 3: one name under several root classes.
    fn link_classes(&mut self) {
        let mut by_slug: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for group in 0..self.ids.len() {
            if !self.groups[group].articles.is_empty() {
                by_slug.entry(self.slug(group).to_owned()).or_default().push(group);
            }
        }
        for rivals in by_slug.into_values().filter(|rivals| rivals.len() > 1) {
            let articles = |group: usize| self.groups[group].articles.len();
            let total: usize = rivals.iter().map(|&group| articles(group)).sum();
            let Some(winner) = rivals.iter().copied().max_by_key(|&group| articles(group)) else { continue };
            let most = articles(winner);
            if most < CLEAR_MAJORITY * (total - most) || most < CLEAR_MAJORITY {
                continue;
            }
            let class = self.root(winner);
            for loser in rivals.into_iter().filter(|&group| group != winner) {
                let reason = format!("{class} in {most} of the {total} articles with this name");
                self.link(loser, winner, reason, most as f64 / total as f64);
            }
        }
    }

    /// Rule 4: a name that articles give as another name of exactly one thing.
    fn link_aliases(&mut self, names: &Names, records: &[Record]) {
        let mut called: BTreeMap<(Class, String), (BTreeSet<usize>, u32)> = BTreeMap::new();
        for (position, record) in records.iter().enumerate() {
            for (entity, &group) in record.entities.iter().zip(&self.of[position]) {
                let group = group as usize;
                let root = self.root(group);
                for alias in &entity.aliases {
                    let slug = names.slug(root, alias);
                    if slug != self.slug(group) {
                        let entry = called.entry((root, slug)).or_insert((BTreeSet::new(), position as u32));
                        entry.0.insert(self.end(group));
                    }
                }
            }
        }
        for ((root, slug), (targets, article)) in called {
            let Some(from) = self.position(&format!("{}/{slug}", folder(root))) else { continue };
            let targets: BTreeSet<usize> = targets.into_iter().filter(|&target| target != from).collect();
            let (1, Some(&target)) = (targets.len(), targets.first()) else { continue };
            let one_word_person = root == Class::Person && !slug.contains('-');
            let longer = (slug.len(), slug.as_str()) < (self.slug(target).len(), self.slug(target));
            if one_word_person || !longer || !numbers_agree(root, &slug, self.slug(target)) {
                continue;
            }
            let article = &records[article as usize].article;
            let reason = format!(
                "given as its other name in {}",
                article.title.as_deref().unwrap_or(article.id.as_str())
            );
            self.link(from, target, reason, 0.9);
        }
    }

    /// Rule 5: a one-word person name and the only full name that ends in it.
    fn link_surnames(&mut self) {
        let mut full: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for group in 0..self.ids.len() {
            if self.root(group) != Class::Person || self.groups[group].articles.is_empty() {
                continue;
            }
            if let Some((_, surname)) = self.slug(group).rsplit_once('-') {
                full.entry(surname.to_owned()).or_default().insert(self.end(group));
            }
        }
        for (surname, bearers) in full {
            let Some(from) = self.position(&format!("person/{surname}")) else { continue };
            let (1, Some(&target)) = (bearers.len(), bearers.first()) else { continue };
            self.link(from, target, "the only full name in the graph with this surname".to_owned(), 0.9);
        }
    }

    /// Cuts links until no pair that the user set apart is together.
    fn cut_different(&mut self, registry: &Registry) {
        for (first, second) in &registry.different {
            let (Some(first), Some(second)) = (self.position(first), self.position(second)) else { continue };
            while self.end(first) == self.end(second) {
                let loose = |from: usize| {
                    let mut at = from;
                    while let Some(link) = &self.links[at] {
                        if !link.firm {
                            return Some(at);
                        }
                        at = link.target;
                    }
                    None
                };
                match loose(first).or_else(|| loose(second)) {
                    Some(at) => self.links[at] = None,
                    // The user's own decisions contradict each other: same-as wins.
                    None => break,
                }
            }
        }
    }

    fn finish(self, ontology: &Ontology, registry: &Registry) -> Identities {
        let ends: Vec<usize> = (0..self.ids.len()).map(|group| self.end(group)).collect();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (group, &end) in ends.iter().enumerate() {
            members.entry(end).or_default().push(group);
        }
        let mut known: BTreeMap<&str, (Option<Class>, &str, &BTreeSet<String>)> = BTreeMap::new();
        let mut broader = BTreeMap::new();
        for entry in ontology.registry() {
            known.insert(&entry.id, (Some(entry.class), &entry.label, &entry.same_as));
        }
        let none = BTreeSet::new();
        for topic in ontology.topics() {
            known.insert(&topic.id, (Some(Class::Topic), &topic.label, &none));
            broader.insert(topic.id.as_str(), &topic.broader);
        }

        let mut things = Vec::with_capacity(members.len());
        let mut merges = Vec::new();
        let mut thing_of = vec![0; self.ids.len()];
        for (end, groups) in &members {
            for &group in groups {
                thing_of[group] = things.len() as u32;
            }
            let id = &self.ids[*end];
            let user = registry.entries.get(id);
            let (class, label, same_as) = known
                .get(id.as_str())
                .map_or((None, None, &none), |&(class, label, same)| (class, Some(label), same));
            let mut all = Group::default();
            for &group in groups {
                all.take(&self.groups[group]);
            }
            let label = user
                .and_then(|entry| entry.label.as_deref())
                .or(label)
                .or_else(|| most_used(&all.labels))
                .unwrap_or_else(|| self.slug(*end))
                .to_owned();
            let mut aliases: BTreeSet<String> = all.labels.keys().cloned().collect();
            aliases.append(&mut all.aliases);
            if let Some(entry) = user {
                aliases.extend(entry.aliases.iter().cloned());
                all.same_as.extend(entry.same_as.iter().cloned());
            }
            aliases.remove(&label);
            all.same_as.extend(same_as.iter().cloned());
            for &group in groups {
                self.explain(group, *end, &label, &mut merges);
                if let Some(entry) = registry.entries.get(&self.ids[group]) {
                    all.same_as.extend(entry.same_as.iter().cloned());
                }
            }
            things.push(Thing {
                id: id.clone(),
                class: user
                    .and_then(|entry| entry.class)
                    .or(class)
                    .unwrap_or_else(|| settle(self.root(*end), &all.votes)),
                label,
                aliases,
                same_as: all.same_as,
                broader: broader.get(id.as_str()).map(|ids| (*ids).clone()).unwrap_or_default(),
                mentions: all.mentions,
                articles: all.articles.len() as u32,
                named: all.named,
            });
        }
        merges.sort();
        let of =
            self.of.iter().map(|row| row.iter().map(|&group| thing_of[group as usize]).collect()).collect();
        Identities { things, merges, of }
    }

    /// One reason for each name in `group` other than the thing's label.
    fn explain(&self, group: usize, end: usize, label: &str, merges: &mut Vec<Merge>) {
        let (reason, score) = match (&self.links[group], &self.groups[group].registered) {
            (Some(link), _) => (link.reason.as_str(), link.score),
            (None, Some(registered)) => (registered.as_str(), 1.0),
            (None, None) => {
                ("the same but for case, accents, punctuation, honorifics and suffixes of legal form", 1.0)
            }
        };
        for name in self.groups[group].labels.keys() {
            if name != label || group != end {
                merges.push(Merge {
                    into: self.ids[end].clone(),
                    name: name.clone(),
                    from: self.ids[group].clone(),
                    reason: reason.to_owned(),
                    score: Confidence::new(score),
                });
            }
        }
    }
}

impl Group {
    fn add(&mut self, article: u32, entity: &RecordEntity) {
        let new = self.articles.last() != Some(&article);
        if new {
            self.articles.push(article);
            *self.votes.entry(entity.class).or_default() += 1;
            *self.labels.entry(entity.label.clone()).or_default() += 1;
        } else {
            // A second entity of the same article under the same name adds names, not votes.
            self.labels.entry(entity.label.clone()).or_default();
        }
        self.aliases.extend(entity.aliases.iter().cloned());
        if let Some(iri) = entity.registry.as_ref().filter(|iri| elsewhere(iri)) {
            self.same_as.insert(iri.clone());
        }
        self.mentions = self.mentions.saturating_add(entity.mentions.len() as u32);
        self.named |= entity.mentions.iter().any(|mention| mention.kind == MentionKind::Named);
    }

    fn take(&mut self, other: &Self) {
        for (class, count) in &other.votes {
            *self.votes.entry(*class).or_default() += count;
        }
        for (label, count) in &other.labels {
            *self.labels.entry(label.clone()).or_default() += count;
        }
        self.aliases.extend(other.aliases.iter().cloned());
        self.same_as.extend(other.same_as.iter().cloned());
        let mut articles: Vec<u32> = self.articles.iter().chain(&other.articles).copied().collect();
        articles.sort_unstable();
        articles.dedup();
        self.articles = articles;
        self.mentions = self.mentions.saturating_add(other.mentions);
        self.named |= other.named;
    }
}

/// The class below `root` that has at least half of the votes for `root` and below, else `root`.
fn settle(root: Class, votes: &BTreeMap<Class, usize>) -> Class {
    let below = || votes.iter().filter(|(class, _)| class.root() == root);
    let total: usize = below().map(|(_, count)| count).sum();
    let narrow = below().filter(|(class, _)| **class != root).max_by_key(|(_, count)| **count);
    narrow.filter(|(_, count)| **count * 2 >= total).map_or(root, |(class, _)| *class)
}

/// The name that most articles use; of equals the longest, then the first by letters.
fn most_used(labels: &BTreeMap<String, usize>) -> Option<&str> {
    labels
        .iter()
        .max_by(|(a, n), (b, m)| n.cmp(m).then(a.len().cmp(&b.len())).then(b.cmp(a)))
        .map(|(label, _)| label.as_str())
}

/// The id that a record's registry IRI means, if it is one below the default base IRI or already a path.
fn registered_id(iri: &str) -> Option<String> {
    let path = iri.strip_prefix(BASE).unwrap_or(iri);
    root_of_id(path).map(|_| path.to_owned())
}

/// Whether `iri` is an absolute IRI outside the graph.
fn elsewhere(iri: &str) -> bool {
    registered_id(iri).is_none() && NamedNode::new(iri).is_ok()
}

/// Whether two ascending lists share an item.
fn share(a: &[u32], b: &[u32]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().any(|item| long.binary_search(item).is_ok())
}

/// Whether the words with digits in two slugs do not speak against one thing.
fn numbers_agree(root: Class, a: &str, b: &str) -> bool {
    let numbers = |slug: &str| -> BTreeSet<String> {
        slug.split('-').filter(|word| word.contains(|c: char| c.is_numeric())).map(str::to_owned).collect()
    };
    let (a, b) = (numbers(a), numbers(b));
    a == b || (root != Class::Product && (a.is_empty() || b.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{
        fixture::{Draft, ontology},
        newest,
    };
    use Class::{Company, Organization, Person, Place, Product};

    fn things(records: Vec<Record>, registry: &str) -> Identities {
        let registry = Registry::parse(&(Registry::template(BASE) + registry), BASE).expect("valid");
        resolve(&newest(records), ontology(), &registry)
    }

    fn ids(records: Vec<Record>, registry: &str) -> Vec<String> {
        things(records, registry).things.into_iter().map(|thing| thing.id).collect()
    }

    /// An article for each name, at one outlet and day.
    fn named(names: &[(&str, Class)]) -> Vec<Record> {
        (names.iter().enumerate())
            .map(|(at, name)| {
                Draft::new(&format!("Outlet {at}"), "2025-01-01").mention(*name).mention(("X", Product))
            })
            .enumerate()
            .map(|(at, draft)| draft.mention((&format!("Filler {at}"), Organization)).build())
            .collect()
    }

    fn ids_named(names: &[(&str, Class)], registry: &str) -> Vec<String> {
        let mut ids = ids(named(names), registry);
        ids.retain(|id| !id.contains("filler") && id != "product/x");
        ids
    }

    #[test]
    fn spellings_of_one_name_are_one_thing() {
        let names = [("Ode Labs", Organization), ("ODE LABS, Inc.", Company), ("Óde Labs’s", Company)];
        let found = things(named(&names), "");
        let labs = found.things.iter().find(|thing| thing.id == "organization/ode-labs").expect("merged");
        assert_eq!((labs.class, labs.articles), (Company, 3));
        assert_eq!(found.merges.iter().filter(|merge| merge.into == labs.id).count(), 2);
        assert!(found.merges.iter().all(|merge| merge.reason.contains("case")));
    }

    #[test]
    fn a_surname_joins_the_only_full_name() {
        assert_eq!(ids_named(&[("Ode", Person), ("Ann Ode", Person)], ""), ["person/ann-ode"]);
        let two = [("Ode", Person), ("Ann Ode", Person), ("Ben Ode", Person)];
        assert_eq!(ids_named(&two, ""), ["person/ann-ode", "person/ben-ode", "person/ode"]);
        assert_eq!(
            ids_named(
                &[("Ode", Person), ("Ann Ode", Person)],
                "<person/ode> owl:differentFrom <person/ann-ode> ."
            ),
            ["person/ann-ode", "person/ode"]
        );
    }

    #[test]
    fn two_things_in_one_article_stay_two() {
        let records =
            vec![Draft::new("O", "2025-01-01").mention(("Ann Ode", Person)).mention(("Ode", Person)).build()];
        assert_eq!(ids(records, ""), ["person/ann-ode", "person/ode"]);
    }

    #[test]
    fn a_clear_majority_settles_the_root_class() {
        let mut names = vec![("Ode", Organization); 3];
        names.push(("Ode", Person));
        assert_eq!(ids_named(&names, ""), ["organization/ode"]);
        let reason = things(named(&names), "").merges.remove(0).reason;
        assert_eq!(reason, "Organization in 3 of the 4 articles with this name");
        assert_eq!(ids_named(&names[1..], "").len(), 2, "two to one is not clear");
    }

    #[test]
    fn an_alias_given_for_one_thing_joins_it() {
        let long = Draft::new("A", "2025-01-01").mention(("Ode Trade Board", Organization));
        let long = long.alias("Ode Trade Board", "OTB").build();
        let short = Draft::new("B", "2025-01-02").mention(("OTB", Organization)).build();
        let found = things(vec![long.clone(), short.clone()], "");
        assert_eq!(found.things.len(), 1);
        assert_eq!(found.merges[0].reason, "given as its other name in News of 2025-01-01");
        let other = Draft::new("C", "2025-01-03").mention(("Old Tea Bar", Organization));
        let other = other.alias("Old Tea Bar", "OTB").build();
        assert_eq!(ids(vec![long, short, other], "").len(), 3, "ambiguous");
    }

    #[test]
    fn different_numbers_are_different_products() {
        let two = Draft::new("A", "2025-01-01")
            .mention(("Ode 4 Omni", Product))
            .alias("Ode 4 Omni", "Ode 4o")
            .build();
        let one = Draft::new("B", "2025-01-02").mention(("Ode 4o", Product)).build();
        assert_eq!(ids(vec![two, one], "").len(), 2);
    }

    #[test]
    fn the_users_registry_wins() {
        let names = [("Odeworks", Company), ("Ode Labs", Company), ("Bo Vale", Person), ("B Vale", Person)];
        let decisions = "<organization/ode-labs> skos:altLabel \"Odeworks\" ; rdfs:label \"ODE\" .
            <person/b-vale> owl:sameAs <person/bo-vale> ; rdfs:comment \"his own word\" .";
        let found = things(named(&names), decisions);
        let labels: Vec<_> = found.things.iter().map(|thing| thing.label.as_str()).collect();
        assert!(
            labels.contains(&"ODE") && labels.contains(&"Bo Vale") && !labels.contains(&"B Vale"),
            "{labels:?}"
        );
        assert!(found.merges.iter().any(|merge| merge.reason.ends_with("his own word")));
    }

    #[test]
    fn registered_things_keep_the_registrys_name_and_links() {
        let records = vec![
            Draft::new("A", "2025-01-01").mention(("PRC", Place)).registered("PRC", "place/china").build(),
        ];
        let found = things(records, "");
        assert_eq!((found.things[0].label.as_str(), found.things[0].class), ("China", Class::Country));
        assert!(found.things[0].aliases.contains("PRC") && !found.things[0].same_as.is_empty());
    }

    #[test]
    fn an_unsafe_registry_iri_is_not_trusted() {
        let draft = Draft::new("A", "2025-01-01").mention(("Ode", Place)).registered("Ode", "place/o> <x");
        assert_eq!(ids(vec![draft.build()], ""), ["place/ode"]);
    }
}
