//! Cues: the words that signal a relation, written as small templates.
//!
//! A template names the two ends of the relation, `X` (its subject) and `Y` (its object), and the words between
//! them as dictionary forms; the reader of clauses turns passives, possessives and conjunctions by itself.
//!
//! | kind | template | reads |
//! |---|---|---|
//! | verb | `X acquire\|buy Y` | "Meta bought it", "it was bought by Meta" |
//! | verb | `X take+over Y` | particle verbs |
//! | verb | `X work for\|at Y` | a preposition before its end |
//! | verb | `Y hire X` | the ends swapped |
//! | verb | `_ base X in Y` | no subject: "Arm, based in Britain"; "X is based in Y" |
//! | verb | `X have [stake\|share] in Y` | a fixed object noun |
//! | role | `X founder of Y` | "Y's founder X", "X, founder of Y", "X is the founder of Y", "Y founder X" |
//! | event | `X acquisition of Y` | "X's acquisition of Y", "the acquisition of Y by X" |
//! | adjective | `X critical of Y` | "X is critical of Y" |
//!
//! An end may be narrowed to a class: `X:Person run Y`. A verb template without an object says nothing about one:
//! `X invest in Y` reads "invested two million in it". Where several templates fit the same words, the longest and
//! then the narrowest should count, so that a vice president does not lead.

use std::collections::BTreeSet;

use super::Class;

/// The two ends of a relation in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The relation's subject.
    X,
    /// The relation's object.
    Y,
}

/// One end as a template places it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which end stands here.
    pub end: End,
    /// Class that it must have, narrower than the relation's domain or range.
    pub class: Option<Class>,
}

/// What kind of word carries the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CueKind {
    /// A verb with its objects.
    Verb,
    /// A noun for what somebody or something is to another: "founder", "subsidiary".
    Role,
    /// A noun for something that happens: "acquisition", "support".
    Event,
    /// An adjective: "critical of".
    Adjective,
}

/// What a verb template has in object position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CueObject {
    /// Nothing.
    None,
    /// One end of the relation.
    Slot(Slot),
    /// One of these nouns (lemmas).
    Nouns(BTreeSet<String>),
}

/// A preposition with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oblique {
    /// Any of these.
    pub prepositions: BTreeSet<String>,
    /// What follows it.
    pub slot: Slot,
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Local name of the relation it signals.
    pub relation: String,
    /// What kind of word carries it.
    pub kind: CueKind,
    /// The carrying words in order, each with its alternatives (lemmas): `[[chief], [executive]]`, `[[buy, acquire]]`.
    /// A verb has exactly one.
    pub words: Vec<BTreeSet<String>>,
    /// Particle of the verb: `over` in `take+over`.
    pub particle: Option<String>,
    /// The end in subject position; `None` for `_`.
    pub subject: Option<Slot>,
    /// Object position of a verb; `None` for other kinds.
    pub object: CueObject,
    /// The end behind a preposition.
    pub oblique: Option<Oblique>,
    /// The template as written, for explanations.
    pub template: String,
}

/// Why a template does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (at character {at})")]
pub struct CueError {
    /// Where in the template, in characters from 1.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

/// Longest template, in bytes.
const MAX_TEMPLATE: usize = 400;

/// A word of a template with its position, in characters from 1.
type Piece<'a> = (usize, &'a str);

impl Cue {
    /// Whether it says of an end what class it must have.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let object = match &self.object {
            CueObject::Slot(slot) => Some(*slot),
            CueObject::None | CueObject::Nouns(_) => None,
        };
        let ends = [self.subject, object, self.oblique.as_ref().map(|oblique| oblique.slot)];
        ends.into_iter().flatten().any(|slot| slot.class.is_some())
    }

    /// Parses one template of `kind` for `relation`.
    ///
    /// A verb template is `END VERB [END|[NOUN]] [PREPOSITION END]`, any other `END WORD… PREPOSITION END`;
    /// `X` and `Y` each stand in it exactly once.
    ///
    /// ```
    /// use newsgraph::ontology::{Cue, CueKind};
    /// let cue = Cue::parse("acquired", CueKind::Verb, "X take+over Y:Company")?;
    /// assert_eq!(cue.particle.as_deref(), Some("over"));
    /// # Ok::<(), newsgraph::ontology::CueError>(())
    /// ```
    ///
    /// # Errors
    /// If the template has another form, with the character where it goes wrong.
    pub fn parse(relation: &str, kind: CueKind, template: &str) -> Result<Self, CueError> {
        if template.len() > MAX_TEMPLATE {
            return Err(error(MAX_TEMPLATE, format!("longer than {MAX_TEMPLATE} bytes; split it")));
        }
        let past_end = template.chars().count() + 1;
        let mut pieces = pieces(template).into_iter().peekable();
        let (at, first) = pieces.next().ok_or_else(|| error(1, "empty template"))?;
        let subject = match slot(at, first)? {
            Some(slot) => Some(slot),
            None if first == "_" && kind == CueKind::Verb => None,
            None if first == "_" => return Err(error(at, "only a verb can go without its first end")),
            None => return Err(error(at, format!("expected X, Y or _ in place of “{first}”"))),
        };
        let mut cue = Self {
            relation: relation.to_owned(),
            kind,
            words: Vec::new(),
            particle: None,
            subject,
            object: CueObject::None,
            oblique: None,
            template: template.to_owned(),
        };
        let (at, word) =
            pieces.next().ok_or_else(|| error(past_end, "expected the word that carries the cue"))?;
        if kind == CueKind::Verb {
            let (verb, particle) = match word.split_once('+') {
                Some((verb, particle)) => (verb, Some((at + verb.chars().count() + 1, particle))),
                None => (word, None),
            };
            cue.words.push(alternatives(at, verb)?);
            if let Some((at, particle)) = particle {
                cue.particle = alternatives(at, particle)?.pop_first();
                if particle.contains('|') {
                    return Err(error(at, "one particle only; write a template for each"));
                }
            }
            cue.object = match pieces.peek() {
                Some(&(at, piece)) if piece.starts_with('[') => {
                    let nouns = piece
                        .strip_prefix('[')
                        .and_then(|piece| piece.strip_suffix(']'))
                        .ok_or_else(|| error(at, "expected nouns in brackets: [stake|share]"))?;
                    CueObject::Nouns(alternatives(at + 1, nouns)?)
                }
                Some(&(at, piece)) => slot(at, piece)?.map_or(CueObject::None, CueObject::Slot),
                None => CueObject::None,
            };
            if cue.object != CueObject::None {
                pieces.next();
            }
        } else {
            cue.words.push(alternatives(at, word)?);
        }
        // What is left is words (not for a verb), then a preposition with its end.
        let rest: Vec<Piece<'_>> = pieces.collect();
        match rest.as_slice() {
            [] if kind == CueKind::Verb => {}
            [words @ .., (prep_at, prepositions), (end_at, end)] => {
                for &(at, word) in words {
                    if kind == CueKind::Verb {
                        return Err(error(at, format!("“{word}” is too much: a verb is one word")));
                    }
                    cue.words.push(alternatives(at, word)?);
                }
                let slot = slot(*end_at, end)?
                    .ok_or_else(|| error(*end_at, format!("expected X or Y in place of “{end}”")))?;
                cue.oblique = Some(Oblique { prepositions: alternatives(*prep_at, prepositions)?, slot });
            }
            _ => return Err(error(past_end, "expected a preposition and X or Y at the end")),
        }
        let object = match &cue.object {
            CueObject::Slot(slot) => Some(slot.end),
            _ => None,
        };
        let ends = [cue.subject.map(|s| s.end), object, cue.oblique.as_ref().map(|o| o.slot.end)];
        for (end, name) in [(End::X, "X"), (End::Y, "Y")] {
            match ends.iter().filter(|&&e| e == Some(end)).count() {
                0 => return Err(error(past_end, format!("{name} is missing"))),
                1 => {}
                _ => return Err(error(past_end, format!("{name} stands twice"))),
            }
        }
        Ok(cue)
    }
}

fn error(at: usize, reason: impl Into<String>) -> CueError {
    CueError { at, reason: reason.into() }
}

/// Splits at white space.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    template
        .split_whitespace()
        .map(|piece| {
            let byte = piece.as_ptr() as usize - template.as_ptr() as usize;
            (template[..byte].chars().count() + 1, piece)
        })
        .collect()
}

/// Reads `X`, `Y` or `X:Class`; `None` if the piece is something else.
fn slot(at: usize, piece: &str) -> Result<Option<Slot>, CueError> {
    let (name, class) = match piece.split_once(':') {
        Some((name, class)) => (name, Some(class)),
        None => (piece, None),
    };
    let end = match name {
        "X" => End::X,
        "Y" => End::Y,
        _ => return Ok(None),
    };
    let class = class
        .map(|class| {
            Class::parse(class).ok_or_else(|| {
                let known = Class::ALL.map(Class::as_str).join(", ");
                error(at + 2, format!("unknown class “{class}”; one of {known}"))
            })
        })
        .transpose()?;
    Ok(Some(Slot { end, class }))
}

/// Reads `buy|acquire`: dictionary forms in lower case.
fn alternatives(at: usize, piece: &str) -> Result<BTreeSet<String>, CueError> {
    let mut words = BTreeSet::new();
    let mut at = at;
    for word in piece.split('|') {
        if word.is_empty() {
            return Err(error(at, "expected a word"));
        }
        for (i, c) in word.chars().enumerate() {
            if c.is_uppercase() {
                return Err(error(at + i, "words are written as dictionary forms in lower case"));
            }
            if !c.is_alphanumeric() && !"-'.$€£¥".contains(c) {
                return Err(error(at + i, format!("“{c}” cannot stand in a word")));
            }
        }
        at += word.chars().count() + 1;
        words.insert(word.to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn end(end: End) -> Slot {
        Slot { end, class: None }
    }

    fn verb(template: &str) -> Cue {
        Cue::parse("r", CueKind::Verb, template).unwrap()
    }

    #[test]
    fn verb_with_alternatives_and_object() {
        let cue = verb("X acquire|buy Y");
        assert_eq!(cue.words, [set(&["acquire", "buy"])]);
        assert_eq!(cue.subject, Some(end(End::X)));
        assert_eq!(cue.object, CueObject::Slot(end(End::Y)));
        assert_eq!((cue.particle, cue.oblique), (None, None));
        assert_eq!(cue.template, "X acquire|buy Y");
    }

    #[test]
    fn verb_with_particle() {
        let cue = verb("X take+over Y");
        assert_eq!(cue.words, [set(&["take"])]);
        assert_eq!(cue.particle.as_deref(), Some("over"));
        let cue = verb("X hit|fire+back at Y");
        assert_eq!(cue.words, [set(&["fire", "hit"])]);
        assert_eq!(cue.oblique, Some(Oblique { prepositions: set(&["at"]), slot: end(End::Y) }));
    }

    #[test]
    fn verb_with_preposition() {
        let cue = verb("X work for|at Y");
        assert_eq!(cue.object, CueObject::None);
        assert_eq!(cue.oblique, Some(Oblique { prepositions: set(&["at", "for"]), slot: end(End::Y) }));
    }

    #[test]
    fn verb_with_ends_swapped() {
        let cue = verb("Y hire X");
        assert_eq!(cue.subject, Some(end(End::Y)));
        assert_eq!(cue.object, CueObject::Slot(end(End::X)));
    }

    #[test]
    fn verb_without_subject() {
        let cue = verb("_ base X in Y");
        assert_eq!(cue.subject, None);
        assert_eq!(cue.object, CueObject::Slot(end(End::X)));
        assert_eq!(cue.oblique.unwrap().slot, end(End::Y));
    }

    #[test]
    fn verb_with_object_noun() {
        let cue = verb("X have [stake|share] in Y");
        assert_eq!(cue.object, CueObject::Nouns(set(&["share", "stake"])));
        assert_eq!(cue.oblique.unwrap().prepositions, set(&["in"]));
    }

    #[test]
    fn role_of_several_words() {
        let cue = Cue::parse("leads", CueKind::Role, "X chief executive|officer of|at Y").unwrap();
        assert_eq!(cue.words, [set(&["chief"]), set(&["executive", "officer"])]);
        assert_eq!(cue.subject, Some(end(End::X)));
        assert_eq!(cue.oblique.unwrap().prepositions, set(&["at", "of"]));
        assert_eq!(cue.object, CueObject::None);
    }

    #[test]
    fn event_and_adjective() {
        let cue = Cue::parse("acquired", CueKind::Event, "X acquisition of Y").unwrap();
        assert_eq!((cue.kind, cue.words.len()), (CueKind::Event, 1));
        let cue = Cue::parse("criticises", CueKind::Adjective, "X critical of Y").unwrap();
        assert_eq!(cue.oblique.unwrap().slot, end(End::Y));
    }

    #[test]
    fn ends_narrowed_to_a_class() {
        let cue = verb("X:Person run Y:Company");
        assert_eq!(cue.subject, Some(Slot { end: End::X, class: Some(Class::Person) }));
        assert_eq!(cue.object, CueObject::Slot(Slot { end: End::Y, class: Some(Class::Company) }));
    }

    #[test]
    fn errors_say_where() {
        let cases = [
            (CueKind::Verb, "", 1, "empty"),
            (CueKind::Verb, "acquire Y", 1, "expected X, Y or _"),
            (CueKind::Verb, "X", 2, "the word that carries"),
            (CueKind::Verb, "X acquire", 10, "Y is missing"),
            (CueKind::Verb, "X Acquire Y", 3, "lower case"),
            (CueKind::Verb, "X buy||get Y", 7, "expected a word"),
            (CueKind::Verb, "X buy Y for X", 14, "X stands twice"),
            (CueKind::Verb, "X buy Y for", 12, "expected a preposition and X or Y"),
            (CueKind::Verb, "X have [stake in Y", 8, "in brackets"),
            (CueKind::Verb, "X work hard for Y", 8, "too much"),
            (CueKind::Verb, "X take+over|up Y", 8, "one particle"),
            (CueKind::Verb, "X buy Y:Firm", 9, "unknown class “Firm”"),
            (CueKind::Verb, "X buy! Y", 6, "“!” cannot stand"),
            (CueKind::Role, "_ founder of Y", 1, "only a verb"),
            (CueKind::Role, "X founder Y", 12, "expected a preposition"),
            (CueKind::Role, "X founder of it", 14, "in place of “it”"),
        ];
        for (kind, template, at, reason) in cases {
            let error = Cue::parse("r", kind, template).unwrap_err();
            assert_eq!(error.at, at, "{template}: {error}");
            assert!(error.to_string().contains(reason), "{template}: {error}");
        }
        assert!(Cue::parse("r", CueKind::Verb, &"X ".repeat(300)).is_err());
    }
}
