//! Mentions: names from the tags of the words, nominals and pronouns from the heads that carry a class.

use super::{
    heads::Word,
    types::{Deprel, Mention, MentionClass, MentionKind, TokenId, Xpos},
};

/// What a word is to the names of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MentionTag {
    /// Part of none.
    Outside,
    /// First word of one.
    Begin(MentionClass),
    /// Later word of one.
    Inside(MentionClass),
}

impl MentionTag {
    /// The tag with the superclass.
    fn root(self) -> Self {
        match self {
            Self::Outside => self,
            Self::Begin(class) => Self::Begin(class.root()),
            Self::Inside(class) => Self::Inside(class.root()),
        }
    }

    /// Whether a word tagged so may follow one tagged `before`.
    fn may_follow(self, before: Self) -> bool {
        match self {
            Self::Inside(class) => before == Self::Begin(class) || before == Self::Inside(class),
            _ => true,
        }
    }
}

/// A name found in a sentence: word positions, last one included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedSpan {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) class: MentionClass,
    /// Probability of exactly these borders and this kind, companies counted as organizations and countries as places.
    pub(super) score: f32,
}

/// The tags of the model, and the same with each subclass counted as its superclass.
///
/// Whether "Acme" is a company or an organization must not weaken that it is a name: borders and kind are decided
/// with the subclasses taken together, and which of them it is after that.
#[derive(Debug)]
pub(super) struct NameTags {
    tags: Vec<MentionTag>,
    folded: Vec<MentionTag>,
    /// Where in `folded` each of `tags` is counted.
    target: Vec<usize>,
}

impl NameTags {
    pub(super) fn new(tags: Vec<MentionTag>) -> Self {
        let mut folded = Vec::new();
        let target = tags
            .iter()
            .map(|tag| {
                let root = tag.root();
                folded.iter().position(|known| *known == root).unwrap_or_else(|| {
                    folded.push(root);
                    folded.len() - 1
                })
            })
            .collect();
        Self { tags, folded, target }
    }

    /// Number of scores a word.
    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    /// The names of a sentence from its rows of scores, one for each tag: the best sequence in which every name is
    /// whole. O(words · tags²).
    pub(super) fn names(&self, scores: &[f32]) -> Vec<NamedSpan> {
        let Self { tags, folded, target } = self;
        let mut probabilities = vec![0.0; scores.len() / tags.len() * folded.len()];
        for (row, out) in scores.chunks_exact(tags.len()).zip(probabilities.chunks_exact_mut(folded.len())) {
            for (probability, target) in softmax(row).into_iter().zip(target) {
                out[*target] += probability;
            }
        }
        let logs: Vec<f64> = probabilities.iter().map(|p| p.max(f64::MIN_POSITIVE).ln()).collect();
        let best = viterbi(folded, &logs);
        let mut spans = Vec::new();
        for (first, tag) in best.iter().enumerate() {
            let MentionTag::Begin(root) = folded[*tag] else { continue };
            let inside =
                best[first + 1..].iter().take_while(|tag| folded[**tag] == MentionTag::Inside(root)).count();
            let last = first + inside;
            spans.push(NamedSpan { first, last, class: self.class(root, scores, first, last), score: 0.0 });
        }
        if !spans.is_empty() {
            score(folded, &probabilities, &best, &mut spans);
        }
        spans
    }

    /// The best of the subclasses of `root` for a name.
    fn class(&self, root: MentionClass, scores: &[f32], first: usize, last: usize) -> MentionClass {
        let n = self.tags.len();
        let begins = self.tags.iter().filter_map(|tag| match tag {
            MentionTag::Begin(class) if class.root() == root => Some(*class),
            _ => None,
        });
        let mut best = (f32::NEG_INFINITY, root);
        for class in begins {
            let total = (first..=last).filter_map(|word| {
                let tag = if word == first { MentionTag::Begin(class) } else { MentionTag::Inside(class) };
                Some(scores[word * n + self.tags.iter().position(|known| *known == tag)?])
            });
            let total: f32 = total.sum();
            if total > best.0 {
                best = (total, class);
            }
        }
        best.1
    }
}

/// The best valid sequence of tags; the earlier tag wins a tie.
fn viterbi(tags: &[MentionTag], scores: &[f64]) -> Vec<usize> {
    let n = tags.len();
    let valid: Vec<bool> =
        tags.iter().flat_map(|tag| tags.iter().map(|before| tag.may_follow(*before))).collect();
    let mut back: Vec<usize> = Vec::with_capacity(scores.len());
    let mut best: Vec<f64> = Vec::new();
    for (word, row) in scores.chunks_exact(n).enumerate() {
        let mut next = Vec::with_capacity(n);
        for (tag, score) in row.iter().enumerate() {
            if word == 0 {
                let opens = !matches!(tags[tag], MentionTag::Inside(_));
                next.push(if opens { *score } else { f64::NEG_INFINITY });
                back.push(0);
                continue;
            }
            let mut from = (f64::NEG_INFINITY, 0);
            for (before, &total) in best.iter().enumerate() {
                if valid[tag * n + before] && total > from.0 {
                    from = (total, before);
                }
            }
            next.push(from.0 + score);
            back.push(from.1);
        }
        best = next;
    }
    let mut last = 0;
    for (tag, total) in best.iter().enumerate() {
        if *total > best[last] {
            last = tag;
        }
    }
    let words = scores.len() / n;
    let mut path = vec![last; words];
    for word in (1..words).rev() {
        path[word - 1] = back[word * n + path[word]];
    }
    path
}

/// Gives every span the share of the probability of all valid sequences that has it, by forward and backward sums.
fn score(tags: &[MentionTag], probabilities: &[f64], best: &[usize], spans: &mut [NamedSpan]) {
    let n = tags.len();
    let words = best.len();
    // Each row is scaled to sum 1; its scale is kept, so that products over a span can be put right.
    let mut forward = vec![0.0; words * n];
    let mut scales = vec![1.0; words];
    for word in 0..words {
        for tag in 0..n {
            let before = match word {
                0 => f64::from(!matches!(tags[tag], MentionTag::Inside(_))),
                _ => (0..n)
                    .filter(|b| tags[tag].may_follow(tags[*b]))
                    .map(|b| forward[(word - 1) * n + b])
                    .sum(),
            };
            forward[word * n + tag] = before * probabilities[word * n + tag];
        }
        let row = &mut forward[word * n..][..n];
        scales[word] = row.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        for x in row {
            *x /= scales[word];
        }
    }
    // `backward` holds what can follow a tag at a word, scaled alike.
    let mut backward = vec![1.0; words * n];
    for word in (1..words).rev() {
        for before in 0..n {
            backward[(word - 1) * n + before] = (0..n)
                .filter(|tag| tags[*tag].may_follow(tags[before]))
                .map(|tag| probabilities[word * n + tag] * backward[word * n + tag])
                .sum::<f64>()
                / scales[word];
        }
    }
    for span in spans {
        let mut path = forward[span.first * n + best[span.first]];
        for word in span.first + 1..=span.last {
            path *= probabilities[word * n + best[word]] / scales[word];
        }
        let ends: f64 = match span.last + 1 {
            next if next < words => (0..n)
                .filter(|tag| !matches!(tags[*tag], MentionTag::Inside(_)))
                .map(|tag| probabilities[next * n + tag] * backward[next * n + tag] / scales[next])
                .sum(),
            _ => 1.0,
        };
        span.score = (path * ends).clamp(0.0, 1.0) as f32;
    }
}

pub(super) fn softmax(row: &[f32]) -> Vec<f64> {
    let most = row.iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
    let powers: Vec<f64> = row.iter().map(|x| f64::from(x - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|x| x / sum).collect()
}

/// All mentions of a sentence: the names, and a nominal or pronoun for each word that heads one.
///
/// `forms` are the words as written. Words inside a name head nothing else.
pub(super) fn mentions(words: &[Word<'_>], forms: &[&str], named: &[NamedSpan]) -> Vec<Mention> {
    let mut in_name = vec![false; words.len()];
    let mut found: Vec<Mention> = Vec::new();
    for span in named {
        in_name[span.first..=span.last].fill(true);
        // Heads are counted from 1.
        let outside = |at: &usize| !(span.first + 1..=span.last + 1).contains(&(words[*at].head as usize));
        let head = (span.first..=span.last).find(outside).unwrap_or(span.last);
        found.push(mention(span.first, span.last, head, span.class, MentionKind::Named, span.score));
    }
    let children = Children::new(words);
    for (head, word) in words.iter().enumerate().filter(|(head, _)| !in_name[*head]) {
        let (class, score) = word.nominal;
        if matches!(word.xpos, Xpos::Prp | Xpos::PrpPoss | Xpos::Wp | Xpos::WpPoss) {
            if let Some(class) = pronoun(forms[head], class) {
                found.push(mention(head, head, head, class, MentionKind::Pronoun, score));
            }
        } else if let Some(class) = class {
            let (first, last) = children.noun_phrase(head);
            found.push(mention(first, last, head, class, MentionKind::Nominal, score));
        }
    }
    found.sort_by_key(|m| (m.first, std::cmp::Reverse(m.last), m.head));
    found
}

fn mention(
    first: usize,
    last: usize,
    head: usize,
    class: MentionClass,
    kind: MentionKind,
    score: f32,
) -> Mention {
    let id = |at: usize| TokenId(at as u32);
    Mention { first: id(first), last: id(last), head: id(head), class, kind, score }
}

/// What "it" can stand for.
fn thing(found: Option<MentionClass>) -> Option<MentionClass> {
    if found == Some(MentionClass::Person) { Some(MentionClass::Organization) } else { found }
}

/// The class of a pronoun: people where the word says so, else what the model found; "it" refers only if it did.
fn pronoun(form: &str, found: Option<MentionClass>) -> Option<MentionClass> {
    match form.to_lowercase().as_str() {
        "he" | "him" | "his" | "himself" | "she" | "her" | "hers" | "herself" | "i" | "me" | "my"
        | "mine" | "myself" | "we" | "us" | "our" | "ours" | "ourselves" | "you" | "your" | "yours"
        | "yourself" | "yourselves" | "who" | "whom" => Some(MentionClass::Person),
        "they" | "them" | "their" | "theirs" | "themselves" | "whose" => found.or(Some(MentionClass::Person)),
        "its" | "itself" => thing(found).or(Some(MentionClass::Organization)),
        "it" => thing(found),
        _ => found,
    }
}

/// The dependents of every word.
struct Children<'w, 'm> {
    words: &'w [Word<'m>],
    /// Words ordered by head, then position.
    order: Vec<u32>,
    /// Where each head's words start in `order`; the root is head 0.
    starts: Vec<usize>,
}

impl<'w, 'm> Children<'w, 'm> {
    fn new(words: &'w [Word<'m>]) -> Self {
        let mut order: Vec<u32> = (0..words.len() as u32).collect();
        let head = |at: u32| words[at as usize].head;
        order.sort_by_key(|at| (head(*at), *at));
        let starts = (0..words.len() as u32 + 2).map(|h| order.partition_point(|at| head(*at) < h)).collect();
        Self { words, order, starts }
    }

    /// First and last word of the noun phrase headed by `head`, without relative clauses, appositions, conjuncts
    /// and its own preposition.
    fn noun_phrase(&self, head: usize) -> (usize, usize) {
        let (mut first, mut last) = (head, head);
        let mut open = vec![head];
        while let Some(at) = open.pop() {
            (first, last) = (first.min(at), last.max(at));
            let children = &self.order[self.starts[at + 1]..self.starts[at + 2]];
            let kept = children.iter().map(|child| *child as usize).filter(|child| {
                let deprel = self.words[*child].deprel;
                if at == head { is_part(deprel) } else { !leaves(deprel) }
            });
            open.extend(kept);
        }
        (first, last)
    }
}

/// Relations that keep a dependent of the head inside its noun phrase.
fn is_part(deprel: Deprel) -> bool {
    matches!(
        deprel,
        Deprel::Det
            | Deprel::DetPredet
            | Deprel::Amod
            | Deprel::Compound
            | Deprel::Nummod
            | Deprel::NmodPoss
            | Deprel::Nmod
            | Deprel::NmodDesc
            | Deprel::NmodUnmarked
            | Deprel::Flat
            | Deprel::Fixed
            | Deprel::Goeswith
    )
}

/// Relations that lead out of the noun phrase from deeper inside.
fn leaves(deprel: Deprel) -> bool {
    matches!(
        deprel,
        Deprel::Acl
            | Deprel::AclRelcl
            | Deprel::Advcl
            | Deprel::AdvclRelcl
            | Deprel::Appos
            | Deprel::Parataxis
            | Deprel::Punct
            | Deprel::Dep
            | Deprel::List
    )
}
