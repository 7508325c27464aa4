//! Open relations: clauses between two known things whose verb no cue knows. They keep their own words under
//! `open/<lemma>`, so that they can be listed, counted and promoted, and are never forced into a named relation.

use std::collections::BTreeSet;

use crate::{
    article::Span,
    extract::{
        clause,
        finding::{Filler, Finding, Reality},
        reader::Reader,
        tree::Tree,
    },
    language::{Deprel, TokenId, Upos},
};

/// Finds clauses between two entities that none of `known` has read already.
///
/// "Kestrel courted Lumora for months" gives `Kestrel open/court Lumora`; with a preposition `open/compete_in`.
pub(crate) fn read(reader: &Reader<'_>, known: &[Finding]) -> Vec<Finding> {
    let tree = &reader.tree;
    let read_already: BTreeSet<TokenId> = known.iter().map(|finding| finding.predicate).collect();
    let mut findings = Vec::new();
    for token in tree.tokens() {
        if tree.upos(token) != Upos::Verb
            || read_already.contains(&token)
            || ["reportingVerb", "denyingVerb", "lightVerb"]
                .iter()
                .any(|list| reader.ontology.words(list).contains(tree.lemma(token)))
        {
            continue;
        }
        let clause = reader.clause(token);
        let Some(agent) = clause.agent else { continue };
        let stem = clause.particle.map_or_else(
            || tree.lemma(token).to_owned(),
            |particle| format!("{}_{}", tree.lemma(token), tree.lemma(particle)),
        );
        let subjects = reader.fillers(agent, false);
        if let Some(patient) = clause.patient {
            let cue = cue(reader, token, clause.particle, None);
            push(reader, &mut findings, &subjects, patient, &format!("open/{stem}"), token, cue);
        } else if let Some((words, oblique)) = clause
            .obliques
            .iter()
            .find(|(words, oblique)| !words.is_empty() && !words.ends_with(':') && named(reader, *oblique))
        {
            let cue = cue(reader, token, clause.particle, tree.child(*oblique, Deprel::Case));
            let relation = format!("open/{stem}_{}", words.replace(' ', "_"));
            push(reader, &mut findings, &subjects, *oblique, &relation, token, cue);
        }
    }
    findings
}

fn named(reader: &Reader<'_>, token: TokenId) -> bool {
    reader.tree.conjuncts(token).into_iter().any(|member| reader.entity(member).is_some())
}

fn cue(reader: &Reader<'_>, verb: TokenId, particle: Option<TokenId>, preposition: Option<TokenId>) -> Span {
    let words: Vec<TokenId> = [Some(verb), particle, preposition].into_iter().flatten().collect();
    reader.cue_span(&words)
}

fn push(
    reader: &Reader<'_>,
    findings: &mut Vec<Finding>,
    subjects: &[Filler],
    object: TokenId,
    relation: &str,
    predicate: TokenId,
    cue: Span,
) {
    if !is_local_name(&relation["open/".len()..]) {
        return;
    }
    for object in reader.fillers(object, false) {
        for subject in subjects {
            if !reader.same(subject, &object) {
                findings.push(Finding {
                    relation: relation.to_owned(),
                    subject: subject.clone(),
                    object: object.clone(),
                    predicate,
                    cue,
                    role: None,
                    over: false,
                    reality: Reality::Around,
                    confidence: 0.75,
                    by: "clause/open",
                    pair: None,
                });
            }
        }
    }
}

/// Every clause in its own words, of things without a name too: subject, verb with auxiliaries and preposition, and all
/// that follows. Passives stay as they are.
///
/// "The band was formed in Leeds by two students" gives `The band | was formed in | Leeds by two students`.
pub(crate) fn clauses(reader: &Reader<'_>) -> Vec<Finding> {
    reader.tree.tokens().filter_map(|token| in_words(reader, token)).collect()
}

fn in_words(reader: &Reader<'_>, predicate: TokenId) -> Option<Finding> {
    let tree = reader.tree;
    let copula = tree.child(predicate, Deprel::Cop);
    let participle = matches!(tree.deprel(predicate), Deprel::Amod | Deprel::Compound | Deprel::Case);
    if participle
        || copula.is_none() && tree.upos(predicate) != Upos::Verb
        || !is_last_of_chain(tree, predicate)
    {
        return None;
    }
    let subject = clause::subject(tree, predicate)?;
    let (subject_first, subject_last) = phrase(tree, subject);
    let first = group_start(tree, predicate);
    let (last, from, to) = copula.map_or_else(
        || verb_arguments(tree, predicate),
        |copula| Some(predicative(tree, predicate, copula)),
    )?;
    if first > last || from > to || subject_first <= last && first <= subject_last {
        return None;
    }
    let stem = copula.map_or_else(|| tree.lemma(predicate).to_owned(), |_| "be".to_owned());
    let relation = format!("open/{stem}");
    let subject_span = tree.span(subject_first, subject_last);
    let subject = match reader.entity(subject) {
        Some(Filler::Entity { entity, certainty, .. }) => {
            Filler::Entity { entity, span: subject_span, certainty }
        }
        _ => Filler::Topic { span: subject_span, label: subject_span.of(reader.document.text).to_owned() },
    };
    is_local_name(&stem).then(|| Finding {
        relation,
        subject,
        object: Filler::Words { span: tree.span(from, to) },
        predicate,
        cue: tree.span(first, last),
        role: None,
        over: false,
        reality: Reality::Around,
        confidence: 0.7,
        by: "clause/words",
        pair: None,
    })
}

/// What completes a verb, besides its subject.
const ARGUMENTS: [Deprel; 7] = [
    Deprel::Obj,
    Deprel::Iobj,
    Deprel::Obl,
    Deprel::OblAgent,
    Deprel::OblUnmarked,
    Deprel::Xcomp,
    Deprel::Ccomp,
];

/// Last word of the verb with its particle or preposition, first and last word of all that completes it.
fn verb_arguments(tree: &Tree<'_>, verb: TokenId) -> Option<(TokenId, TokenId, TokenId)> {
    let last = tree.children_by(verb, &[Deprel::CompoundPrt]).max().unwrap_or(verb);
    let ends = tree.children_by(verb, &ARGUMENTS).filter(|child| *child > verb);
    let ends: Vec<(TokenId, TokenId)> = ends.map(|child| phrase(tree, child)).collect();
    let (from, to) = (ends.iter().map(|end| end.0).min()?, ends.iter().map(|end| end.1).max()?);
    // "was formed in | Leeds"
    let preposition = tree.upos(from) == Upos::Adp && from < to && from.0 <= last.0 + 2;
    Some(if preposition { (from, TokenId(from.0 + 1), to) } else { (last, from, to) })
}

/// The same for "is" and what it says: "is in | Leeds", "was | a founder of Acme".
fn predicative(tree: &Tree<'_>, predicate: TokenId, copula: TokenId) -> (TokenId, TokenId, TokenId) {
    let preposition = tree.children_by(predicate, &[Deprel::Case]).filter(|case| *case > copula).max();
    let last = preposition.unwrap_or(copula);
    let after = tree.children_by(predicate, &ARGUMENTS).filter(|child| *child > predicate);
    let to = after.map(|child| phrase(tree, child).1).fold(phrase(tree, predicate).1, TokenId::max);
    (last, TokenId(last.0 + 1), to)
}

/// First and last word of a phrase without what is added to it: relative clauses, appositions, other clauses.
fn phrase(tree: &Tree<'_>, head: TokenId) -> (TokenId, TokenId) {
    let added = |token: TokenId| {
        matches!(tree.deprel(token), Deprel::AclRelcl | Deprel::Appos | Deprel::Parataxis | Deprel::Advcl)
            || matches!(tree.deprel(token), Deprel::Nsubj | Deprel::NsubjPass | Deprel::Mark | Deprel::Cc)
                && token < head
    };
    let clausal = matches!(tree.deprel(head), Deprel::Ccomp | Deprel::Xcomp);
    let (mut first, mut last) = (head, head);
    let mut open = vec![head];
    while let Some(at) = open.pop() {
        (first, last) = (first.min(at), last.max(at));
        let conjoined_clause =
            |child: TokenId| tree.deprel(child) == Deprel::Conj && tree.upos(child) == Upos::Verb;
        let kept = tree.children(at).filter(|&child| {
            tree.deprel(child) != Deprel::Punct
                && (clausal || !(conjoined_clause(child) || added(child) && at == head))
        });
        open.extend(kept);
    }
    (first, last)
}

/// Where the words of a verb begin: its auxiliaries, and the verb that it completes in "began to *work*".
fn group_start(tree: &Tree<'_>, predicate: TokenId) -> TokenId {
    let mut verb = predicate;
    while is_completion(tree, verb)
        && let Some(head) = tree.head(verb)
    {
        verb = head;
    }
    let auxiliaries = tree.children_by(verb, &[Deprel::Aux, Deprel::AuxPass, Deprel::Cop]);
    auxiliaries
        .filter(|child| *child < predicate)
        .fold(verb.min(tree.child(predicate, Deprel::Cop).unwrap_or(verb)), TokenId::min)
}

/// Whether a verb completes the one before it: "began to work", "stopped working".
fn is_completion(tree: &Tree<'_>, verb: TokenId) -> bool {
    tree.deprel(verb) == Deprel::Xcomp
        && tree.upos(verb) == Upos::Verb
        && tree.head(verb).is_some_and(|head| {
            head < verb
                && tree.upos(head) == Upos::Verb
                && verb.0 - head.0 <= 3
                && tree.child(head, Deprel::Obj).is_none()
        })
}

fn is_last_of_chain(tree: &Tree<'_>, verb: TokenId) -> bool {
    !tree.children_by(verb, &[Deprel::Xcomp]).any(|child| is_completion(tree, child))
}

/// Lemmas come from the text: only what can stand in an IRI as it is.
fn is_local_name(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
