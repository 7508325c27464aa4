//! CoNLL-U, the treebank format: analyses written, tokenised text read.
//!
//! Beyond the ten columns, MISC carries `SpaceAfter=No`, `Span=START:END` (code points of the article, half-open),
//! `Mention=B-Person` / `I-Person` for names, and `Nominal=Person` on the head word of a nominal or a pronoun.

use std::{
    fmt,
    io::{self, Write},
};

use thiserror::Error;

use super::{
    GROUP, Model, Reader, token,
    tokenise::is_contraction,
    types::{Analysis, Mention, MentionKind, Sentence, Token, Xpos},
};
use crate::article::{CodePoints, Span};

/// Longest line read, in bytes.
const LONGEST_LINE: usize = 1 << 16;
/// Most lines a sentence may have.
const MOST_LINES: usize = 1 << 16;

/// One sentence of a CoNLL-U file, which [`fmt::Display`] writes with the blank line after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// Comment lines without their `#` and the space after it, such as `text = …`.
    pub comments: Vec<String>,
    /// Words, multi-word ranges and empty nodes, in order.
    pub lines: Vec<Line>,
}

/// One line of ten columns, FEATS and DEPS left out where they say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are those of CoNLL-U")]
pub struct Line {
    pub id: LineId,
    pub form: String,
    pub lemma: String,
    pub upos: String,
    pub xpos: String,
    pub feats: String,
    pub head: String,
    pub deprel: String,
    pub deps: String,
    pub misc: String,
}

/// What a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineId {
    /// A word, counted from 1.
    Word(u32),
    /// The words from the first to the last number, written as one.
    Range(u32, u32),
    /// An empty node after a word.
    Empty(u32, u32),
}

/// Why CoNLL-U could not be read. Lines count from 1.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConlluError {
    /// Not ten columns.
    #[error("line {line} has {found} columns separated by tabs; CoNLL-U has 10")]
    Columns {
        /// Where.
        line: usize,
        /// How many it has.
        found: usize,
    },
    /// An ID that is no number, range or empty node, or is out of order.
    #[error(
        "line {line} has the ID {id:?}; it should be word {wanted}, a range from it, or an empty node before it"
    )]
    Id {
        /// Where.
        line: usize,
        /// What stands there.
        id: String,
        /// The number of the next word.
        wanted: u32,
    },
    /// A word without a form.
    #[error("line {line} has no FORM")]
    Form {
        /// Where.
        line: usize,
    },
    /// A line or sentence beyond the limits.
    #[error(
        "line {line} goes beyond {LONGEST_LINE} bytes or {MOST_LINES} lines of one sentence; is this CoNLL-U?"
    )]
    Long {
        /// Where.
        line: usize,
    },
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(id) => write!(f, "{id}"),
            Self::Range(first, last) => write!(f, "{first}-{last}"),
            Self::Empty(after, number) => write!(f, "{after}.{number}"),
        }
    }
}

impl LineId {
    fn parse(text: &str, next: u32) -> Option<Self> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
        if let Some((first, last)) = text.split_once('-') {
            let (first, last) = (number(first)?, number(last)?);
            (first == next && last >= first).then_some(Self::Range(first, last))
        } else if let Some((after, empty)) = text.split_once('.') {
            (number(after)? + 1 == next).then_some(Self::Empty(next - 1, number(empty)?))
        } else {
            (number(text)? == next).then_some(Self::Word(next))
        }
    }
}

impl Line {
    fn new(id: LineId, form: &str) -> Self {
        let none = || "_".to_owned();
        Self {
            id,
            form: form.to_owned(),
            lemma: none(),
            upos: none(),
            xpos: none(),
            feats: none(),
            head: none(),
            deprel: none(),
            deps: none(),
            misc: none(),
        }
    }

    /// Fills the columns that analysis finds.
    fn describe(&mut self, token: &Token) {
        self.lemma = token.lemma.to_string();
        self.upos = token.upos.to_string();
        self.xpos = token.xpos.to_string();
        self.head = token.head.map_or(0, |head| head.0 + 1).to_string();
        self.deprel = token.deprel.to_string();
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for comment in &self.comments {
            writeln!(f, "# {comment}")?;
        }
        for l in &self.lines {
            let columns =
                [&l.form, &l.lemma, &l.upos, &l.xpos, &l.feats, &l.head, &l.deprel, &l.deps, &l.misc];
            write!(f, "{}", l.id)?;
            for column in columns {
                write!(f, "\t{column}")?;
            }
            writeln!(f)?;
        }
        writeln!(f)
    }
}

/// Reads CoNLL-U.
///
/// Columns are taken as they are; IDs must count from 1 in each sentence. Linear time.
///
/// # Errors
/// At the first line that is not CoNLL-U.
///
/// ```
/// use newsgraph::language::conllu::{LineId, read};
/// let blocks = read("# text = Yes.\n1\tYes\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n2\t.\t_\t_\t_\t_\t_\t_\t_\t_\n")?;
/// assert_eq!(blocks[0].comments, ["text = Yes."]);
/// assert_eq!(blocks[0].lines[1].id, LineId::Word(2));
/// # Ok::<(), newsgraph::language::conllu::ConlluError>(())
/// ```
pub fn read(text: &str) -> Result<Vec<Block>, ConlluError> {
    let mut blocks = Vec::new();
    let mut block = Block::default();
    let mut next = 1;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (at, row) in text.lines().enumerate() {
        let line = at + 1;
        if row.len() > LONGEST_LINE || block.lines.len() + block.comments.len() >= MOST_LINES {
            return Err(ConlluError::Long { line });
        }
        if row.trim().is_empty() {
            if block != Block::default() {
                blocks.push(std::mem::take(&mut block));
            }
            next = 1;
        } else if let Some(comment) = row.strip_prefix('#') {
            block.comments.push(comment.strip_prefix(' ').unwrap_or(comment).to_owned());
        } else {
            let found = row.split('\t').count();
            let columns: [&str; 10] = row
                .split('\t')
                .collect::<Vec<_>>()
                .try_into()
                .map_err(|_| ConlluError::Columns { line, found })?;
            let wanted = || ConlluError::Id { line, id: columns[0].to_owned(), wanted: next };
            let id = LineId::parse(columns[0], next).ok_or_else(wanted)?;
            next += u32::from(matches!(id, LineId::Word(_)));
            if columns[1].is_empty() {
                return Err(ConlluError::Form { line });
            }
            let [_, form, lemma, upos, xpos, feats, head, deprel, deps, misc] = columns.map(str::to_owned);
            block.lines.push(Line { id, form, lemma, upos, xpos, feats, head, deprel, deps, misc });
        }
    }
    if block != Block::default() {
        blocks.push(block);
    }
    Ok(blocks)
}

/// Analyses the words and sentences of a CoNLL-U text as they are given.
///
/// Sentences up to a `newdoc` are one text, read in its context. Lemma, tags, tree and mentions are predicted; IDs,
/// forms, comments, multi-word ranges and the other keys of MISC stay. FEATS and DEPS are emptied: they would speak of another analysis.
///
/// # Errors
/// At the first line that is not CoNLL-U.
pub fn analyse_conllu(model: &Model, text: &str) -> Result<Vec<Block>, ConlluError> {
    let mut blocks = read(text)?;
    let opens = |block: &Block| block.comments.iter().any(|comment| comment.starts_with("newdoc"));
    for document in blocks.chunk_by_mut(|_, next| !opens(next)) {
        let mut reader = Reader::new(model);
        for group in document.chunks_mut(GROUP) {
            describe(group, &mut reader);
        }
    }
    Ok(blocks)
}

/// Writes what the model says of the next sentences of a text into their lines.
fn describe(group: &mut [Block], reader: &mut Reader<'_>) {
    let model = reader.model;
    let forms = |block: &Block| -> Vec<String> {
        let words = block.lines.iter().filter(|line| matches!(line.id, LineId::Word(_)));
        words.map(|line| line.form.clone()).collect()
    };
    let forms: Vec<Vec<String>> = group.iter().map(forms).collect();
    let words: Vec<Vec<&str>> =
        forms.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
    for ((block, words), parse) in group.iter_mut().zip(&words).zip(reader.read(&words)) {
        let tokens: Vec<Token> = parse
            .words
            .iter()
            .zip(words)
            .map(|(word, form)| token(model, word, form, Span::new(0, 0)))
            .collect();
        let mut told = mention_keys(&parse.mentions, tokens.len()).into_iter();
        let mut tokens = tokens.iter();
        for line in &mut block.lines {
            (line.feats, line.deps) = ("_".to_owned(), "_".to_owned());
            if !matches!(line.id, LineId::Word(_)) {
                continue;
            }
            if let (Some(token), Some(told)) = (tokens.next(), told.next()) {
                line.describe(token);
                let kept = line.misc.split('|').filter(|pair| {
                    !matches!(*pair, "_" | "")
                        && !pair.starts_with("Mention=")
                        && !pair.starts_with("Nominal=")
                });
                line.misc = misc(told.into_iter().chain(kept.map(str::to_owned)));
            }
        }
    }
}

/// Writes an analysis of `text`; `name` starts the sentence ids.
///
/// The words of a contraction are put together by a multi-word range ("1-2 don't").
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(analysis: &Analysis, text: &str, name: &str, out: &mut impl Write) -> io::Result<()> {
    let points = CodePoints::new(text);
    for (at, sentence) in analysis.sentences.iter().enumerate() {
        write!(out, "{}", block(sentence, text, &points, &format!("{name}-{}", at + 1)))?;
    }
    Ok(())
}

fn block(sentence: &Sentence, text: &str, points: &CodePoints, id: &str) -> Block {
    let tokens = &sentence.tokens;
    let form = |at: usize| tokens[at].span.of(text);
    let glued = |at: usize| tokens.get(at + 1).is_some_and(|next| next.span.start() == tokens[at].span.end());
    let mut block = Block { comments: vec![format!("sent_id = {id}")], lines: Vec::new() };
    if sentence.paragraph {
        block.comments.push("newpar".to_owned());
    }
    let spaced = (0..tokens.len()).map(|at| form(at).to_owned() + if glued(at) { "" } else { " " });
    block.comments.push(format!("text = {}", spaced.collect::<String>().trim_end()));
    let joins = |at: usize| {
        let possessive = form(at + 1).chars().nth(1).is_some() || tokens[at + 1].xpos == Xpos::Pos;
        glued(at) && possessive && is_contraction(form(at), form(at + 1))
    };
    let mut told = mention_keys(&sentence.mentions, tokens.len());
    let mut range_end = 0;
    for (at, token) in tokens.iter().enumerate() {
        if at >= range_end {
            let last = (at..tokens.len() - 1).find(|at| !joins(*at)).unwrap_or(tokens.len() - 1);
            range_end = last + 1;
            if last > at {
                let whole = token.span.cover(tokens[last].span).of(text);
                let mut line = Line::new(LineId::Range(at as u32 + 1, last as u32 + 1), whole);
                line.misc = misc(glued(last).then(|| "SpaceAfter=No".to_owned()).into_iter());
                block.lines.push(line);
            }
        }
        let mut line = Line::new(LineId::Word(at as u32 + 1), form(at));
        line.describe(token);
        let start = points.from_byte(text, token.span.start());
        let mut keys = std::mem::take(&mut told[at]);
        // Inside a range its own line says what follows.
        let alone = range_end == at + 1 && (at == 0 || !joins(at - 1));
        if alone && glued(at) {
            keys.push("SpaceAfter=No".to_owned());
        }
        keys.push(format!("Span={start}:{}", start + form(at).chars().count() as u32));
        line.misc = misc(keys.into_iter());
        block.lines.push(line);
    }
    block
}

/// For each word, what MISC says of the mentions it is part of.
fn mention_keys(mentions: &[Mention], words: usize) -> Vec<Vec<String>> {
    let mut keys = vec![Vec::new(); words];
    for mention in mentions {
        if mention.kind == MentionKind::Named {
            for (at, keys) in
                keys.iter_mut().enumerate().take(mention.last.0 as usize + 1).skip(mention.first.0 as usize)
            {
                let border = if at == mention.first.0 as usize { 'B' } else { 'I' };
                keys.push(format!("Mention={border}-{}", mention.class));
            }
        }
    }
    for mention in mentions.iter().filter(|mention| mention.kind != MentionKind::Named) {
        keys[mention.head.0 as usize].push(format!("Nominal={}", mention.class));
    }
    keys
}

fn misc(keys: impl Iterator<Item = String>) -> String {
    let joined = keys.collect::<Vec<_>>().join("|");
    if joined.is_empty() { "_".to_owned() } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::analyse;

    const HOSTILE: &str = "1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
        1\tdo\t_\t_\t_\t_\t_\t_\t_\t_\n\
        1.1\tsee\t_\t_\t_\t_\t_\t_\t3:conj\t_\n\
        2\tn't\t_\t_\t_\t_\t_\t_\t_\tMention=B-Event|Lang=en\n";

    #[test]
    fn what_is_written_can_be_read() {
        let text = "Peru's banks don't lend “easily”.\n\nI’d sue the workers' union, she'd've said.";
        let analysis = analyse(Model::embedded(), text);
        let mut out = Vec::new();
        write(&analysis, text, "a", &mut out).expect("memory takes everything");
        let written = String::from_utf8(out).expect("CoNLL-U is UTF-8");
        let blocks = read(&written).expect("it is CoNLL-U");
        assert_eq!(blocks.iter().map(Block::to_string).collect::<String>(), written);
        assert_eq!(blocks.len(), 2);
        let texts: Vec<_> = blocks.iter().filter_map(|b| b.comments.last()).collect();
        assert_eq!(
            texts,
            ["text = Peru's banks don't lend “easily”.", "text = I’d sue the workers' union, she'd've said."]
        );
        let ranges: Vec<_> = blocks
            .iter()
            .flat_map(|b| &b.lines)
            .filter(|l| matches!(l.id, LineId::Range(..)))
            .map(|l| format!("{} {}", l.id, l.form))
            .collect();
        assert_eq!(ranges[..2], ["1-2 Peru's", "4-5 don't"]);
        assert_eq!(ranges[ranges.len() - 1].split_once(' ').map(|r| r.1), Some("she'd've"));
        for line in blocks.iter().flat_map(|b| &b.lines).filter(|l| matches!(l.id, LineId::Word(_))) {
            let (_, span) = line.misc.rsplit_once("Span=").expect("every word has a span");
            let (start, end) = span.split_once(':').expect("two ends");
            let (start, end): (usize, usize) = (start.parse().expect("number"), end.parse().expect("number"));
            assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), line.form);
        }
    }

    #[test]
    fn given_words_are_kept() {
        let blocks = analyse_conllu(Model::embedded(), HOSTILE).expect("it is CoNLL-U");
        let shown: Vec<_> =
            blocks[0].lines.iter().map(|l| format!("{} {} {}", l.id, l.form, l.head)).collect();
        assert_eq!(shown.len(), 4);
        assert_eq!([&shown[0], &shown[2]], ["1-2 don't _", "1.1 see _"]);
        assert_ne!(blocks[0].lines[1].upos, "_");
        assert!(blocks[0].lines[3].misc.ends_with("Lang=en") && !blocks[0].lines[3].misc.contains("Event"));
        assert_eq!(blocks[0].lines[2].deps, "_");
    }

    #[test]
    fn errors_name_the_line() {
        let row = |id: &str| format!("{id}\tx\t_\t_\t_\t_\t_\t_\t_\t_\n");
        for (text, message) in [
            ("# a\n1\tx\n".to_owned(), "line 2 has 2 columns separated by tabs; CoNLL-U has 10"),
            (
                row("2"),
                "line 1 has the ID \"2\"; it should be word 1, a range from it, or an empty node before it",
            ),
            (
                row("1") + &row("1"),
                "line 2 has the ID \"1\"; it should be word 2, a range from it, or an empty node before it",
            ),
            (
                row("2-1"),
                "line 1 has the ID \"2-1\"; it should be word 1, a range from it, or an empty node before it",
            ),
            (row("1").replace('x', ""), "line 1 has no FORM"),
        ] {
            assert_eq!(read(&text).expect_err(&text).to_string(), message);
        }
        assert_eq!(read(&"x".repeat(LONGEST_LINE + 1)), Err(ConlluError::Long { line: 1 }));
        assert_eq!(read("\u{FEFF}\n\n"), Ok(Vec::new()));
    }
}
