//! An article as all stages of extraction read it.

use jiff::civil::Date;

use crate::{
    article::Article,
    extract::{
        quote::{Quote, quotes},
        time::{TimeExpression, times},
        tree::Tree,
    },
    language::{Analysis, SentenceId},
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
        Self { text, published, trees, times, quotes }
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
