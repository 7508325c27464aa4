//! Relations inside noun phrases: "Orvanta's chief scientist, Amara Osei", "the launch of R1 by Lumora",
//! "a Chinese AI platform", "Paris-based Mistral".

use crate::{
    article::Span,
    extract::{
        factuality::own_factuality,
        finding::{Filler, Finding, Reality, domain_fit, range_fit},
        reader::Reader,
        verbal::preceded_by,
    },
    language::{Deprel, MentionKind, TokenId, Upos, Xpos},
    ontology::{Class, Cue, CueKind, Relation},
};

/// Finds what the noun phrases of a sentence say.
pub(crate) fn read(reader: &Reader<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let identities = identities(reader);
    for identity in &identities {
        findings.extend(roles(reader, identity, &identities));
        findings.extend(origin(reader, identity));
    }
    for token in reader.tree.tokens() {
        match reader.tree.upos(token) {
            Upos::Noun | Upos::Propn => {
                findings.extend(nationality(reader, token));
                findings.extend(events(reader, token));
                findings.extend(possession(reader, token));
                // "Orvanta's chief executive" for somebody who is known from elsewhere.
                if reader.entity(token).is_some_and(|thing| thing.certainty() < 1.0) {
                    findings.extend(roles(reader, &Identity::itself(token), &identities));
                }
                findings.extend(origin(reader, &Identity::itself(token)));
            }
            Upos::Verb | Upos::Adj => findings.extend(based(reader, token)),
            _ => {}
        }
    }
    findings
}

/// That one noun says what another thing is: "Reyes, the CEO", "Reyes is the CEO", "was named CEO".
#[derive(Debug, Clone, Copy)]
struct Identity {
    /// Who or what is described.
    thing: TokenId,
    /// The describing noun.
    noun: TokenId,
    /// Whose factuality it shares: the noun itself, or the verb ("plans to become chairman").
    predicate: TokenId,
    /// Whether the words say that it is over ("stepped down as").
    over: bool,
}

impl Identity {
    fn itself(token: TokenId) -> Self {
        Self { thing: token, noun: token, predicate: token, over: false }
    }
}

/// Every description in the sentence.
fn identities(reader: &Reader<'_>) -> Vec<Identity> {
    let tree = &reader.tree;
    let words = |list: &str, token: TokenId| reader.ontology.words(list).contains(tree.lemma(token));
    let mut found = Vec::new();
    for token in tree.tokens() {
        // Apposition, either way round; a title before the name.
        if let Some(head) = tree.head(token) {
            let pair = match tree.deprel(token) {
                Deprel::Appos if tree.is_nominal(head) => Some((head, token)),
                Deprel::Compound | Deprel::NmodDesc | Deprel::NmodUnmarked | Deprel::Flat
                    if tree.is_nominal(head) =>
                {
                    Some((head, token))
                }
                // "Demir, founder and chief executive of Tarn" with the second office hung on the name.
                Deprel::Conj
                    if tree.upos(token) == Upos::Noun
                        && tree.child(token, Deprel::Det).is_none()
                        && tree
                            .children_by(head, &[Deprel::Appos])
                            .any(|appos| appos > head && appos < token) =>
                {
                    Some((head, token))
                }
                _ => None,
            };
            if let Some((head, token)) = pair {
                // "Brandt, Aasland and Bassetti, the president": the last name before the description.
                let head = if tree.deprel(token) == Deprel::Appos {
                    tree.conjuncts(head).into_iter().filter(|&name| name < token).max().unwrap_or(head)
                } else {
                    head
                };
                for member in tree.conjuncts(token) {
                    found.push(Identity { thing: head, noun: member, predicate: member, over: false });
                    if matches!(tree.deprel(token), Deprel::Appos | Deprel::Flat | Deprel::NmodDesc) {
                        found.push(Identity { thing: member, noun: head, predicate: head, over: false });
                    }
                }
            }
        }
        let nominal = matches!(tree.upos(token), Upos::Noun | Upos::Propn);
        if nominal
            && tree.child(token, Deprel::Cop).is_some()
            && let Some(subject) = reader.clause(token).agent
        {
            for member in tree.conjuncts(token) {
                found.push(Identity { thing: subject, noun: member, predicate: token, over: false });
            }
        }
        if tree.upos(token) == Upos::Verb {
            let clause = reader.clause(token);
            let appoints = words("appointingVerb", token);
            let holds = words("officeVerb", token);
            let leaves = words("leavingVerb", token);
            if !(appoints || holds || leaves) {
                continue;
            }
            let Some(thing) = (if appoints { clause.patient } else { clause.agent }) else { continue };
            let complement = tree
                .children_by(token, &[Deprel::Xcomp, Deprel::Obj, Deprel::Iobj, Deprel::Ccomp])
                .filter(|&child| child != thing);
            let behind_as = clause
                .obliques
                .iter()
                .filter(|(case, _)| matches!(case.as_str(), "as" | "from") && (case == "as" || leaves))
                .map(|(_, child)| *child);
            // The parser may hang "as CEO" or the office on the appointee.
            let on_thing = tree
                .children_by(thing, &[Deprel::Nmod, Deprel::Appos])
                .filter(|&child| tree.case(child).is_none_or(|case| case.words == "as"));
            for noun in complement.chain(behind_as).chain(on_thing) {
                if matches!(tree.upos(noun), Upos::Noun | Upos::Propn) {
                    for member in tree.conjuncts(noun) {
                        found.push(Identity { thing, noun: member, predicate: token, over: leaves });
                    }
                }
            }
        }
    }
    found.retain(|identity| identity.thing != identity.noun);
    found
}

/// Positions and kinships: "founder of", "Meta's chief AI scientist", "a subsidiary of".
fn roles(reader: &Reader<'_>, identity: &Identity, all: &[Identity]) -> Vec<Finding> {
    let tree = &reader.tree;
    let noun = identity.noun;
    let mut findings = Vec::new();
    let offices = |noun: TokenId| reader.cues.of(CueKind::Role, &tree.lemma(noun).to_lowercase());
    // "deputy director" is one office, not two.
    if tree.deprel(noun) == Deprel::Compound
        && tree.head(noun) == Some(identity.thing)
        && !offices(identity.thing).is_empty()
    {
        return findings;
    }
    // Nor is the "chief" in "chief executive", wherever each hangs.
    let next = tree.after(noun).filter(|&next| tree.head(next) == tree.head(noun));
    let goes_on =
        |next| offices(next).iter().any(|cue| cue.words.len() > 1 && preceded_by(reader, next, cue));
    if next.is_some_and(goes_on) {
        return findings;
    }
    let mut matched = 0;
    for cue in offices(noun) {
        if cue.words.len() < matched || !preceded_by(reader, noun, cue) {
            continue;
        }
        let (Some(relation), Some(x), Some(oblique)) =
            (reader.ontology.relation(&cue.relation), cue.subject, &cue.oblique)
        else {
            continue;
        };
        // The longest office wins: "vice president" is no "president".
        matched = cue.words.len();
        let slot = oblique.slot;
        let mut candidates = related(reader, identity, noun, cue);
        if candidates.is_empty() {
            // "co-founder and chief executive of Meta"
            candidates = all
                .iter()
                .filter(|other| other.thing == identity.thing && other.noun != noun)
                .flat_map(|other| related(reader, identity, other.noun, cue))
                .collect();
        }
        for related in candidates {
            // An apposition describes one thing, a predicate all of its subject.
            let things = if identity.predicate == noun {
                reader.alone(identity.thing)
            } else {
                reader.fillers(identity.thing, false)
            };
            let topics = Reader::topics_allowed(relation, slot.end);
            let ends = [(x, things), (slot, reader.fillers(related, topics))];
            let made = reader.pair_fillers(relation, &ends, |subject, object, fit| Finding {
                relation: relation.name.clone(),
                subject,
                object,
                predicate: identity.predicate,
                cue: tree.token(noun).span,
                role: Some(role_span(reader, noun, related, cue.words.len())),
                over: identity.over || is_former(reader, noun),
                reality: reality(reader, identity.predicate),
                confidence: 0.92 * fit,
                by: "nominal/role",
                pair: None,
            });
            if !made.is_empty() {
                findings.extend(made);
                break;
            }
        }
    }
    findings
}

/// The other end of a role noun, likeliest first: "Meta's", "of Meta", "Meta CEO", "French president".
fn related(reader: &Reader<'_>, identity: &Identity, noun: TokenId, cue: &Cue) -> Vec<TokenId> {
    let tree = &reader.tree;
    let mut found: Vec<TokenId> = Vec::new();
    // "Its director" is the director of it, whoever else is director on some board.
    let owned = cue.oblique.as_ref().is_none_or(|oblique| {
        ["of", "at", "for", "in", "to"]
            .iter()
            .any(|word| oblique.prepositions.iter().any(|known| known == word))
    });
    found.extend(tree.child(noun, Deprel::NmodPoss).filter(|_| owned));
    if let Some(oblique) = &cue.oblique {
        let with_preposition =
            reader.nmods(noun).into_iter().filter(|(words, _)| oblique.prepositions.contains(words));
        found.extend(with_preposition.map(|(_, token)| token));
        if identity.predicate != noun {
            // "serves as chief executive at Meta"
            let clause = reader.clause(identity.predicate);
            let around = clause
                .obliques
                .into_iter()
                .filter(|(words, token)| oblique.prepositions.contains(words) && *token != noun);
            found.extend(around.map(|(_, token)| token));
        }
    }
    let before = |parent: TokenId| {
        tree.children_by(
            parent,
            &[
                Deprel::Compound,
                Deprel::Amod,
                Deprel::NmodDesc,
                Deprel::NmodUnmarked,
                Deprel::NmodPoss,
                Deprel::Flat,
            ],
        )
        .filter(move |&child| child < noun)
    };
    if owned {
        found.extend(before(noun));
    }
    // "Orvanta CEO Ruth Calloway" may hang "Orvanta" on the name.
    if owned && tree.head(noun) == Some(identity.thing) && noun < identity.thing {
        found.extend(before(identity.thing));
    }
    found.retain(|&token| token != identity.thing);
    found
}

/// Whether the office is past: "former", "ex-", "late".
fn is_former(reader: &Reader<'_>, noun: TokenId) -> bool {
    let tree = &reader.tree;
    let former = reader.ontology.words("formerWord");
    let marked = |token: TokenId| {
        tree.children_by(token, &[Deprel::Amod, Deprel::Compound, Deprel::Advmod])
            .any(|child| former.contains(tree.lemma(child)))
    };
    marked(noun)
        || tree
            .before(noun)
            .filter(|&before| tree.form(before) == "-")
            .and_then(|hyphen| tree.before(hyphen))
            .is_some_and(|before| former.contains(tree.lemma(before)))
        || tree.head(noun).is_some_and(|head| noun < head && marked(head))
}

/// The words of the office: "chief AI scientist", without whose it is.
fn role_span(reader: &Reader<'_>, noun: TokenId, related: TokenId, cue_words: usize) -> Span {
    let tree = &reader.tree;
    let (mut first, _) = tree.base_phrase(noun);
    if related < noun {
        let (_, last) = tree.subtree_range(related);
        first = first.max(TokenId((last.0 + 1).min(noun.0)));
    }
    first = first.min(TokenId(noun.0.saturating_sub(cue_words as u32 - 1)));
    while first < noun
        && (matches!(tree.upos(first), Upos::Det | Upos::Punct | Upos::Part | Upos::Pron)
            || tree.xpos(first) == Xpos::Pos)
    {
        first = TokenId(first.0 + 1);
    }
    tree.span(first, noun)
}

/// Nouns for what happens: "the acquisition of Y by X", "competition between X and Y".
fn events(reader: &Reader<'_>, noun: TokenId) -> Vec<Finding> {
    let tree = &reader.tree;
    let mut findings = Vec::new();
    for cue in reader.cues.of(CueKind::Event, &tree.lemma(noun).to_lowercase()) {
        if !preceded_by(reader, noun, cue) {
            continue;
        }
        let (Some(relation), Some(x), Some(oblique)) =
            (reader.ontology.relation(&cue.relation), cue.subject, &cue.oblique)
        else {
            continue;
        };
        let nmods = reader.nmods(noun);
        let between = nmods.iter().find(|(words, _)| matches!(words.as_str(), "between" | "among"));
        if relation.symmetric
            && let Some((_, first)) = between
        {
            findings.extend(pairs_among(reader, relation, *first, noun));
            continue;
        }
        let doer = tree
            .child(noun, Deprel::NmodPoss)
            .or_else(|| nmods.iter().find(|(words, _)| words == "by").map(|(_, token)| *token))
            .or_else(|| governing_agent(reader, noun))
            .or_else(|| {
                // "the merger of A with B", "the merger of A and B"
                let (_, of) = nmods.iter().find(|(words, _)| relation.symmetric && words == "of")?;
                Some(*of)
            });
        if let Some(members) = doer.filter(|&doer| relation.symmetric && tree.conjuncts(doer).len() > 1) {
            findings.extend(pairs_among(reader, relation, members, noun));
            continue;
        }
        let done_to =
            nmods.iter().find(|(words, _)| oblique.prepositions.contains(words)).map(|(_, token)| *token);
        let done_to = done_to
            .or_else(|| {
                // "the merger of A with B", where "with B" hangs on A.
                let near = doer.filter(|_| relation.symmetric).map(|doer| reader.nmods(doer))?;
                near.into_iter()
                    .find(|(words, _)| oblique.prepositions.contains(words))
                    .map(|(_, token)| token)
            })
            .or_else(|| {
                // "its Lumora acquisition"
                tree.children_by(noun, &[Deprel::Compound]).find(|&child| reader.entity(child).is_some())
            });
        let (Some(doer), Some(done_to)) = (doer, done_to) else { continue };
        findings.extend(reader.pair(
            relation,
            [(x, doer), (oblique.slot, done_to)],
            |subject, object, fit| Finding {
                relation: relation.name.clone(),
                subject,
                object,
                predicate: noun,
                cue: tree.token(noun).span,
                role: None,
                over: false,
                reality: Reality::Around,
                confidence: 0.85 * fit,
                by: "nominal/event",
                pair: None,
            },
        ));
    }
    findings
}

/// Who does what a noun names, when a verb says so: "Meta announced the acquisition of …".
fn governing_agent(reader: &Reader<'_>, noun: TokenId) -> Option<TokenId> {
    let tree = &reader.tree;
    let (verb, deprel) = tree.role(noun);
    let verb = verb?;
    (deprel == Deprel::Obj && reader.ontology.words("eventVerb").contains(tree.lemma(verb)))
        .then(|| reader.clause(verb).agent)
        .flatten()
}

/// A symmetric relation between all members of a coordination: "between the US and China".
fn pairs_among(reader: &Reader<'_>, relation: &Relation, first: TokenId, noun: TokenId) -> Vec<Finding> {
    let members: Vec<Filler> = reader
        .fillers(first, false)
        .into_iter()
        .filter(|filler| reader.class(filler).is_some_and(|class| domain_fit(relation, class) > 0.0))
        .collect();
    let mut findings = Vec::new();
    for (index, subject) in members.iter().enumerate() {
        for object in &members[index + 1..] {
            let fit = reader.class(object).map_or(0.0, |class| range_fit(relation, class));
            if fit > 0.0 && !reader.same(subject, object) {
                findings.push(Finding {
                    relation: relation.name.clone(),
                    subject: subject.clone(),
                    object: object.clone(),
                    predicate: noun,
                    cue: reader.tree.token(noun).span,
                    role: None,
                    over: false,
                    reality: Reality::Around,
                    confidence: 0.88 * fit,
                    by: "nominal/event",
                    pair: None,
                });
            }
        }
    }
    findings
}

/// What a noun phrase says by the way is taken for granted; what a copula or a verb says is not.
fn reality(reader: &Reader<'_>, predicate: TokenId) -> Reality {
    let tree = reader.tree;
    let verb = tree.upos(predicate) == Upos::Verb && tree.deprel(predicate) != Deprel::Amod;
    if verb || tree.child(predicate, Deprel::Cop).is_some() {
        Reality::Around
    } else {
        Reality::Presupposed(own_factuality(tree, predicate, reader.ontology))
    }
}

/// A finding that a construction signals by itself, with both ends known.
fn constructed(
    reader: &Reader<'_>,
    name: &str,
    subject: Filler,
    object: Filler,
    (predicate, cue): (TokenId, Span),
    confidence: f64,
    by: &'static str,
) -> Option<Finding> {
    let relation = reader.ontology.relation(name)?;
    let subject_fit = domain_fit(relation, reader.class(&subject)?);
    let object_fit = range_fit(relation, reader.class(&object)?);
    (subject_fit * object_fit > 0.0 && !reader.same(&subject, &object)).then(|| Finding {
        relation: name.to_owned(),
        subject,
        object,
        predicate,
        cue,
        role: None,
        over: false,
        reality: reality(reader, predicate),
        confidence: confidence * subject_fit * object_fit,
        by,
        pair: None,
    })
}

/// Whether a name, not a description or pronoun, fills an end.
fn is_named(filler: &Filler) -> bool {
    filler.certainty() >= 1.0
}

/// What belongs to whom: "Orvanta's Halcyon" (develops), "Orvanta's Reyes" (works for), "Norway's Nordavind" (based in). Only names: "his company"
/// says nothing that a graph should keep.
fn possession(reader: &Reader<'_>, token: TokenId) -> Vec<Finding> {
    let tree = &reader.tree;
    let Some(owner) = tree.child(token, Deprel::NmodPoss) else { return Vec::new() };
    // In "Meta's R1 model" the name stands inside; in "Meta's chief scientist" there is none.
    let things = if tree.upos(token) == Upos::Noun && reader.entity(token).is_none_or(|f| f.certainty() < 1.0)
    {
        reader.fillers(token, false).into_iter().filter(is_named).collect()
    } else {
        reader.entity(token).into_iter().collect::<Vec<_>>()
    };
    let Some(owner_filler) = reader.entity(owner) else { return Vec::new() };
    let cue = tree.token(owner).span.cover(tree.token(token).span);
    things
        .into_iter()
        .filter(is_named)
        .filter_map(|thing| {
            let name = match (reader.class(&thing)?.root(), reader.class(&owner_filler)?.root()) {
                (Class::Product, Class::Organization) => "develops",
                // "Orvanta's chief executive, Reyes" has an office, which the roles read.
                (Class::Person, Class::Organization) if tree.upos(token) == Upos::Propn => "worksFor",
                (Class::Organization, Class::Place) => "basedIn",
                _ => return None,
            };
            let (subject, object) = match name {
                "develops" => (owner_filler.clone(), thing),
                _ => (thing, owner_filler.clone()),
            };
            constructed(reader, name, subject, object, (token, cue), 0.85, "nominal/possessive")
        })
        .collect()
}

/// Where it comes from: "Lumora, a Chinese AI platform", "the French minister", "Chinese startup Lumora", "the Lisbon
/// company".
fn origin(reader: &Reader<'_>, identity: &Identity) -> Vec<Finding> {
    let tree = &reader.tree;
    let Some(thing) = reader.entity(identity.thing) else { return Vec::new() };
    let Some(class) = reader.class(&thing) else { return Vec::new() };
    let name = match class.root() {
        Class::Person => "citizenOf",
        Class::Organization => "basedIn",
        _ => return Vec::new(),
    };
    // A described thing must be described as its own kind: "a Chinese AI platform", not "the Chinese market".
    if identity.noun != identity.thing && tree.upos(identity.noun) != Upos::Noun {
        return Vec::new();
    }
    // "French President" says where somebody rules: the role reads that.
    let rules = reader
        .cues
        .of(CueKind::Role, &tree.lemma(identity.noun).to_lowercase())
        .iter()
        .any(|cue| cue.relation == "leads");
    if rules {
        return Vec::new();
    }
    let lemma = tree.lemma(identity.noun);
    let body =
        ["companyNoun", "organizationNoun"].iter().any(|list| reader.ontology.words(list).contains(lemma));
    tree.children_by(
        identity.noun,
        &[Deprel::Amod, Deprel::Compound, Deprel::NmodDesc, Deprel::NmodUnmarked, Deprel::NmodPoss],
    )
    .filter(|&child| {
        reader.entities.mention_at(reader.id, child).is_some_and(|(place, mention)| {
            // "the Lisbon company", "Norway's largest shipyard": what is no person and called by its place.
            let here = body
                && name == "basedIn"
                && mention.kind == MentionKind::Named
                && reader.entities.get(place).class.root() == Class::Place;
            mention.demonym && tree.deprel(child) != Deprel::NmodPoss || here
        })
    })
    .filter_map(|child| {
        let place = reader.entity(child)?;
        let cue = tree.token(child).span.cover(tree.token(identity.noun).span);
        constructed(reader, name, thing.clone(), place, (identity.predicate, cue), 0.88, "nominal/demonym")
    })
    .collect()
}

/// "holds Spanish and Chilean citizenship".
fn nationality(reader: &Reader<'_>, noun: TokenId) -> Vec<Finding> {
    let tree = &reader.tree;
    let Some(verb) = tree.head(noun).filter(|_| {
        tree.deprel(noun) == Deprel::Obj
            && reader.ontology.words("nationalityNoun").contains(tree.lemma(noun))
    }) else {
        return Vec::new();
    };
    let Some(holder) = reader.clause(verb).agent else { return Vec::new() };
    let countries: Vec<(TokenId, Filler)> = tree
        .children_by(noun, &[Deprel::Amod])
        .flat_map(|first| tree.conjuncts(first))
        .filter_map(|adjective| Some((adjective, reader.entity(adjective)?)))
        .collect();
    let mut findings = Vec::new();
    for person in reader.fillers(holder, false) {
        for (adjective, country) in &countries {
            let cue = tree.token(*adjective).span.cover(tree.token(noun).span);
            findings.extend(constructed(
                reader,
                "citizenOf",
                person.clone(),
                country.clone(),
                (verb, cue),
                0.9,
                "nominal/nationality",
            ));
        }
    }
    findings
}

/// "Paris-based Mistral", "the California-based company".
fn based(reader: &Reader<'_>, token: TokenId) -> Option<Finding> {
    let tree = &reader.tree;
    if !matches!(tree.form(token).to_lowercase().as_str(), "based" | "headquartered")
        || tree.deprel(token) != Deprel::Amod
    {
        return None;
    }
    let hyphen = tree.before(token).filter(|&hyphen| tree.form(hyphen) == "-")?;
    let place = reader.entity(tree.before(hyphen)?)?;
    let described = tree.head(token)?;
    let thing = reader
        .fillers(described, false)
        .into_iter()
        .next()
        // "Paris-based startup Mistral" with the name as head of "startup", or merely behind it.
        .or_else(|| reader.entity(tree.head(described)?))
        .or_else(|| reader.entity(tree.after(described).filter(|&next| tree.upos(next) == Upos::Propn)?))?;
    let cue = tree.span(TokenId(token.0 - 2), token);
    constructed(reader, "basedIn", thing, place, (token, cue), 0.92, "nominal/based")
}
