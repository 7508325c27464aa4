//! One sentence with all that is known of it, as the relation rules read it.

use std::collections::BTreeSet;

use crate::{
    article::Span,
    extract::{
        clause::{Clause, announcing_verb, antecedent, gerund_object, listed_members},
        cues::CueIndex,
        document::Document,
        entities::{Entities, EntityIx, EntityMention},
        factuality::has_negation,
        finding::{Filler, Finding, domain_fit, range_fit},
        time::TimeExpression,
        tree::Tree,
    },
    language::{Deprel, MentionKind, SentenceId, TokenId, Upos, Xpos},
    ontology::{Class, CueKind, End, Ontology, Range, Relation, RelationKind, Slot},
};

/// A topic's noun phrase longer than this is cut to its core.
const MAX_TOPIC_TOKENS: u32 = 8;

/// How many sentences back "the plan" may have been named.
const TOPIC_REACH: u32 = 20;

/// What a rule sees.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) id: SentenceId,
    pub(crate) tree: &'a Tree<'a>,
    pub(crate) entities: &'a Entities,
    pub(crate) ontology: &'a Ontology,
    pub(crate) cues: &'a CueIndex<'a>,
}

impl Reader<'_> {
    /// The arguments of a predicate. Who "criticised a plan to buy it" is not the one to buy.
    pub(crate) fn clause(&self, predicate: TokenId) -> Clause {
        let mut clause = Clause::read(self.tree, predicate);
        let judged = announcing_verb(self.tree, predicate).is_some_and(|verb| {
            self.cues.of(CueKind::Verb, self.tree.lemma(verb)).iter().any(|cue| {
                cue.relation != "callsFor"
                    && self
                        .ontology
                        .relation(&cue.relation)
                        .is_some_and(|relation| relation.kind == RelationKind::Stance)
            })
        });
        if judged {
            clause.agent = None;
        }
        clause
    }

    /// The entity that a token stands for, by name or reference.
    pub(crate) fn entity(&self, token: TokenId) -> Option<Filler> {
        let (entity, mention) = self.entities.mention_at(self.id, token)?;
        if mention.kind == MentionKind::Nominal
            && let Some(span) = self.name_beside(entity, token)
        {
            return Some(Filler::Entity { entity, span, certainty: 1.0 });
        }
        Some(Filler::Entity { entity, span: mention.span, certainty: f64::from(mention.certainty) })
    }

    /// The name that stands with a description of the same thing: "Moira" for "wife" in "his wife, Moira".
    fn name_beside(&self, entity: EntityIx, noun: TokenId) -> Option<Span> {
        let tree = self.tree;
        let beside = |name: TokenId| {
            let below = |token: TokenId, head: TokenId| {
                tree.head(token) == Some(head)
                    && matches!(
                        tree.deprel(token),
                        Deprel::Appos
                            | Deprel::Flat
                            | Deprel::NmodDesc
                            | Deprel::Compound
                            | Deprel::NmodUnmarked
                    )
            };
            below(name, noun) || below(noun, name)
        };
        let named = |mention: &&EntityMention| {
            mention.sentence == self.id
                && mention.kind == MentionKind::Named
                && !mention.demonym
                && beside(mention.head)
        };
        self.entities.get(entity).mentions.iter().find(named).map(|mention| mention.span)
    }

    /// The class of the entity that fills an end; `None` for topics and literals.
    pub(crate) fn class(&self, filler: &Filler) -> Option<Class> {
        match filler {
            Filler::Entity { entity, .. } => Some(self.entities.get(*entity).class),
            Filler::Topic { .. } => Some(Class::Topic),
            Filler::Date { .. } | Filler::Words { .. } => None,
        }
    }

    /// Everything that the noun phrase headed by `token` stands for: each member of a coordination, the members of
    /// "rivals such as A and B", the name in "the R1 model". With `topics`, a phrase that names nothing known is a
    /// topic.
    pub(crate) fn fillers(&self, token: TokenId, topics: bool) -> Vec<Filler> {
        let token = antecedent(self.tree, token);
        // "tariffs but not export controls"
        let negated = |member| member != token && has_negation(self.tree, member, self.ontology);
        let members = self.tree.conjuncts(token).into_iter().filter(|&member| !negated(member));
        members.flat_map(|member| self.resolve(member, topics, 0)).collect()
    }

    /// Whoever does, says or stands for what a noun phrase names: to back "Norway's plan" is to back Norway.
    ///
    /// Less certain than being named; nobody's are nouns for what is done to somebody ("her arrest").
    pub(crate) fn doers(&self, token: TokenId) -> Vec<Filler> {
        const CERTAINTY: f64 = 0.85;
        let tree = self.tree;
        let of_noun = |noun: TokenId| {
            let own = self.ontology.words("conductNoun").contains(tree.lemma(noun));
            let deed = own || self.ontology.words("deedNoun").contains(tree.lemma(noun));
            let whose = tree.children(noun).filter(move |&child| match tree.deprel(child) {
                Deprel::NmodPoss | Deprel::Compound | Deprel::Amod => deed,
                // "the invasion of Ukraine" is not Ukraine's.
                Deprel::Nmod => tree.case(child).is_some_and(|case| match case.words.as_str() {
                    "by" => deed,
                    "of" => own,
                    _ => false,
                }),
                _ => false,
            });
            whose.flat_map(|child| tree.conjuncts(child)).collect::<Vec<_>>()
        };
        let nouns = tree.conjuncts(antecedent(tree, token)).into_iter();
        nouns
            .filter(|&noun| tree.upos(noun) == Upos::Noun && self.entity(noun).is_none())
            .flat_map(of_noun)
            .filter_map(|whose| self.entity(whose))
            .map(|filler| filler.with_certainty(CERTAINTY))
            .collect()
    }

    /// What one member of a coordination stands for, without the others.
    pub(crate) fn alone(&self, token: TokenId) -> Vec<Filler> {
        self.resolve(antecedent(self.tree, token), false, 0)
    }

    fn resolve(&self, token: TokenId, topics: bool, depth: usize) -> Vec<Filler> {
        const MAX_DEPTH: usize = 4;
        if let Some(filler) = self.entity(token) {
            return vec![filler];
        }
        if depth == MAX_DEPTH {
            return Vec::new();
        }
        if let Some(object) = gerund_object(self.tree, token) {
            return self.resolve(object, topics, depth + 1);
        }
        if self.tree.upos(token) == Upos::Noun {
            let members: Vec<Filler> = listed_members(self.tree, token, self.ontology)
                .into_iter()
                .filter_map(|member| self.entity(member))
                .collect();
            if !members.is_empty() {
                return members;
            }
            if let Some(name) = self.name_inside(token) {
                return vec![name];
            }
            // "the town of Évora"
            if self.ontology.words("placeNoun").contains(self.tree.lemma(token))
                && let Some(place) = self.nmod(token, "of").and_then(|place| self.entity(place))
            {
                return vec![place];
            }
            // "a kind of open platform", "the use of encryption": the noun behind "of" is what it is about.
            if self.ontology.words("transparentNoun").contains(self.tree.lemma(token))
                && let Some(inner) = self.nmod(token, "of")
            {
                return self
                    .tree
                    .conjuncts(inner)
                    .into_iter()
                    .flat_map(|inner| self.resolve(inner, topics, depth + 1))
                    .collect();
            }
        }
        if !topics {
            return Vec::new();
        }
        let noun =
            if self.tree.upos(token) == Upos::Pron { self.parallel_object(token) } else { Some(token) };
        noun.and_then(|noun| self.topic(noun)).into_iter().collect()
    }

    /// What an object pronoun repeats of the clause before: "France backs the tariffs, while Sweden opposes *them*".
    fn parallel_object(&self, pronoun: TokenId) -> Option<TokenId> {
        let tree = self.tree;
        let plural = match tree.form(pronoun).to_lowercase().as_str() {
            "it" => false,
            "them" => true,
            _ => return None,
        };
        let verb = tree.head(pronoun).filter(|_| tree.deprel(pronoun) == Deprel::Obj)?;
        let beside = |token: TokenId| {
            matches!(tree.deprel(token), Deprel::Conj | Deprel::Advcl | Deprel::Parataxis | Deprel::Ccomp)
        };
        let earlier = tree
            .ancestors(verb)
            .next()
            .filter(|_| beside(verb))
            .into_iter()
            .chain(tree.children(verb).filter(|&child| beside(child)))
            .find(|&other| other < verb)?;
        tree.child(earlier, Deprel::Obj).filter(|&object| {
            tree.upos(object) == Upos::Noun
                && (tree.xpos(object) == Xpos::Nns) == plural
                && self.entity(object).is_none()
        })
    }

    /// The name that stands before or after a noun of its kind: "the R1 model", "the app `TikTok`".
    fn name_inside(&self, noun: TokenId) -> Option<Filler> {
        let lemma = self.tree.lemma(noun);
        let wanted: &[(&str, Class)] = &[
            ("productNoun", Class::Product),
            ("companyNoun", Class::Company),
            ("organizationNoun", Class::Organization),
            ("personNoun", Class::Person),
            ("countryNoun", Class::Place),
        ];
        let classes: BTreeSet<Class> = wanted
            .iter()
            .filter(|(list, _)| self.ontology.words(list).contains(lemma))
            .map(|&(_, class)| class.root())
            .collect();
        self.tree
            .children_by(
                noun,
                &[Deprel::Compound, Deprel::Flat, Deprel::NmodDesc, Deprel::NmodUnmarked, Deprel::Appos],
            )
            .find_map(|child| {
                // "the conductor Sorin": a name behind its noun is what the noun describes.
                let behind = child > noun && self.tree.upos(child) == Upos::Propn;
                let filler = self.entity(child)?;
                let class = self.class(&filler)?;
                (behind || classes.contains(&class.root())).then_some(filler)
            })
    }

    /// The first noun attached with that preposition.
    pub(crate) fn nmod(&self, noun: TokenId, preposition: &str) -> Option<TokenId> {
        self.nmods(noun).into_iter().find(|(words, _)| words == preposition).map(|(_, token)| token)
    }

    /// The nouns attached to a noun by prepositions.
    pub(crate) fn nmods(&self, noun: TokenId) -> Vec<(String, TokenId)> {
        self.tree
            .children_by(noun, &[Deprel::Nmod, Deprel::Obl, Deprel::OblAgent, Deprel::Acl])
            .filter_map(|child| {
                let words = self.tree.case(child).map(|case| case.words).or_else(|| {
                    // "the advantages of adopting …"
                    let mark = self.tree.child(child, Deprel::Mark)?;
                    Some(self.tree.lemma(mark).to_owned())
                })?;
                Some((words, child))
            })
            .collect()
    }

    /// Its expressions of time.
    pub(crate) fn times(&self) -> &[TimeExpression] {
        &self.document.times[self.id.0 as usize]
    }

    /// The same reader at another sentence.
    pub(crate) fn at(&self, id: SentenceId) -> Self {
        Self { id, tree: self.document.tree(id), ..*self }
    }

    /// The topic that a noun phrase names, if it says enough to be one. "The plan" is what it was called
    /// before; where nothing tells, it would be one topic with every other plan.
    pub(crate) fn topic(&self, token: TokenId) -> Option<Filler> {
        let (span, label) = self.topic_words(token)?;
        if !self.is_bare_definite(token) || self.ontology.topic_for(&label).is_some() {
            return Some(Filler::Topic { span, label });
        }
        let lemma = self.tree.lemma(token);
        let earlier = (self.id.0.saturating_sub(TOPIC_REACH)..=self.id.0).rev().find_map(|sentence| {
            let other = self.at(SentenceId(sentence));
            let before = |&at: &TokenId| sentence < self.id.0 || at < token;
            let named = |at: TokenId| {
                let same = other.tree.upos(at) == Upos::Noun && other.tree.lemma(at) == lemma;
                if !same || other.is_bare_definite(at) {
                    return None;
                }
                other.topic_words(at).filter(|(_, label)| label.contains(' '))
            };
            other.tree.tokens().rev().filter(before).find_map(named)
        });
        // "The tariffs" are tariffs; "the plan" is some plan.
        let general = (self.tree.xpos(token) == Xpos::Nns).then_some(label);
        earlier.map(|(_, label)| label).or(general).map(|label| Filler::Topic { span, label })
    }

    /// Whether a noun phrase is a single noun that points back: "the plan", "this idea", "her work".
    fn is_bare_definite(&self, token: TokenId) -> bool {
        let tree = self.tree;
        let points = tree.children_by(token, &[Deprel::Det, Deprel::NmodPoss]).any(|word| {
            tree.xpos(word) == Xpos::PrpPoss
                || matches!(tree.lemma(word), "the" | "this" | "that" | "these" | "those" | "such")
        });
        let described = tree.children(token).any(|child| {
            matches!(
                tree.deprel(child),
                Deprel::Amod | Deprel::Compound | Deprel::Nmod | Deprel::Acl | Deprel::Nummod | Deprel::Flat
            ) || tree.deprel(child) == Deprel::NmodPoss && tree.xpos(child) != Xpos::PrpPoss
        });
        points && !described && tree.upos(token) == Upos::Noun
    }

    /// The words of the noun phrase at a token, and how they are written inside a sentence.
    fn topic_words(&self, token: TokenId) -> Option<(Span, String)> {
        let tree = self.tree;
        let noun = matches!(tree.upos(token), Upos::Noun | Upos::Propn);
        if !noun || self.ontology.words("topicHeadExclusion").contains(tree.lemma(token)) {
            return None;
        }
        // "regulation of AI" is a subject of its own; "open models in schools" is about open models.
        let (mut first, mut last) = tree.base_phrase(token);
        if let Some(inner) = self.nmod(token, "of").filter(|&inner| inner > last)
            && tree.noun_phrase(inner).1.0 - first.0 < MAX_TOPIC_TOKENS
        {
            last = tree.base_phrase(inner).1;
        }
        while first < token
            && (matches!(tree.upos(first), Upos::Det | Upos::Pron | Upos::Punct | Upos::Cconj | Upos::Adp)
                || tree.xpos(first) == Xpos::PrpPoss)
        {
            first = TokenId(first.0 + 1);
        }
        // "an obligation to test models": the noun alone says little.
        if first == last
            && let Some(end) = self.purpose(token)
            && end.0 - token.0 < MAX_TOPIC_TOKENS
        {
            last = end;
        }
        // "closed-source models", where the parser hung "closed-source" elsewhere.
        while let Some(compound) = self.hyphenated_before(first) {
            first = compound;
        }
        let generic = ["personNoun", "companyNoun", "organizationNoun", "productNoun"];
        let bare =
            first == last && generic.iter().any(|list| self.ontology.words(list).contains(tree.lemma(token)));
        let long = last.0 - first.0 >= MAX_TOPIC_TOKENS;
        if bare || long {
            return None;
        }
        let span = tree.span(first, last);
        let mut label = span.of(self.document.text).split_whitespace().collect::<Vec<_>>().join(" ");
        // The capital of a first word is the sentence's, not its own.
        let word = tree.form(first);
        let capital = tree.upos(first) != Upos::Propn
            && word.chars().skip(1).all(char::is_lowercase)
            && self.entity(first).is_none();
        if capital && word.chars().next().is_some_and(char::is_uppercase) {
            let head: String = word.chars().take(1).flat_map(char::to_lowercase).collect();
            let rest: String = label.chars().skip(1).collect();
            label = head + &rest;
        }
        Some((span, label))
    }

    /// The last word of what a noun is to bring about: "models" in "an obligation to test models".
    fn purpose(&self, noun: TokenId) -> Option<TokenId> {
        let tree = self.tree;
        let verb = tree.child(noun, Deprel::Acl).filter(|&verb| tree.xpos(verb) == Xpos::Vb)?;
        let object = tree.child(verb, Deprel::Obj).filter(|&object| object > verb)?;
        tree.is_nominal(object).then(|| tree.base_phrase(object).1)
    }

    /// The first word of a compound with hyphens that stands right before a token.
    fn hyphenated_before(&self, token: TokenId) -> Option<TokenId> {
        let tree = &self.tree;
        let last = tree.before(token)?;
        let hyphen = tree.before(last).filter(|&hyphen| tree.form(hyphen) == "-")?;
        let first = tree.before(hyphen)?;
        let joined = tree.token(first).span.end() == tree.token(hyphen).span.start()
            && tree.token(hyphen).span.end() == tree.token(last).span.start();
        (joined && self.entity(last).is_none() && self.entity(first).is_none()).then_some(first)
    }

    /// Whether a topic may stand at that end.
    pub(crate) fn topics_allowed(relation: &Relation, end: End) -> bool {
        match (end, &relation.range) {
            (End::Y, Range::Classes(classes)) => classes.contains(&Class::Topic),
            _ => false,
        }
    }

    /// Findings for every pair of what two noun phrases stand for, with those left out that the relation's domain,
    /// range or the cue's own classes rule out. `ends` are the slots with their phrases.
    pub(crate) fn pair(
        &self,
        relation: &Relation,
        ends: [(Slot, TokenId); 2],
        make: impl Fn(Filler, Filler, f64) -> Finding,
    ) -> Vec<Finding> {
        let ends = ends.map(|(slot, token)| {
            let mut fillers = self.fillers(token, Self::topics_allowed(relation, slot.end));
            if relation.kind == RelationKind::Stance && slot.end == End::Y {
                fillers.extend(self.doers(token));
            }
            (slot, fillers)
        });
        self.pair_fillers(relation, &ends, make)
    }

    /// The same for ends that are filled already.
    pub(crate) fn pair_fillers(
        &self,
        relation: &Relation,
        ends: &[(Slot, Vec<Filler>); 2],
        make: impl Fn(Filler, Filler, f64) -> Finding,
    ) -> Vec<Finding> {
        let fitting = |end: End| -> Vec<(&Filler, f64)> {
            let Some((slot, fillers)) = ends.iter().find(|(slot, _)| slot.end == end) else {
                return Vec::new();
            };
            let fit = |filler| {
                let class = self.class(filler)?;
                let fit = match end {
                    End::X => domain_fit(relation, class),
                    End::Y => range_fit(relation, class),
                };
                let narrowed = slot.class.is_none_or(|wanted| class.is_a(wanted) || wanted.is_a(class));
                (fit > 0.0 && narrowed).then_some((filler, fit))
            };
            fillers.iter().filter_map(fit).collect()
        };
        let objects = fitting(End::Y);
        let mut findings = Vec::new();
        for (subject, subject_fit) in fitting(End::X) {
            for (object, object_fit) in &objects {
                if !self.same(subject, object) {
                    findings.push(make(subject.clone(), (*object).clone(), subject_fit * object_fit));
                }
            }
        }
        findings
    }

    /// Whether two ends are one thing or overlap in the text.
    pub(crate) fn same(&self, a: &Filler, b: &Filler) -> bool {
        match (a, b) {
            (Filler::Entity { entity: a, .. }, Filler::Entity { entity: b, .. }) => a == b,
            (Filler::Entity { span, .. }, Filler::Topic { span: topic, .. }) => *topic == *span,
            _ => a.span() == b.span(),
        }
    }

    /// The characters from the first to the last of these words when they stand close together, else the first one's.
    pub(crate) fn cue_span(&self, words: &[TokenId]) -> Span {
        const MAX_GAP: u32 = 6;
        let carrier = words[0];
        let near = words.iter().copied().filter(|word| word.0.abs_diff(carrier.0) <= MAX_GAP);
        near.fold(self.tree.token(carrier).span, |span, word| span.cover(self.tree.token(word).span))
    }
}
