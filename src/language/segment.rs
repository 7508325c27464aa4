//! Text to sentences of tokens: paragraphs, then tokens, then where one sentence ends and the next begins.

use super::tokenise::{is_apostrophe, is_gap, is_listed, is_starter, tokenise};
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
        let dateline = dateline(text, &tokens);
        for at in 0..tokens.len() {
            let full = at + 1 - first >= LONGEST || dateline == Some(at);
            if at + 1 == tokens.len() || full || ends_sentence(text, &tokens, first, at) {
                segments.push(Segment { tokens: tokens[first..=at].to_vec(), paragraph: first == 0 });
                first = at + 1;
            }
        }
    }
    segments
}

/// The dash that ends the dateline of a report: "PARIS (AP) — The …", "Évora, Portugal, May 2 – The …".
///
/// A dateline is set in capitals, gives the agency in brackets, or has a comma; "Acme – The Firm" has none of these.
fn dateline(text: &str, tokens: &[Span]) -> Option<usize> {
    /// In tokens.
    const LONGEST_DATELINE: usize = 14;
    let word = |at: usize| tokens[at].of(text);
    let dash = (1..tokens.len().min(LONGEST_DATELINE)).find(|&at| {
        matches!(word(at), "—" | "–" | "--" | "-") && tokens[at - 1].end() < tokens[at].start()
    })?;
    let next = tokens.get(dash + 1)?.of(text);
    let begins = tokens[dash].end() < tokens[dash + 1].start()
        && (is_opening(next) || next.starts_with(|c: char| c.is_uppercase() || c.is_numeric()));
    let part_of_name =
        |word: &str| !word.starts_with(char::is_lowercase) || is_listed("de la el al of the", word);
    let place = word(0);
    let capitals = place.chars().count() > 2 && place.chars().all(|c| !c.is_lowercase());
    let marked = capitals || (1..dash).any(|at| matches!(word(at), "(" | ","));
    let named = place.starts_with(char::is_uppercase) && (1..dash).all(|at| part_of_name(word(at)));
    (begins && marked && named).then_some(dash)
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
    // "iPhone" may start a sentence.
    let lower =
        start.starts_with(char::is_lowercase) && !start.chars().nth(1).is_some_and(char::is_uppercase);
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
        "." if lower => {
            // In careless text; after a short capitalised word or a unit it is an abbreviation not listed.
            let before = if at > first { word(at - 1) } else { "" };
            let after_number = at > first + 1 && word(at - 2).starts_with(char::is_numeric);
            let cut_short = (before.starts_with(char::is_uppercase) || after_number) && before.len() <= 5;
            mark == at && !quoted && !cut_short && (start.len() > 1 || start == "i")
        }
        _ if lower => mark == at && !quoted && !end.contains(['.', '…']),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::tokenise::is_gap;

    /// A text and its sentences, separated by `|`, with their tokens separated by spaces.
    const CASES: &[(&str, &str)] = &[
        // Datelines
        ("PARIS (AP) — The firm grew.", "PARIS ( AP ) — | The firm grew ."),
        (
            "Évora, Portugal, May 2 – “We grew,” she said.",
            "Évora , Portugal , May 2 – | “ We grew , ” she said .",
        ),
        ("RIO DE JANEIRO - Shares fell.", "RIO DE JANEIRO - | Shares fell ."),
        ("Acme – The Firm – grew.", "Acme – The Firm – grew ."),
        ("Acme, its rivals say – grew.", "Acme , its rivals say – grew ."),
        ("IBM - the old one - grew.", "IBM - the old one - grew ."),
        // Words and hyphens
        ("open-source models", "open - source models"),
        ("an e-mail to co-workers", "an e-mail to co-workers"),
        (
            "the non-profit, pre-war, mid-1980s, anti-trust law",
            "the non-profit , pre-war , mid-1980s , anti-trust law",
        ),
        ("a state-of-the-art 15-year-old chip", "a state - of - the - art 15 - year - old chip"),
        ("al-Qaeda and the F-16", "al - Qaeda and the F - 16"),
        ("AT&T sold B&B to P&G", "AT&T sold B&B to P&G"),
        ("and/or w/o help", "and / or w/o help"),
        ("sh*t happens", "sh*t happens"),
        ("C++, C# and R", "C++ , C# and R"),
        ("GPT-4o beats it", "GPT - 4o beats it"),
        // Contractions and possessives
        ("I don't. You can't!", "I do n't . | You ca n't !"),
        ("Meta’s chief won’t", "Meta ’s chief wo n’t"),
        ("She'd've said we're fine", "She 'd 've said we 're fine"),
        ("the workers' union", "the workers ' union"),
        ("I cannot, gonna, dont", "I can not , gon na , do nt"),
        ("O'Neill at 5 o'clock", "O'Neill at 5 o'clock"),
        ("the '90s and ’08", "the '90s and ’08"),
        ("rock 'n' roll, 'em", "rock 'n' roll , 'em"),
        ("cookin' dinner", "cookin' dinner"),
        ("in the 1990's", "in the 1990's"),
        ("“Friends”’s end", "“ Friends ” ’s end"),
        // Numbers, money, units, times
        ("$60 and US$4.5 billion", "$ 60 and US$ 4.5 billion"),
        ("a 60% rise of 1,000.5", "a 60 % rise of 1,000.5"),
        ("€3.5m, £2bn, $5b", "€ 3.5 m , £ 2 bn , $ 5 b"),
        ("5pm, 10:30am, 3 a.m. today", "5 pm , 10:30 am , 3 a.m. today"),
        ("the 3rd of 1990s", "the 3rd of 1990s"),
        ("5-10 people, 2003–2007", "5 - 10 people , 2003 – 2007"),
        ("call 713-853-3989 on 11/28/2000", "call 713-853-3989 on 11/28/2000"),
        ("2025-01-28 and 9/11 and 1/2", "2025-01-28 and 9/11 and 1 / 2"),
        ("-5 or +3 or .5", "-5 or +3 or .5"),
        ("No. 5 of 5G", "No. 5 of 5G"),
        ("I say no. He left.", "I say no . | He left ."),
        // Web
        ("See https://a.org/x?y=1, ok", "See https://a.org/x?y=1 , ok"),
        ("(www.juancole.com)", "( www.juancole.com )"),
        ("https://en.wikipedia.org/wiki/Meta_(company).", "https://en.wikipedia.org/wiki/Meta_(company) ."),
        ("mail a.b-c@d.co.uk now", "mail a.b-c@d.co.uk now"),
        ("@jack said #news #1", "@jack said #news # 1"),
        ("Amazon.com and report.pdf", "Amazon.com and report.pdf"),
        ("Hi :) bye ;-)", "Hi :) bye ;-)"),
        ("ok 👍🏽👨‍👩‍👧 🇩🇪🇫🇷!", "ok 👍🏽 👨‍👩‍👧 🇩🇪 🇫🇷 !"),
        // Dashes, dots, marks
        ("yes—no -- or – maybe--not", "yes — no -- or – maybe -- not"),
        ("wait... what?! no!!", "wait ... what ?! | no !!"),
        ("well… yes", "well … yes"),
        ("*** ==== <<x>>", "*** ==== << x >>"),
        ("a (b) [c] {d}", "a ( b ) [ c ] { d }"),
        // Quotes
        ("“Yes,” he said.", "“ Yes , ” he said ."),
        ("„Ja“ «oui» ‹si› ‘no’ \"k\" 'j'", "„ Ja “ « oui » ‹ si › ‘ no ’ \" k \" ' j '"),
        (
            "“It’s not about China,” he said. “We win.” Then he left.",
            "“ It ’s not about China , ” he said . | “ We win . ” | Then he left .",
        ),
        ("\"Why?\" he asked. \"No!\"", "\" Why ? \" he asked . | \" No ! \""),
        ("“Why?” Ms. Ito asked.", "“ Why ? ” Ms. Ito asked ."),
        ("He said: “It is ‘over’.” She left.", "He said : “ It is ‘ over ’ . ” | She left ."),
        ("It ended (badly.) We left.", "It ended ( badly . ) | We left ."),
        ("``Old style,'' he said.", "`` Old style , '' he said ."),
        // Sentence ends
        ("The U.S. government sued. It won.", "The U.S. government sued . | It won ."),
        ("He lives in the U.S. The law changed.", "He lives in the U.S. | The law changed ."),
        ("Dr. Ito met Mr. and Mrs. Oz on Jan. 5.", "Dr. Ito met Mr. and Mrs. Oz on Jan. 5 ."),
        ("J. K. Rowling and George W. Bush met.", "J. K. Rowling and George W. Bush met ."),
        ("Group D. The rest of Vitamin C.", "Group D . | The rest of Vitamin C ."),
        (
            "Acme Inc. said so. Acme Corp. The rest left.",
            "Acme Inc. said so . | Acme Corp. | The rest left .",
        ),
        ("It grew 3.5 percent. 20 firms left.", "It grew 3.5 percent . | 20 firms left ."),
        (
            "at 5 p.m. on Monday, e.g. there, etc. Then it ended.",
            "at 5 p.m. on Monday , e.g. there , etc. | Then it ended .",
        ),
        ("He sold Apple, Intel et al. and left.", "He sold Apple , Intel et al. and left ."),
        ("in Boston, Mass. on Sunday", "in Boston , Mass. on Sunday"),
        ("It ended.Next came war.", "It ended . | Next came war ."),
        ("Add 2 tsp. sugar, said Jo of Sask. police.", "Add 2 tsp . sugar , said Jo of Sask . police ."),
        ("1. The first rule. 2. The second.", "1 . The first rule . | 2 . The second ."),
        ("Who? Me? Yes.", "Who ? | Me ? | Yes ."),
        ("So... It ended… Badly.", "So ... | It ended … | Badly ."),
        // Lines and paragraphs
        ("A headline\n\nThe text goes on.", "A headline | The text goes on ."),
        (
            "A headline\nThe text that follows it is long enough to be a line of prose.",
            "A headline | The text that follows it is long enough to be a line of prose .",
        ),
        (
            "The committee that was set up last year to look\ninto the affair of the bank has not yet met, and\nit will not.\n",
            "The committee that was set up last year to look into the affair of the bank has not yet met , and it will not .",
        ),
        ("Notes:\n- one thing\n- another thing", "Notes : | - one thing | - another thing"),
        ("One.\r\n\r\nTwo.", "One . | Two ."),
        // Noise
        ("a\u{0}b\u{7}c \u{200B}d\u{FEFF}", "a b c d"),
        ("", ""),
        (" \n\t ", ""),
        ("中国 und Ωμέγα", "中国 und Ωμέγα"),
    ];

    fn shown(text: &str) -> String {
        let sentence = |s: &Segment| s.tokens.iter().map(|t| t.of(text)).collect::<Vec<_>>().join(" ");
        segment(text).iter().map(sentence).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn cases_are_cut_as_listed() {
        let wrong: Vec<String> = CASES
            .iter()
            .filter(|(text, wanted)| shown(text) != *wanted)
            .map(|(text, wanted)| format!("{text:?}\n  found  {}\n  wanted {wanted}", shown(text)))
            .collect();
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    }

    #[test]
    fn paragraphs_are_marked() {
        let text = "One. Two.\n\nThree.";
        assert_eq!(segment(text).iter().map(|s| s.paragraph).collect::<Vec<_>>(), [true, false, true]);
    }

    proptest! {
        #[test]
        fn tokens_cover_all_but_gaps_in_order(text in "[a-zA-Z0-9 .,!?'’“”\"()$%@#:/\\-—…\n\u{0}\u{200B}é中😀]{0,200}|\\PC{0,100}") {
            let mut at = 0;
            for segment in segment(&text) {
                prop_assert!(!segment.tokens.is_empty());
                for token in segment.tokens {
                    prop_assert!(token.start() as usize >= at && !token.is_empty());
                    prop_assert!(text[at..token.start() as usize].chars().all(is_gap));
                    prop_assert!(!token.of(&text).contains(is_gap));
                    at = token.end() as usize;
                }
            }
            prop_assert!(text[at..].chars().all(is_gap));
        }
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let million = 1 << 20;
        for text in [
            "a".repeat(million),
            "😀".repeat(million / 4),
            "\u{0}".repeat(million),
            "a.".repeat(million / 2),
            "@a.".repeat(million / 3),
            "((((\"'".repeat(million / 6),
            "'".repeat(million),
            "http://a".repeat(million / 8),
            "1-".repeat(million / 2),
            "\n".repeat(million),
            "a\n".repeat(million / 2),
            "Mr. ".repeat(million / 4),
            "e\u{301}\u{301}".repeat(million / 5),
        ] {
            let started = std::time::Instant::now();
            let found = segment(&text);
            let seconds = started.elapsed().as_secs_f64();
            // Quadratic work on a million characters would take minutes.
            assert!(seconds < 30.0, "{:?}… took {seconds} s", &text[..8]);
            assert!(
                found.iter().all(|s| s.tokens.len() <= LONGEST && s.tokens.iter().all(|t| t.len() <= 512))
            );
        }
    }
}
