//! Tokens of a stretch of text, cut as the English Web Treebank cuts them.
//!
//! Words split at hyphens ("open", "-", "source") but after prefixes ("e-mail", "non-profit"); contractions and
//! possessives into their parts ("do", "n't"); numbers from currencies, percent signs and units. Abbreviations keep
//! their dot; web addresses, mail addresses, handles and hashtags stay whole.

use crate::article::Span;

/// Longest token in bytes; a longer run of characters is cut. Keeps every look-ahead, and so the time, bounded.
const LONGEST: usize = 512;

/// Whether `c` separates tokens: white space, control characters, invisible formatting.
pub(super) fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether `c` may stand for an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '＇')
}

/// Whether `word` is one of the words of `list`, which spaces separate.
pub(super) fn is_listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// Words that, capitalised, nearly always start a sentence.
pub(super) fn is_starter(word: &str) -> bool {
    const STARTERS: &str = "A About According After All Also Although An And Another Any As At Because Before Both But By Despite \
        During Each Earlier Even Every Few For From Given He Her Here His How However I If In Instead Is It Its \
        Last Later Many Meanwhile More Most My Nearly No None Not Now Of On Once One Only Or Other Our Over \
        People Several She Since So Some Still Such That The Their Then There These They This Those Though \
        Through Thus To Today Two Under Until Was We What When Where Whether Which While Who Why With Without \
        Yet You Your";
    is_listed(STARTERS, word)
}

/// Whether a dot after `word` belongs to it, as in "Dr." or "Inc.".
///
/// `next` is what follows the dot and the white space after it; `comma` whether a comma stands before the word.
fn is_abbreviation(word: &str, next: &str, comma: bool) -> bool {
    let capital = word.starts_with(char::is_uppercase);
    let number = next.starts_with(|c: char| c.is_numeric());
    let lower = word.to_lowercase();
    match lower.as_str() {
        // These are abbreviations however they are written.
        "etc" | "vs" | "dr" | "mr" | "mrs" | "ms" | "prof" | "approx" | "dept" | "inc" | "corp" | "ltd"
        | "jr" | "sr" | "bros" | "govt" | "assn" | "intl" | "viz" | "cf" | "pp" | "ext" | "attn" | "esp"
        | "incl" | "tel" | "max" | "min" | "misc" | "no" | "nos" | "vol" | "fig" | "figs" | "art" | "sec"
        | "ch" | "ed" | "eds" | "est" | "ca" | "al" => match lower.as_str() {
            "no" | "nos" | "vol" | "fig" | "figs" | "art" | "sec" | "ch" | "max" | "min" | "pp" | "ca"
            | "est" | "tel" | "ext" => number,
            "ed" | "eds" => false,
            "al" => !next.starts_with(char::is_uppercase) && !next.is_empty(),
            _ => true,
        },
        // Titles, ranks, streets, firms, months, days, places: with a capital.
        "messrs" | "mme" | "mlle" | "gen" | "sen" | "sens" | "rep" | "reps" | "gov" | "govs" | "lt"
        | "col" | "cmdr" | "capt" | "maj" | "sgt" | "cpl" | "pvt" | "adm" | "rev" | "hon" | "st" | "ste"
        | "mt" | "ft" | "insp" | "supt" | "pres" | "sgts" | "drs" | "profs" | "fr" | "msgr" | "atty"
        | "co" | "llc" | "plc" | "jan" | "feb" | "apr" | "jun" | "jul" | "aug" | "sep" | "sept" | "oct"
        | "nov" | "dec" | "tue" | "tues" | "wed" | "thu" | "thur" | "thurs" | "fri" | "ave" | "blvd"
        | "rd" | "univ" | "calif" | "fla" | "tenn" | "ariz" | "okla" | "ky" | "minn" | "wis" | "ont"
        | "que" | "mtn" | "bldg" | "ph" => capital,
        "mar" | "sun" | "mon" | "sat" => capital && number,
        "mass" | "wash" | "ill" | "miss" | "la" | "pa" | "md" | "me" | "va" | "ga" | "ala" | "ark"
        | "colo" | "conn" | "del" | "ind" | "kan" | "mich" | "mo" | "mont" | "neb" | "nev" | "ore"
        | "tex" | "vt" | "wyo" => capital && comma,
        _ => false,
    }
}

/// Whether a hyphen after `word` belongs to it.
fn is_prefix(word: &str) -> bool {
    const PREFIXES: &str = "anti arch bi co counter cross de e ex extra hyper infra intra macro mega meta micro mid mini multi neo \
        non over post pre pro proto pseudo psycho quasi re semi socio sub super trans tri ultra un under";
    word.len() <= 7 && is_listed(PREFIXES, &word.to_ascii_lowercase())
}

/// Whether letters right after a number are its unit.
fn is_unit(letters: &str, money: bool) -> bool {
    matches!(
        letters,
        "am" | "pm"
            | "AM"
            | "PM"
            | "Am"
            | "Pm"
            | "k"
            | "K"
            | "m"
            | "M"
            | "mm"
            | "MM"
            | "cm"
            | "km"
            | "kg"
            | "mg"
            | "g"
            | "lb"
            | "lbs"
            | "oz"
            | "ft"
            | "sq"
            | "in"
            | "mi"
            | "mph"
            | "kph"
            | "hp"
            | "hr"
            | "hrs"
            | "min"
            | "mins"
            | "sec"
            | "secs"
            | "ms"
            | "yr"
            | "yrs"
            | "Hz"
            | "hz"
            | "kHz"
            | "MHz"
            | "GHz"
            | "GB"
            | "MB"
            | "TB"
            | "KB"
            | "gb"
            | "mb"
            | "kW"
            | "MW"
            | "GW"
            | "TW"
            | "kWh"
            | "MWh"
            | "GWh"
            | "TWh"
            | "bn"
            | "tn"
            | "mn"
            | "bln"
            | "mln"
            | "trn"
            | "bps"
            | "p"
            | "x"
            | "C"
            | "F"
            | "f"
            | "V"
            | "W"
            | "minutes"
            | "hours"
            | "days"
            | "years"
            | "million"
            | "billion"
            | "trillion"
    ) || (money && matches!(letters, "b" | "B" | "t" | "T"))
}

/// Endings of site and file names that are recognised without `www.`.
fn is_site_ending(label: &str) -> bool {
    const ENDINGS: &str = "ai app au be biz br ca ch cn co com csv de dev doc docx edu es eu exe fm fr gif gov gr htm html ie il in \
        info int io it jp jpg json kr mil mobi mp3 mp4 mx net news nl no nz online org pdf pl png ppt pt py ru \
        se tv txt ua uk url us xls xlsx xml zip";
    is_listed(ENDINGS, &label.to_ascii_lowercase())
}

const SMILEYS: &str =
    ":-) :-( ;-) :-D :-P :-/ :'( >:( :) :( ;) :D :P :p ;P :/ :O :o =) =( =D (: D: <3 ^_^ -_- xD XD";

/// Whether `second`, right after `first`, is part of the same written word, as in "do" + "n't" or "can" + "not".
pub(super) fn is_contraction(first: &str, second: &str) -> bool {
    let plain: String =
        second.chars().map(|c| if is_apostrophe(c) { '\'' } else { c.to_ascii_lowercase() }).collect();
    let first = first.to_ascii_lowercase();
    let letter = first.ends_with(char::is_alphanumeric) || first.ends_with('.');
    match plain.as_str() {
        "n't" | "'s" | "'m" | "'re" | "'ve" | "'ll" | "'d" => letter,
        "'" => first.ends_with(['s', 'x', 'z']),
        "not" => first == "can",
        "na" => matches!(first.as_str(), "gon" | "wan"),
        "ta" => first == "got",
        "nt" => is_listed(WITHOUT_APOSTROPHE, &first),
        _ => false,
    }
}

/// Verbs whose "n't" is often written without its apostrophe.
const WITHOUT_APOSTROPHE: &str = "are ca could did do does had has have is should was were wo would";

/// Appends the tokens of `text[start..end]` to `out`. Linear time.
pub(super) fn tokenise(text: &str, start: usize, end: usize, out: &mut Vec<Span>) {
    let mut scanner = Scanner { text, end, single_quote: false, out };
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        let Some(gap) = rest.find(|c| !is_gap(c)) else { break };
        at += gap;
        let rest = &text[at..end];
        let limit = rest.floor_char_boundary(LONGEST);
        let len = rest[..limit].find(is_gap).unwrap_or(limit);
        scanner.run(at, at + len);
        at += len;
    }
}

/// Cuts runs of characters without gaps.
struct Scanner<'a> {
    text: &'a str,
    end: usize,
    /// Whether a single quotation mark is open.
    single_quote: bool,
    out: &'a mut Vec<Span>,
}

/// What the characters of a run are being cut into: the run, and where in it.
#[derive(Clone, Copy)]
struct At<'a> {
    /// From here to the end of the run; never empty.
    rest: &'a str,
    /// The character before, if it is in the run.
    before: Option<char>,
    /// Whether the run holds `@`, or marks of a web address.
    mail: bool,
    site: bool,
}

impl At<'_> {
    fn char(self, index: usize) -> Option<char> {
        self.rest.chars().nth(index)
    }

    /// The character that starts at byte `at` of the rest.
    fn next(self, at: usize) -> Option<char> {
        self.rest[at..].chars().next()
    }

    fn after_word(self) -> bool {
        self.before.is_some_and(char::is_alphanumeric)
    }
}

impl Scanner<'_> {
    fn run(&mut self, start: usize, end: usize) {
        let run = &self.text[start..end];
        let mail = run.contains('@');
        let site =
            run.contains("://") || run.contains("www.") || run.contains("mailto:") || run.contains("WWW.");
        let mut at = start;
        while at < end {
            let here = At {
                rest: &self.text[at..end],
                before: self.text[start..at].chars().next_back(),
                mail,
                site,
            };
            let len = self.token(here, at);
            debug_assert!(len > 0, "a token of no length in {:?}", here.rest);
            at += len;
        }
    }

    /// Pushes the token or tokens that start at `at` and returns their length.
    fn token(&mut self, here: At<'_>, at: usize) -> usize {
        let first = here.char(0).unwrap_or(' ');
        let len = if !here.after_word()
            && let Some(len) = address(here)
        {
            len
        } else if let Some(len) = smiley(here) {
            len
        } else if first.is_ascii_digit() || first.is_numeric() {
            self.number(here)
        } else if is_word(first) {
            return self.word(here, at);
        } else {
            self.symbol(here, first)
        };
        self.push(at, at + len);
        len
    }

    fn push(&mut self, start: usize, end: usize) {
        self.out.push(Span::new(start as u32, end as u32));
    }

    /// The text after byte `at` and its white space, a few characters of it.
    fn after(&self, at: usize) -> &str {
        let rest = &self.text[at.min(self.end)..self.end];
        let rest = &rest[..rest.floor_char_boundary(64)];
        rest.trim_start_matches(is_gap)
    }

    fn last_token(&self) -> &str {
        self.out.last().map_or("", |span| span.of(self.text))
    }

    /// Length of a number: grouped digits, times, dates, telephone numbers, ordinals, decades.
    fn number(&self, here: At<'_>) -> usize {
        let rest = here.rest;
        let mut len = digits(rest, ['.', ',', ':']);
        let tail = |len: usize| rest[len..].chars().next();
        if let Some(separator @ ('/' | '-' | '–')) = tail(len)
            && rest[..len].bytes().all(|b| b.is_ascii_digit())
        {
            let groups: Vec<&str> = digit_groups(rest, separator);
            if keeps_groups(&groups, separator) {
                return groups.iter().map(|g| g.len()).sum::<usize>()
                    + (groups.len() - 1) * separator.len_utf8();
            }
        }
        let letters = rest[len..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - len);
        let unit = &rest[len..len + letters];
        let money = self.out.last().is_some_and(|span| span.of(self.text).chars().all(is_currency))
            && here.before.is_some();
        if unit.is_empty() {
            // The 1990's: a decade, not an owner.
            let decade = rest[..len].len() == 4
                && rest[..len].ends_with('0')
                && !rest[..len].contains(['.', ',', ':']);
            let mut after = rest[len..].chars();
            if decade
                && let Some(mark) = after.next().filter(|c| is_apostrophe(*c))
                && after.next() == Some('s')
                && !after.next().is_some_and(is_word)
            {
                len += mark.len_utf8() + 1;
            }
            return len;
        }
        let dotted = matches!(unit, "a" | "p") && rest[len + 1..].starts_with(".m");
        if is_unit(unit, money) || dotted { len } else { len + letters }
    }

    /// Pushes a word, in its parts where it is a contraction, and returns its length.
    fn word(&mut self, here: At<'_>, at: usize) -> usize {
        let len = self.word_len(here, at);
        let word = &here.rest[..len];
        let mut cuts = [0; 2];
        let found = contraction(word, &mut cuts);
        let mut from = at;
        for cut in &cuts[..found] {
            self.push(from, at + cut);
            from = at + cut;
        }
        self.push(from, at + len);
        len
    }

    fn word_len(&self, here: At<'_>, at: usize) -> usize {
        let rest = here.rest;
        let mut len = 0;
        // Where the part after the last dot, hyphen or other joint starts.
        let mut part = 0;
        let mut prefixed = false;
        loop {
            len += rest[len..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - len);
            let Some(joint) = here.next(len) else { return len };
            let next = here.next(len + joint.len_utf8());
            let (word, letters) = (&rest[..len], &rest[part..len]);
            let last = word.chars().next_back().unwrap_or(' ');
            let joined = match (joint, next) {
                ('.', Some(c)) if is_word(c) => {
                    let acronym = letters.chars().count() == 1 && last.is_alphabetic() && c.is_alphabetic();
                    let single = here.next(len + 1 + c.len_utf8()).is_none_or(|c| !is_word(c));
                    if acronym && single {
                        true
                    } else if let Some(site) = site_name(rest, part.min(len)) {
                        return site;
                    } else if word.eq_ignore_ascii_case("Ph") {
                        c == 'D' && single
                    } else {
                        last.is_ascii_digit() && c.is_ascii_digit()
                    }
                }
                ('.', _) => {
                    let dotted = word.contains('.') && letters.chars().count() == 1;
                    return len + usize::from(dotted || self.keeps_dot(here, word, at + len + 1));
                }
                (c, Some(next)) if is_apostrophe(c) && next.is_alphabetic() => true,
                (c, next) if is_apostrophe(c) => {
                    // "cookin'"
                    let dropped = letters.ends_with("in") && letters.len() > 4 && !self.single_quote;
                    let whole = dropped
                        && next.is_none_or(|c| !c.is_alphanumeric())
                        && len == rest.len() - c.len_utf8();
                    return len + if whole { c.len_utf8() } else { 0 };
                }
                ('&', Some(c)) => {
                    c.is_alphabetic()
                        && letters.chars().count() <= 3
                        && last.is_uppercase() == c.is_uppercase()
                }
                ('-' | '‑', Some(c)) if !prefixed && part == 0 && is_prefix(word) => {
                    prefixed = true;
                    c.is_alphabetic()
                        || (c.is_ascii_digit() && word.to_ascii_lowercase().starts_with(['m', 'p']))
                }
                ('*', _) => {
                    let stars = rest[len..].find(|c| c != '*').unwrap_or(0);
                    let censored = here.next(len + stars).is_some_and(char::is_lowercase) && stars > 0;
                    if censored {
                        len += stars - 1;
                    }
                    censored
                }
                ('/', next) if word.eq_ignore_ascii_case("w") => {
                    let short =
                        rest[len + 1..].starts_with("out") || rest[len + 1..] == *"o" || next.is_none();
                    if !short {
                        return len;
                    }
                    true
                }
                ('+', Some('+')) if word == "C" => return len + 2,
                ('#', None) if matches!(word, "C" | "F") => return len + 1,
                ('$', Some(c))
                    if c.is_ascii_digit() && len <= 3 && word.chars().all(|c| c.is_ascii_uppercase()) =>
                {
                    return len + 1;
                }
                _ => false,
            };
            if !joined {
                return len;
            }
            len += joint.len_utf8();
            part = len;
        }
    }

    /// Whether the dot that ends `word` is part of it; `after` is where the text goes on.
    fn keeps_dot(&self, here: At<'_>, word: &str, after: usize) -> bool {
        let next = self.after(after);
        // Something other than white space follows the dot: only a bracket, quote or comma can follow an abbreviation.
        let glued = here.rest[word.len() + 1..].chars().next();
        if glued.is_some_and(|c| c == '.' || is_word(c)) {
            return false;
        }
        let mut letters = word.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            // An initial, between capitalised words: "J. K. Rowling", "George W. Bush".
            return letter.is_uppercase()
                && !here.after_word()
                && here.before.is_none_or(|c| !is_apostrophe(c))
                && next.starts_with(|c: char| {
                    c.is_uppercase() || (c.is_ascii_digit() && matches!(letter, 'N' | 'E' | 'S' | 'W'))
                })
                && !next
                    .split(|c: char| !c.is_alphabetic())
                    .next()
                    .is_some_and(|c| c.len() > 1 && is_starter(c))
                && (letter != 'I' || self.last_token().starts_with(char::is_uppercase));
        }
        is_abbreviation(word, next, self.last_token() == ",")
    }

    /// Length of a token that starts with neither a letter nor a digit.
    fn symbol(&mut self, here: At<'_>, first: char) -> usize {
        let rest = here.rest;
        let next = here.char(1);
        let same = rest.chars().take_while(|c| *c == first).count() * first.len_utf8();
        let single = first.len_utf8();
        match first {
            '.' | '!' | '?' | '…' => {
                let run = rest.find(|c| !matches!(c, '.' | '!' | '?' | '…')).unwrap_or(rest.len());
                // ".5", ".doc"
                if run == 1
                    && first == '.'
                    && here.before.is_none()
                    && next.is_some_and(char::is_alphanumeric)
                {
                    return 1 + match next {
                        Some(c) if c.is_ascii_digit() => digits(&rest[1..], [',', ',', ',']),
                        _ => rest[1..].find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len() - 1),
                    };
                }
                run
            }
            '-' | '*' | '=' | '~' | '_' | '+' | '<' | '>' | '^' | '|' => {
                let signed = matches!(first, '-' | '+') && same == 1 && here.before.is_none();
                if signed && next.is_some_and(|c| c.is_ascii_digit()) {
                    return 1 + digits(&rest[1..], ['.', ',', ':']);
                }
                rest.find(|c| !is_rule(c, first)).unwrap_or(rest.len())
            }
            '#' if here.before.is_none() && next.is_some_and(|c| c.is_alphabetic() || c == '_') => {
                1 + rest[1..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - 1)
            }
            c if is_apostrophe(c) => self.apostrophe(here, c),
            c if is_emoji(c) => emoji(rest),
            // A mark on the character before it would be a token of its own only in broken text.
            _ => single + rest[single..].find(|c| !is_mark(c)).unwrap_or(rest.len() - single),
        }
    }

    /// Length of a token that starts with an apostrophe or single quotation mark.
    fn apostrophe(&mut self, here: At<'_>, first: char) -> usize {
        let rest = here.rest;
        let single = first.len_utf8();
        if rest[single..].starts_with(first) || rest.starts_with("‘’") {
            let second = here.next(single).map_or(0, char::len_utf8);
            return single + second;
        }
        let letters = rest[single..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - single);
        let word = rest[single..single + letters].to_lowercase();
        let clitic = matches!(word.as_str(), "s" | "m" | "re" | "ve" | "ll" | "d");
        if clitic && here.before.is_some_and(|c| !is_opener(c)) {
            return single + letters;
        }
        let decade = word.len() >= 2 && word.as_bytes()[..2].iter().all(u8::is_ascii_digit);
        let year = decade && matches!(word.get(2..), Some("" | "s"));
        let clipped =
            matches!(word.as_str(), "em" | "til" | "tis" | "twas" | "n" | "cause" | "bout" | "cos" | "cuz");
        if here.before.is_none_or(is_opener) && (year || clipped) && !(first == '‘' && clipped) {
            // The two marks of 'n’ need not be alike.
            let closing = here.next(single + letters).filter(|c| word == "n" && is_apostrophe(*c));
            return single + letters + closing.map_or(0, char::len_utf8);
        }
        self.single_quote = here.before.is_none_or(is_opener) && !word.is_empty();
        single
    }
}

/// Letters, digits, marks on them, and what holds a word together invisibly.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '\u{AD}' || c == '\u{200C}' || c == '\u{200D}' || is_mark(c)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_opener(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '<'
            | '"'
            | '“'
            | '„'
            | '«'
            | '‹'
            | '‘'
            | '—'
            | '–'
            | '-'
            | '/'
            | '¿'
            | '¡'
            | '‚'
    )
}

pub(super) fn is_currency(c: char) -> bool {
    matches!(
        c,
        '$' | '£'
            | '€'
            | '¥'
            | '¢'
            | '₹'
            | '₽'
            | '₩'
            | '₺'
            | '₴'
            | '₦'
            | '₪'
            | '₫'
            | '₱'
            | '฿'
            | '₿'
    )
}

/// Whether `c` goes on a rule drawn with `first`: "-----", "***", "====>", "|---+---".
fn is_rule(c: char, first: char) -> bool {
    c == first
        || (matches!(first, '-' | '=' | '<') && c == '>')
        || (matches!(first, '|' | '+') && matches!(c, '-' | '+' | '|'))
}

/// Length of the digits at the start, in groups joined by single `joints`.
fn digits(rest: &str, joints: [char; 3]) -> usize {
    let mut len = 0;
    loop {
        let more = rest[len..].find(|c: char| !c.is_numeric()).unwrap_or(rest.len() - len);
        len += more;
        let mut after = rest[len..].chars();
        match (after.next(), after.next()) {
            (Some(joint), Some(next)) if joints.contains(&joint) && next.is_ascii_digit() => len += 1,
            _ => return len,
        }
    }
}

/// The digit groups at the start, joined by `separator`.
fn digit_groups(rest: &str, separator: char) -> Vec<&str> {
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != separator).unwrap_or(rest.len());
    let mut groups: Vec<&str> = rest[..end].split(separator).collect();
    while groups.last().is_some_and(|group| group.is_empty()) {
        groups.pop();
    }
    groups
}

/// Whether digit groups are one token: a date, a telephone number.
fn keeps_groups(groups: &[&str], separator: char) -> bool {
    let number = |at: usize| groups[at].parse::<u32>().unwrap_or(u32::MAX);
    if groups.iter().any(|group| group.is_empty()) {
        return false;
    }
    match (groups.len(), separator) {
        (2, '/') => {
            let fraction = number(1) <= 8 && number(0) < number(1);
            !fraction && number(0) <= 12 && number(1) <= 31 && groups[0].len() <= 2 && groups[1].len() <= 2
        }
        (3, '/') => groups.iter().all(|group| group.len() <= 4),
        (2, '-') => matches!((groups[0].len(), groups[1].len()), (3 | 5, 4)),
        (3.., '-') => true,
        _ => false,
    }
}

/// Length of a web or mail address or a handle.
fn address(here: At<'_>) -> Option<usize> {
    let rest = here.rest;
    if here.site {
        let lower = rest.get(..8.min(rest.len())).unwrap_or("").to_ascii_lowercase();
        if ["http://", "https://", "ftp://", "www.", "mailto:"].iter().any(|start| lower.starts_with(start)) {
            return Some(trimmed(rest));
        }
    }
    if !here.mail {
        return None;
    }
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let name = rest.find(|c| !part(c)).unwrap_or(rest.len());
    if !rest[name..].starts_with('@') || (name == 0 && here.before.is_some_and(|c| !is_opener(c))) {
        return None;
    }
    let host = &rest[name + 1..];
    let letter = |c: &char| c.is_ascii_alphabetic() || *c == '_' || (name > 0 && c.is_ascii_digit());
    host.chars().next().filter(letter)?;
    let len = host.find(|c| !part(c)).unwrap_or(host.len());
    let host = host[..len].trim_end_matches(['.', '-', '+', '%']);
    Some(name + 1 + host.len())
}

/// Length of a web address that runs to the end of `rest`, without the punctuation after it.
fn trimmed(rest: &str) -> usize {
    let mut url = rest.find(['<', '>', '"', '“', '”', '»']).map_or(rest, |end| &rest[..end]);
    loop {
        let balanced = url.matches('(').count() >= url.matches(')').count();
        let shorter = url.trim_end_matches(|c: char| {
            matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | ']' | '*')
        });
        let shorter = if balanced { shorter } else { shorter.strip_suffix(')').unwrap_or(shorter) };
        if shorter.len() == url.len() || shorter.is_empty() {
            return url.len();
        }
        url = shorter;
    }
}

/// Length of a site or file name such as `example.com` whose last label starts somewhere after `from`.
fn site_name(rest: &str, from: usize) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let len = from + rest[from..].find(|c| !part(c)).unwrap_or(rest.len() - from);
    let name = rest[..len].trim_end_matches(['.', '-']);
    let (before, ending) = name.rsplit_once('.')?;
    let plain = before.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    // "end.In" is two sentences, not a site in India.
    let lower = ending.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let upper = ending.chars().all(|c| c.is_ascii_uppercase()) && ending.len() > 2;
    if !plain || !(lower || upper) || !is_site_ending(ending) {
        return None;
    }
    if rest[name.len()..].starts_with('/') { Some(trimmed(rest)) } else { Some(name.len()) }
}

/// Length of a smiley that ends the run or stands before punctuation.
fn smiley(here: At<'_>) -> Option<usize> {
    if here.rest.starts_with(char::is_alphabetic) && here.before.is_some() {
        return None;
    }
    let found = SMILEYS.split(' ').find(|smiley| here.rest.starts_with(*smiley))?;
    let end = here.next(found.len()).is_none_or(|c| matches!(c, '.' | '!' | '?' | ','));
    // "(see below:)" closes a bracket.
    (end && (found.len() > 2 || !here.after_word())).then_some(found.len())
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{2300}'..='\u{23FF}')
}

/// Length of the emoji at the start: with skin tones, variation selectors, joined parts; flags are two letters.
fn emoji(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    let regional = |c: char| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    let flag = chars.next().is_some_and(|(_, c)| regional(c));
    if flag {
        chars.next_if(|(_, c)| regional(*c));
    }
    loop {
        let changes = |c: char| matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}');
        if chars.next_if(|(_, c)| changes(*c)).is_some() {
            continue;
        }
        if chars.next_if(|(_, c)| *c == '\u{200D}').is_none() {
            break;
        }
        chars.next_if(|(_, c)| is_emoji(*c));
    }
    chars.peek().map_or(rest.len(), |(at, _)| *at)
}

/// Where a contraction is cut; returns how many cuts were found.
fn contraction(word: &str, cuts: &mut [usize; 2]) -> usize {
    let lower: String =
        word.chars().map(|c| if is_apostrophe(c) { '\'' } else { c.to_ascii_lowercase() }).collect();
    let back = |tail: usize| word.char_indices().rev().nth(tail - 1).map_or(0, |(at, _)| at);
    let whole = match lower.as_str() {
        "cannot" | "gonna" | "wanna" | "gotta" => 3,
        "im" if word != "IM" => 1,
        "ive" if word != "IVE" => 1,
        "youre" | "theyre" | "youve" | "theyve" => back(2),
        "thats" | "theres" | "whats" => back(1),
        _ => 0,
    };
    if whole > 0 {
        cuts[0] = whole;
        return 1;
    }
    if let Some(verb) = lower.strip_suffix("nt")
        && is_listed(WITHOUT_APOSTROPHE, verb)
    {
        cuts[0] = verb.len();
        return 1;
    }
    if !lower.contains('\'') {
        return 0;
    }
    let tail = |word: &str| -> usize {
        if word.len() > 3 && word.ends_with("n't") {
            return 3;
        }
        let (before, clitic) = word.rsplit_once('\'').unwrap_or((word, ""));
        let cut = !before.is_empty() && matches!(clitic, "s" | "m" | "re" | "ve" | "ll" | "d");
        if cut { clitic.len() + 1 } else { 0 }
    };
    let last = tail(&lower);
    if last == 0 {
        return 0;
    }
    let rest = &lower[..lower.len() - last];
    let middle = if rest.contains('\'') { tail(rest) } else { 0 };
    if middle > 0 {
        *cuts = [back(last + middle), back(last)];
        2
    } else {
        cuts[0] = back(last);
        1
    }
}
