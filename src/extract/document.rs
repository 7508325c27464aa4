//! An article as all stages of extraction read it.

use jiff::civil::Date;

use crate::{
    article::Article,
    extract::{
        quote::{Quote, quotes},
        time::{TimeExpression, times},
        tree::Tree,
    },
    language::{Analysis, Link, Pair, Place, SentenceId, TokenId},
};

/// The trees, dates and quotations of an article, made once.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(crate) text: &'a str,
    /// Day of publication.
    pub(crate) published: Option<Date>,
    /// One tree a sentence.
    pub(crate) trees: Vec<Tree<'a>>,
    /// The expressions of time of each sentence.
    pub(crate) times: Vec<Vec<TimeExpression>>,
    /// The quotations, in order of the text.
    pub(crate) quotes: Vec<Quote>,
    /// What the model says of pairs of mentions and what it takes pronouns and descriptions to mean.
    analysis: &'a Analysis,
    /// The pairs whose later mention stands in each sentence.
    pairs: Vec<Vec<u32>>,
}

impl<'a> Document<'a> {
    /// Builds all of it; linear in the length of the article.
    pub(crate) fn new(article: &'a Article, analysis: &'a Analysis) -> Self {
        Self::of(&article.text, analysis, article.published)
    }

    /// The same without an article around the text.
    pub(crate) fn of(text: &'a str, analysis: &'a Analysis, published: Option<Date>) -> Self {
        let trees: Vec<Tree<'a>> =
            analysis.sentences.iter().map(|sentence| Tree::new(text, sentence)).collect();
        let times = trees.iter().map(|tree| times(tree, published)).collect();
        let quotes = quotes(text, &trees);
        let mut pairs = vec![Vec::new(); trees.len()];
        for (at, pair) in analysis.pairs.iter().enumerate() {
            let later = pair.subject.sentence.max(pair.object.sentence);
            pairs[later.0 as usize].push(at as u32);
        }
        Self { text, published, trees, times, quotes, analysis, pairs }
    }

    /// Pairs of mentions of which the later one stands in this sentence.
    pub(crate) fn pairs(&self, sentence: SentenceId) -> impl Iterator<Item = &'a Pair> {
        let analysis = self.analysis;
        self.pairs[sentence.0 as usize].iter().map(|&at| &analysis.pairs[at as usize])
    }

    /// Whether the model has a view of this relation.
    pub(crate) fn knows(&self, relation: &str) -> bool {
        self.analysis.relations.iter().any(|known| **known == *relation)
    }

    /// Links of the pronoun or description that stands there.
    pub(crate) fn links(&self, sentence: SentenceId, first: TokenId, last: TokenId) -> &'a [Link] {
        let (links, later) = (&self.analysis.links, Place { sentence, first, last });
        let start = links.partition_point(|link| link.later < later);
        let end = links.partition_point(|link| link.later <= later);
        &links[start..end]
    }

    /// The tree of one sentence.
    pub(crate) fn tree(&self, sentence: SentenceId) -> &Tree<'a> {
        &self.trees[sentence.0 as usize]
    }

    /// All sentences, in order.
    pub(crate) fn sentences(&self) -> impl DoubleEndedIterator<Item = SentenceId> + use<> {
        (0..self.trees.len() as u32).map(SentenceId)
    }
}
