//! Text to sentences of tokens: paragraphs, then tokens, then where one sentence ends and the next begins.

use super::tokenise::{is_apostrophe, is_gap, is_listed, tokenise};
use crate::article::Span;

/// A sentence is cut here at the latest: a longer one is a table, a list or noise.
const LONGEST: usize = 512;
/// Blocks with a longer line are not wrapped by hand: every line break means something.
const WIDEST_WRAP: usize = 120;
/// Nobody wraps prose this narrow.
const NARROWEST_WRAP: usize = 45;

/// A sentence as cut from the text, not analysed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its tokens, in order; never empty.
    pub tokens: Vec<Span>,
    /// Whether it opens a paragraph.
    pub paragraph: bool,
}

impl Segment {
    /// From the first to the last character of its tokens.
    ///
    /// # Panics
    /// If it has no token, which [`segment`] never makes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.tokens[0].cover(self.tokens[self.tokens.len() - 1])
    }
}

/// Cuts `text` into sentences of tokens.
///
/// Blank lines end paragraphs, and so do single line breaks, unless the lines look wrapped by hand. Tokens follow the
/// English Web Treebank; white space and control characters are in none. Linear time, any input.
///
/// # Panics
/// If `text` is longer than 4 GiB: spans could not hold its offsets.
///
/// ```
/// use newsgraph::language::segment;
/// let text = "Dr. Ito didn't sell. “Why?” he asked.";
/// let found: Vec<Vec<&str>> =
///     segment(text).iter().map(|s| s.tokens.iter().map(|t| t.of(text)).collect()).collect();
/// assert_eq!(found, [vec!["Dr.", "Ito", "did", "n't", "sell", "."], vec!["“", "Why", "?", "”", "he", "asked", "."]]);
/// ```
#[must_use]
pub fn segment(text: &str) -> Vec<Segment> {
    assert!(u32::try_from(text.len()).is_ok(), "a text of more than 4 GiB");
    let mut segments = Vec::new();
    let mut tokens = Vec::new();
    for (start, end) in paragraphs(text) {
        tokens.clear();
        tokenise(text, start, end, &mut tokens);
        let mut first = 0;
        for at in 0..tokens.len() {
            let full = at + 1 - first >= LONGEST;
            if at + 1 == tokens.len() || full || ends_sentence(text, &tokens, first, at) {
                segments.push(Segment { tokens: tokens[first..=at].to_vec(), paragraph: first == 0 });
                first = at + 1;
            }
        }
    }
    segments
}

/// The paragraphs of `text`, as byte ranges.
fn paragraphs(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut block: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    let is_break = |c| matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    for (end, mark) in text.match_indices(is_break).chain([(text.len(), "\u{C}")]) {
        if text[start..end].contains(|c| !is_gap(c)) {
            block.push((start, end));
        } else if !(mark == "\n" && text[..end].ends_with('\r')) {
            join_lines(text, &mut block, &mut found);
        }
        if matches!(mark, "\u{C}" | "\u{2029}") {
            join_lines(text, &mut block, &mut found);
        }
        start = end + mark.len();
    }
    found
}

/// Moves a block of lines to `found`, cut at the line breaks that were meant.
fn join_lines(text: &str, block: &mut Vec<(usize, usize)>, found: &mut Vec<(usize, usize)>) {
    let chars = |&(start, end): &(usize, usize)| text[start..end].trim_end_matches(is_gap).chars().count();
    let widths: Vec<usize> = block.iter().map(chars).collect();
    let widest = widths.iter().copied().max().unwrap_or(0);
    let all_end = block.len() > 1 && block.iter().all(|&(start, end)| ends_like_sentence(&text[start..end]));
    let wrapped = (NARROWEST_WRAP..=WIDEST_WRAP).contains(&widest) && !all_end;
    for (at, &(start, end)) in block.iter().enumerate() {
        let joins = wrapped && at > 0 && {
            let line = text[start..end].trim_start_matches(is_gap);
            let word = line.chars().take(widest).take_while(|c| !is_gap(*c)).count();
            // The word would not have fitted on the line before.
            widths[at - 1] + 1 + word > widest * 9 / 10 && !is_list_item(line)
        };
        match found.last_mut() {
            Some(last) if joins => last.1 = end,
            _ => found.push((start, end)),
        }
    }
    block.clear();
}

fn ends_like_sentence(line: &str) -> bool {
    line.trim_end_matches(|c| is_gap(c) || is_closer(c)).ends_with(['.', '!', '?', '…', ':'])
}

/// Whether a line opens with a bullet or a number.
fn is_list_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('-' | '*' | '•' | '·' | '–' | '—' | '▪' | '◦' | '‣' | '●' | '■' | '>') => {
            chars.next() == Some(' ')
        }
        Some('#' | '|') => true,
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 3 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

/// Whether the sentence that starts at token `first` ends with token `at`; there is a token after it.
fn ends_sentence(text: &str, tokens: &[Span], first: usize, at: usize) -> bool {
    let word = |at: usize| tokens[at].of(text);
    let glued = |at: usize| tokens[at].start() == tokens[at - 1].end();
    // Closing quotes and brackets belong to the sentence they close: look for the mark before them.
    let mut mark = at;
    while mark > first && closes(text, tokens, mark) {
        mark -= 1;
    }
    let end = word(mark);
    let is_mark = end.chars().all(|c| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？'));
    let abbreviation = !is_mark && end.ends_with('.');
    if !(is_mark || abbreviation) || closes(text, tokens, at + 1) {
        return false;
    }
    let next = word(at + 1);
    let mut inner = at + 1;
    while inner + 1 < tokens.len() && inner < at + 4 && is_opening(word(inner)) {
        inner += 1;
    }
    let start = word(inner);
    let upper = start.starts_with(char::is_uppercase);
    let lower = start.starts_with(char::is_lowercase);
    if next.chars().all(|c| matches!(c, '.' | '!' | '?' | '…' | ',' | ';' | ':' | ')' | ']' | '%')) {
        return false;
    }
    if glued(at + 1) && mark == at {
        // "end.Next", where the space was forgotten; "Yahoo!7" was not.
        let before = if at > first { word(at - 1) } else { "" };
        let wordlike = before.chars().count() > 1 && before.chars().all(char::is_lowercase);
        return upper && wordlike && is_mark && !abbreviation;
    }
    if abbreviation {
        return upper && abbreviation_ends(end, start, mark == at);
    }
    // "1. The first item", "A. The other".
    if end == "." && mark == first + 1 && mark == at && is_item_mark(word(first)) {
        return false;
    }
    let quoted = mark < at && (mark + 1..=at).any(|at| is_quote(word(at)));
    if quoted && !end.contains('.') && upper && is_speech(text, &tokens[at + 1..]) {
        return false;
    }
    match end {
        "." => !lower || (mark == at && start.len() > 1 && !quoted),
        _ if lower => mark == at && !quoted && end.len() == 1,
        _ => true,
    }
}

/// Whether the token closes a quotation or bracket opened before it: ")" , "”", or a quote right after a character
/// and not before one.
fn closes(text: &str, tokens: &[Span], at: usize) -> bool {
    let Some(span) = tokens.get(at) else { return false };
    let token = span.of(text);
    if matches!(token, ")" | "]" | "}" | "”" | "»" | "›" | "''" | "’’") {
        return true;
    }
    let quote = token.chars().count() == 1
        && token.chars().all(|c| c == '"' || (is_apostrophe(c) && c != '‘' && c != '`'));
    let after_gap = at == 0 || tokens[at - 1].end() != span.start();
    let before_word = tokens
        .get(at + 1)
        .is_some_and(|next| next.start() == span.end() && next.of(text).starts_with(char::is_alphanumeric));
    quote && !after_gap && !before_word
}

fn is_closer(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '"' | '”' | '’' | '\'' | '»' | '›')
}

fn is_quote(token: &str) -> bool {
    token.chars().all(|c| matches!(c, '"' | '”' | '“' | '»' | '«' | '›' | '‹' | '„') || is_apostrophe(c))
}

fn is_opening(token: &str) -> bool {
    is_quote(token)
        || matches!(token, "(" | "[" | "{" | "¿" | "¡" | "..." | "…" | "-" | "--" | "—" | "–" | "``")
}

fn is_item_mark(token: &str) -> bool {
    token.len() <= 3 && (token.bytes().all(|b| b.is_ascii_digit()) || token.len() == 1)
}

/// Whether a capitalised word after an abbreviation starts a sentence.
fn abbreviation_ends(abbreviation: &str, next: &str, bare: bool) -> bool {
    const TITLES: &str = "adm atty capt cmdr col cpl dr drs fr ft gen gov govs hon insp lt maj messrs mlle mme mr mrs ms msgr mt \
        ph pres prof profs pvt rep reps rev sen sens sgt sgts st ste supt vs";
    let plain = abbreviation.trim_end_matches('.').to_lowercase();
    let initial = plain.chars().count() == 1;
    if (is_listed(TITLES, &plain) || initial) && bare {
        return false;
    }
    plain == "etc" || !bare || is_starter(next)
}

/// Words that, capitalised, nearly always start a sentence.
fn is_starter(word: &str) -> bool {
    const STARTERS: &str = "A About According After All Also Although An And Another Any As At Because Before Both But By Despite \
        During Each Earlier Even Every Few For From Given He Her Here His How However I If In Instead Is It Its \
        Last Later Many Meanwhile More Most My Nearly No None Not Now Of On Once One Only Or Other Our Over \
        People Several She Since So Some Still Such That The Their Then There These They This Those Though \
        Through Thus To Today Two Under Until Was We What When Where Whether Which While Who Why With Without \
        Yet You Your";
    is_listed(STARTERS, word)
}

/// Whether a quotation is followed by its speaker: "Mr. Smith asked".
fn is_speech(text: &str, tokens: &[Span]) -> bool {
    let words = tokens.iter().take(5).map(|span| span.of(text));
    words.take_while(|word| word.starts_with(char::is_alphabetic)).any(|word| {
        matches!(
            word,
            "said"
                | "says"
                | "asked"
                | "asks"
                | "added"
                | "adds"
                | "told"
                | "wrote"
                | "replied"
                | "tweeted"
                | "joked"
                | "exclaimed"
                | "shouted"
                | "wondered"
                | "cried"
                | "warned"
                | "declared"
                | "posted"
        )
    })
}
