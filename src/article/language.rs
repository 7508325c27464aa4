//! Which language an article is written in. Only English is analysed so far.

use std::collections::BTreeMap;

use whatlang::{Lang, Script};

use super::error::Problem;

/// Bytes looked at: enough to be sure, little enough to cost nothing.
const SAMPLE: usize = 16 << 10;
/// Bytes judged at a time, so that a long quotation in one language does not stand for the whole article.
const PIECE: usize = 1 << 10;
/// Letters from which a guess among languages with Latin letters is trusted, if it is a clear one or there is no word of
/// English at all.
const ENOUGH: usize = 200;
/// Words that are frequent in English and rare in other languages with Latin letters.
const ENGLISH: [&str; 13] =
    ["the", "and", "that", "to", "on", "by", "with", "from", "said", "has", "his", "its", "it"];
/// One in so many words among [`ENGLISH`] makes a text English; it is one in six on average, and one in thirty in the
/// languages that share most of them.
const ONE_IN: usize = 12;
/// Letters a word, on average, beyond which a text is no language written with Latin letters: data, not words.
const LONGEST_AVERAGE: usize = 20;
/// Letters from which another script than Latin counts.
const ENOUGH_OF_A_SCRIPT: usize = 8;

/// Refuses a text that is mostly in another language than English, and one without letters.
///
/// Short texts are given the benefit of the doubt unless they are in another script: a line of foreign names is
/// easily taken for a foreign language.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    if !text.chars().any(char::is_alphabetic) {
        return Err(Problem::NoWords);
    }
    let (mut rest, _) = split_near(text, SAMPLE);
    let mut all = 0;
    let mut foreign: BTreeMap<&str, usize> = BTreeMap::new();
    while !rest.is_empty() {
        // A last piece that is too short to judge alone stays with the one before.
        let (piece, after) = if rest.len() < 2 * PIECE { (rest, "") } else { split_near(rest, PIECE) };
        let letters = piece.chars().filter(|letter| letter.is_alphabetic()).count();
        all += letters;
        if let Some(language) = other_language(piece, letters) {
            *foreign.entry(language).or_default() += letters;
        }
        rest = after;
    }
    match foreign.iter().max_by_key(|&(_, letters)| letters) {
        Some((language, _)) if foreign.values().sum::<usize>() * 2 > all => Err(Problem::Language(language)),
        _ => Ok(()),
    }
}

/// The language of `piece`, if it is surely not English.
fn other_language(piece: &str, letters: usize) -> Option<&'static str> {
    let words = || piece.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let english = words().filter(|word| ENGLISH.iter().any(|known| word.eq_ignore_ascii_case(known))).count();
    if english * ONE_IN >= words().count() {
        return None;
    }
    let guess = whatlang::detect(piece)?;
    let sure = if guess.script() == Script::Latin {
        let spoken = words().count() * LONGEST_AVERAGE >= letters;
        letters >= ENOUGH && spoken && (guess.is_reliable() || english == 0)
    } else {
        letters >= ENOUGH_OF_A_SCRIPT
    };
    (sure && guess.lang() != Lang::Eng).then(|| guess.lang().eng_name())
}

/// Splits at the last character boundary within the first `bytes` bytes.
fn split_near(text: &str, bytes: usize) -> (&str, &str) {
    let end = (0..=text.len().min(bytes)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Der Konzern hat am Montag angekündigt, dass er das Werk in Sachsen schließen will. Die \
        Gewerkschaft kritisierte die Entscheidung scharf und rief die Beschäftigten zu einem Streik auf. Der \
        Ministerpräsident sprach von einem schweren Schlag für die gesamte Region und kündigte Gespräche an.";

    const ENGLISH: &str = "The mayor said on Monday that the city would build a new bridge across the river, and that \
        work could begin next spring. Opponents of the plan, who had gathered in front of the town hall, called \
        it a waste of money and promised to take the council to court over the permits it had granted.";

    #[test]
    fn another_language_is_named() {
        assert!(matches!(check(GERMAN), Err(Problem::Language("German"))));
        for (language, text) in [
            (
                "Dutch",
                "Het bedrijf maakte maandag bekend dat het de fabriek in het noorden van het land gaat sluiten. De \
                 vakbond noemde het besluit onbegrijpelijk en riep de werknemers op om het werk neer te leggen. Volgens \
                 de minister is er nog hoop, omdat een ander concern belangstelling zou hebben voor de gebouwen.",
            ),
            (
                "French",
                "Le groupe a annoncé lundi qu'il allait fermer son usine dans le nord du pays. Le syndicat a dénoncé \
                 une décision incompréhensible et appelé les salariés à cesser le travail. Selon la ministre, on peut \
                 encore espérer, car une autre entreprise s'intéresserait aux bâtiments et à une partie du personnel.",
            ),
            (
                "Danish or Bokmal",
                "Virksomheden meddelte mandag, at den lukker fabrikken i den nordlige del af landet. Fagforeningen kaldte \
                 beslutningen uforståelig og opfordrede medarbejderne til at nedlægge arbejdet. Ifølge ministeren er der \
                 stadig håb for byen, fordi en anden koncern skulle være interesseret i at overtage bygningerne.",
            ),
        ] {
            assert!(
                matches!(check(text), Err(Problem::Language(found)) if language.contains(found)),
                "{text}"
            );
        }
        assert!(matches!(check("深度求索发布了新的人工智能模型。"), Err(Problem::Language("Mandarin"))));
        assert!(matches!(check("Компания объявила о покупке."), Err(Problem::Language(_))));
    }

    #[test]
    fn english_and_short_texts_pass() {
        for text in [
            "The company said on Monday that it would close its plant in Saxony, and the union called a strike.",
            "Xi Jinping, Emmanuel Macron, Olaf Scholz, Giorgia Meloni",
            "Ja.",
            "习 met him.",
            &"Norvik Systems acquired Kestrel on Monday. ".repeat(100),
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        assert!(check(&format!("{ENGLISH} {ENGLISH} {ENGLISH} {ENGLISH} {GERMAN} {ENGLISH}")).is_ok());
    }

    #[test]
    fn a_text_without_letters_has_no_words() {
        assert!(matches!(check("🎉🎉 123 … 👍🏽"), Err(Problem::NoWords)));
    }
}
