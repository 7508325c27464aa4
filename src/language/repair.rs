//! Mends what cannot be: a name is one node of the tree, who stands before an "'s" owns what stands behind it, an aside
//! between dashes holds no main clause, and an infinitive behind "plan" says what is planned.
//!
//! The heads of the model decide each arc and each name by itself, so they can disagree. Cost: the words concerned times the
//! depth of the tree.

use super::types::{Deprel, Mention, MentionClass, MentionKind, Token, TokenId, Upos, Xpos};

/// Mends a sentence; `mentions` are ordered by first word.
pub(super) fn mend(tokens: &mut [Token], mentions: &mut Vec<Mention>) {
    names(tokens, mentions);
    asides(tokens);
    beside(tokens, mentions);
    possessives(tokens, mentions);
    undertakings(tokens);
}

fn hang(tokens: &mut [Token], id: TokenId, head: Option<TokenId>, deprel: Deprel) {
    let token = &mut tokens[id.0 as usize];
    (token.head, token.deprel) = (head, deprel);
}

/// Joins the parts of a name that was cut in two, and hangs all words of a name on one.
fn names(tokens: &mut [Token], mentions: &mut Vec<Mention>) {
    mentions.dedup_by(|later, earlier| {
        let one = is_cut(tokens, earlier, later);
        if one {
            earlier.last = later.last;
            earlier.score = earlier.score.min(later.score);
        }
        one
    });
    for mention in mentions.iter_mut().filter(|mention| is_name(mention)) {
        mention.head = one_head(tokens, mention);
    }
}

/// "The company Norvik" as object is one object: a name that stands beside its noun, at the same place of the same word, hangs
/// on the noun; a noun without an article is the title of the name.
fn beside(tokens: &mut [Token], mentions: &[Mention]) {
    for name in mentions.iter().filter(|mention| is_name(mention)) {
        let Some(noun) = name.first.0.checked_sub(1).map(TokenId) else { continue };
        let (before, head) = (&tokens[noun.0 as usize], &tokens[name.head.0 as usize]);
        let shared = matches!(
            head.deprel,
            Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj | Deprel::Iobj | Deprel::Obl | Deprel::Nmod
        ) && (before.head, before.deprel) == (head.head, head.deprel);
        if before.upos != Upos::Noun || !shared {
            continue;
        }
        let is_definite = tokens
            .iter()
            .any(|token| token.head == Some(noun) && matches!(token.deprel, Deprel::Det | Deprel::NmodPoss));
        if is_definite {
            hang(tokens, name.head, Some(noun), Deprel::Appos);
        } else {
            hang(tokens, noun, Some(name.head), Deprel::NmodDesc);
        }
    }
}

fn is_name(mention: &Mention) -> bool {
    mention.kind == MentionKind::Named && !matches!(mention.class, MentionClass::Date | MentionClass::Money)
}

/// "Lim" and "Wei Shan", "Anne" and "Lise Rud" for Anne-Lise Rud: side by side, and one hangs on the other.
fn is_cut(tokens: &[Token], earlier: &Mention, later: &Mention) -> bool {
    let people = [earlier, later].iter().all(|name| is_name(name) && name.class == MentionClass::Person);
    let gap = later.first.0.checked_sub(earlier.last.0 + 1);
    let hyphen = || {
        let [before, hyphen, after] = &tokens[earlier.last.0 as usize..=later.first.0 as usize] else {
            return false;
        };
        hyphen.upos == Upos::Punct
            && hyphen.span.end() - hyphen.span.start() == 1
            && before.span.end() == hyphen.span.start()
            && hyphen.span.end() == after.span.start()
    };
    people && (gap == Some(0) || gap == Some(1) && hyphen()) && {
        let hangs = |from: &Mention, on: &Mention| {
            tokens[from.first.0 as usize..=from.last.0 as usize].iter().any(|token| {
                matches!(token.deprel, Deprel::Flat | Deprel::Compound)
                    && token.head.is_some_and(|head| on.first <= head && head <= on.last)
            })
        };
        hangs(later, earlier) || hangs(earlier, later)
    }
}

/// Leaves one word of the name that hangs on a word outside it, and gives that one.
fn one_head(tokens: &mut [Token], name: &Mention) -> TokenId {
    let inside = |id: TokenId| name.first <= id && id <= name.last;
    let words = || (name.first.0..=name.last.0).map(TokenId);
    let outer: Vec<TokenId> = words()
        .filter(|id| {
            let token = &tokens[id.0 as usize];
            token.upos != Upos::Punct && !token.head.is_some_and(inside)
        })
        .collect();
    let has_case = |tokens: &[Token], id: TokenId| {
        words().any(|child| {
            tokens[child.0 as usize].deprel == Deprel::Case && tokens[child.0 as usize].head == Some(id)
        })
    };
    // Above it there must be no other word of the name, or it would hang on itself.
    let free = |id: &TokenId| {
        std::iter::successors(tokens[id.0 as usize].head, |above| tokens[above.0 as usize].head)
            .all(|above| !inside(above))
    };
    let place = |id: &TokenId| if name.class == MentionClass::Person { u32::MAX - id.0 } else { id.0 };
    let kept = outer.iter().copied().filter(free).max_by_key(|id| {
        let deprel = tokens[id.0 as usize].deprel;
        let is_part = matches!(
            deprel,
            Deprel::Compound
                | Deprel::Flat
                | Deprel::Amod
                | Deprel::Nummod
                | Deprel::NmodDesc
                | Deprel::NmodUnmarked
                | Deprel::Dep
        );
        (!has_case(tokens, *id), !is_part, place(id))
    });
    let Some(kept) = kept else { return name.head };
    for id in outer.into_iter().filter(|id| *id != kept) {
        let deprel = if has_case(tokens, id) {
            Deprel::Nmod
        } else if id < kept {
            Deprel::Compound
        } else {
            Deprel::Flat
        };
        hang(tokens, id, Some(kept), deprel);
    }
    kept
}

/// "By selling it — the day Lee was elected — Acme has won": what stands between two dashes is no main clause if words on both
/// sides hang on it.
fn asides(tokens: &mut [Token]) {
    let is_dash = |token: &Token| token.upos == Upos::Punct && matches!(&*token.lemma, "—" | "–" | "--");
    let dashes: Vec<u32> = (0..tokens.len() as u32).filter(|&at| is_dash(&tokens[at as usize])).collect();
    let &[open, close] = &dashes[..] else { return };
    let inside = |id: TokenId| open < id.0 && id.0 < close;
    let hangs_inside = |token: &Token| token.upos != Upos::Punct && token.head.is_some_and(inside);
    let Some(root) = (open + 1..close).map(TokenId).find(|id| tokens[id.0 as usize].head.is_none()) else {
        return;
    };
    let has_subject = |id: u32| {
        let mut children = tokens.iter().filter(|token| token.head == Some(TokenId(id)));
        children.any(|token| {
            matches!(token.deprel, Deprel::Nsubj | Deprel::NsubjPass)
                && !matches!(token.xpos, Xpos::Wp | Xpos::Wdt)
        })
    };
    let main = (close + 1..tokens.len() as u32).find(|&id| {
        hangs_inside(&tokens[id as usize]) && tokens[id as usize].upos == Upos::Verb && has_subject(id)
    });
    let leads_in = tokens[..open as usize]
        .iter()
        .any(|token| hangs_inside(token) && matches!(token.deprel, Deprel::Advcl | Deprel::Obl));
    let Some(main) = main.filter(|_| leads_in).map(TokenId) else { return };
    for at in (0..open).chain(close..tokens.len() as u32) {
        if tokens[at as usize].head.is_some_and(inside) {
            tokens[at as usize].head = Some(main);
        }
    }
    hang(tokens, main, None, Deprel::Root);
    hang(tokens, root, Some(main), Deprel::Parataxis);
}

/// Nouns that say what somebody means or undertakes to do, so that an infinitive behind them is theirs.
#[rustfmt::skip]
const UNDERTAKINGS: [&str; 24] = [
    "agreement", "ambition", "attempt", "bid", "campaign", "commitment", "decision", "desire", "drive", "effort", "failure",
    "intention", "move", "offer", "order", "plan", "pledge", "promise", "proposal", "push", "refusal", "scheme", "vote", "vow",
];

/// "Condemned plans by Lee to sell it": whoever condemned them does not sell, and Lee is no way of condemning.
fn undertakings(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let Token { head: Some(verb), deprel, xpos, .. } = tokens[at] else { continue };
        let last_before = |head: TokenId, deprel: Deprel| {
            (0..at).rfind(|&child| tokens[child].head == Some(head) && tokens[child].deprel == deprel)
        };
        let id = TokenId(at as u32);
        let (mark, joined) = match deprel {
            Deprel::Advcl | Deprel::Xcomp if xpos == Xpos::Vb => (last_before(id, Deprel::Mark), Deprel::Acl),
            Deprel::Obl | Deprel::OblAgent => (last_before(id, Deprel::Case), Deprel::Nmod),
            _ => continue,
        };
        let Some(mark) = mark.filter(|&mark| matches!(&*tokens[mark].lemma, "to" | "by")) else { continue };
        let Some(noun) = last_before(verb, Deprel::Obj).filter(|&noun| noun > verb.0 as usize) else {
            continue;
        };
        let close = match joined {
            Deprel::Nmod => noun + 1 == mark && &*tokens[mark].lemma == "by",
            _ => tokens[noun..at].iter().all(|token| token.upos != Upos::Punct),
        };
        if close && UNDERTAKINGS.contains(&&*tokens[noun].lemma) {
            hang(tokens, id, Some(TokenId(noun as u32)), joined);
        }
    }
}

/// Hangs "Orvanta" on "Tannenbaum" in "Orvanta's Tannenbaum", whatever else it hung on.
fn possessives(tokens: &mut [Token], mentions: &[Mention]) {
    for at in 0..tokens.len().saturating_sub(1) {
        let mark = TokenId(at as u32);
        let in_name = || mentions.iter().any(|name| is_name(name) && name.first < mark && mark < name.last);
        if tokens[at].xpos == Xpos::Pos && !in_name() {
            possess(tokens, mark);
        }
    }
}

fn possess(tokens: &mut [Token], mark: TokenId) {
    let Some(before) = mark.0.checked_sub(1).map(TokenId) else { return };
    // Where words hang on the mark itself, nothing is sure.
    if tokens.iter().any(|token| token.head == Some(mark)) {
        return;
    }
    let mut owner = tokens[mark.0 as usize].head.filter(|owner| *owner < mark).unwrap_or(before);
    // "Anne-Lise Rud's": the mark may hang on a later word of the name.
    while let Token { deprel: Deprel::Flat, head: Some(head), .. } = tokens[owner.0 as usize] {
        owner = head;
    }
    let opens = matches!(tokens[mark.0 as usize + 1].upos, Upos::Noun | Upos::Propn | Upos::Adj | Upos::Num);
    if owner >= mark || !opens || tokens[owner.0 as usize].deprel == Deprel::NmodPoss {
        return;
    }
    let is_nominal = |token: &Token| matches!(token.upos, Upos::Noun | Upos::Propn);
    let mut owned = TokenId(mark.0 + 1);
    while let Some(head) = tokens[owned.0 as usize].head.filter(|head| *head > mark)
        && (is_nominal(&tokens[head.0 as usize]) || !is_nominal(&tokens[owned.0 as usize]))
    {
        owned = head;
    }
    if !is_nominal(&tokens[owned.0 as usize]) {
        return;
    }
    let mut above = std::iter::successors(tokens[owned.0 as usize].head, |up| tokens[up.0 as usize].head);
    if above.any(|up| up == owner) {
        // What is owned takes the owner's place.
        let &Token { head, deprel, .. } = &tokens[owner.0 as usize];
        hang(tokens, owned, head, deprel);
    }
    hang(tokens, owner, Some(owned), Deprel::NmodPoss);
    hang(tokens, mark, Some(owner), Deprel::Case);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::testing;

    /// Head and relation of each word, and the names, after mending.
    fn mended(table: &str) -> (Vec<String>, Vec<String>) {
        let (text, mut analysis) = testing::analysis(table);
        let sentence = &mut analysis.sentences[0];
        mend(&mut sentence.tokens, &mut sentence.mentions);
        let tokens = sentence.tokens.iter();
        let arcs = tokens
            .map(|t| format!("{}:{}", t.head.map_or(0, |head| head.0 + 1), t.deprel.as_str()))
            .collect();
        let words = |m: &Mention| {
            let tokens = &sentence.tokens[m.first.0 as usize..=m.last.0 as usize];
            tokens[0].span.cover(tokens[tokens.len() - 1].span).of(&text).to_owned()
        };
        (arcs, sentence.mentions.iter().map(words).collect())
    }

    #[test]
    fn a_name_hangs_on_one_word() {
        let (arcs, _) = mended(
            "
            Daesong Daesong PROPN NNP  3 nsubj Company:2
            Metals  Metals  PROPN NNPS 3 nsubj
            met     meet    VERB  VBD  0 root
            Maren   Maren   PROPN NNP  3 obj   Person:2
            Dahl    Dahl    PROPN NNP  3 obj
            of      of      ADP   IN   8 case
            Bank    Bank    PROPN NNP  4 nmod  Organization:3
            of      of      ADP   IN   9 case
            Norway  Norway  PROPN NNP  3 obl
        ",
        );
        assert_eq!(
            arcs,
            ["2:compound", "3:nsubj", "0:root", "3:obj", "4:flat", "8:case", "4:nmod", "9:case", "7:nmod"]
        );
    }

    #[test]
    fn a_name_never_hangs_on_itself() {
        let (arcs, _) = mended(
            "
            North North PROPN NNP 4 nsubj Company:2
            Bank  Bank  PROPN NNP 3 nmod
            day   day   NOUN  NN  1 appos
            fell  fall  VERB  VBD 0 root
        ",
        );
        assert_eq!(arcs, ["4:nsubj", "1:flat", "1:appos", "0:root"]);
    }

    #[test]
    fn an_aside_is_no_main_clause() {
        let (arcs, _) = mended(
            "
            By      by    SCONJ IN  2 mark
            selling sell  VERB  VBG 8 advcl
            it      it    PRON  PRP 2 obj
            —       —     PUNCT :   2 punct
            the     the   DET   DT  6 det
            day     day   NOUN  NN  8 obl:unmarked
            Lee     Lee   PROPN NNP 8 nsubj
            left    leave VERB  VBD 0 root
            —       —     PUNCT :   8 punct
            Acme    Acme  PROPN NNP 11 nsubj
            won     win   VERB  VBD 6 acl:relcl
        ",
        );
        assert_eq!(
            arcs,
            [
                "2:mark",
                "11:advcl",
                "2:obj",
                "2:punct",
                "6:det",
                "8:obl:unmarked",
                "8:nsubj",
                "11:parataxis",
                "11:punct",
                "11:nsubj",
                "0:root"
            ]
        );
    }

    #[test]
    fn a_noun_and_its_name_are_one_argument() {
        let (arcs, _) = mended(
            "
            Minister minister NOUN  NN  3 nsubj
            Lee      Lee      PROPN NNP 3 nsubj Person
            sued     sue      VERB  VBD 0 root
            the      the      DET   DT  5 det
            company  company  NOUN  NN  3 obj
            Norvik   Norvik   PROPN NNP 3 obj   Company
        ",
        );
        assert_eq!(arcs, ["2:nmod:desc", "3:nsubj", "0:root", "5:det", "3:obj", "5:appos"]);
    }

    #[test]
    fn who_stands_before_the_mark_owns() {
        let (arcs, _) = mended(
            "
            Acme    Acme    PROPN NNP 4 nsubj Company
            's      's      PART  POS 1 case
            Lee     Lee     PROPN NNP 4 nsubj Person
            praised praise  VERB  VBD 0 root
            Ann     Ann     PROPN NNP 4 obj   Person:2
            Rud     Rud     PROPN NNP 5 flat
            's      's      PART  POS 6 case
            fine    fine    ADJ   JJ  9 amod
            work    work    NOUN  NN  5 nmod
            .       .       PUNCT .   4 punct
        ",
        );
        assert_eq!(
            arcs,
            [
                "3:nmod:poss",
                "1:case",
                "4:nsubj",
                "0:root",
                "9:nmod:poss",
                "5:flat",
                "5:case",
                "9:amod",
                "4:obj",
                "4:punct"
            ]
        );
    }

    #[test]
    fn an_infinitive_belongs_to_the_plan() {
        let (arcs, _) = mended(
            "
            Ann    Ann    PROPN NNP 2 nsubj Person
            fought fight  VERB  VBD 0 root
            plans  plan   NOUN  NNS 2 obj
            by     by     ADP   IN  5 case
            Lee    Lee    PROPN NNP 2 obl   Person
            to     to     PART  TO  7 mark
            sell   sell   VERB  VB  2 advcl
            .      .      PUNCT .   2 punct
        ",
        );
        assert_eq!(arcs, ["2:nsubj", "0:root", "2:obj", "5:case", "3:nmod", "7:mark", "3:acl", "2:punct"]);
    }

    #[test]
    fn a_name_that_was_cut_is_one() {
        let (arcs, names) = mended(
            "
            Lim   Lim   PROPN NNP  7 nsubj Person
            Wei   Wei   PROPN NNP  7 nsubj Person:2
            Shan  Shan  PROPN NNP  1 flat
            ,     ,     PUNCT ,    1 punct
            Ann   Ann   PROPN NNP  1 appos Person
            ,     ,     PUNCT ,    1 punct
            left  leave VERB  VBD  0 root
        ",
        );
        assert_eq!(names, ["Lim Wei Shan", "Ann"]);
        assert_eq!(arcs[..3], ["7:nsubj", "1:flat", "1:flat"]);
    }

    /// A sentence with any tree, any names and marks anywhere.
    fn any_sentence() -> impl Strategy<Value = (Vec<Token>, Vec<Mention>)> {
        let word = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_usize, 0..7_usize);
        (prop::collection::vec(word, 2..14), any::<u64>()).prop_map(|(words, cuts)| {
            let deprels = [
                Deprel::Nsubj,
                Deprel::Obj,
                Deprel::Flat,
                Deprel::Compound,
                Deprel::Advcl,
                Deprel::Case,
                Deprel::Nmod,
            ];
            // Each word hangs on one of those before it in some order, so it is a tree.
            let mut order: Vec<usize> = (0..words.len()).collect();
            for (at, (swap, ..)) in words.iter().enumerate() {
                order.swap(at, swap.index(words.len()));
            }
            let mut tokens: Vec<Token> = words
                .iter()
                .enumerate()
                .map(|(at, (.., kind, deprel))| {
                    let (upos, xpos, lemma) = [
                        (Upos::Noun, Xpos::Nn, "word"),
                        (Upos::Verb, Xpos::Vbd, "do"),
                        (Upos::Part, Xpos::Pos, "'s"),
                        (Upos::Punct, Xpos::Colon, "—"),
                    ][*kind];
                    let span = crate::article::Span::new(at as u32 * 2, at as u32 * 2 + 1);
                    Token { span, upos, xpos, lemma: lemma.into(), head: None, deprel: deprels[*deprel] }
                })
                .collect();
            for (rank, &at) in order.iter().enumerate().skip(1) {
                tokens[at].head = Some(TokenId(order[words[at].1.index(rank)] as u32));
            }
            tokens[order[0]].deprel = Deprel::Root;
            let mut mentions = Vec::new();
            let mut first = 0;
            for at in 0..tokens.len() {
                if cuts >> at & 1 == 1 || at + 1 == tokens.len() {
                    let class =
                        if cuts >> (at + 16) & 1 == 1 { MentionClass::Person } else { MentionClass::Company };
                    let (first_id, last) = (TokenId(first as u32), TokenId(at as u32));
                    let kind = MentionKind::Named;
                    if cuts >> (at + 32) & 1 == 1 {
                        mentions.push(Mention { first: first_id, last, head: last, class, kind, score: 1.0 });
                    }
                    first = at + 1;
                }
            }
            (tokens, mentions)
        })
    }

    proptest! {
        #[test]
        fn a_tree_stays_a_tree((mut tokens, mut mentions) in any_sentence()) {
            mend(&mut tokens, &mut mentions);
            prop_assert_eq!(tokens.iter().filter(|token| token.head.is_none()).count(), 1);
            for at in 0..tokens.len() {
                let up = std::iter::successors(Some(TokenId(at as u32)), |up| tokens[up.0 as usize].head);
                prop_assert!(up.take(tokens.len() + 1).count() <= tokens.len(), "a circle above word {}", at);
            }
        }
    }
}
