//! Analyses written by hand, for the tests of this folder.

use crate::{
    article::Span,
    language::{Analysis, Deprel, Mention, MentionClass, MentionKind, Sentence, Token, TokenId, Upos, Xpos},
};

/// Reads a table of sentences, one token a line: form, lemma, UPOS, XPOS, head (from 1; 0 for the root), deprel and
/// perhaps mentions that begin there, `Class[:tokens[:nom|pron]]`, several joined by `|`.
///
/// An empty line ends a sentence, a line `#` opens a paragraph. The text is the forms with spaces as usual around
/// punctuation; `~` at the end of a form glues the next one to it.
pub(crate) fn analysis(table: &str) -> (String, Analysis) {
    let mut text = String::new();
    let mut sentences = Vec::new();
    let mut rows: Vec<Vec<&str>> = Vec::new();
    let mut paragraph = true;
    let mut glue = true;
    let mut quote_open = false;
    for line in table.lines().map(str::trim).chain(std::iter::once("")) {
        if line == "#" {
            paragraph = true;
        } else if !line.is_empty() {
            rows.push(line.split_whitespace().collect());
        } else if !rows.is_empty() {
            if paragraph && !text.is_empty() {
                text.push_str("\n\n");
                glue = true;
            }
            sentences.push(sentence(&mut text, &rows, paragraph, &mut glue, &mut quote_open));
            rows.clear();
            paragraph = false;
        }
    }
    (text, Analysis { sentences, ..Analysis::default() })
}

fn sentence(
    text: &mut String,
    rows: &[Vec<&str>],
    paragraph: bool,
    glue: &mut bool,
    quote_open: &mut bool,
) -> Sentence {
    let mut tokens = Vec::new();
    for row in rows {
        let [form, lemma, upos, xpos, head, deprel, ..] = row[..] else { panic!("six columns in {row:?}") };
        let (form, glued) = form.strip_suffix('~').map_or((form, false), |form| (form, true));
        let closes =
            matches!(form, "," | "." | ";" | ":" | "!" | "?" | ")" | "%" | "”" | "’s" | "'s" | "n't")
                || (form == "\"" && *quote_open);
        if !*glue && !closes {
            text.push(' ');
        }
        let start = text.len() as u32;
        text.push_str(form);
        *glue = glued || matches!(form, "(" | "“" | "$" | "€" | "£") || (form == "\"" && !*quote_open);
        *quote_open ^= form == "\"";
        let head: u32 = head.parse().expect("head is a number");
        tokens.push(Token {
            span: Span::new(start, text.len() as u32),
            upos: Upos::parse(upos),
            xpos: Xpos::parse(xpos),
            lemma: lemma.into(),
            head: head.checked_sub(1).map(TokenId),
            deprel: Deprel::parse(deprel),
        });
    }
    let mut mentions: Vec<Mention> = Vec::new();
    for (first, row) in rows.iter().enumerate() {
        for tag in row.get(6).into_iter().flat_map(|tags| tags.split('|')) {
            let mut parts = tag.split(':');
            let class = parts.next().map(MentionClass::parse).expect("a class");
            let len: u32 = parts.next().map_or(1, |len| len.parse().expect("a length"));
            let kind = match parts.next() {
                None => MentionKind::Named,
                Some("nom") => MentionKind::Nominal,
                Some("pron") => MentionKind::Pronoun,
                Some(other) => panic!("unknown kind {other}"),
            };
            let first = TokenId(first as u32);
            let last = TokenId(first.0 + len - 1);
            let head = (first.0..=last.0)
                .map(TokenId)
                .find(|token| tokens[token.0 as usize].head.is_none_or(|head| head < first || head > last))
                .expect("a head outside");
            mentions.push(Mention { first, last, head, class, kind, score: 0.9 });
        }
    }
    mentions.sort_by_key(|mention| (mention.first, std::cmp::Reverse(mention.last)));
    let span = tokens[0].span.cover(tokens[tokens.len() - 1].span);
    Sentence { span, tokens, mentions, paragraph }
}
