//! The second witness: relations that the model sees between two mentions, beside what clauses say.

use std::sync::Arc;

use crate::{
    article::Span,
    extract::{
        clause,
        factuality::Factuality,
        finding::{Filler, Finding, PairWitness, Reality, domain_fit, range_fit},
        reader::Reader,
    },
    language::{Deprel, MentionKind, Pair, Place, SentenceId, TokenId, Upos},
    ontology::{Class, Range, Relation, RelationKind},
};

/// A relation that no clause speaks of is told from this probability on.
const LEAST: f64 = 0.25;
/// A stance of the model counts where the one likes or dislikes the other with this probability.
const LIKELY_STANCE: f32 = 0.5;
/// Words between two mentions that may be the phrase of their relation.
const MAX_PHRASE: u32 = 6;

/// What labels of the model say in the vocabulary's relations; `true`: the other way round. Any other label is a relation.
const MEANINGS: [(&str, &str, bool); 4] = [
    ("chiefExecutiveOf", "leads", false),
    ("memberOfParty", "memberOf", false),
    ("clientOf", "supplies", true),
    ("shareholderOf", "investsIn", false),
];

/// Relations of one family say nearly the same of a pair: the surest one stands for them, and none is added to what a clause says.
const FAMILIES: [&[&str]; 6] = [
    &["leads", "worksFor", "memberOf"],
    &["headquarteredIn", "basedIn"],
    &["acquired", "owns", "mergedWith", "subsidiaryOf", "investsIn"],
    &["develops", "released"],
    &IN_FAVOUR,
    &AGAINST,
];

/// Relations that the model may see in another one that a clause tells of the same pair: the French foreign minister is no
/// statement about citizenship.
const OVERTONES: [(&str, &[&str]); 1] = [("citizenOf", &["leads", "worksFor", "memberOf"])];

/// Relations that hold of one pair in a sentence: where a clause tells whose they are, the model is not asked for others.
const SOLE: [&str; 2] = ["leads", "spouseOf"];

/// Relations that show a subject in favour of its object, and against it.
const IN_FAVOUR: [&str; 2] = ["supports", "praises"];
const AGAINST: [&str; 4] = ["opposes", "criticises", "accuses", "warnsOf"];

/// A relation between two ends as the model sees it.
struct Seen<'o> {
    relation: &'o Relation,
    subject: Filler,
    object: Filler,
    witness: PairWitness,
    /// Tokens of this sentence that the two mentions end in; the earlier mention may stand in another.
    ends: (Option<TokenId>, Option<TokenId>),
}

/// Tells every finding what the model says of its pair, and adds relations that only the model sees.
///
/// Pairs belong to the sentence of their later mention.
pub(crate) fn witness(reader: &Reader<'_>, findings: &mut Vec<Finding>) {
    let seen = seen(reader);
    for finding in findings.iter_mut() {
        let Some(relation) = reader.ontology.relation(&finding.relation) else { continue };
        let about = seen.iter().filter(|seen| {
            let forth =
                reader.same(&seen.subject, &finding.subject) && reader.same(&seen.object, &finding.object);
            let back =
                reader.same(&seen.subject, &finding.object) && reader.same(&seen.object, &finding.subject);
            (forth || back && relation.symmetric) && one_family(&seen.relation.name, &finding.relation)
        });
        let heard = about.map(|seen| seen.witness.clone());
        finding.pair =
            heard.chain(stance(reader, finding)).max_by(|a, b| a.probability.total_cmp(&b.probability));
    }
    let told = findings.len();
    for seen in seen {
        let credible = seen.witness.probability >= LEAST && seen.relation.kind != RelationKind::Quote;
        let doubtful = findings[..told].iter().any(|finding| settles(reader, finding, &seen));
        if credible && !doubtful && !is_date_of_another(reader, &seen) {
            findings.push(finding(reader, seen));
        }
    }
}

/// Whether what a clause tells leaves no room for what the model alone sees.
fn settles(reader: &Reader<'_>, told: &Finding, seen: &Seen<'_>) -> bool {
    let same = |a: &Filler, b: &Filler| reader.same(a, b);
    let forth = (same(&seen.subject, &told.subject), same(&seen.object, &told.object));
    let back = (same(&seen.subject, &told.object), same(&seen.object, &told.subject));
    let (name, relation) = (&seen.relation.name, &told.relation);
    if forth == (true, true) || back == (true, true) {
        let is_overtone =
            OVERTONES.iter().any(|(of, in_those)| of == name && in_those.contains(&&**relation));
        return one_family(name, relation) || is_overtone;
    }
    // Who condemns her arrest does not condemn her.
    let about =
        matches!(told.object, Filler::Topic { .. }) && told.object.span().contains(seen.object.span());
    if forth.0
        && about
        && reader.ontology.relation(relation).is_some_and(|relation| relation.kind == RelationKind::Stance)
    {
        return true;
    }
    // "Brandt, Aasland and Bassetti, the president of it": one of them is.
    let one_end = forth.1 || seen.relation.symmetric && (forth.0 || back.0 || back.1);
    one_end && name == relation && SOLE.contains(&name.as_str())
}

fn one_family(a: &str, b: &str) -> bool {
    a == b || FAMILIES.iter().any(|family| family.contains(&a) && family.contains(&b))
}

/// Whether the date belongs to a verb whose subject is another of the same kind: "his wife died in 2019" dates nothing of his.
fn is_date_of_another(reader: &Reader<'_>, seen: &Seen<'_>) -> bool {
    let tree = reader.tree;
    let date = seen.ends.1.filter(|_| matches!(seen.object, Filler::Date { .. }));
    let verb = date.and_then(|date| tree.ancestors(date).find(|&above| tree.upos(above) == Upos::Verb));
    let subject = verb.and_then(|verb| clause::subject(tree, verb));
    // "His wife, Moira, died": the name may stand beside the noun.
    let named = |subject| {
        std::iter::once(subject)
            .chain(tree.children_by(subject, &[Deprel::Appos]))
            .find_map(|token| reader.entity(token))
    };
    let whose = subject.and_then(named);
    whose.is_some_and(|whose| {
        let class = |filler| reader.class(filler).map(Class::root);
        class(&whose) == class(&seen.subject) && !reader.same(&whose, &seen.subject)
    })
}

/// The surest relation of each family for every pair of ends in the sentence, surest first.
fn seen<'a>(reader: &Reader<'a>) -> Vec<Seen<'a>> {
    let mut all: Vec<Seen<'a>> =
        reader.document.pairs(reader.id).flat_map(|pair| of_pair(reader, pair)).collect();
    // A label that says more goes first: a chief executive leads.
    let rank = |seen: &Seen<'_>| {
        let p = seen.witness.probability;
        let special = MEANINGS.iter().any(|(label, ..)| **label == *seen.witness.label);
        if special && p >= 0.5 { 1.0 + p } else { p }
    };
    all.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    let mut kept: Vec<Seen<'a>> = Vec::new();
    for seen in all {
        let again = kept.iter_mut().find(|known| {
            let forth =
                reader.same(&known.subject, &seen.subject) && reader.same(&known.object, &seen.object);
            let back = reader.same(&known.subject, &seen.object) && reader.same(&known.object, &seen.subject);
            one_family(&known.relation.name, &seen.relation.name)
                && (forth || back && seen.relation.symmetric)
        });
        match again {
            None => kept.push(seen),
            Some(known) if known.relation.name == seen.relation.name => {
                known.witness.probability = known.witness.probability.max(seen.witness.probability);
            }
            Some(_) => {}
        }
    }
    kept
}

fn of_pair<'a>(reader: &Reader<'a>, pair: &Pair) -> Vec<Seen<'a>> {
    // A new paragraph is about something else; what stands on its two sides was hardly said of one another.
    let earlier = pair.subject.sentence.min(pair.object.sentence);
    if (earlier.0 + 1..=reader.id.0).any(|at| reader.document.tree(SentenceId(at)).sentence().paragraph) {
        return Vec::new();
    }
    let (Some(subject), Some(object)) = (filler(reader, pair.subject), filler(reader, pair.object)) else {
        return Vec::new();
    };
    // "Acme's founder" is around Acme; but of "New York" and "York" one is no mention.
    let nested =
        subject.span().overlaps(object.span()) && is_name(reader, &subject) && is_name(reader, &object);
    if nested || reader.same(&subject, &object) {
        return Vec::new();
    }
    let here = |place: Place| {
        (place.sentence == reader.id).then(|| reader.tree.head_within(place.first, place.last))
    };
    let ends = (here(pair.subject), here(pair.object));
    let path = if let (Some(a), Some(b)) = ends { Some(steps(reader, a, b)) } else { None };
    let relations = pair.relations.iter().filter_map(|(label, probability)| {
        let (name, inverse) = MEANINGS
            .iter()
            .find(|(known, ..)| **known == **label)
            .map_or((&**label, false), |(_, name, inverse)| (*name, *inverse));
        let relation = reader.ontology.relation(name)?;
        let (subject, object) = if inverse { (&object, &subject) } else { (&subject, &object) };
        // Two heads must see a stance: what the relation is, and that the one likes or dislikes the other. The second knows
        // nothing of pairs from two sentences.
        if relation.kind == RelationKind::Stance && (path.is_none() || attitude(pair, name) < LIKELY_STANCE) {
            return None;
        }
        fits(reader, relation, subject, object).then(|| Seen {
            relation,
            subject: subject.clone(),
            object: object.clone(),
            witness: PairWitness { label: Arc::clone(label), probability: f64::from(*probability), path },
            ends,
        })
    });
    relations.collect()
}

/// Steps from one token to another in the tree.
fn steps(reader: &Reader<'_>, a: TokenId, b: TokenId) -> u8 {
    let up = |token: TokenId| std::iter::once(token).chain(reader.tree.ancestors(token));
    let above: Vec<TokenId> = up(a).collect();
    let (below, common) =
        up(b).enumerate().find(|(_, token)| above.contains(token)).unwrap_or((above.len(), a));
    let beside = above.iter().position(|token| *token == common).unwrap_or(0);
    u8::try_from(below + beside).unwrap_or(u8::MAX)
}

fn is_name(reader: &Reader<'_>, filler: &Filler) -> bool {
    let Filler::Entity { entity, span, .. } = filler else { return false };
    let mut mentions = reader.entities.get(*entity).mentions.iter();
    mentions.any(|mention| mention.span == *span && mention.kind == MentionKind::Named)
}

fn fits(reader: &Reader<'_>, relation: &Relation, subject: &Filler, object: &Filler) -> bool {
    let fit = |filler: &Filler, fit: fn(&Relation, Class) -> f64| {
        reader.class(filler).is_some_and(|class| fit(relation, class) > 0.0)
    };
    fit(subject, domain_fit)
        && match (&relation.range, object) {
            (Range::Date, Filler::Date { .. }) => true,
            (Range::Date, _) | (_, Filler::Date { .. }) => false,
            _ => fit(object, range_fit),
        }
}

/// What a mention of the model stands for.
fn filler(reader: &Reader<'_>, place: Place) -> Option<Filler> {
    let there = reader.at(place.sentence);
    let head = there.tree.head_within(place.first, place.last);
    if let Some(filler) = there.entity(head).or_else(|| there.entity(place.last)) {
        // A phrase around a name is not the name: "the street in Acme".
        let inside = |span: Span| there.tree.span(place.first, place.last).overlaps(span);
        return inside(filler.span()).then_some(filler);
    }
    let time = there.times().iter().find(|time| time.first <= place.last && place.first <= time.last)?;
    let value = time.from.clone().filter(|from| Some(from) == time.to.as_ref())?;
    Some(Filler::Date { value, span: time.span })
}

/// A finding of the model alone.
fn finding(reader: &Reader<'_>, seen: Seen<'_>) -> Finding {
    let (predicate, reality) = predicate(reader, seen.ends);
    Finding {
        relation: seen.relation.name.clone(),
        cue: phrase(reader, &seen.subject, &seen.object, predicate),
        subject: seen.subject,
        object: seen.object,
        predicate,
        role: None,
        over: false,
        reality,
        confidence: 0.0,
        by: "",
        pair: Some(seen.witness),
    }
}

/// The word that says how real a relation of two mentions is: the lowest one above both, or the verb of the later one.
fn predicate(reader: &Reader<'_>, ends: (Option<TokenId>, Option<TokenId>)) -> (TokenId, Reality) {
    let tree = reader.tree;
    let up = |token: TokenId| std::iter::once(token).chain(tree.ancestors(token));
    let verb = |token: TokenId| {
        up(token).find(|&above| {
            matches!(tree.upos(above), Upos::Verb | Upos::Aux) || tree.child(above, Deprel::Cop).is_some()
        })
    };
    match ends {
        (Some(a), Some(b)) => {
            let above: Vec<TokenId> = up(a).collect();
            let common = up(b).find(|token| above.contains(token)).unwrap_or(b);
            if tree.upos(common) == Upos::Verb || tree.child(common, Deprel::Cop).is_some() {
                return (common, Reality::Around);
            }
            // A verb between them in a relative clause or participle: "Vogt, who runs Acme".
            let between =
                up(b).take_while(|token| *token != common).chain(up(a).take_while(|token| *token != common));
            let inner = between.filter(|&token| tree.upos(token) == Upos::Verb).last();
            match inner {
                Some(inner) => (inner, Reality::Around),
                None => (common, Reality::Presupposed(Factuality::ACTUAL)),
            }
        }
        (Some(one), None) | (None, Some(one)) => (verb(one).unwrap_or(one), Reality::Around),
        (None, None) => (TokenId(0), Reality::Around),
    }
}

/// The words that stand for the relation: those between the two mentions if they are few, else the predicate.
fn phrase(reader: &Reader<'_>, subject: &Filler, object: &Filler, predicate: TokenId) -> Span {
    let tree = reader.tree;
    let (first, second) = (
        subject.span().start().min(object.span().start()),
        subject.span().start().max(object.span().start()),
    );
    let inside = |token: &TokenId| {
        let span = tree.token(*token).span;
        span.start() >= first
            && span.end() <= second
            && !span.overlaps(subject.span())
            && !span.overlaps(object.span())
    };
    let between: Vec<TokenId> = tree.tokens().filter(inside).collect();
    let words = |token: &&TokenId| !matches!(tree.upos(**token), Upos::Punct);
    match (between.iter().find(words), between.iter().rev().find(words)) {
        (Some(first), Some(last)) if last.0 - first.0 < MAX_PHRASE && tree.upos(predicate) != Upos::Verb => {
            tree.span(*first, *last)
        }
        _ => tree.token(predicate).span,
    }
}

/// How much the model sees the subject of a stance in favour of its object or against it.
fn stance(reader: &Reader<'_>, finding: &Finding) -> Option<PairWitness> {
    let name = finding.relation.as_str();
    if !IN_FAVOUR.contains(&name) && !AGAINST.contains(&name) {
        return None;
    }
    let means = |place: Place, end: &Filler| {
        matches!(end, Filler::Entity { .. })
            && filler(reader, place).is_some_and(|found| reader.same(&found, end))
    };
    let pairs = reader.document.pairs(reader.id).filter(|pair| {
        pair.subject.sentence == pair.object.sentence
            && means(pair.subject, &finding.subject)
            && means(pair.object, &finding.object)
    });
    let probability = pairs.map(|pair| attitude(pair, name)).fold(0.0, f32::max);
    let label = if IN_FAVOUR.contains(&name) { "likes" } else { "dislikes" };
    (probability > 0.0).then(|| PairWitness {
        label: label.into(),
        probability: f64::from(probability),
        path: None,
    })
}

/// How probable it is that the subject likes the object, for a relation that says so, or dislikes it, for any other.
fn attitude(pair: &Pair, relation: &str) -> f32 {
    if IN_FAVOUR.contains(&relation) { pair.likes } else { pair.dislikes }
}
