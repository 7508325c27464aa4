//! Quotations: what stands between quotation marks, of every style, over sentences and paragraphs.

use crate::{
    article::Span,
    language::{Deprel, Sentence, SentenceId, TokenId, Upos},
};

use super::tree::Tree;

/// Longest quotation believed, in bytes; a mark that never closes must not swallow the article.
const LONGEST: usize = 6000;

/// A stretch between quotation marks. Quotations do not nest: marks inside a quotation belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    /// The words, without the marks.
    pub(crate) content: Span,
    /// With the marks, as far as there are any.
    pub(crate) outer: Span,
    /// The sentence that it begins in.
    pub(crate) first: SentenceId,
    /// The sentence that it ends in.
    pub(crate) last: SentenceId,
    /// Whether it goes on with the quotation of the paragraph before, which was left open.
    pub(crate) resumes: bool,
    /// Whether it makes a statement of its own; others are fragments, titles and words held at arm's length.
    pub(crate) clause: bool,
}

/// The quotations of an article, in order.
pub(crate) fn quotes(text: &str, trees: &[Tree<'_>]) -> Vec<Quote> {
    let sentences: Vec<&Sentence> = trees.iter().map(Tree::sentence).collect();
    let mut found: Vec<Quote> = Vec::new();
    let mut first = 0;
    let mut left_open = false;
    while first < sentences.len() {
        let end =
            (first + 1..sentences.len()).find(|&next| sentences[next].paragraph).unwrap_or(sentences.len());
        let from = sentences[first].span.start();
        let to = sentences.get(end).map_or(text.len() as u32, |next| next.span.start());
        let reopens = sentences.get(end).is_some_and(|next| next.span.of(text).starts_with(['“', '"', '«']));
        let paragraph = Span::new(from, to);
        let (stretches, open) = marked(paragraph.of(text), reopens);
        for (index, (outer, content)) in stretches.into_iter().enumerate() {
            let shift = |range: (usize, usize)| Span::new(from + range.0 as u32, from + range.1 as u32);
            let (outer, content) = (shift(outer), shift(content));
            let at = |byte: u32| {
                let after = sentences.partition_point(|sentence| sentence.span.start() <= byte);
                SentenceId(after.saturating_sub(1) as u32)
            };
            let (first, last) = (at(content.start()), at(content.end() - 1));
            let resumes = index == 0 && left_open && outer.start() == from;
            let clause = is_clause(&trees[first.0 as usize..=last.0 as usize], content);
            found.push(Quote { content, outer, first, last, resumes, clause });
        }
        left_open = open;
        first = end;
    }
    found
}

type Range = (usize, usize);

/// The marked stretches of a paragraph as byte ranges with and without their marks, and whether the last one stays
/// open because the next paragraph opens again.
fn marked(paragraph: &str, reopens: bool) -> (Vec<(Range, Range)>, bool) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = paragraph[at..].chars().next() {
        let width = open.len_utf8();
        let inside = at + width;
        let before = paragraph[..at].chars().next_back();
        let next = paragraph[inside..].chars().next();
        let opens = match open {
            '“' | '„' | '«' | '»' | '‹' => true,
            '"' => {
                next.is_some_and(|next| !next.is_whitespace()) && before.is_none_or(|c| !c.is_alphanumeric())
            }
            '‘' | '\'' => {
                next.is_some_and(char::is_alphanumeric)
                    && before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '–'))
            }
            _ => false,
        };
        if !opens {
            at = inside;
            continue;
        }
        let rest = &paragraph[inside..];
        let close = match open {
            '‘' | '\'' => close_single(rest, open),
            '"' => rest.char_indices().find(|&(at, c)| c == '"' && !opens_again(rest, at)).map(|(at, _)| at),
            '“' => rest.find(['”', '“']).filter(|&at| rest[at..].starts_with('”')),
            '„' => rest.find(['“', '”']),
            '«' => rest.find('»'),
            '»' => rest.find('«'),
            _ => rest.find('›'),
        };
        if let Some(close) = close.filter(|close| (1..LONGEST).contains(close)) {
            let end = inside + close;
            let mark = paragraph[end..].chars().next().map_or(0, char::len_utf8);
            let content = trim(paragraph, inside, end);
            if content.0 < content.1 {
                found.push(((at, end + mark), content));
            }
            at = end + mark;
        } else if reopens && matches!(open, '“' | '"' | '«') && rest.len() < LONGEST {
            let content = trim(paragraph, inside, paragraph.len());
            if content.0 < content.1 {
                found.push(((at, content.1), content));
                return (found, true);
            }
            at = inside;
        } else {
            at = inside;
        }
    }
    (found, false)
}

/// Whether the straight mark at `at` has a space before and none after: it opens, so the one before was stray.
fn opens_again(rest: &str, at: usize) -> bool {
    rest[..at].ends_with(char::is_whitespace)
        && rest[at + 1..].starts_with(|next: char| next.is_alphanumeric())
}

/// Where a single quotation mark closes: not at an apostrophe, and rather after punctuation than after the "s" of a
/// possessive.
fn close_single(rest: &str, open: char) -> Option<usize> {
    let mark = if open == '‘' { '’' } else { '\'' };
    let stop = rest.find(['“', '”', '"', '‘']).unwrap_or(rest.len());
    let ends: Vec<usize> = rest[..stop]
        .char_indices()
        .filter(|&(at, c)| {
            c == mark && !rest[at + c.len_utf8()..].starts_with(|next: char| next.is_alphanumeric())
        })
        .map(|(at, _)| at)
        .collect();
    let after_punctuation = ends.iter().find(|&&at| rest[..at].ends_with([',', '.', '!', '?', '…']));
    let after_word = ends.iter().find(|&&at| {
        let words = rest[..at].split_whitespace().count();
        at > 1 && words <= 8 && (open == '‘' || !rest[..at].ends_with('s'))
    });
    after_punctuation.or(after_word).copied()
}

/// The range without white space at its ends.
fn trim(text: &str, start: usize, end: usize) -> Range {
    let words = &text[start..end];
    let start = start + (words.len() - words.trim_start().len());
    (start, start + words.trim().len())
}

/// Whether the words inside hold a finite clause: a verb with its subject, of which the quotation leaves out no part
/// before.
fn is_clause(trees: &[Tree<'_>], content: Span) -> bool {
    trees.iter().any(|tree| {
        let inside = |token: TokenId| content.contains(tree.token(token).span);
        tree.tokens().filter(|&token| inside(token)).any(|token| {
            let governed = tree.ancestors(token).any(inside);
            let predicate = matches!(tree.upos(token), Upos::Verb | Upos::Aux)
                || tree.child(token, Deprel::Cop).is_some();
            let subject = tree
                .children_by(token, &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::Csubj, Deprel::Expl])
                .any(inside);
            // An imperative is a sentence by itself.
            let whole = tree.head(token).is_none() && predicate;
            !governed && predicate && (subject || whole)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paragraph: &str) -> Vec<&str> {
        marked(paragraph, false).0.into_iter().map(|(_, content)| &paragraph[content.0..content.1]).collect()
    }

    #[test]
    fn every_style_of_marks() {
        for (text, expected) in [
            ("“It works,” she said. “Really.”", &["It works,", "Really."][..]),
            ("\"It works,\" she said. \"Really.\"", &["It works,", "Really."]),
            ("‘It’s the workers’ right,’ she said.", &["It’s the workers’ right,"]),
            ("'It's fine,' she said, 'we don't mind.'", &["It's fine,", "we don't mind."]),
            ("«Es geht», sagte sie. „Wirklich.“", &["Es geht", "Wirklich."]),
            ("“He told me ‘no’ twice,” she said.", &["He told me ‘no’ twice,"]),
            ("the so-called 'metaverse' firm", &["metaverse"]),
            ("a 5\" screen and the workers' rights of the '90s", &[]),
            ("rock 'n' roll isn't the firms' business", &[]),
            ("An unclosed “quote runs on.", &[]),
            ("“One “two” three.", &["two"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_paragraph_may_leave_it_open() {
        let (found, open) = marked("She said: “We go on. ", true);
        assert_eq!((found.len(), open), (1, true));
        assert_eq!(found[0].1, (13, 22));
    }
}
