//! Pronouns, relative pronouns and descriptions such as "the company".
//!
//! Every noun phrase that a pronoun could mean competes, also those that name nothing known: a pronoun that rather
//! means "the deal" stays unresolved, and so does one with two good answers.

use std::collections::BTreeMap;

use crate::{
    language::{Deprel, Mention, MentionClass, MentionKind, Place, SentenceId, TokenId, Upos, Xpos},
    ontology::Class,
};

use super::{
    super::{attribution::Speaker, clause::subject, quote::Quote, tree::Tree},
    Context, Entities, EntityIx, EntityMention, Facts, Gender,
};

/// How sure it is what a relative pronoun or "I" in somebody's words means.
const BY_GRAMMAR: f32 = 0.95;
/// How sure it is what the rules of this file find.
const BY_RULE: f32 = 0.8;
/// A link of the model counts from this probability on.
const LIKELY: f32 = 0.3;
/// So sure the model must be that "she" means what was taken for a company.
const SURE: f32 = 0.6;
/// How probable it is that a pronoun before the main clause means its subject.
const FRONTED: f32 = 0.6;
/// How many sentences back a pronoun reaches.
const PRONOUN_REACH: u32 = 2;
/// How many sentences back "the company" reaches.
const NOMINAL_REACH: u32 = 5;
/// What a sentence between leaves of a mention's weight.
const FADE: f32 = 0.6;
/// The weight below which nothing is meant.
const LEAST: f32 = 22.0;
/// The best must outdo the second best by this much.
const CLEAR: f32 = 0.75;

/// Resolves what stands outside quotations.
pub(super) fn outside_quotes(context: &Context<'_>, entities: &mut Entities, facts: &mut Vec<Facts>) {
    let quotes = &context.document.quotes;
    let mut history = Vec::new();
    let mut beliefs = Beliefs::new();
    for sentence in context.sentences() {
        let tree = context.tree(sentence);
        let fronted = fronted(tree);
        for token in tree.tokens() {
            let inside = is_quoted(quotes, tree, token);
            if entities.at(sentence, token).is_none() && !inside {
                let (history, beliefs) = (&history, &mut beliefs);
                let mut resolver = Resolver { context, entities, facts, history, beliefs, sentence, tree };
                resolver.resolve(token, fronted);
            }
            if let Some(seen) = seen(context, entities, sentence, token, inside) {
                history.push(seen);
            }
        }
    }
}

/// Resolves "I" and "my" inside quotations to their speakers, and relative pronouns.
pub(super) fn inside_quotes(
    context: &Context<'_>,
    entities: &mut Entities,
    facts: &[Facts],
    speakers: &[Option<Speaker>],
) {
    let quotes = &context.document.quotes;
    let (mut facts, mut beliefs) = (facts.to_vec(), Beliefs::new());
    for (quote, speaker) in quotes.iter().zip(speakers) {
        for sentence in (quote.first.0..=quote.last.0).map(SentenceId) {
            let tree = context.tree(sentence);
            for token in tree.tokens().filter(|&token| quote.content.contains(tree.token(token).span)) {
                if entities.at(sentence, token).is_some() {
                    continue;
                }
                let me = is_first_person(tree.form(token));
                match speaker.as_ref().and_then(|speaker| speaker.entity) {
                    Some(speaker) if me => {
                        if entities.get(speaker).class == Class::Person {
                            entities.add(speaker, single(tree, sentence, token, BY_GRAMMAR));
                        }
                    }
                    _ => {
                        let (facts, beliefs, history) = (&mut facts, &mut beliefs, &[]);
                        let mut resolver =
                            Resolver { context, entities, facts, history, beliefs, sentence, tree };
                        resolver.relative(token);
                    }
                }
            }
        }
    }
}

fn is_first_person(form: &str) -> bool {
    matches!(form.to_lowercase().as_str(), "i" | "me" | "my" | "mine" | "myself")
}

fn is_quoted(quotes: &[Quote], tree: &Tree<'_>, token: TokenId) -> bool {
    let span = tree.token(token).span;
    let after = quotes.partition_point(|quote| quote.content.start() <= span.start());
    after > 0 && quotes[after - 1].content.contains(span)
}

fn single(tree: &Tree<'_>, sentence: SentenceId, token: TokenId, certainty: f32) -> EntityMention {
    let (span, kind) = (tree.token(token).span, MentionKind::Pronoun);
    EntityMention { sentence, first: token, last: token, head: token, span, kind, demonym: false, certainty }
}

fn description(tree: &Tree<'_>, sentence: SentenceId, head: TokenId, certainty: f32) -> EntityMention {
    let (first, last) = tree.base_phrase(head);
    let (span, kind) = (tree.span(first, last), MentionKind::Nominal);
    EntityMention { sentence, first, last, head, span, kind, demonym: false, certainty }
}

/// A noun phrase that was read already.
#[derive(Debug)]
struct Seen {
    sentence: SentenceId,
    token: TokenId,
    who: Who,
    weight: f32,
    subject: bool,
    plural: bool,
    /// Whether it is a name.
    proper: bool,
}

/// What a noun phrase refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Entity(EntityIx),
    /// Something without a known name, by its noun.
    Noun(Box<str>),
}

/// What to remember of a token: the noun phrase that it heads.
fn seen(
    context: &Context<'_>,
    entities: &Entities,
    sentence: SentenceId,
    token: TokenId,
    quoted: bool,
) -> Option<Seen> {
    let tree = context.tree(sentence);
    let listed = |list: &str| context.ontology.words(list).contains(&tree.form(token).to_lowercase());
    let literal = || {
        tree.sentence().mentions.iter().any(|mention| {
            matches!(mention.class, MentionClass::Date | MentionClass::Money)
                && (mention.first..=mention.last).contains(&token)
        })
    };
    let who = match entities.mention_at(sentence, token) {
        Some((entity, mention)) if mention.head != token || mention.demonym || !entities.is_named(entity) => {
            return None;
        }
        Some((entity, _)) => Who::Entity(entity),
        None if literal() => return None,
        None if tree.upos(token) == Upos::Propn && (listed("personTitle") || listed("honorific")) => {
            return None;
        }
        None if matches!(tree.upos(token), Upos::Noun | Upos::Propn) => Who::Noun(tree.lemma(token).into()),
        None => return None,
    };
    let (head, deprel) = tree.role(token);
    let embedded = tree.ancestors(token).any(|above| {
        matches!(
            tree.deprel(above),
            Deprel::Acl | Deprel::AclRelcl | Deprel::Advcl | Deprel::Ccomp | Deprel::Csubj
        )
    });
    let deprel = if tree.is_possessive(token) { Deprel::NmodPoss } else { deprel };
    let subject = matches!(deprel, Deprel::Nsubj | Deprel::NsubjPass);
    let mut weight = match deprel {
        Deprel::Nsubj | Deprel::NsubjPass | Deprel::Root => {
            if embedded {
                65.0
            } else {
                80.0
            }
        }
        Deprel::Obj | Deprel::Iobj => 50.0,
        Deprel::Obl | Deprel::OblAgent | Deprel::Xcomp | Deprel::Conj => 40.0,
        Deprel::NmodPoss => 38.0,
        Deprel::Appos => 30.0,
        Deprel::Nmod | Deprel::Vocative => 28.0,
        Deprel::Compound | Deprel::Amod | Deprel::Flat | Deprel::Fixed if matches!(who, Who::Noun(_)) => {
            return None;
        }
        Deprel::Compound => 20.0,
        Deprel::OblUnmarked | Deprel::NmodUnmarked => 10.0,
        _ => 25.0,
    };
    // A part of a noun phrase in a prominent place takes some of its weight.
    if let Some(head) = head
        && matches!(deprel, Deprel::NmodPoss | Deprel::Compound | Deprel::Appos)
        && matches!(tree.role(head).1, Deprel::Nsubj | Deprel::NsubjPass)
    {
        weight += 15.0;
    }
    if quoted {
        weight *= 0.4;
    }
    let plural = matches!(tree.xpos(token), Xpos::Nns | Xpos::Nnps);
    let proper = tree.upos(token) == Upos::Propn;
    Some(Seen { sentence, token, who, weight, subject, plural, proper })
}

/// The subject of the main clause if something stands before it: "In his speech, Lee said".
fn fronted(tree: &Tree<'_>) -> Option<TokenId> {
    let root = tree.tokens().find(|&token| tree.head(token).is_none())?;
    let subject = tree.children_by(root, &[Deprel::Nsubj, Deprel::NsubjPass]).next()?;
    (subject < root || tree.child(root, Deprel::Cop).is_some()).then_some(subject)
}

/// What a pronoun asks of its antecedent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pronoun {
    Person(Gender),
    Thing,
    Several,
}

impl Pronoun {
    fn parse(form: &str) -> Option<Self> {
        Some(match form.to_lowercase().as_str() {
            "he" | "him" | "his" | "himself" => Self::Person(Gender::Male),
            "she" | "her" | "hers" | "herself" => Self::Person(Gender::Female),
            "it" | "its" | "itself" => Self::Thing,
            "they" | "them" | "their" | "theirs" | "themselves" => Self::Several,
            _ => return None,
        })
    }
}

struct Resolver<'r, 'a> {
    context: &'r Context<'a>,
    entities: &'r mut Entities,
    facts: &'r mut Vec<Facts>,
    history: &'r [Seen],
    beliefs: &'r mut Beliefs,
    sentence: SentenceId,
    tree: &'r Tree<'r>,
}

/// What pronouns may mean: the probability of each named entity.
type Beliefs = BTreeMap<(SentenceId, TokenId), BTreeMap<EntityIx, f32>>;

impl Resolver<'_, '_> {
    fn resolve(&mut self, token: TokenId, fronted: Option<TokenId>) {
        if is_first_person(self.tree.form(token)) && self.tree.upos(token) == Upos::Pron {
            self.author(token);
        } else if let Some(pronoun) = Pronoun::parse(self.tree.form(token))
            && self.tree.upos(token) == Upos::Pron
        {
            self.pronoun(token, pronoun, fronted);
        } else if self.tree.upos(token) == Upos::Noun {
            self.nominal(token);
        } else {
            self.relative(token);
        }
    }

    /// "Acme, which sells …": what the clause is about.
    fn relative(&mut self, token: TokenId) {
        let tree = self.tree;
        if !matches!(tree.xpos(token), Xpos::Wdt | Xpos::Wp | Xpos::WpPoss)
            || !matches!(tree.lemma(token), "who" | "which" | "that" | "whom" | "whose")
        {
            return;
        }
        if !self.relative_by_tree(token)
            && matches!(tree.lemma(token), "who" | "whom" | "whose")
            && let Some((entity, certainty)) = self.likely(token, token, |own, entity| {
                let class = own.entities.get(entity).class;
                class == Class::Person || class.is_a(Class::Organization)
            })
        {
            self.entities.add(entity, single(tree, self.sentence, token, certainty));
        }
    }

    fn relative_by_tree(&mut self, token: TokenId) -> bool {
        let tree = self.tree;
        let clause = tree.ancestors(token).find(|&above| {
            matches!(tree.deprel(above), Deprel::AclRelcl | Deprel::Ccomp | Deprel::Advcl | Deprel::Root)
        });
        if let Some(noun) =
            clause.filter(|&clause| tree.deprel(clause) == Deprel::AclRelcl).and_then(|c| tree.head(c))
            && noun < token
            && let Some((entity, mention)) = self.entities.mention_at(self.sentence, noun)
            && !mention.demonym
        {
            let person = self.entities.get(entity).class == Class::Person;
            let fits = match tree.lemma(token) {
                "who" | "whom" => person || self.entities.get(entity).class.is_a(Class::Organization),
                "which" => !person,
                _ => true,
            };
            if fits {
                self.entities.add(entity, single(tree, self.sentence, token, BY_GRAMMAR));
            }
            return fits;
        }
        false
    }

    fn pronoun(&mut self, token: TokenId, pronoun: Pronoun, fronted: Option<TokenId>) {
        let tree = self.tree;
        if tree.deprel(token) == Deprel::Expl || pronoun == Pronoun::Thing && self.is_empty_it(token) {
            return;
        }
        let possessive = tree.deprel(token) == Deprel::NmodPoss || tree.xpos(token) == Xpos::PrpPoss;
        let reflexive =
            tree.form(token).to_lowercase().ends_with("self") || tree.form(token).ends_with("selves");
        let clause_subject = self.clause_subject(token);
        if reflexive {
            if let Some(entity) = clause_subject.and_then(|subject| self.entities.at(self.sentence, subject))
                && self.agrees(pronoun, entity, false)
            {
                self.add(token, entity, pronoun, BY_GRAMMAR);
            }
            return;
        }

        let human = matches!(pronoun, Pronoun::Person(_));
        let fits =
            |own: &Self, entity| own.agrees(pronoun, entity, false) || human && own.may_be_person(entity);
        let (mut named, unnamed) = self.linked(token, token, fits);
        // "In his speech, Lee said": the subject to come.
        if let Some(entity) = self.fronted_subject(token, pronoun, fronted, possessive) {
            for weight in named.values_mut() {
                *weight *= 1.0 - FRONTED;
            }
            *named.entry(entity).or_insert(0.0) += FRONTED;
        }
        let best =
            named.iter().max_by(|one, other| one.1.total_cmp(other.1)).map(|(at, weight)| (*at, *weight));
        let least = |entity| if self.agrees(pronoun, entity, false) { LIKELY } else { SURE };
        if let Some((entity, certainty)) = best.filter(|&(entity, weight)| weight >= least(entity)) {
            self.beliefs.insert((self.sentence, token), named);
            if human {
                self.entities.set_class(entity, Class::Person);
            }
            self.add(token, entity, pronoun, certainty.min(1.0));
            return;
        }
        if let Some(entity) = self.by_weights(token, pronoun, fronted, possessive, clause_subject) {
            self.add(token, entity, pronoun, BY_RULE);
            return;
        }
        self.beliefs.insert((self.sentence, token), named);
        let known = unnamed.into_iter().max_by(|one, other| one.1.total_cmp(&other.1));
        match known.filter(|(_, weight)| *weight >= LIKELY) {
            Some((entity, certainty)) => self.add(token, entity, pronoun, certainty.min(1.0)),
            None => self.unnamed(token, pronoun),
        }
    }

    /// The subject of the main clause, for a pronoun in what stands before it.
    fn fronted_subject(
        &self,
        token: TokenId,
        pronoun: Pronoun,
        fronted: Option<TokenId>,
        possessive: bool,
    ) -> Option<EntityIx> {
        let is_subject = matches!(self.tree.role(token).1, Deprel::Nsubj | Deprel::NsubjPass);
        let subject = fronted.filter(|&subject| {
            token < subject && (possessive || !is_subject) && !self.tree.dominates(subject, token)
        })?;
        let (entity, mention) = self.entities.mention_at(self.sentence, subject)?;
        let named = mention.kind == MentionKind::Named && !mention.demonym;
        (named && self.agrees(pronoun, entity, false)).then_some(entity)
    }

    /// "I" outside quotations: whoever wrote the article.
    fn author(&mut self, token: TokenId) {
        let mention = single(self.tree, self.sentence, token, BY_GRAMMAR);
        let author =
            self.entities.iter().find(|(_, entity)| is_first_person(&entity.label)).map(|(at, _)| at);
        if let Some(author) = author {
            self.entities.add(author, mention);
        } else {
            self.entities.add_unnamed(Class::Person, self.tree.form(token), mention);
            self.facts.push(Facts::default());
        }
    }

    /// Somebody or something that the article does not name.
    fn unnamed(&mut self, token: TokenId, pronoun: Pronoun) {
        let taken_for = self.guess(token).and_then(|guess| Class::parse(guess.class.as_str()));
        let (class, gender) = match (pronoun, taken_for) {
            (Pronoun::Person(gender), _) => (Class::Person, Some(gender)),
            (Pronoun::Thing, Some(class)) if !matches!(class, Class::Person | Class::Topic) => (class, None),
            _ => return,
        };
        let mention = single(self.tree, self.sentence, token, 1.0);
        self.entities.add_unnamed(class, self.tree.form(token), mention);
        self.facts.push(Facts { gender, ..Facts::default() });
    }

    /// What the model takes a pronoun for.
    fn guess(&self, token: TokenId) -> Option<&Mention> {
        self.tree.sentence().mentions.iter().find(|mention| {
            mention.kind == MentionKind::Pronoun && mention.head == token && mention.score >= 0.5
        })
    }

    /// What weighs most of all that the pronoun could mean, by place and syntax.
    fn by_weights(
        &self,
        token: TokenId,
        pronoun: Pronoun,
        fronted: Option<TokenId>,
        possessive: bool,
        clause_subject: Option<TokenId>,
    ) -> Option<EntityIx> {
        let tree = self.tree;
        let mut weights: BTreeMap<Who, f32> = BTreeMap::new();
        let is_subject = matches!(tree.role(token).1, Deprel::Nsubj | Deprel::NsubjPass);
        let first = self.history.partition_point(|seen| seen.sentence.0 + PRONOUN_REACH < self.sentence.0);
        let mut per_sentence: BTreeMap<(Who, SentenceId), f32> = BTreeMap::new();
        for seen in &self.history[first..] {
            if self.is_bound(token, seen, possessive) {
                continue;
            }
            let Some(who) = self.competitor(pronoun, seen, possessive) else { continue };
            let distance = self.sentence.0 - seen.sentence.0;
            let mut weight = seen.weight * FADE.powi(distance.cast_signed());
            // "Acme sold its …": its own subject's, but with two people about ("Cole thanked Li for his …") either's.
            if distance == 0
                && possessive
                && clause_subject == Some(seen.token)
                && !matches!(pronoun, Pronoun::Person(_))
            {
                weight += 50.0;
            }
            if is_subject && seen.subject {
                weight += 15.0;
            }
            if pronoun == Pronoun::Thing && !possessive && matches!(seen.who, Who::Noun(_)) {
                weight *= 0.9;
            }
            let best = per_sentence.entry((who, seen.sentence)).or_insert(0.0);
            *best = best.max(weight);
        }
        for ((who, _), weight) in &per_sentence {
            *weights.entry(who.clone()).or_insert(0.0) += weight;
        }
        // "Cole met Li after his speech": either's.
        if matches!(pronoun, Pronoun::Person(_)) && !is_subject {
            let here = per_sentence.keys().filter(|(_, sentence)| *sentence == self.sentence);
            if here.filter(|(who, _)| matches!(who, Who::Entity(_))).count() > 1 {
                return None;
            }
        }
        // "In his speech, Lee said": the subject to come outweighs what came before.
        if let Some(entity) = self.fronted_subject(token, pronoun, fronted, possessive) {
            *weights.entry(Who::Entity(entity)).or_insert(0.0) += 130.0;
        }
        let guess = self.guess(token);
        for (who, weight) in &mut weights {
            let Who::Entity(entity) = who else { continue };
            let class = self.entities.get(*entity).class;
            if let Some(guess) = guess
                && guess.class != MentionClass::Topic
                && Class::parse(guess.class.as_str()).is_some_and(|guess| guess.root() != class.root())
            {
                *weight *= 0.6;
            }
            if let Pronoun::Person(gender) = pronoun
                && self.facts[entity.0 as usize].gender == Some(gender)
            {
                *weight *= 1.15;
            }
            if pronoun == Pronoun::Several || class == Class::Place {
                *weight *= 0.7;
            }
        }
        // Between two people the subject must win by far.
        let clear = if matches!(pronoun, Pronoun::Person(_)) { 0.5 } else { CLEAR };
        clear_winner(&weights, clear)
    }

    /// What the model links a pronoun or description to: the probability of each named entity that `fits`, and of
    /// each that has no name.
    ///
    /// A link to a pronoun counts for what that one may mean.
    fn linked(
        &self,
        first: TokenId,
        last: TokenId,
        fits: impl Fn(&Self, EntityIx) -> bool,
    ) -> (BTreeMap<EntityIx, f32>, BTreeMap<EntityIx, f32>) {
        let (mut named, mut unnamed) = (BTreeMap::new(), BTreeMap::new());
        let count = |of: &mut BTreeMap<EntityIx, f32>, entity: EntityIx, weight: f32| {
            if fits(self, entity) {
                *of.entry(entity).or_insert(0.0) += weight;
            }
        };
        for link in self.context.document.links(self.sentence, first, last) {
            let Place { sentence, first, last } = link.earlier;
            let head = self.context.tree(sentence).head_within(first, last);
            let meant = self.entities.at(sentence, head).or_else(|| self.entities.at(sentence, last));
            let belief = self.beliefs.get(&(sentence, head));
            match (meant, belief) {
                (_, Some(belief)) => {
                    for (entity, share) in belief {
                        count(&mut named, *entity, link.probability * share);
                    }
                    if let Some(entity) = meant.filter(|&entity| !self.entities.is_named(entity)) {
                        count(&mut unnamed, entity, link.probability * (1.0 - belief.values().sum::<f32>()));
                    }
                }
                (Some(entity), None) if self.entities.is_named(entity) => {
                    count(&mut named, entity, link.probability);
                }
                (Some(entity), None) => count(&mut unnamed, entity, link.probability),
                (None, None) => {}
            }
        }
        (named, unnamed)
    }

    /// The named entity that the model links a pronoun or description to, if it is likely.
    fn likely(
        &self,
        first: TokenId,
        last: TokenId,
        fits: impl Fn(&Self, EntityIx) -> bool,
    ) -> Option<(EntityIx, f32)> {
        let (named, _) = self.linked(first, last, fits);
        let (entity, weight) = named.into_iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
        (weight >= LIKELY).then_some((entity, weight.min(1.0)))
    }

    fn add(&mut self, token: TokenId, entity: EntityIx, pronoun: Pronoun, certainty: f32) {
        let mention = single(self.tree, self.sentence, token, certainty);
        self.entities.add(entity, mention);
        if let Pronoun::Person(gender) = pronoun {
            self.facts[entity.0 as usize].gender.get_or_insert(gender);
        }
    }

    /// Whether the pronoun may mean this entity.
    fn agrees(&self, pronoun: Pronoun, entity: EntityIx, plural: bool) -> bool {
        let class = self.entities.get(entity).class;
        match pronoun {
            Pronoun::Person(gender) => {
                class == Class::Person && self.facts[entity.0 as usize].gender.is_none_or(|own| own == gender)
            }
            Pronoun::Thing => !matches!(class, Class::Person | Class::Topic) && !plural,
            Pronoun::Several => class.is_a(Class::Organization),
        }
    }

    /// Whether a name taken for something else may be somebody's after all: a single word that nothing is known of.
    fn may_be_person(&self, entity: EntityIx) -> bool {
        let entity = self.entities.get(entity);
        entity.registry.is_none()
            && matches!(entity.class.root(), Class::Organization | Class::Place | Class::Product)
            && entity.label.chars().all(char::is_alphabetic)
            && entity.label.starts_with(char::is_uppercase)
            && entity.label.chars().any(char::is_lowercase)
    }

    /// As what something seen takes part in the competition for the pronoun, if it does.
    fn competitor(&self, pronoun: Pronoun, seen: &Seen, possessive: bool) -> Option<Who> {
        let lemma = match &seen.who {
            Who::Entity(entity) if self.agrees(pronoun, *entity, seen.plural) => {
                return Some(seen.who.clone());
            }
            Who::Entity(entity) => {
                let label = || Who::Noun(self.entities.get(*entity).label.as_str().into());
                return self.facts[entity.0 as usize].doubtful.then(label);
            }
            Who::Noun(lemma) => lemma,
        };
        let classes = self.context.noun_classes(lemma);
        let person = classes.contains(&Class::Person);
        let listed = |list: &str| self.context.ontology.words(list).contains(lemma.as_ref());
        let competes = match pronoun {
            _ if seen.proper => pronoun != Pronoun::Several,
            Pronoun::Person(Gender::Male) => person && !seen.plural && !listed("femaleNoun"),
            Pronoun::Person(Gender::Female) => person && !seen.plural && !listed("maleNoun"),
            Pronoun::Thing => {
                let owner = !possessive || !classes.is_empty();
                !seen.plural && owner && (classes.is_empty() || classes.iter().any(|c| *c != Class::Person))
            }
            Pronoun::Several => seen.plural,
        };
        competes.then(|| seen.who.clone())
    }

    /// Whether grammar forbids the pronoun to mean what was seen: the other argument of its own verb, or the noun
    /// phrase that it stands in.
    fn is_bound(&self, token: TokenId, seen: &Seen, possessive: bool) -> bool {
        if seen.sentence != self.sentence {
            return false;
        }
        let tree = self.tree;
        if !possessive
            && let (Some(own), _) = tree.role(token)
            && let (Some(other), _) = tree.role(seen.token)
            && (own == other || subject(tree, own) == Some(seen.token) && !is_clause_boundary(tree, own))
        {
            return true;
        }
        // "its" in "Acme's … its …" or in the noun phrase headed by what was seen, unless a clause comes between.
        let mut above = token;
        while let Some(head) = tree.head(above) {
            if head == seen.token {
                return true;
            }
            if is_clause_boundary(tree, above) {
                return false;
            }
            above = head;
        }
        false
    }

    /// The subject of the clause that a token stands in.
    fn clause_subject(&self, token: TokenId) -> Option<TokenId> {
        let tree = self.tree;
        for above in tree.ancestors(token) {
            if let Some(subject) =
                subject(tree, above).filter(|&subject| subject != token && !tree.dominates(subject, token))
            {
                return Some(subject);
            }
            // A participle without a subject has that of the clause above.
            if tree.deprel(above) == Deprel::Acl
                && let Some(noun) = tree.head(above)
            {
                return Some(noun);
            }
        }
        None
    }

    /// "It is clear that …", "it seems", "it rains": an "it" that means nothing.
    fn is_empty_it(&self, token: TokenId) -> bool {
        let tree = self.tree;
        let (Some(verb), deprel) = tree.role(token) else { return false };
        if !matches!(deprel, Deprel::Nsubj | Deprel::NsubjPass) {
            return false;
        }
        let clausal = tree
            .children_by(
                verb,
                &[Deprel::Csubj, Deprel::CsubjPass, Deprel::Ccomp, Deprel::Xcomp, Deprel::Advcl],
            )
            .any(|child| {
                child > verb
                    && tree
                        .children_by(child, &[Deprel::Mark])
                        .any(|m| matches!(tree.lemma(m), "that" | "to" | "if" | "whether"))
            });
        let copular = tree.child(verb, Deprel::Cop).is_some() && tree.upos(verb) != Upos::Verb;
        clausal && (copular || tree.is_passive(verb))
            || matches!(tree.lemma(verb), "seem" | "appear" | "rain" | "snow" | "happen" | "turn")
    }

    /// "the company", "the Paris-based firm", "the minister".
    fn nominal(&mut self, token: TokenId) {
        let tree = self.tree;
        let definite = tree
            .children_by(token, &[Deprel::Det])
            .any(|det| matches!(tree.lemma(det), "the" | "this" | "that"));
        if definite
            && tree.xpos(token) != Xpos::Nns
            && let Some((entity, certainty)) = self.linked_description(token)
        {
            self.entities.add(entity, description(tree, self.sentence, token, certainty));
            return;
        }
        // Clauses and phrases after a comma add, others narrow down.
        let added = |child: TokenId| {
            let first = tree.subtree(child).into_iter().find(|&below| tree.upos(below) != Upos::Punct);
            child > token
                && first.and_then(|first| tree.before(first)).is_some_and(|comma| tree.form(comma) == ",")
        };
        let narrowed = tree.children(token).any(|child| match tree.deprel(child) {
            Deprel::AclRelcl | Deprel::Acl | Deprel::Nmod | Deprel::Appos => !added(child),
            Deprel::NmodPoss | Deprel::Nummod => true,
            Deprel::Compound => tree.upos(child) == Upos::Propn && tree.form(child) != "-",
            Deprel::Amod => {
                matches!(tree.xpos(child), Xpos::Jjs | Xpos::Jjr)
                    || matches!(
                        tree.lemma(child),
                        "other"
                            | "same"
                            | "second"
                            | "whole"
                            | "entire"
                            | "new"
                            | "former"
                            | "next"
                            | "rival"
                    )
            }
            _ => false,
        });
        if !definite
            || narrowed
            || tree.xpos(token) == Xpos::Nns
            || matches!(tree.deprel(token), Deprel::Compound | Deprel::Root)
            || tree.child(token, Deprel::Cop).is_some()
        {
            return;
        }
        let lemma = tree.joined_lemma(token);
        let first = self.history.partition_point(|seen| seen.sentence.0 + NOMINAL_REACH < self.sentence.0);
        let mut described: BTreeMap<Who, f32> = BTreeMap::new();
        let mut fitting: BTreeMap<Who, f32> = BTreeMap::new();
        let classes = self.context.noun_classes(&lemma);
        for seen in &self.history[first..] {
            let Who::Entity(entity) = seen.who else { continue };
            if self.is_bound(token, seen, false) {
                continue;
            }
            let class = self.entities.get(entity).class;
            let weight = seen.weight * 0.75_f32.powi((self.sentence.0 - seen.sentence.0).cast_signed());
            if self.facts[entity.0 as usize].descriptions.contains(&lemma)
                && self.context.describes(&lemma, class)
            {
                *described.entry(seen.who.clone()).or_insert(0.0) += weight;
            }
            let fits = match class {
                Class::Company => classes.contains(&Class::Company),
                Class::Country => classes.contains(&Class::Country),
                _ => false,
            };
            if fits {
                *fitting.entry(seen.who.clone()).or_insert(0.0) += weight;
            }
        }
        let entity = clear_winner(&described, CLEAR).or_else(|| {
            // "the bank" may be any bank; only the plainest nouns mean whoever was spoken of.
            let plain = self.context.ontology.words("plainNoun").contains(&lemma);
            (described.is_empty() && plain).then(|| clear_winner(&fitting, 0.6)).flatten()
        });
        if let Some(entity) = entity {
            self.entities.add(entity, description(tree, self.sentence, token, BY_RULE));
        }
    }

    /// What the model links the description headed by this token to.
    fn linked_description(&self, token: TokenId) -> Option<(EntityIx, f32)> {
        let is_it = |mention: &&Mention| mention.kind == MentionKind::Nominal && mention.head == token;
        let mention = self.tree.sentence().mentions.iter().find(is_it)?;
        let lemma = self.tree.joined_lemma(token);
        self.likely(mention.first, mention.last, |own, entity| {
            own.context.describes(&lemma, own.entities.get(entity).class)
        })
    }
}

/// Whether a clause begins with this token: nothing above it is in the same clause.
fn is_clause_boundary(tree: &Tree<'_>, token: TokenId) -> bool {
    matches!(
        tree.deprel(token),
        Deprel::AclRelcl
            | Deprel::Acl
            | Deprel::Advcl
            | Deprel::AdvclRelcl
            | Deprel::Ccomp
            | Deprel::Csubj
            | Deprel::CsubjPass
            | Deprel::Parataxis
            | Deprel::Root
    )
}

/// The entity that outweighs all else clearly enough.
fn clear_winner(weights: &BTreeMap<Who, f32>, clear: f32) -> Option<EntityIx> {
    let (best, weight) = weights.iter().max_by(|one, other| one.1.total_cmp(other.1))?;
    let second =
        weights.iter().filter(|(who, _)| *who != best).map(|(_, weight)| *weight).fold(0.0, f32::max);
    match best {
        Who::Entity(entity) if *weight >= LEAST && second <= clear * weight => Some(*entity),
        _ => None,
    }
}
