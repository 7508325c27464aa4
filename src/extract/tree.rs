//! A sentence's dependency tree, ready to walk.

use crate::{
    article::Span,
    language::{Deprel, Sentence, Token, TokenId, Upos, Xpos},
};

/// A dependency tree with children, subtrees and phrases; built in O(n) for n tokens.
///
/// Whatever heads the sentence has, this is a forest: a head out of range counts as none, and a cycle is cut.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    text: &'a str,
    sentence: &'a Sentence,
    heads: Vec<Option<TokenId>>,
    /// Children of token `t` are `children[starts[t]..starts[t + 1]]`, in sentence order.
    starts: Vec<u32>,
    children: Vec<TokenId>,
    /// Tokens with parents before their children; the subtree of `t` is `order[enter[t]..exit[t]]`.
    order: Vec<TokenId>,
    enter: Vec<u32>,
    exit: Vec<u32>,
}

/// The preposition of a nominal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// Its words in lower case: "in", "according to", "because of", "out of".
    pub(crate) words: String,
    /// First token.
    pub(crate) first: TokenId,
    /// Last token, included.
    pub(crate) last: TokenId,
}

impl<'a> Tree<'a> {
    /// The tree of `sentence`, a sentence of `text`.
    pub(crate) fn new(text: &'a str, sentence: &'a Sentence) -> Self {
        let len = sentence.tokens.len();
        let heads = acyclic_heads(&sentence.tokens);

        let mut starts = vec![0_u32; len + 1];
        for head in heads.iter().flatten() {
            starts[head.0 as usize + 1] += 1;
        }
        for index in 0..len {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut children = vec![TokenId(0); starts[len] as usize];
        for (token, head) in heads.iter().enumerate() {
            if let Some(head) = head {
                let slot = &mut next[head.0 as usize];
                children[*slot as usize] = TokenId(token as u32);
                *slot += 1;
            }
        }

        let mut order = Vec::with_capacity(len);
        let mut enter = vec![0; len];
        let mut stack: Vec<TokenId> = (0..len)
            .rev()
            .filter(|&token| heads[token].is_none())
            .map(|token| TokenId(token as u32))
            .collect();
        while let Some(token) = stack.pop() {
            let index = token.0 as usize;
            enter[index] = order.len() as u32;
            order.push(token);
            stack.extend(children[starts[index] as usize..starts[index + 1] as usize].iter().rev());
        }
        let mut exit: Vec<u32> = enter.iter().map(|position| position + 1).collect();
        for &token in order.iter().rev() {
            if let Some(head) = heads[token.0 as usize] {
                exit[head.0 as usize] = exit[head.0 as usize].max(exit[token.0 as usize]);
            }
        }
        Self { text, sentence, heads, starts, children, order, enter, exit }
    }

    /// The text of the article.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The sentence it was made from.
    pub(crate) fn sentence(&self) -> &'a Sentence {
        self.sentence
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> u32 {
        self.heads.len() as u32
    }

    /// All tokens, in order.
    pub(crate) fn tokens(&self) -> impl DoubleEndedIterator<Item = TokenId> + use<> {
        (0..self.len()).map(TokenId)
    }

    /// The token itself.
    pub(crate) fn token(&self, token: TokenId) -> &'a Token {
        &self.sentence.tokens[token.0 as usize]
    }

    /// The token as written.
    pub(crate) fn form(&self, token: TokenId) -> &'a str {
        self.token(token).span.of(self.text)
    }

    /// Its dictionary form.
    pub(crate) fn lemma(&self, token: TokenId) -> &'a str {
        &self.token(token).lemma
    }

    /// Its universal part of speech.
    pub(crate) fn upos(&self, token: TokenId) -> Upos {
        self.token(token).upos
    }

    /// Its Penn Treebank tag.
    pub(crate) fn xpos(&self, token: TokenId) -> Xpos {
        self.token(token).xpos
    }

    /// Its relation to its head.
    pub(crate) fn deprel(&self, token: TokenId) -> Deprel {
        self.token(token).deprel
    }

    /// Whether it is a noun, name, pronoun or number.
    pub(crate) fn is_nominal(&self, token: TokenId) -> bool {
        matches!(self.upos(token), Upos::Noun | Upos::Propn | Upos::Pron | Upos::Num | Upos::Sym)
    }

    /// The token after it.
    pub(crate) fn after(&self, token: TokenId) -> Option<TokenId> {
        (token.0 + 1 < self.len()).then(|| TokenId(token.0 + 1))
    }

    /// The token before it.
    pub(crate) fn before(&self, token: TokenId) -> Option<TokenId> {
        token.0.checked_sub(1).filter(|before| *before < self.len()).map(TokenId)
    }

    /// The token it depends on.
    pub(crate) fn head(&self, token: TokenId) -> Option<TokenId> {
        self.heads[token.0 as usize]
    }

    /// Its head, the head of that, and so on to the root.
    pub(crate) fn ancestors(&self, token: TokenId) -> impl Iterator<Item = TokenId> {
        std::iter::successors(self.head(token), |&token| self.head(token))
    }

    /// The tokens that depend on it, in sentence order.
    pub(crate) fn children(&self, token: TokenId) -> impl DoubleEndedIterator<Item = TokenId> {
        let index = token.0 as usize;
        self.children[self.starts[index] as usize..self.starts[index + 1] as usize].iter().copied()
    }

    /// Its children with one of these relations, in sentence order.
    pub(crate) fn children_by(
        &self,
        token: TokenId,
        deprels: &[Deprel],
    ) -> impl DoubleEndedIterator<Item = TokenId> {
        self.children(token).filter(|&child| deprels.contains(&self.deprel(child)))
    }

    /// Its first child with that relation.
    pub(crate) fn child(&self, token: TokenId, deprel: Deprel) -> Option<TokenId> {
        self.children(token).find(|&child| self.deprel(child) == deprel)
    }

    /// Whether `token` is `ancestor` or below it.
    pub(crate) fn dominates(&self, ancestor: TokenId, token: TokenId) -> bool {
        let ancestor = ancestor.0 as usize;
        (self.enter[ancestor]..self.exit[ancestor]).contains(&self.enter[token.0 as usize])
    }

    /// It and everything below it, in sentence order.
    pub(crate) fn subtree(&self, token: TokenId) -> Vec<TokenId> {
        let index = token.0 as usize;
        let mut tokens = self.order[self.enter[index] as usize..self.exit[index] as usize].to_vec();
        tokens.sort_unstable();
        tokens
    }

    /// First and last token of its subtree, punctuation at the ends left out.
    pub(crate) fn subtree_range(&self, token: TokenId) -> (TokenId, TokenId) {
        let index = token.0 as usize;
        self.order[self.enter[index] as usize..self.exit[index] as usize]
            .iter()
            .filter(|&&below| below == token || self.upos(below) != Upos::Punct)
            .fold((token, token), |(first, last), &below| (first.min(below), last.max(below)))
    }

    /// The characters from the first token to the last.
    pub(crate) fn span(&self, first: TokenId, last: TokenId) -> Span {
        self.token(first).span.cover(self.token(last).span)
    }

    /// The token of a stretch that depends on none of the others; the first of several.
    pub(crate) fn head_within(&self, first: TokenId, last: TokenId) -> TokenId {
        let outside = |token: &TokenId| self.head(*token).is_none_or(|head| head < first || head > last);
        (first.0..=last.0).map(TokenId).find(outside).unwrap_or(last)
    }

    /// The characters of its subtree, from first to last token.
    pub(crate) fn subtree_span(&self, token: TokenId) -> Span {
        let (first, last) = self.subtree_range(token);
        self.span(first, last)
    }

    /// The first member of the coordination it belongs to: itself unless it is a `conj`.
    pub(crate) fn first_conjunct(&self, token: TokenId) -> TokenId {
        let mut first = token;
        while self.deprel(first) == Deprel::Conj
            && let Some(head) = self.head(first)
        {
            first = head;
        }
        first
    }

    /// It and the members coordinated with it that hang below it: "A", "B" and "C" for the "A" of "A, B and C".
    pub(crate) fn conjuncts(&self, token: TokenId) -> Vec<TokenId> {
        let mut members = vec![token];
        let mut next = 0;
        while next < members.len() {
            members.extend(self.children_by(members[next], &[Deprel::Conj]));
            next += 1;
        }
        members.sort_unstable();
        members
    }

    /// What it depends on and how, read through coordination: "B" in "met A and B" is an object of "met".
    pub(crate) fn role(&self, token: TokenId) -> (Option<TokenId>, Deprel) {
        let first = self.first_conjunct(token);
        (self.head(first), self.deprel(first))
    }

    /// Whether the clause of this verb is passive.
    pub(crate) fn is_passive(&self, verb: TokenId) -> bool {
        self.children(verb).any(|child| {
            matches!(self.deprel(child), Deprel::NsubjPass | Deprel::CsubjPass | Deprel::AuxPass)
        })
    }

    /// Whether it is a possessor: "Acme" in "Acme's profit", "its".
    pub(crate) fn is_possessive(&self, token: TokenId) -> bool {
        self.deprel(token) == Deprel::NmodPoss
            || self.children_by(token, &[Deprel::Case]).any(|case| self.xpos(case) == Xpos::Pos)
    }

    /// Its lemma with what is joined to it by hyphens before: "start-up" for "up".
    pub(crate) fn joined_lemma(&self, token: TokenId) -> String {
        let mut lemma = self.lemma(token).to_lowercase();
        let mut first = token;
        while let Some(hyphen) = self.before(first).filter(|&hyphen| self.form(hyphen) == "-")
            && let Some(word) = self.before(hyphen)
            && self.token(word).span.end() == self.token(hyphen).span.start()
            && self.token(hyphen).span.end() == self.token(first).span.start()
        {
            lemma = format!("{}-{lemma}", self.form(word).to_lowercase());
            first = word;
        }
        lemma
    }

    /// The preposition that introduces a nominal, its own or, for a later conjunct, the first one's.
    pub(crate) fn case(&self, nominal: TokenId) -> Option<Case> {
        let own = |token: TokenId| -> Option<Case> {
            let mut case: Option<Case> = None;
            for marker in self.children_by(token, &[Deprel::Case]) {
                if self.xpos(marker) == Xpos::Pos {
                    continue;
                }
                for word in std::iter::once(marker).chain(self.children_by(marker, &[Deprel::Fixed])) {
                    let form = self.form(word).to_lowercase();
                    match &mut case {
                        None => case = Some(Case { words: form, first: word, last: word }),
                        Some(case) => {
                            case.words.push(' ');
                            case.words.push_str(&form);
                            case.last = case.last.max(word);
                        }
                    }
                }
            }
            case
        };
        own(nominal).or_else(|| {
            let first = self.first_conjunct(nominal);
            (first != nominal).then(|| own(first)).flatten()
        })
    }

    /// First and last token of the noun phrase with this head: with determiners, adjectives, "of"-phrases and
    /// participles, without its preposition, relative clauses, appositions, parentheses and other conjuncts.
    pub(crate) fn noun_phrase(&self, head: TokenId) -> (TokenId, TokenId) {
        self.phrase(head, |token, child| {
            use Deprel::{
                Acl, Advmod, Amod, Appos, Compound, Det, DetPredet, Fixed, Flat, Goeswith, Nmod, NmodDesc,
                NmodPoss, NmodUnmarked, Nummod, Punct,
            };
            match self.deprel(child) {
                Appos | Deprel::Parataxis | Deprel::AclRelcl => false,
                Advmod => token != head || (child < head && self.child(head, Deprel::Cop).is_none()),
                Det | DetPredet | Amod | Compound | Flat | Fixed | Goeswith | Nmod | NmodPoss | NmodDesc
                | NmodUnmarked | Nummod | Acl | Punct => true,
                // Below the head anything goes that is not set apart: a participle keeps its own objects.
                _ => token != head,
            }
        })
    }

    /// First and last token of the noun phrase without anything after its head but parts of its name:
    /// "the chief scientist" in "the chief scientist of Meta".
    pub(crate) fn base_phrase(&self, head: TokenId) -> (TokenId, TokenId) {
        self.phrase(head, |token, child| match self.deprel(child) {
            Deprel::Flat | Deprel::Fixed | Deprel::Goeswith => true,
            Deprel::Compound | Deprel::Nummod | Deprel::NmodUnmarked | Deprel::NmodDesc => {
                token != head
                    || child < head
                    || self.upos(child) == Upos::Propn
                    || self.upos(child) == Upos::Num
            }
            Deprel::Det | Deprel::DetPredet | Deprel::Amod | Deprel::NmodPoss | Deprel::Punct => {
                token != head || child < head
            }
            Deprel::Case => token != head,
            Deprel::Advmod | Deprel::Nmod => token != head && child < head,
            _ => token != head && child < head && self.deprel(child) != Deprel::AclRelcl,
        })
    }

    /// The unbroken run of tokens around `head` that are reached through children that `enters` admits
    /// (called with parent and child).
    fn phrase(&self, head: TokenId, enters: impl Fn(TokenId, TokenId) -> bool) -> (TokenId, TokenId) {
        let (low, high) = self.subtree_range(head);
        let mut inside = vec![false; (high.0 - low.0 + 1) as usize];
        let mut stack = vec![head];
        while let Some(token) = stack.pop() {
            if token < low || token > high {
                continue;
            }
            inside[(token.0 - low.0) as usize] = true;
            stack.extend(
                self.children(token).filter(|&child| enters(token, child) && !self.is_bracket(child)),
            );
        }
        let is_inside = |token: u32| inside[(token - low.0) as usize];
        let mut first = head.0;
        while first > low.0 && is_inside(first - 1) {
            first -= 1;
        }
        let mut last = head.0;
        while last < high.0 && is_inside(last + 1) {
            last += 1;
        }
        let is_edge = |token: u32| self.upos(TokenId(token)) == Upos::Punct;
        while first < head.0 && is_edge(first) {
            first += 1;
        }
        while last > head.0 && is_edge(last) {
            last -= 1;
        }
        (TokenId(first), TokenId(last))
    }

    /// Whether it is a bracket or a dash, which set a parenthesis apart.
    fn is_bracket(&self, token: TokenId) -> bool {
        matches!(self.form(token), "(" | ")" | "[" | "]" | "–" | "—" | "--")
    }
}

/// The heads with those out of range and one link of every cycle removed, in O(n).
fn acyclic_heads(tokens: &[Token]) -> Vec<Option<TokenId>> {
    let len = tokens.len();
    let mut heads: Vec<Option<TokenId>> =
        tokens.iter().map(|token| token.head.filter(|head| (head.0 as usize) < len)).collect();
    // The walk in which a token was first reached; 0 for none yet.
    let mut walk = vec![0_u32; len];
    for start in 0..len {
        let mut token = start;
        while walk[token] == 0 {
            walk[token] = start as u32 + 1;
            let Some(head) = heads[token] else { break };
            let head = head.0 as usize;
            if walk[head] == start as u32 + 1 {
                heads[token] = None;
                break;
            }
            token = head;
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    const LECUN: &str = "
        According  accord     VERB  VBG  8  case
        to         to         ADP   IN   1  fixed
        Vogt       Vogt       PROPN NNP  7  nmod:poss   Company
        's         's         PART  POS  3  case
        chief      chief      ADJ   JJ   7  amod
        AI         AI         PROPN NNP  7  compound
        scientist  scientist  NOUN  NN   8  nsubj
        said       say        VERB  VBD  0  root
        in         in         ADP   IN   10 case
        Paris      Paris      PROPN NNP  8  obl         Place
        (          (          PUNCT -LRB- 13 punct
        old        old        ADJ   JJ   13 amod
        city       city       NOUN  NN   10 appos
        )          )          PUNCT -RRB- 13 punct
        and        and        CCONJ CC   16 cc
        Rome       Rome       PROPN NNP  10 conj        Place
        .          .          PUNCT .    8  punct
    ";

    #[test]
    fn phrases_cases_and_conjuncts() {
        let (text, analysis) = testing::analysis(LECUN);
        let tree = Tree::new(&text, &analysis.sentences[0]);
        let phrase = |token: u32| {
            let (first, last) = tree.noun_phrase(TokenId(token));
            tree.span(first, last).of(&text)
        };
        assert_eq!(phrase(6), "Vogt's chief AI scientist");
        assert_eq!(phrase(9), "Paris");
        assert_eq!(phrase(12), "old city");
        assert_eq!(tree.case(TokenId(7)).map(|case| case.words).as_deref(), Some("according to"));
        assert_eq!(tree.case(TokenId(2)), None, "a possessive ending is no preposition");
        assert_eq!(tree.case(TokenId(15)).map(|case| case.words).as_deref(), Some("in"));
        assert_eq!(tree.conjuncts(TokenId(9)), [TokenId(9), TokenId(15)]);
        assert_eq!(tree.role(TokenId(15)), (Some(TokenId(7)), Deprel::Obl));
        assert!(tree.dominates(TokenId(7), TokenId(12)) && !tree.dominates(TokenId(12), TokenId(7)));
        assert_eq!(tree.subtree(TokenId(6)), (2..7).map(TokenId).collect::<Vec<_>>());
    }

    #[test]
    fn cycles_and_stray_heads_are_cut() {
        let (text, mut analysis) = testing::analysis(LECUN);
        let sentence = &mut analysis.sentences[0];
        sentence.tokens[7].head = Some(TokenId(6)); // says <-> scientist
        sentence.tokens[0].head = Some(TokenId(99));
        sentence.tokens[11].head = Some(TokenId(11));
        let tree = Tree::new(&text, sentence);
        for token in tree.tokens() {
            assert!(tree.ancestors(token).count() < 17);
            assert!(tree.subtree(token).contains(&token));
        }
        let roots = tree.tokens().filter(|&token| tree.head(token).is_none()).count();
        assert_eq!(roots, 3);
    }
}
