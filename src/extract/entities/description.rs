//! Descriptions that the tree ties to a name: "DeepSeek-like startup Acme", "Vogt, the chief scientist",
//! "Acme, which …".

use crate::{
    language::{Deprel, MentionKind, SentenceId, TokenId, Upos, Xpos},
    ontology::Class,
};

use super::{Context, Entities, EntityIx, EntityMention, Facts};

/// Adds the nouns in apposition to a name and the titles before it as mentions, and notes what the nouns that it is
/// said to be tell of it.
pub(super) fn describe(context: &Context<'_>, entities: &mut Entities, mut facts: Vec<Facts>) -> Vec<Facts> {
    for sentence in context.sentences() {
        let tree = context.tree(sentence);
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
                // "Acme is a startup"
                Deprel::Nsubj if tree.child(head, Deprel::Cop).is_some() && tree.upos(head) == Upos::Noun => {
                    if let Some(entity) = named(entities, sentence, token)
                        && tree.xpos(head) != Xpos::Nns
                        && context.describes(tree.lemma(head), entities.get(entity).class)
                    {
                        facts[entity.0 as usize].descriptions.insert(tree.lemma(head).to_lowercase());
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
        || !context.describes(tree.lemma(noun), entities.get(entity).class)
    {
        return false;
    }
    facts[entity.0 as usize].descriptions.insert(tree.lemma(noun).to_lowercase());
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
    };
    entities.add(entity, mention);
    true
}
