//! Descriptions that the tree ties to a name: "DeepSeek-like startup Acme", "Vogt, the chief scientist",
//! "Acme, which …".

use crate::{
    language::{Deprel, MentionKind, SentenceId, TokenId, Upos, Xpos},
    ontology::Class,
};

use super::{super::tree::Tree, Context, Entities, EntityIx, EntityMention, Facts};

/// Adds the nouns in apposition to a name and the titles before it as mentions, and notes what the nouns that it is
/// said to be tell of it.
pub(super) fn describe(context: &Context<'_>, entities: &mut Entities, mut facts: Vec<Facts>) -> Vec<Facts> {
    for sentence in context.sentences() {
        let tree = context.tree(sentence);
        for token in tree.tokens() {
            if let Some(noun) = set_apart(tree, token)
                && named(entities, sentence, token).is_some()
            {
                tie(context, entities, &mut facts, sentence, noun, token);
            }
        }
        for token in tree.tokens() {
            let Some(head) = tree.head(token) else { continue };
            match tree.deprel(token) {
                // "Vogt, the chief scientist" and "the chief scientist, Vogt"
                Deprel::Appos => {
                    let _ = tie(context, entities, &mut facts, sentence, token, head)
                        || tie(context, entities, &mut facts, sentence, head, token);
                }
                // "chief scientist Vogt"
                Deprel::Compound | Deprel::NmodDesc | Deprel::Flat | Deprel::Nmod
                    if tree.upos(token) == Upos::Noun && token < head && tree.case(token).is_none() =>
                {
                    if let Some(entity) = named(entities, sentence, head)
                        && context
                            .noun_classes(tree.lemma(token))
                            .iter()
                            .any(|class| class.root() == entities.get(entity).class.root())
                    {
                        tie(context, entities, &mut facts, sentence, token, head);
                    }
                }
                // "chief scientist Vogt" with the noun as head
                Deprel::Flat if tree.upos(head) == Upos::Noun => {
                    tie(context, entities, &mut facts, sentence, head, token);
                }
                // The same, read as two subjects of one verb.
                Deprel::Nsubj | Deprel::NsubjPass
                    if tree.upos(token) == Upos::Noun
                        && let Some(name) = tree
                            .children(head)
                            .find(|&name| name > token && tree.deprel(name) == tree.deprel(token))
                        && tree.before(name).is_some_and(|comma| tree.form(comma) == ",") =>
                {
                    tie(context, entities, &mut facts, sentence, token, name);
                }
                // "Acme is a startup"
                Deprel::Nsubj if tree.child(head, Deprel::Cop).is_some() && tree.upos(head) == Upos::Noun => {
                    if let Some(entity) = named(entities, sentence, token)
                        && tree.xpos(head) != Xpos::Nns
                        && context.describes(&tree.joined_lemma(head), entities.get(entity).class)
                    {
                        facts[entity.0 as usize].descriptions.insert(tree.joined_lemma(head));
                    }
                }
                // "President Vogt", titles being proper nouns
                Deprel::Compound if tree.upos(token) == Upos::Propn => {
                    if let Some(entity) = named(entities, sentence, head)
                        && entities.get(entity).class == Class::Person
                        && entities.at(sentence, token).is_none()
                    {
                        facts[entity.0 as usize].descriptions.insert(tree.form(token).to_lowercase());
                    }
                }
                _ => {}
            }
        }
    }
    facts
}

/// The noun of a description between commas right behind a token, by the words alone: "startup" for "Acme" in
/// "Acme, a small startup, …".
fn set_apart(tree: &Tree<'_>, token: TokenId) -> Option<TokenId> {
    let comma = tree.after(token).filter(|&comma| tree.form(comma) == ",")?;
    let article = tree.after(comma).filter(|&article| matches!(tree.lemma(article), "a" | "an" | "the"))?;
    let mut last = article;
    while let Some(next) = tree.after(last).filter(|&next| {
        matches!(tree.upos(next), Upos::Adj | Upos::Noun | Upos::Propn | Upos::Num | Upos::Adv)
            || tree.form(next) == "-"
    }) {
        last = next;
    }
    let end = tree.after(last)?;
    let goes_on = tree.after(end).is_none_or(|next| tree.upos(next) != Upos::Cconj);
    (tree.upos(last) == Upos::Noun && goes_on && matches!(tree.form(end), "," | ".")).then_some(last)
}

/// The entity that a token names.
fn named(entities: &Entities, sentence: SentenceId, token: TokenId) -> Option<EntityIx> {
    let (entity, mention) = entities.mention_at(sentence, token)?;
    (mention.kind == MentionKind::Named && !mention.demonym).then_some(entity)
}

/// Makes the singular common noun `noun` a mention of what `name` names.
fn tie(
    context: &Context<'_>,
    entities: &mut Entities,
    facts: &mut [Facts],
    sentence: SentenceId,
    noun: TokenId,
    name: TokenId,
) -> bool {
    let tree = context.tree(sentence);
    let Some(entity) = named(entities, sentence, name) else { return false };
    let several = tree.xpos(noun) == Xpos::Nns
        || tree.children(name).any(|child| tree.deprel(child) == Deprel::Conj && tree.is_nominal(child));
    if tree.upos(noun) != Upos::Noun
        || several
        || entities.at(sentence, noun).is_some()
        || !context.describes(&tree.joined_lemma(noun), entities.get(entity).class)
    {
        return false;
    }
    facts[entity.0 as usize].descriptions.insert(tree.joined_lemma(noun));
    let (first, last) = tree.noun_phrase(noun);
    // "chief scientist" before its name ends there.
    let last = if noun < name && last >= name { noun } else { last };
    let mention = EntityMention {
        sentence,
        first,
        last,
        head: noun,
        span: tree.span(first, last),
        kind: MentionKind::Nominal,
        demonym: false,
        certainty: 0.85,
    };
    entities.add(entity, mention);
    true
}
