//! Who is said to say what: direct quotations, reported speech, "according to", denials.
//!
//! | found | example |
//! |---|---|
//! | quotation | “We go on,” Vogt said. “All of us.” |
//! | fragment | Vogt stressed the need to “go on” |
//! | complement | Vogt told reporters that Acme had grown; Acme denied buying Bolt |
//! | inserted | Acme, Vogt said, had grown |
//! | according to | According to Vogt, Acme grew |
//! | noun | Vogt's claim that Acme grew |
//!
//! Where nobody in particular speaks ("critics say", "according to reports") the speaker is `None`.

use crate::{
    article::Span,
    language::{Deprel, MentionKind, SentenceId, TokenId, Upos, Xpos},
    ontology::{Class, Ontology},
};

use super::{
    clause::{Clause, is_subject_after_all, own_subject},
    document::Document,
    entities::{Entities, EntityIx},
    quote::Quote,
    tree::Tree,
};

/// Longest way between a quotation and the verb that gives its speaker, in bytes.
const REACH: u32 = 90;

/// What a speaker answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The words between quotation marks.
    Quote {
        /// Without the marks.
        content: Span,
        /// The sentence that they begin in.
        first: SentenceId,
        /// The sentence that they end in.
        last: SentenceId,
        /// Whether they are a part of somebody's sentence rather than a statement.
        fragment: bool,
    },
    /// All that hangs below a token.
    Clause {
        /// The sentence.
        sentence: SentenceId,
        /// The head of the clause.
        head: TokenId,
        /// The head of what does not belong to it, though it hangs below: the inserted "Vogt said".
        except: Option<TokenId>,
    },
}

/// How the speaker takes the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributionKind {
    /// As so.
    Says,
    /// As not so: "denied that", "rejected the claim that".
    Denies,
    /// As open: "doubts that", "did not say that".
    Doubts,
}

/// A stretch of the article that somebody else than the article answers for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attributed {
    /// What is attributed.
    pub(crate) scope: Scope,
    /// To whom; `None` for unnamed sources.
    pub(crate) speaker: Option<EntityIx>,
    /// The mention of the speaker.
    pub(crate) speaker_span: Option<Span>,
    /// The words that attribute it; for a quotation without any, its marks and what they hold.
    pub(crate) cue: Span,
    /// The verb or noun among them.
    pub(crate) cue_token: Option<(SentenceId, TokenId)>,
    /// How the speaker takes it.
    pub(crate) kind: AttributionKind,
    /// Whether it stands between quotation marks.
    pub(crate) quoted: bool,
    /// Whether nobody in particular says it: "reportedly", "critics say", not "the chipmaker says".
    pub(crate) vague: bool,
}

impl Attributed {
    /// Whether it covers a token.
    pub(crate) fn covers(&self, tree: &Tree<'_>, sentence: SentenceId, token: TokenId) -> bool {
        match self.scope {
            Scope::Quote { content, .. } => content.contains(tree.token(token).span),
            Scope::Clause { sentence: own, head, except } => {
                own == sentence
                    && tree.dominates(head, token)
                    && except.is_none_or(|except| !tree.dominates(except, token))
            }
        }
    }

    /// How many bytes it covers, at most.
    fn extent(&self, tree: &Tree<'_>) -> u32 {
        match self.scope {
            Scope::Quote { content, .. } => content.len(),
            Scope::Clause { head, .. } => tree.subtree_span(head).len(),
        }
    }
}

/// The attribution that a token stands in; of several the innermost.
pub(crate) fn innermost<'a>(
    attributed: &'a [Attributed],
    tree: &Tree<'_>,
    sentence: SentenceId,
    token: TokenId,
) -> Option<&'a Attributed> {
    attributed.iter().filter(|one| one.covers(tree, sentence, token)).min_by_key(|one| one.extent(tree))
}

/// Everything in an article that somebody else answers for, in order of the text.
pub(crate) fn attributions(
    document: &Document<'_>,
    entities: &Entities,
    ontology: &Ontology,
) -> Vec<Attributed> {
    let Document { trees, quotes, .. } = document;
    let speakers = speakers(document, entities, ontology);
    let mut found = Vec::new();
    for (index, tree) in trees.iter().enumerate() {
        found.extend(Reader { tree, sentence: SentenceId(index as u32), entities, ontology }.clauses());
    }
    found.retain(|clause| {
        // The complement of a verb of saying may be a quotation, which has its own attribution.
        let Scope::Clause { sentence, head, .. } = clause.scope else { return true };
        let span = trees[sentence.0 as usize].token(head).span;
        !quotes.iter().zip(&speakers).any(|(quote, speaker)| {
            let speech = quote.clause || speaker.is_some_and(|speaker| speaker.direct);
            speech && quote.content.contains(span)
        })
    });
    for (quote, speaker) in quotes.iter().zip(speakers) {
        let scope = |fragment| Scope::Quote {
            content: quote.content,
            first: quote.first,
            last: quote.last,
            fragment,
        };
        let attributed = match speaker {
            Some(speaker) => Attributed {
                scope: scope(!quote.clause && !speaker.direct),
                speaker: speaker.entity,
                speaker_span: speaker.span,
                cue: speaker.cue,
                cue_token: speaker.verb,
                kind: AttributionKind::Says,
                quoted: true,
                vague: speaker.entity.is_none(),
            },
            None if quote.clause => Attributed {
                scope: scope(false),
                speaker: None,
                speaker_span: None,
                cue: quote.outer,
                cue_token: None,
                kind: AttributionKind::Says,
                quoted: true,
                vague: true,
            },
            None => continue,
        };
        found.push(attributed);
    }
    found.sort_by_key(|one| match one.scope {
        Scope::Quote { content, .. } => (content.start(), content.end()),
        Scope::Clause { sentence, head, .. } => {
            let span = trees[sentence.0 as usize].subtree_span(head);
            (span.start(), span.end())
        }
    });
    found
}

/// Who says a quotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speaker {
    /// The entity, if it is a known one.
    pub(crate) entity: Option<EntityIx>,
    /// The mention of it.
    span: Option<Span>,
    /// The verb's characters.
    cue: Span,
    verb: Option<(SentenceId, TokenId)>,
    /// Whether a verb of saying stands beside the quotation.
    direct: bool,
}

/// The speaker of each quotation; `None` where nothing tells, and for fragments that nobody says.
pub(crate) fn speakers(
    document: &Document<'_>,
    entities: &Entities,
    ontology: &Ontology,
) -> Vec<Option<Speaker>> {
    let Document { text, trees, quotes, .. } = document;
    let reader =
        |sentence: SentenceId| Reader { tree: &trees[sentence.0 as usize], sentence, entities, ontology };
    let mut speakers: Vec<Option<Speaker>> = Vec::with_capacity(quotes.len());
    for (index, quote) in quotes.iter().enumerate() {
        let paragraph = |sentence: SentenceId| {
            (0..=sentence.0).rev().find(|&at| trees[at as usize].sentence().paragraph).unwrap_or(0)
        };
        let before = index
            .checked_sub(1)
            .filter(|&before| paragraph(quotes[before].first) == paragraph(quote.first) || quote.resumes);
        let told = Search { text, trees, quotes, quote }
            .sentences()
            .filter_map(|sentence| {
                let reader = reader(sentence);
                let (verb, score) = reader.verb_beside(quote, quotes)?;
                Some((score, reader.speaker_by(verb, quotes)))
            })
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, speaker)| speaker);
        let speaker = match told {
            Some(speaker) => Some(speaker),
            None if quote.resumes => before.and_then(|before| speakers[before]),
            None if quote.clause => {
                // “…,” he said. “…”: the speaker goes on, unless somebody else came in between.
                let last = before.and_then(|before| Some((before, speakers[before]?)));
                let between = quote.first.0.checked_sub(1).map(SentenceId).filter(|sentence| {
                    !trees[quote.first.0 as usize].sentence().paragraph
                        && last.is_none_or(|(before, _)| quotes[before].last < *sentence)
                });
                let actor = between.and_then(|sentence| reader(sentence).only_actor());
                match (last, actor) {
                    (Some((_, last)), None) => Some(Speaker { direct: false, ..last }),
                    (_, Some((entity, span))) if starts_sentence(quote, trees) => Some(Speaker {
                        entity: Some(entity),
                        span: Some(span),
                        cue: quote.outer,
                        verb: None,
                        direct: false,
                    }),
                    _ => None,
                }
            }
            None => reader(quote.first).speaker_of_fragment(quote),
        };
        speakers.push(speaker);
    }
    speakers
}

/// Whether nothing stands before the quotation in its sentence.
fn starts_sentence(quote: &Quote, trees: &[Tree<'_>]) -> bool {
    trees[quote.first.0 as usize].sentence().span.start() >= quote.outer.start()
}

/// Where the verb for a quotation may stand.
struct Search<'s, 'a> {
    text: &'a str,
    trees: &'s [Tree<'a>],
    quotes: &'s [Quote],
    quote: &'s Quote,
}

impl Search<'_, '_> {
    /// The sentences of the quotation, the next one if it goes on from the closing mark ("…!” he said), and the one
    /// before if it ends in a colon.
    fn sentences(&self) -> impl Iterator<Item = SentenceId> + use<> {
        let span = |at: u32| self.trees[at as usize].sentence().span;
        let next = self.quote.last.0 + 1;
        // The closing mark itself may open the next sentence.
        let between = |next: u32| self.text.get(self.quote.outer.end() as usize..span(next).start() as usize);
        let goes_on = (next as usize) < self.trees.len()
            && !self.trees[next as usize].sentence().paragraph
            && between(next).is_none_or(|between| between.trim().is_empty())
            && (span(next).of(self.text).starts_with(char::is_lowercase)
                || self.text[..self.quote.content.end() as usize].ends_with(','))
            && !self.quotes.iter().any(|quote| quote.outer.start() == span(next).start());
        let before = self.quote.first.0.checked_sub(1).filter(|&before| {
            span(before).of(self.text).trim_end().ends_with(':')
                && span(self.quote.first.0).start() >= self.quote.outer.start()
        });
        (self.quote.first.0..=self.quote.last.0)
            .chain(goes_on.then_some(next))
            .chain(before)
            .map(SentenceId)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// Reads one sentence.
struct Reader<'r, 'a> {
    tree: &'r Tree<'a>,
    sentence: SentenceId,
    entities: &'r Entities,
    ontology: &'r Ontology,
}

impl Reader<'_, '_> {
    fn listed(&self, list: &str, token: TokenId) -> bool {
        self.ontology.words(list).contains(self.tree.lemma(token))
    }

    /// How a verb takes its complement, if it is a verb of saying, denying or doubting.
    fn kind(&self, verb: TokenId) -> Option<AttributionKind> {
        if !matches!(self.tree.upos(verb), Upos::Verb) {
            return None;
        }
        let kind = if self.listed("denyingVerb", verb) {
            AttributionKind::Denies
        } else if self.listed("doubtingVerb", verb) {
            AttributionKind::Doubts
        } else if self.listed("reportingVerb", verb) {
            AttributionKind::Says
        } else {
            return None;
        };
        let negated = self.tree.children_by(verb, &[Deprel::Advmod]).any(|child| {
            matches!(self.tree.form(child).to_lowercase().as_str(), "not" | "n't" | "n’t" | "never")
        });
        Some(if negated { AttributionKind::Doubts } else { kind })
    }

    /// The reported clauses of the sentence.
    fn clauses(&self) -> Vec<Attributed> {
        let tree = self.tree;
        let mut found = Vec::new();
        for token in tree.tokens() {
            if let Some(kind) = self.kind(token) {
                for (head, except) in self.complements(token, kind) {
                    found.push(self.attributed(head, except, self.agent(token), token, token, kind));
                }
            }
            if matches!(tree.upos(token), Upos::Noun)
                && (self.listed("reportingNoun", token) || self.listed("denyingNoun", token))
            {
                self.noun(token, &mut found);
            }
            // "According to its accounts": no opinion of anybody, but where the article has it from.
            let document = |token: TokenId| self.who(token).is_none() && self.listed("evidenceNoun", token);
            if let Some(case) = tree.case(token).filter(|case| case.words == "according to")
                && tree.first_conjunct(token) == token
                && !document(token)
                && let Some(clause) = self.clause_above(token)
            {
                let mut one = self.attributed(
                    clause,
                    Some(token),
                    Some(token),
                    case.first,
                    case.last,
                    AttributionKind::Says,
                );
                one.cue_token = None;
                found.push(one);
            } else if let Some((source, last)) =
                self.according(token).filter(|(source, _)| !document(*source))
                && let Some(clause) = self.clause_above(token)
            {
                let except = (source != clause && tree.dominates(clause, source)).then_some(source);
                let mut one =
                    self.attributed(clause, except, Some(source), token, last, AttributionKind::Says);
                one.cue_token = None;
                found.push(one);
            }
        }
        found
    }

    /// The source behind "according to" at a token that the tree does not read as a preposition, and the "to".
    fn according(&self, token: TokenId) -> Option<(TokenId, TokenId)> {
        let tree = self.tree;
        let to = tree.after(token).filter(|&to| tree.form(to) == "to")?;
        if !tree.form(token).eq_ignore_ascii_case("according") || tree.deprel(token) == Deprel::Case {
            return None;
        }
        let ends = |at: &TokenId| matches!(tree.form(*at), "," | "." | ";");
        let phrase = || (to.0 + 1..tree.len()).map(TokenId).take_while(|at| !ends(at));
        let mut source = phrase().find(|&at| tree.is_nominal(at))?;
        while let Some(head) =
            tree.head(source).filter(|head| phrase().any(|at| at == *head) && tree.is_nominal(*head))
        {
            source = head;
        }
        Some((source, to))
    }

    fn attributed(
        &self,
        head: TokenId,
        except: Option<TokenId>,
        speaker: Option<TokenId>,
        first: TokenId,
        last: TokenId,
        kind: AttributionKind,
    ) -> Attributed {
        let said_by = speaker;
        let speaker = said_by.and_then(|token| self.who(token));
        let vague = speaker.is_none() && said_by.is_none_or(|token| !self.is_definite(token));
        Attributed {
            scope: Scope::Clause { sentence: self.sentence, head, except },
            speaker: speaker.map(|(entity, _)| entity),
            speaker_span: speaker.map(|(_, span)| span),
            cue: self.tree.span(first, last),
            cue_token: Some((self.sentence, last)),
            kind,
            quoted: false,
            vague,
        }
    }

    /// Whether the words mean one known to the reader, named or not: "the chipmaker", "her lawyer", "she".
    fn is_definite(&self, token: TokenId) -> bool {
        let tree = self.tree;
        match tree.xpos(token) {
            Xpos::Prp => !matches!(tree.lemma(token), "they" | "it" | "one" | "you"),
            Xpos::Nnp => true,
            Xpos::Nn => {
                tree.child(token, Deprel::Det).is_some_and(|word| tree.lemma(word) == "the")
                    || tree.child(token, Deprel::NmodPoss).is_some()
            }
            _ => false,
        }
    }

    /// What a verb says: the heads of its complements, each with what does not belong to it.
    fn complements(&self, verb: TokenId, kind: AttributionKind) -> Vec<(TokenId, Option<TokenId>)> {
        let tree = self.tree;
        let mut found: Vec<(TokenId, Option<TokenId>)> = Vec::new();
        let says = kind == AttributionKind::Says;
        for child in tree.children(verb) {
            let clause = match tree.deprel(child) {
                Deprel::Ccomp | Deprel::CsubjPass => !is_subject_after_all(tree, child),
                // "is said to own", "denied owning", "claims to own"; others begin, plan or promise to.
                Deprel::Xcomp => {
                    (tree.is_passive(verb) || !says || self.listed("claimingVerb", verb))
                        && (tree.upos(child) == Upos::Verb || tree.child(child, Deprel::Cop).is_some())
                }
                // "Vogt said: Acme has grown"
                Deprel::Parataxis => {
                    says && child > verb
                        && own_subject(tree, child).is_some()
                        && (verb.0..child.0).any(|token| tree.form(TokenId(token)) == ":")
                }
                Deprel::Obj => !says && kind == AttributionKind::Denies,
                _ => false,
            };
            if clause {
                found.extend(tree.conjuncts(child).into_iter().filter(|&c| c == child).map(|c| (c, None)));
            }
        }
        if found.is_empty()
            && says
            && tree.children_by(verb, &[Deprel::Obj, Deprel::Xcomp]).next().is_none()
            && let Some(above) = tree.head(verb)
        {
            let inserted = tree.deprel(verb) == Deprel::Parataxis
                && tree.children_by(verb, &[Deprel::Nsubj]).next().is_some();
            // "as Vogt said"
            let as_said = tree.deprel(verb) == Deprel::Advcl
                && tree
                    .children_by(verb, &[Deprel::Mark, Deprel::Advmod])
                    .any(|mark| tree.form(mark).eq_ignore_ascii_case("as"));
            if inserted || as_said {
                found.push((above, Some(verb)));
            }
        }
        found
    }

    /// "Vogt's claim that …", "the denial by Vogt that …", "in Vogt's view".
    fn noun(&self, noun: TokenId, found: &mut Vec<Attributed>) {
        let tree = self.tree;
        let speaker = tree.child(noun, Deprel::NmodPoss).or_else(|| {
            tree.children_by(noun, &[Deprel::Nmod]).find(|&child| {
                tree.case(child).is_some_and(|case| matches!(case.words.as_str(), "by" | "from" | "of"))
            })
        });
        // "Acme denied claims that …": it is the denial that counts.
        let denied = tree.deprel(noun) == Deprel::Obj
            && tree
                .head(noun)
                .and_then(|verb| self.kind(verb))
                .is_some_and(|kind| kind != AttributionKind::Says);
        if denied {
            return;
        }
        // "Acme said in a statement that …", where the clause hangs on the noun.
        let speaker = speaker.or_else(|| {
            let verb = tree.head(noun).filter(|_| tree.deprel(noun) == Deprel::Obl)?;
            self.kind(verb).filter(|kind| *kind == AttributionKind::Says).and_then(|_| self.agent(verb))
        });
        let kind =
            if self.listed("denyingNoun", noun) { AttributionKind::Denies } else { AttributionKind::Says };
        for clause in tree.children_by(noun, &[Deprel::Acl, Deprel::Ccomp]) {
            if tree.children_by(clause, &[Deprel::Mark]).any(|mark| tree.lemma(mark) == "that") {
                found.push(self.attributed(clause, None, speaker, noun, noun, kind));
            }
        }
        if matches!(tree.lemma(noun), "view" | "opinion")
            && speaker.is_some()
            && tree.case(noun).is_some_and(|case| case.words == "in")
            && let Some(clause) = self.clause_above(noun)
        {
            found.push(self.attributed(clause, Some(noun), speaker, noun, noun, kind));
        }
    }

    /// The head of the clause that a nominal belongs to.
    fn clause_above(&self, token: TokenId) -> Option<TokenId> {
        let tree = self.tree;
        let mut last = None;
        for above in tree.ancestors(token) {
            last = Some(above);
            if matches!(tree.upos(above), Upos::Verb | Upos::Aux) || tree.child(above, Deprel::Cop).is_some()
            {
                break;
            }
        }
        last
    }

    /// The token for who does the saying: the subject, the agent of a passive, or who a participle is said of.
    fn agent(&self, verb: TokenId) -> Option<TokenId> {
        Clause::read(self.tree, verb).agent
    }

    /// Who a token stands for as a speaker, and where it says so. For a spokesman it is who he speaks for, for a
    /// statement whose it is.
    fn who(&self, token: TokenId) -> Option<(EntityIx, Span)> {
        let tree = self.tree;
        let direct = self.speaker_at(token);
        if direct.is_some() {
            return direct;
        }
        let speaks_for = tree.lemma(token).starts_with("spokes")
            || self.listed("reportingNoun", token)
            || tree.lemma(token) == "representative";
        if !speaks_for {
            return None;
        }
        tree.children_by(token, &[Deprel::NmodPoss, Deprel::Compound, Deprel::Nmod])
            .filter(|&child| {
                tree.deprel(child) != Deprel::Nmod
                    || tree
                        .case(child)
                        .is_some_and(|case| matches!(case.words.as_str(), "for" | "of" | "by" | "from"))
            })
            .find_map(|child| self.speaker_at(child))
            .filter(|(entity, _)| self.entities.get(*entity).class != Class::Person)
    }

    /// The entity at a token, if it is one that can speak.
    fn speaker_at(&self, token: TokenId) -> Option<(EntityIx, Span)> {
        let (entity, mention) = self.entities.mention_at(self.sentence, token)?;
        let speaks = match self.entities.get(entity).class {
            Class::Person | Class::Organization | Class::Company | Class::Country | Class::Place => {
                !mention.demonym
            }
            Class::Product | Class::Event | Class::Topic => false,
        };
        speaks.then_some((entity, mention.span))
    }

    /// The verb of saying that belongs to a quotation, and how surely.
    fn verb_beside(&self, quote: &Quote, quotes: &[Quote]) -> Option<(TokenId, f32)> {
        let tree = self.tree;
        let inside = |token: TokenId, quote: &Quote| quote.content.contains(tree.token(token).span);
        tree.tokens()
            .filter(|&token| {
                tree.upos(token) == Upos::Verb && !quotes.iter().any(|quote| inside(token, quote))
            })
            .filter_map(|verb| {
                let span = tree.token(verb).span;
                let (low, high) = if span.start() >= quote.outer.end() {
                    (quote.outer.end(), span.start())
                } else {
                    (span.end(), quote.outer.start().max(span.end()))
                };
                let gap = high - low;
                // Another quotation in between has the better claim to the verb, or shares it.
                let crossed = quotes.iter().any(|other| {
                    other.content != quote.content && low <= other.outer.start() && other.outer.end() <= high
                });
                let linked = tree.children(verb).any(|child| {
                    matches!(tree.deprel(child), Deprel::Ccomp | Deprel::Parataxis | Deprel::Obj)
                        && inside(child, quote)
                }) || tree.deprel(verb) == Deprel::Parataxis
                    && tree.head(verb).is_some_and(|head| inside(head, quote));
                if crossed && !linked {
                    return None;
                }
                // “…,” he thundered: any verb with a person's words as its complement says them.
                if self.kind(verb).is_none()
                    && !(linked && self.agent(verb).is_some_and(|agent| self.is_person(agent)))
                {
                    return None;
                }
                // "stressed the need to “think again.”" is no speech, “Never,” she said and she said: “Never.” are.
                let most = if span.end() <= quote.outer.start() { 3 } else { 25 };
                if !quote.clause && gap > most {
                    return None;
                }
                let after_comma = quote.clause || {
                    // “Never,” he said: punctuation between the marks makes it speech.
                    self.ends_in_punctuation(quote)
                };
                if !after_comma || gap > REACH && !linked {
                    return None;
                }
                let near = 1.0 - f32::from(gap.min(1000) as u16) / 1000.0;
                Some((verb, near + if linked { 1.0 } else { 0.0 }))
            })
            .max_by(|one, other| one.1.total_cmp(&other.1))
    }

    fn is_person(&self, token: TokenId) -> bool {
        self.speaker_at(token).is_some_and(|(entity, _)| self.entities.get(entity).class == Class::Person)
    }

    /// Whether the words end in a comma, full stop or the like, inside the marks.
    fn ends_in_punctuation(&self, quote: &Quote) -> bool {
        let tree = self.tree;
        tree.tokens()
            .rfind(|&token| quote.content.contains(tree.token(token).span))
            .is_some_and(|token| matches!(tree.form(token), "," | "." | "!" | "?" | "…" | "..."))
    }

    /// The speaker that a verb gives; if its subject cannot speak, the only person who can be meant.
    fn speaker_by(&self, verb: TokenId, quotes: &[Quote]) -> Speaker {
        let tree = self.tree;
        let agent = self.agent(verb);
        let own = tree.children_by(verb, &[Deprel::Nsubj]).next().is_some();
        let who = agent.and_then(|agent| self.who(agent)).or_else(|| {
            // "the launch fitted Vogt's plans, proclaiming at her inauguration: …"
            if own {
                return None;
            }
            let below = tree.subtree(verb).into_iter().filter(|&token| tree.upos(token) == Upos::Pron);
            let persons = |token: TokenId| {
                let inside = quotes.iter().any(|quote| quote.content.contains(tree.token(token).span));
                self.speaker_at(token)
                    .filter(|(entity, _)| !inside && self.entities.get(*entity).class == Class::Person)
            };
            below.clone().find_map(persons).or_else(|| {
                let mut all = tree.tokens().filter_map(persons);
                let first = all.next()?;
                all.all(|other| other.0 == first.0).then_some(first)
            })
        });
        Speaker {
            entity: who.map(|(entity, _)| entity),
            span: who.map(|(_, span)| span),
            cue: tree.token(verb).span,
            verb: Some((self.sentence, verb)),
            direct: true,
        }
    }

    /// The only person or body that does something in this sentence, as its subject.
    fn only_actor(&self) -> Option<(EntityIx, Span)> {
        let tree = self.tree;
        let root = tree.tokens().find(|&token| tree.head(token).is_none())?;
        let subject = own_subject(tree, root)?;
        let (entity, span) = self.speaker_at(subject)?;
        let others = tree.tokens().filter_map(|token| self.entities.mention_at(self.sentence, token));
        let alone = others
            .filter(|(_, mention)| mention.kind != MentionKind::Pronoun)
            .all(|(other, _)| other == entity || self.entities.get(other).class != Class::Person);
        (alone && self.entities.get(entity).class == Class::Person).then_some((entity, span))
    }

    /// Who stands behind a quoted part of a sentence: the subject of the verb of saying above it.
    fn speaker_of_fragment(&self, quote: &Quote) -> Option<Speaker> {
        let tree = self.tree;
        let inside = |token: TokenId| quote.content.contains(tree.token(token).span);
        let words: Vec<TokenId> =
            tree.tokens().filter(|&token| inside(token) && tree.upos(token) != Upos::Punct).collect();
        let head = words.iter().copied().find(|&token| tree.head(token).is_some_and(|head| !inside(head)))?;
        let title = words.iter().all(|&token| tree.form(token).starts_with(char::is_uppercase));
        let several = words.len() >= 2;
        for above in tree.ancestors(head) {
            let says = self.kind(above).is_some();
            if !(says || several && !title && tree.upos(above) == Upos::Verb) {
                continue;
            }
            let who = self.agent(above).and_then(|agent| self.who(agent));
            if let Some((entity, span)) = who
                && (says || self.entities.get(entity).class == Class::Person)
            {
                return Some(Speaker {
                    entity: Some(entity),
                    span: Some(span),
                    cue: tree.token(above).span,
                    verb: Some((self.sentence, above)),
                    direct: false,
                });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{entities, selection::Expectations, testing};

    /// Each attribution as `speaker kind "words" by "cue"`.
    fn read(table: &str) -> Vec<String> {
        let (text, analysis) = testing::analysis(table);
        let ontology = Ontology::builtin();
        let document = Document::of(&text, &analysis, None);
        let entities = entities::resolve(&document, &ontology, &Expectations::new());
        attributions(&document, &entities, &ontology)
            .into_iter()
            .map(|one| {
                let speaker = one.speaker.map_or("?", |speaker| &entities.get(speaker).label);
                let (mark, words) = match one.scope {
                    Scope::Quote { content, fragment, .. } => {
                        (if fragment { "fragment" } else { "quote" }, content.of(&text))
                    }
                    Scope::Clause { sentence, head, .. } => {
                        let tree = Tree::new(&text, &analysis.sentences[sentence.0 as usize]);
                        ("clause", tree.form(head))
                    }
                };
                format!("{speaker} {:?} {mark} [{words}] by [{}]", one.kind, one.cue.of(&text))
            })
            .collect()
    }

    #[test]
    fn a_split_quotation_has_one_speaker() {
        let found = read(
            "
            “       “      PUNCT ``  3 punct
            It      it     PRON  PRP 3 nsubj
            works   work   VERB  VBZ 7 ccomp
            ,       ,      PUNCT ,   3 punct
            ”       ”      PUNCT ''  3 punct
            Vogt    Vogt   PROPN NNP 7 nsubj Person
            said    say    VERB  VBD 0 root
            .       .      PUNCT .   7 punct

            “       “      PUNCT ``  3 punct
            We      we     PRON  PRP 3 nsubj
            know    know   VERB  VBP 0 root
            it      it     PRON  PRP 3 obj
            .       .      PUNCT .   3 punct
            ”       ”      PUNCT ''  3 punct

            #
            “       “      PUNCT ``  3 punct
            Nobody  nobody PRON  NN  3 nsubj
            came    come   VERB  VBD 0 root
            .       .      PUNCT .   3 punct
            ”       ”      PUNCT ''  3 punct
        ",
        );
        assert_eq!(
            found,
            [
                "Vogt Says quote [It works,] by [said]",
                "Vogt Says quote [We know it.] by [said]",
                "? Says quote [Nobody came.] by [“Nobody came.”]",
            ]
        );
    }

    #[test]
    fn a_closing_mark_may_open_the_next_sentence() {
        let found = read(
            "
            “       “      PUNCT ``  3 punct
            Nobody  nobody PRON  NN  3 nsubj
            came    come   VERB  VBD 0 root
            ,       ,      PUNCT ,   3 punct

            ”       ”      PUNCT ''  3 punct
            Vogt    Vogt   PROPN NNP 3 nsubj Person
            said    say    VERB  VBD 0 root
            .       .      PUNCT .   3 punct
        ",
        );
        assert_eq!(found, ["Vogt Says quote [Nobody came,] by [said]"]);
    }

    #[test]
    fn reported_speech_and_denials() {
        let found = read(
            "
            According accord  VERB  VBG 3 case
            to      to        ADP   IN  1 fixed
            reports report    NOUN  NNS 6 obl
            ,       ,         PUNCT ,   6 punct
            Acme    Acme      PROPN NNP 6 nsubj Company
            grew    grow      VERB  VBD 0 root
            .       .         PUNCT .   6 punct

            Acme    Acme      PROPN NNP 2 nsubj Company
            denied  deny      VERB  VBD 0 root
            that    that      SCONJ IN  5 mark
            it      it        PRON  PRP 5 nsubj
            bought  buy       VERB  VBD 2 ccomp
            Bolt    Bolt      PROPN NNP 5 obj   Company
            .       .         PUNCT .   2 punct

            The     the       DET   DT  2 det
            firm    firm      NOUN  NN  6 nsubj
            ,       ,         PUNCT ,   5 punct
            Vogt    Vogt      PROPN NNP 5 nsubj Person
            said    say       VERB  VBD 6 parataxis
            grew    grow      VERB  VBD 0 root
            .       .         PUNCT .   6 punct

            Vogt    Vogt      PROPN NNP 2 nsubj Person
            stressed stress   VERB  VBD 0 root
            the     the       DET   DT  4 det
            need    need      NOUN  NN  2 obj
            to      to        PART  TO  7 mark
            “       “         PUNCT ``  7 punct
            think   think     VERB  VB  4 acl
            again   again     ADV   RB  7 advmod
            .       .         PUNCT .   2 punct
            ”       ”         PUNCT ''  7 punct
        ",
        );
        assert_eq!(
            found,
            [
                "? Says clause [grew] by [According to]",
                "Acme Denies clause [bought] by [denied]",
                "Vogt Says clause [grew] by [said]",
                "Vogt Says fragment [think again.] by [stressed]",
            ]
        );
    }
}
