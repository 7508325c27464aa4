//! Lemmas as edits of the word: the model chooses one of a fixed list of edits.

/// An edit that turns a form into its dictionary form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LemmaEdit {
    /// Drop characters from the end of the form, then append.
    Ending {
        /// Whether the form is lower-cased first.
        lower: bool,
        /// Characters to drop.
        drop: usize,
        /// What to append.
        suffix: Box<str>,
    },
    /// The lemma itself.
    Whole(Box<str>),
}

impl LemmaEdit {
    /// Reads `L2|y`, `K0|` or `=be`, the forms docs/model-format.md defines.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(lemma) = text.strip_prefix('=') {
            return Some(Self::Whole(lemma.into()));
        }
        let (drop, suffix) = text.get(1..)?.split_once('|')?;
        let lower = match text.as_bytes()[0] {
            b'L' => true,
            b'K' => false,
            _ => return None,
        };
        Some(Self::Ending { lower, drop: drop.parse().ok()?, suffix: suffix.into() })
    }

    /// The lemma of `form`; the form itself where the edit would leave nothing.
    pub(super) fn apply(&self, form: &str) -> Box<str> {
        let lemma = match self {
            Self::Whole(lemma) => return lemma.clone(),
            Self::Ending { lower, drop, suffix } => {
                let mut base = if *lower { form.to_lowercase() } else { form.to_owned() };
                for _ in 0..*drop {
                    base.pop();
                }
                base + suffix
            }
        };
        if lemma.is_empty() { form.into() } else { lemma.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_make_lemmas() {
        for (edit, form, lemma) in [
            ("L0|", "Deal", "deal"),
            ("K0|", "LeCun", "LeCun"),
            ("L3|y", "Countries", "country"),
            ("L1|ve", "has", "have"),
            ("=be", "’s", "be"),
            ("L9|", "ox", "ox"),
            ("K1|", "Écoles", "École"),
        ] {
            assert_eq!(&*LemmaEdit::parse(edit).expect(edit).apply(form), lemma, "{edit} {form}");
        }
    }

    #[test]
    fn unknown_edits_are_refused() {
        for edit in ["", "X1|a", "L|a", "L1a", "é1|"] {
            assert_eq!(LemmaEdit::parse(edit), None, "{edit}");
        }
    }
}
