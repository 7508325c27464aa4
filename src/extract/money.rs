//! Sums of money: "over $60 billion", "€3.5m", "1.2 trillion yen".
//!
//! Reads the characters of a sentence, like dates. A range has its lower value. The words, with "over" or "nearly",
//! are kept. A number of pounds or won without "million" or the like is left alone: it may be weight or a victory.

use super::atoms::{Atom, atoms, small_number, token_at};
use crate::{
    article::Span,
    language::{Sentence, TokenId, Upos},
    record::Amount,
};

/// Words that say how much money.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MoneyExpression {
    /// First token, hedging words included.
    pub(crate) first: TokenId,
    /// Last token, included.
    pub(crate) last: TokenId,
    /// The characters: "over $60 billion".
    pub(crate) span: Span,
    /// Value, currency and words.
    pub(crate) amount: Amount,
}

/// The sums of money in `sentence`, in order.
pub(crate) fn amounts(text: &str, sentence: &Sentence) -> Vec<MoneyExpression> {
    let reader = Reader { sentence, atoms: atoms(text, sentence.span) };
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.atoms.len() {
        let Some((next, value, unit)) = reader.sum(at) else {
            at += 1;
            continue;
        };
        let first = reader.hedge(at);
        let span = Span::new(reader.atoms[first].start, reader.atoms[next - 1].end);
        found.push(MoneyExpression {
            first: token_at(sentence, span.start()),
            last: token_at(sentence, span.end() - 1),
            span,
            amount: Amount { value, unit: unit.to_owned(), text: span.of(text).to_owned() },
        });
        at = next;
    }
    found
}

/// Signs and codes that stand before a number, the longer before those they begin with.
const SIGNS: &[(&[&str], &str)] = &[
    (&["us", "$"], "USD"),
    (&["c", "$"], "CAD"),
    (&["ca", "$"], "CAD"),
    (&["a", "$"], "AUD"),
    (&["au", "$"], "AUD"),
    (&["nz", "$"], "NZD"),
    (&["hk", "$"], "HKD"),
    (&["s", "$"], "SGD"),
    (&["nt", "$"], "TWD"),
    (&["r", "$"], "BRL"),
    (&["$"], "USD"),
    (&["€"], "EUR"),
    (&["£"], "GBP"),
    (&["¥"], "JPY"),
    (&["₹"], "INR"),
    (&["rs"], "INR"),
    (&["₩"], "KRW"),
    (&["₽"], "RUB"),
    (&["₺"], "TRY"),
    (&["₴"], "UAH"),
    (&["₪"], "ILS"),
];

/// ISO 4217 codes read as they are.
const CODES: &[&str] = &[
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
    "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PLN", "QAR", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD",
    "UAH", "USD", "ZAR",
];

/// Names that stand after a number.
const NAMES: &[(&[&str], &str)] = &[
    (&["us", "dollar"], "USD"),
    (&["canadian", "dollar"], "CAD"),
    (&["australian", "dollar"], "AUD"),
    (&["new", "zealand", "dollar"], "NZD"),
    (&["hong", "kong", "dollar"], "HKD"),
    (&["singapore", "dollar"], "SGD"),
    (&["taiwan", "dollar"], "TWD"),
    (&["dollar"], "USD"),
    (&["euro"], "EUR"),
    (&["british", "pound"], "GBP"),
    (&["pound", "sterling"], "GBP"),
    (&["pounds", "sterling"], "GBP"),
    (&["pound"], "GBP"),
    (&["swiss", "franc"], "CHF"),
    (&["yen"], "JPY"),
    (&["yuan"], "CNY"),
    (&["renminbi"], "CNY"),
    (&["indian", "rupee"], "INR"),
    (&["rupee"], "INR"),
    (&["rouble"], "RUB"),
    (&["ruble"], "RUB"),
    (&["won"], "KRW"),
    (&["mexican", "peso"], "MXN"),
    (&["shekel"], "ILS"),
    (&["hryvnia"], "UAH"),
    (&["zloty"], "PLN"),
    (&["baht"], "THB"),
    (&["rupiah"], "IDR"),
];

/// Words before a sum that belong to it, longest first.
const HEDGES: &[&[&str]] = &[
    &["as", "much", "as"],
    &["as", "little", "as"],
    &["a", "little", "over"],
    &["more", "than"],
    &["less", "than"],
    &["up", "to"],
    &["at", "least"],
    &["at", "most"],
    &["close", "to"],
    &["just", "over"],
    &["just", "under"],
    &["well", "over"],
    &["an", "estimated"],
    &["over"],
    &["under"],
    &["about"],
    &["around"],
    &["nearly"],
    &["almost"],
    &["some"],
    &["roughly"],
    &["approximately"],
    &["between"],
    &["only"],
];

struct Reader<'a> {
    sentence: &'a Sentence,
    atoms: Vec<Atom<'a>>,
}

/// A number: the atom after it, its digits with a decimal point, and the power of ten to raise it by.
type Number = (usize, String, Option<u8>);

impl Reader<'_> {
    fn lower(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |atom| &atom.lower)
    }

    fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.lower(at + offset) == *word)
    }

    /// The sum that begins at `at`: the atom after it, value and currency.
    fn sum(&self, at: usize) -> Option<(usize, f64, &'static str)> {
        if let Some((start, unit)) = self.sign(at) {
            let (mut next, digits, mut power) = self.number(start)?;
            if let Some(joined) = self.join(next, at)
                && let Some((end, _, upper)) =
                    self.number(self.sign(joined).filter(|sign| sign.1 == unit).map_or(joined, |sign| sign.0))
                && (self.sign(joined).is_some() || upper.is_some() || self.lower(next) != "and")
            {
                // "$2 to $3 billion": both are billions.
                power = power.or(upper);
                next = end;
            }
            return Some((next, value(&digits, power)?, unit));
        }
        // "60 billion dollars", "2 to 3 billion euros"
        let glued_before = self.atoms.get(at).is_some_and(|atom| atom.glued)
            && !matches!(self.lower(at.wrapping_sub(1)), "(" | "“" | "\"" | "‘" | "—" | "–");
        if glued_before {
            return None;
        }
        let (mut next, digits, mut power) = self.number(at)?;
        if let Some(joined) = self.join(next, at)
            && let Some((end, _, upper)) = self.number(joined)
            && self.name(end).is_some()
        {
            power = power.or(upper);
            next = end;
        }
        let (end, unit) = self.name(next)?;
        let unsure = matches!(unit, "GBP" | "KRW") && power.is_none();
        let won = &self.sentence.tokens[token_at(self.sentence, self.atoms[end - 1].start).0 as usize];
        if unsure || (unit == "KRW" && won.upos == Upos::Verb) {
            return None;
        }
        Some((end, value(&digits, power)?, unit))
    }

    /// The currency sign or code at `at`, and the atom after it.
    fn sign(&self, at: usize) -> Option<(usize, &'static str)> {
        let atom = self.atoms.get(at)?;
        if let Some(code) = CODES.iter().find(|code| **code == atom.text) {
            return Some((at + 1, code));
        }
        // "A$5" is no article "a" before a price.
        SIGNS.iter().find_map(|(sign, unit)| {
            let whole = self.reads(at, sign)
                && (sign.len() == 1
                    || atom.text.chars().all(char::is_uppercase)
                        && (self.atoms[at + 1].glued || atom.text == "US"));
            whole.then_some((at + sign.len(), *unit))
        })
    }

    /// The currency named at `at`, and the atom after it.
    fn name(&self, at: usize) -> Option<(usize, &'static str)> {
        let at = at + usize::from(self.lower(at) == "-");
        let of = usize::from(self.lower(at) == "of");
        let at = at + of;
        if let Some(code) = self.atoms.get(at).and_then(|atom| CODES.iter().find(|code| **code == atom.text))
        {
            return Some((at + 1, code));
        }
        if self.lower(at) == "€" {
            return Some((at + 1, "EUR"));
        }
        // "U.S. dollars"
        let at = if self.reads(at, &["u", ".", "s", "."]) { at + 4 } else { at };
        NAMES.iter().find_map(|(name, unit)| {
            let (last, before) = name.split_last()?;
            let word = self.lower(at + before.len());
            let matches = self.reads(at, before) && (word == *last || word.strip_suffix('s') == Some(last));
            matches.then_some((at + name.len(), *unit))
        })
    }

    /// The atom after a word that joins the ends of a range: "to", "-", and "and" after "between".
    fn join(&self, at: usize, start: usize) -> Option<usize> {
        let joins = match self.lower(at) {
            "to" | "-" | "–" => true,
            "and" => self.lower(start.wrapping_sub(1)) == "between",
            _ => false,
        };
        joins.then_some(at + 1)
    }

    fn number(&self, at: usize) -> Option<Number> {
        let atom = self.atoms.get(at)?;
        if self.reads(at, &["half", "a"]) {
            let power = power(self.lower(at + 2))?;
            return Some((at + 3, "0.5".to_owned(), Some(power)));
        }
        let digits = atom.text.len()
            - atom.text.trim_start_matches(|c: char| matches!(c, '0'..='9' | ',' | '.')).len();
        let (digits, letters) = atom.text.split_at(digits);
        if digits.is_empty() {
            // "two billion": a number word alone is no sum.
            let number = small_number(&atom.lower)?;
            let hyphen = usize::from(self.lower(at + 1) == "-");
            let power = power(self.lower(at + 1 + hyphen))?;
            return Some((at + 2 + hyphen, number.to_string(), Some(power)));
        }
        let digits = digits.replace(',', "");
        if !letters.is_empty() {
            return Some((at + 1, digits, Some(power(&letters.to_lowercase())?)));
        }
        let hyphen = usize::from(self.lower(at + 1) == "-");
        match power(self.lower(at + 1 + hyphen)) {
            Some(power) => Some((at + 2 + hyphen, digits, Some(power))),
            None => Some((at + 1, digits, None)),
        }
    }

    /// The first atom of the words before `at` that belong to the sum, or `at`.
    fn hedge(&self, at: usize) -> usize {
        HEDGES
            .iter()
            .filter_map(|hedge| at.checked_sub(hedge.len()).filter(|&start| self.reads(start, hedge)))
            .min()
            .unwrap_or(at)
    }
}

/// The power of ten that a word or its abbreviation stands for.
fn power(word: &str) -> Option<u8> {
    Some(match word {
        "thousand" | "k" => 3,
        "lakh" => 5,
        "million" | "m" | "mn" | "mln" => 6,
        "crore" => 7,
        "billion" | "bn" | "b" | "bln" => 9,
        "trillion" | "tn" | "trn" => 12,
        _ => return None,
    })
}

/// The nearest number to `digits` times ten to the `power`.
fn value(digits: &str, power: Option<u8>) -> Option<f64> {
    format!("{digits}e{}", power.unwrap_or(0)).parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Deprel, Token, Xpos};

    fn read(text: &str) -> String {
        let token = Token {
            span: Span::new(0, text.len() as u32),
            upos: Upos::Noun,
            xpos: Xpos::Nn,
            lemma: "".into(),
            head: None,
            deprel: Deprel::Root,
        };
        let sentence =
            Sentence { span: token.span, tokens: vec![token], mentions: Vec::new(), paragraph: true };
        let found = amounts(text, &sentence);
        let lines: Vec<String> = found
            .iter()
            .map(|money| {
                assert_eq!(money.span.of(text), money.amount.text);
                format!("{}={} {}", money.amount.text, money.amount.value, money.amount.unit)
            })
            .collect();
        lines.join("; ")
    }

    #[test]
    fn sums_of_money() {
        for (text, expected) in [
            ("to invest over $60 billion within", "over $60 billion=60000000000 USD"),
            ("paid €3.5m and £200,000", "€3.5m=3500000 EUR; £200,000=200000 GBP"),
            ("a US$4bn deal", "US$4bn=4000000000 USD"),
            ("some 60 billion dollars", "some 60 billion dollars=60000000000 USD"),
            ("1.2 trillion yen", "1.2 trillion yen=1200000000000 JPY"),
            ("C$5 million", "C$5 million=5000000 CAD"),
            ("a $5 fee", "$5=5 USD"),
            ("$2 to $3 billion", "$2 to $3 billion=2000000000 USD"),
            ("$2-3 billion", "$2-3 billion=2000000000 USD"),
            ("between $2 billion and $3 billion", "between $2 billion and $3 billion=2000000000 USD"),
            ("$5 and 3 apples", "$5=5 USD"),
            ("two billion euros", "two billion euros=2000000000 EUR"),
            ("half a billion dollars", "half a billion dollars=500000000 USD"),
            ("USD 1,234.56 was paid", "USD 1,234.56=1234.56 USD"),
            ("5 million Swiss francs", "5 million Swiss francs=5000000 CHF"),
            ("a $500-million plan", "$500-million=500000000 USD"),
            ("$1.1 trillion", "$1.1 trillion=1100000000000 USD"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_money() {
        for text in
            ["200 pounds", "the club 5 won", "60 billion people", "5%", "a dollar", "R1 model", "GPT-4 euros"]
        {
            assert_eq!(read(text), "", "{text}");
        }
    }
}
