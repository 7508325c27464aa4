//! Dictionary forms of verbs, plural nouns and compared adjectives by rule, checked against the words that the model knows.
//!
//! The lemma head reads an ending well but cannot know that "acquired" lacks an "e" and "visited" does not. Whether
//! "acquire" or "acquir" is a word is written in the model's own vocabulary.

use super::types::Xpos;

/// Past forms that no rule gives, with their dictionary forms.
#[rustfmt::skip]
const IRREGULAR: &[(&str, &str)] = &[
    ("arisen", "arise"), ("arose", "arise"), ("ate", "eat"), ("awoke", "awake"), ("awoken", "awake"),
    ("beaten", "beat"), ("became", "become"), ("began", "begin"), ("begun", "begin"), ("bent", "bend"),
    ("bit", "bite"), ("bitten", "bite"), ("bled", "bleed"), ("blew", "blow"), ("blown", "blow"),
    ("bore", "bear"), ("born", "bear"), ("borne", "bear"), ("bought", "buy"), ("bound", "bind"),
    ("bred", "breed"), ("broke", "break"), ("broken", "break"), ("brought", "bring"), ("built", "build"),
    ("burnt", "burn"), ("came", "come"), ("caught", "catch"), ("chose", "choose"), ("chosen", "choose"),
    ("clung", "cling"), ("crept", "creep"), ("dealt", "deal"), ("did", "do"), ("done", "do"),
    ("drank", "drink"), ("drawn", "draw"), ("dreamt", "dream"), ("drew", "draw"), ("driven", "drive"),
    ("drove", "drive"), ("drunk", "drink"), ("dug", "dig"), ("dwelt", "dwell"), ("eaten", "eat"),
    ("fallen", "fall"), ("fed", "feed"), ("fell", "fall"), ("felt", "feel"), ("fled", "flee"),
    ("flew", "fly"), ("flown", "fly"), ("flung", "fling"), ("forbade", "forbid"), ("forbidden", "forbid"),
    ("foresaw", "foresee"), ("foreseen", "foresee"), ("forgave", "forgive"), ("forgiven", "forgive"),
    ("forgone", "forgo"), ("forgot", "forget"), ("forgotten", "forget"), ("fought", "fight"),
    ("found", "find"), ("froze", "freeze"), ("frozen", "freeze"), ("gave", "give"), ("given", "give"),
    ("gone", "go"), ("got", "get"), ("gotten", "get"), ("grew", "grow"), ("ground", "grind"),
    ("grown", "grow"), ("had", "have"), ("heard", "hear"), ("held", "hold"), ("hid", "hide"),
    ("hidden", "hide"), ("hung", "hang"), ("kept", "keep"), ("knew", "know"), ("known", "know"),
    ("laid", "lay"), ("lain", "lie"), ("lay", "lie"), ("leapt", "leap"), ("learnt", "learn"), ("led", "lead"),
    ("left", "leave"), ("lent", "lend"), ("lit", "light"), ("lost", "lose"), ("made", "make"),
    ("meant", "mean"), ("met", "meet"), ("misled", "mislead"), ("mistaken", "mistake"),
    ("mistook", "mistake"), ("outdid", "outdo"), ("outgrew", "outgrow"), ("outsold", "outsell"),
    ("overcame", "overcome"), ("overheard", "overhear"), ("oversaw", "oversee"), ("overseen", "oversee"),
    ("overtaken", "overtake"), ("overthrew", "overthrow"), ("overthrown", "overthrow"),
    ("overtook", "overtake"), ("paid", "pay"), ("proven", "prove"), ("ran", "run"), ("rang", "ring"),
    ("rebuilt", "rebuild"), ("repaid", "repay"), ("resold", "resell"), ("ridden", "ride"), ("risen", "rise"),
    ("rode", "ride"), ("rose", "rise"), ("rung", "ring"), ("said", "say"), ("sang", "sing"), ("sank", "sink"),
    ("sat", "sit"), ("saw", "see"), ("seen", "see"), ("sent", "send"), ("sewn", "sew"), ("shaken", "shake"),
    ("shone", "shine"), ("shook", "shake"), ("shot", "shoot"), ("shown", "show"), ("shrank", "shrink"),
    ("shrunk", "shrink"), ("slept", "sleep"), ("slid", "slide"), ("sold", "sell"), ("sought", "seek"),
    ("sped", "speed"), ("spelt", "spell"), ("spent", "spend"), ("spoke", "speak"), ("spoken", "speak"),
    ("sprang", "spring"), ("sprung", "spring"), ("spun", "spin"), ("stole", "steal"), ("stolen", "steal"),
    ("stood", "stand"), ("stricken", "strike"), ("striven", "strive"), ("strove", "strive"),
    ("struck", "strike"), ("stuck", "stick"), ("stung", "sting"), ("sung", "sing"), ("sunk", "sink"),
    ("swam", "swim"), ("swept", "sweep"), ("swollen", "swell"), ("swore", "swear"), ("sworn", "swear"),
    ("swum", "swim"), ("swung", "swing"), ("taken", "take"), ("taught", "teach"), ("thought", "think"),
    ("threw", "throw"), ("thrown", "throw"), ("told", "tell"), ("took", "take"), ("tore", "tear"),
    ("torn", "tear"), ("undergone", "undergo"), ("understood", "understand"), ("undertaken", "undertake"),
    ("undertook", "undertake"), ("underwent", "undergo"), ("undid", "undo"), ("undone", "undo"),
    ("unwound", "unwind"), ("upheld", "uphold"), ("was", "be"), ("went", "go"), ("wept", "weep"),
    ("were", "be"), ("withdrawn", "withdraw"), ("withdrew", "withdraw"), ("withheld", "withhold"),
    ("withstood", "withstand"), ("woke", "wake"), ("woken", "wake"), ("won", "win"), ("wore", "wear"),
    ("worn", "wear"), ("wound", "wind"), ("wove", "weave"), ("woven", "weave"), ("written", "write"),
    ("wrote", "write"), ("wrung", "wring"),
];

/// The dictionary form of a verb written `form` with this tag, where `is_word` tells known words; `None` where no rule
/// finds one.
///
/// ```text
/// acquired VBD → acquire     banned VBN → ban     sued VBD → sue     supplies VBZ → supply     led VBD → lead
/// ```
pub(super) fn verb_lemma(form: &str, xpos: Xpos, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let form = form.to_lowercase();
    if !form.chars().all(char::is_alphabetic) {
        return None;
    }
    // "outsold" is past, whatever the tag.
    let xpos = if xpos == Xpos::Vbz && !form.ends_with('s') { Xpos::Vbd } else { xpos };
    match xpos {
        Xpos::Vb => Some(form),
        Xpos::Vbp => is_word(&form).then_some(form),
        Xpos::Vbz => third_person(&form, is_word),
        Xpos::Vbg => base(form.strip_suffix("ing")?, is_word),
        Xpos::Vbd | Xpos::Vbn => {
            if let Ok(at) = IRREGULAR.binary_search_by_key(&form.as_str(), |(past, _)| past) {
                return Some(IRREGULAR[at].1.to_owned());
            }
            match form.strip_suffix("ed") {
                Some(stem) => base(stem, is_word),
                // "put", "cut", "set": the past is the verb itself.
                None => is_word(&form).then_some(form),
            }
        }
        _ => None,
    }
}

/// The plain form of a comparative or superlative; `None` where no rule finds one.
///
/// ```text
/// safer → safe     biggest → big     easier → easy     greater → great
/// ```
pub(super) fn adjective_lemma(form: &str, xpos: Xpos, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let form = form.to_lowercase();
    let ending = match xpos {
        Xpos::Jjr => "er",
        Xpos::Jjs => "est",
        _ => return None,
    };
    let stem = form.strip_suffix(ending).filter(|stem| stem.len() > 2 && *stem != "bett")?;
    base(stem, &is_word).filter(|lemma| is_word(lemma))
}

fn third_person(form: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
    if let Some(stem) = form.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return Some(format!("{stem}y"));
    }
    if form == "has" {
        return Some("have".to_owned());
    }
    let short = form.strip_suffix('s')?;
    if is_word(short) {
        return Some(short.to_owned());
    }
    let stem = form.strip_suffix("es").filter(|stem| {
        is_word(stem) || ["s", "x", "z", "ch", "sh"].iter().any(|ending| stem.ends_with(ending))
    });
    Some(stem.unwrap_or(short).to_owned())
}

/// The verb that "-ed" and "-ing" were put on: with a final "e" restored, a doubled consonant made single, "i" made "y".
fn base(stem: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let letters: Vec<char> = stem.chars().collect();
    let [.., before, last] = letters[..] else { return None };
    if last == 'i' {
        // "tied" and "lied", but "studied".
        let whole =
            if letters.len() == 2 { format!("{stem}e") } else { format!("{}y", &stem[..stem.len() - 1]) };
        return Some(whole);
    }
    let with_e = format!("{stem}e");
    let doubled = before == last && last.is_alphabetic() && !is_vowel(last);
    if doubled {
        let single = &stem[..stem.len() - last.len_utf8()];
        // "call" and "pass" end in two consonants themselves; "ban" and "control" do not.
        let keeps = matches!(last, 'l' | 's' | 'z' | 'f') && is_word(stem);
        let known = [if keeps { stem } else { single }, stem, single].into_iter().find(|one| is_word(one));
        return Some(known.unwrap_or(if matches!(last, 's' | 'f' | 'z') { stem } else { single }).to_owned());
    }
    let vowels = letters.iter().filter(|letter| is_vowel(**letter)).count();
    // "hop" would have doubled its consonant: "hoped" is "hope". "us", "su" and "fre" are no verbs.
    let short = vowels <= 1 && (is_vowel(last) || (is_vowel(before) && !matches!(last, 'w' | 'x' | 'y')))
        || matches!(last, 'u' | 'v' | 'c');
    let order = if short || !is_word(stem) { [with_e.as_str(), stem] } else { [stem, with_e.as_str()] };
    let known = order.into_iter().find(|candidate| is_word(candidate));
    // A verb that nobody knows: English spells these endings with an "e".
    let silent =
        matches!(last, 'c' | 'g' | 's' | 'u' | 'v' | 'z') && before != last && (before, last) != ('n', 'g')
            || last == 'l' && matches!(before, 'b' | 'c' | 'd' | 'f' | 'g' | 'k' | 'p' | 't' | 'z');
    Some(known.unwrap_or(if silent { &with_e } else { stem }).to_owned())
}

/// The singular of a plural noun; `None` where the form does not end as plurals do.
///
/// ```text
/// strategies → strategy     movies → movie     businesses → business     houses → house
/// ```
pub(super) fn noun_lemma(form: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let form = form.to_lowercase();
    let short =
        form.strip_suffix('s').filter(|short| short.len() > 2 && !short.ends_with(['s', 'u', 'i']))?;
    if is_word(short) {
        return Some(short.to_owned());
    }
    if let Some(stem) = form.strip_suffix("es").filter(|stem| is_word(stem)) {
        return Some(stem.to_owned());
    }
    let with_y = form.strip_suffix("ies").map(|stem| format!("{stem}y"));
    Some(with_y.unwrap_or_else(|| short.to_owned()))
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Model;

    #[test]
    fn the_table_is_sorted() {
        assert!(IRREGULAR.windows(2).all(|pair| pair[0].0 < pair[1].0), "binary search needs it");
    }

    #[test]
    fn nouns_find_their_singular() {
        let pieces = &Model::embedded().pieces;
        let cases = "strategies/strategy capabilities/capability movies/movie businesses/business houses/house \
            taxes/tax churches/church chatbots/chatbot companies/company cases/case tariffs/tariff";
        for (plural, singular) in cases.split_whitespace().filter_map(|case| case.split_once('/')) {
            let found = noun_lemma(plural, |word| pieces.is_word(word));
            assert_eq!(found.as_deref(), Some(singular), "{plural}");
        }
        assert_eq!(noun_lemma("people", |word| pieces.is_word(word)), None);
    }

    #[test]
    fn adjectives_find_their_plain_form() {
        let pieces = &Model::embedded().pieces;
        let cases = "safer/JJR/safe biggest/JJS/big easier/JJR/easy greater/JJR/great later/JJR/late newest/JJS/new \
            stronger/JJR/strong cheaper/JJR/cheap larger/JJR/large freer/JJR/free";
        for case in cases.split_whitespace() {
            let [form, tag, plain] = case.split('/').collect::<Vec<_>>()[..] else { panic!("{case}") };
            let found = adjective_lemma(form, Xpos::parse(tag), |word| pieces.is_word(word));
            assert_eq!(found.as_deref(), Some(plain), "{form}");
        }
        assert_eq!(adjective_lemma("better", Xpos::Jjr, |word| pieces.is_word(word)), None);
    }

    #[test]
    fn verbs_find_their_dictionary_form() {
        let pieces = &Model::embedded().pieces;
        let cases = "acquired/VBD/acquire sued/VBD/sue banned/VBN/ban hired/VBN/hire merged/VBD/merge led/VBD/lead \
            bought/VBD/buy supplies/VBZ/supply supplying/VBG/supply visited/VBD/visit used/VBN/use based/VBN/base \
            called/VBD/call controlled/VBN/control passed/VBD/pass agreed/VBD/agree freed/VBN/free hoping/VBG/hope \
            dropping/VBG/drop accuses/VBZ/accuse passes/VBZ/pass goes/VBZ/go announces/VBZ/announce set/VBD/set \
            owns/VBZ/own praised/VBD/praise believed/VBN/believe argued/VBD/argue forced/VBD/force has/VBZ/have \
            tied/VBN/tie studied/VBD/study played/VBD/play fixed/VBD/fix developed/VBN/develop opened/VBD/open \
            outperformed/VBN/outperform proclaiming/VBG/proclaim positing/VBG/posit lags/VBZ/lag \
            making/VBG/make running/VBG/run released/VBN/release quoted/VBD/quote \
            denounced/VBD/denounce belittling/VBG/belittle thronged/VBD/throng";
        for case in cases.split_whitespace() {
            let parts: Vec<&str> = case.split('/').collect();
            let found = verb_lemma(parts[0], Xpos::parse(parts[1]), |word| pieces.is_word(word));
            assert_eq!(found.as_deref(), Some(parts[2]), "{case}");
        }
    }
}
