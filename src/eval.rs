//! Scores of extraction against gold: what was found, what was wrong, and whether the confidences can be believed.
//!
//! Gold is JSON Lines, an article a line, with what a reader takes from it:
//!
//! ```json
//! {"id": "17", "text": "He runs Acme.", "annotated": ["leads", "worksFor"],
//!  "facts": [{"subject": [0, 2], "relation": "leads", "object": [8, 12]}]}
//! ```
//!
//! Offsets are Unicode code points, half-open. `annotated` lists the relations that the facts are complete for; all
//! if it is missing. `relation` may be a list of which any is right. `polarity` and `modality` are "affirmed" and
//! "actual" if missing; a fact that is `doubtful` is neither missed nor wrong. `published` is the day of publication.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    article::Article,
    ontology::Ontology,
    record::{CharSpan, Modality, Polarity, Record, RecordStatement},
};

/// Bins of the calibration table.
const BINS: usize = 10;

/// What a reader takes from one article.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Gold {
    /// The article's words.
    pub text: String,
    /// Relations that `facts` are complete for; all if missing.
    #[serde(default)]
    pub annotated: Option<BTreeSet<String>>,
    /// Day of publication.
    #[serde(default)]
    pub published: Option<Date>,
    /// What it says.
    pub facts: Vec<GoldFact>,
}

/// One thing that an article says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldFact {
    /// The words of the subject.
    pub subject: (u32, u32),
    /// The relation, or several of which any is right.
    pub relation: OneOf,
    /// The words of the object.
    pub object: (u32, u32),
    /// Whether it is so.
    #[serde(default = "affirmed")]
    pub polarity: Polarity,
    /// How real it is.
    #[serde(default = "actual")]
    pub modality: Modality,
    /// Whether readers may differ on it: then it is neither missed nor wrong.
    #[serde(default)]
    pub doubtful: bool,
}

fn affirmed() -> Polarity {
    Polarity::Affirmed
}

fn actual() -> Modality {
    Modality::Actual
}

/// A name or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOf {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl OneOf {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Any(names) => names,
        }
    }
}

/// Why gold cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// The file cannot be read.
    #[error("line {line}: cannot be read: {error}")]
    Read {
        /// Counted from 1.
        line: usize,
        /// What the system says.
        error: std::io::Error,
    },
    /// No gold.
    #[error(
        "line {line}: not gold: {error}; wanted {{\"text\": …, \"facts\": [{{\"subject\": [0, 2], \"relation\": …, \"object\": …}}]}}"
    )]
    Json {
        /// Counted from 1.
        line: usize,
        /// What is wrong, and in which column.
        error: serde_json::Error,
    },
    /// An offset outside the text.
    #[error(
        "line {line}, fact {fact}: {start}..{end} is no range of the text, which has {length} characters"
    )]
    Span {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        fact: usize,
        /// First code point.
        start: u32,
        /// One past the last.
        end: u32,
        /// Code points of the text.
        length: usize,
    },
}

/// Reads gold, a line at a time; empty lines are skipped.
///
/// # Errors
/// At the first line that is no gold.
pub fn read_gold(input: impl BufRead) -> Result<Vec<Gold>, GoldError> {
    let mut all = Vec::new();
    for (at, text) in input.lines().enumerate() {
        let line = at + 1;
        let text = text.map_err(|error| GoldError::Read { line, error })?;
        if text.trim().is_empty() {
            continue;
        }
        let gold: Gold = serde_json::from_str(&text).map_err(|error| GoldError::Json { line, error })?;
        let length = gold.text.chars().count();
        for (fact, found) in gold.facts.iter().enumerate() {
            for (start, end) in [found.subject, found.object] {
                if start >= end || end as usize > length {
                    return Err(GoldError::Span { line, fact: fact + 1, start, end, length });
                }
            }
        }
        all.push(gold);
    }
    Ok(all)
}

/// How exactly the words of a statement must be those of gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    Overlap,
    Exact,
}

/// Counts of one relation or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Facts of gold.
    pub gold: usize,
    /// Statements of the program.
    pub found: usize,
    /// Of these, right by overlapping words.
    pub right: usize,
    /// Of these, right by the same words.
    pub exact: usize,
}

impl Counts {
    /// Share of what was found that is right.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.found)
    }

    /// Share of gold that was found.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.gold)
    }

    /// Harmonic mean of precision and recall, words overlapping.
    #[must_use]
    pub fn f1(&self) -> f64 {
        ratio(2 * self.right, self.gold + self.found)
    }

    /// The same with the same words.
    #[must_use]
    pub fn exact_f1(&self) -> f64 {
        ratio(2 * self.exact, self.gold + self.found)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A stretch of confidences with how many of its statements are right.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Bin {
    /// Statements in it.
    pub statements: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share that is right.
    pub right: f64,
}

/// Statements for which the same kinds of witnesses speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Agreement {
    /// How many.
    pub statements: usize,
    /// Those that are right.
    pub right: usize,
}

/// A statement that gold does not have, or a fact of gold that was not found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// Where the article was read from.
    pub source: String,
    /// The subject's words.
    pub subject: String,
    /// The relation; several that would do are joined by `|`.
    pub relation: String,
    /// The object's words.
    pub object: String,
    /// Confidence of a wrong statement; `None` for a missed one.
    pub confidence: Option<f64>,
    /// The rule or head that a wrong statement comes from.
    pub by: Option<String>,
    /// The words around it.
    pub sentence: String,
}

/// Collects scores, an article at a time.
#[derive(Debug)]
pub struct Scorer<'o> {
    ontology: &'o Ontology,
    threshold: f64,
    relations: BTreeMap<String, Counts>,
    judged: Vec<(f64, bool)>,
    witnesses: BTreeMap<&'static str, Agreement>,
    wrong: Vec<Mistake>,
    missed: Vec<Mistake>,
}

/// The scores of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// All relations together.
    pub all: Counts,
    /// Each relation; a fact of several possible ones counts under the first.
    pub relations: BTreeMap<String, Counts>,
    /// By confidence, in tenths.
    pub calibration: Vec<Bin>,
    /// Mean distance between confidence and share right, weighted by statements.
    pub calibration_error: f64,
    /// By what speaks for them: [`Witnesses::agreement`](crate::record::Witnesses::agreement).
    pub witnesses: BTreeMap<&'static str, Agreement>,
    /// Statements that gold does not have, the most confident first.
    pub wrong: Vec<Mistake>,
    /// Facts of gold that were not found, in order.
    pub missed: Vec<Mistake>,
}

impl<'o> Scorer<'o> {
    /// Counts statements of at least `threshold` confidence.
    #[must_use]
    pub fn new(ontology: &'o Ontology, threshold: f64) -> Self {
        Self {
            ontology,
            threshold,
            relations: BTreeMap::new(),
            judged: Vec::new(),
            witnesses: BTreeMap::new(),
            wrong: Vec::new(),
            missed: Vec::new(),
        }
    }

    /// Compares what was extracted from an article with its gold.
    ///
    /// A statement is right when gold has a fact of its relation, polarity and reality whose ends overlap its own; each
    /// fact makes one statement right, exact words first. Two statements of one relation with overlapping ends count
    /// once, with the higher confidence. O(statements · facts).
    pub fn add(&mut self, article: &Article, gold: &Gold, record: &Record) {
        let letters: Vec<char> = gold.text.chars().collect();
        let counted = |relation: &str| gold.annotated.as_ref().is_none_or(|names| names.contains(relation));
        let mut found: Vec<&RecordStatement> = Vec::new();
        let mut all: Vec<&RecordStatement> = record
            .statements
            .iter()
            .filter(|statement| {
                counted(&statement.relation)
                    && self.ontology.relation(&statement.relation).is_some()
                    && statement.confidence.value() >= self.threshold
            })
            .collect();
        all.sort_by_key(|statement| (std::cmp::Reverse(statement.confidence), statement.evidence));
        for statement in all {
            let ends = |other: &RecordStatement| [other.evidence.subject, other.evidence.object];
            let same = |other: &&RecordStatement| {
                other.relation == statement.relation
                    && ends(other).into_iter().zip(ends(statement)).all(|(a, b)| overlap(a, b))
            };
            if !found.iter().any(same) {
                found.push(statement);
            }
        }
        let (matched, taken) = self.match_up(&found, &gold.facts);
        for (statement, matched) in found.iter().zip(matched) {
            if matched.is_some_and(|(fact, _)| gold.facts[fact].doubtful) {
                continue;
            }
            let right = matched.is_some();
            let counts = self.relations.entry(statement.relation.clone()).or_default();
            counts.found += 1;
            counts.right += usize::from(right);
            counts.exact += usize::from(matched.is_some_and(|(_, words)| words == Words::Exact));
            self.judged.push((statement.confidence.value(), right));
            if let Some(witnesses) = &statement.witnesses {
                let agreement = self.witnesses.entry(witnesses.agreement()).or_default();
                agreement.statements += 1;
                agreement.right += usize::from(right);
            }
            if !right {
                let evidence = &statement.evidence;
                let words = |span: CharSpan| -> String {
                    letters[span.start as usize..span.end as usize].iter().collect()
                };
                self.wrong.push(Mistake {
                    source: article.source.clone(),
                    subject: words(evidence.subject),
                    relation: flagged(&statement.relation, statement.polarity, statement.modality),
                    object: words(evidence.object),
                    confidence: Some(statement.confidence.value()),
                    by: Some(statement.by.clone()),
                    sentence: words(evidence.sentence),
                });
            }
        }
        for (fact, taken) in gold.facts.iter().zip(taken).filter(|(fact, _)| !fact.doubtful) {
            self.relations.entry(fact.relation.names()[0].clone()).or_default().gold += 1;
            if !taken {
                let words = |(start, end): (u32, u32)| -> String {
                    letters[start as usize..end as usize].iter().collect()
                };
                self.missed.push(Mistake {
                    source: article.source.clone(),
                    subject: words(fact.subject),
                    relation: flagged(&fact.relation.names().join("|"), fact.polarity, fact.modality),
                    object: words(fact.object),
                    confidence: None,
                    by: None,
                    sentence: words(around(&letters, fact)),
                });
            }
        }
    }

    /// The fact that makes each statement right and how exactly, and which facts were needed: firm ones before doubtful
    /// ones, the same words before overlapping ones.
    fn match_up(
        &self,
        found: &[&RecordStatement],
        facts: &[GoldFact],
    ) -> (Vec<Option<(usize, Words)>>, Vec<bool>) {
        let mut taken = vec![false; facts.len()];
        let mut matched = vec![None; found.len()];
        for (doubtful, words) in
            [(false, Words::Exact), (false, Words::Overlap), (true, Words::Exact), (true, Words::Overlap)]
        {
            for (statement, matched) in found.iter().zip(&mut matched) {
                let open = |&fact: &usize| {
                    !taken[fact]
                        && facts[fact].doubtful == doubtful
                        && self.fits(statement, &facts[fact], words)
                };
                if matched.is_none()
                    && let Some(fact) = (0..facts.len()).find(open)
                {
                    taken[fact] = true;
                    *matched = Some((fact, words));
                }
            }
        }
        (matched, taken)
    }

    fn fits(&self, statement: &RecordStatement, fact: &GoldFact, words: Words) -> bool {
        let same = |found: CharSpan, gold: (u32, u32)| {
            let gold = CharSpan { start: gold.0, end: gold.1 };
            if words == Words::Exact { found == gold } else { overlap(found, gold) }
        };
        let evidence = &statement.evidence;
        let straight = same(evidence.subject, fact.subject) && same(evidence.object, fact.object);
        let turned = || {
            self.ontology.relation(&statement.relation).is_some_and(|relation| relation.symmetric)
                && same(evidence.subject, fact.object)
                && same(evidence.object, fact.subject)
        };
        fact.relation.names().contains(&statement.relation)
            && statement.polarity == fact.polarity
            && (statement.modality == Modality::Actual) == (fact.modality == Modality::Actual)
            && (straight || turned())
    }

    /// The scores of all articles so far.
    #[must_use]
    pub fn scores(mut self) -> Scores {
        let mut all = Counts::default();
        for counts in self.relations.values() {
            all.gold += counts.gold;
            all.found += counts.found;
            all.right += counts.right;
            all.exact += counts.exact;
        }
        let calibration: Vec<Bin> = (0..BINS).map(|bin| self.bin(bin)).collect();
        let distance = |bin: &Bin| (bin.confidence - bin.right).abs() * bin.statements as f64;
        let error = calibration.iter().map(distance).sum::<f64>() / (self.judged.len().max(1) as f64);
        self.wrong
            .sort_by(|a, b| b.confidence.partial_cmp(&a.confidence).unwrap_or(std::cmp::Ordering::Equal));
        Scores {
            all,
            relations: self.relations,
            calibration,
            witnesses: self.witnesses,
            calibration_error: error,
            wrong: self.wrong,
            missed: self.missed,
        }
    }

    fn bin(&self, bin: usize) -> Bin {
        let inside: Vec<&(f64, bool)> =
            self.judged.iter().filter(|(confidence, _)| bin_of(*confidence) == bin).collect();
        let mean = |sum: f64| if inside.is_empty() { 0.0 } else { sum / inside.len() as f64 };
        Bin {
            statements: inside.len(),
            confidence: mean(inside.iter().map(|(confidence, _)| confidence).sum()),
            right: mean(inside.iter().filter(|(_, right)| *right).count() as f64),
        }
    }
}

#[expect(clippy::cast_sign_loss, reason = "confidences are not negative")]
fn bin_of(confidence: f64) -> usize {
    ((confidence * BINS as f64) as usize).min(BINS - 1)
}

fn overlap(a: CharSpan, b: CharSpan) -> bool {
    a.start < b.end && b.start < a.end
}

fn flagged(relation: &str, polarity: Polarity, modality: Modality) -> String {
    let mut words = relation.to_owned();
    if polarity == Polarity::Negated {
        words += ", negated";
    }
    if modality != Modality::Actual {
        words = format!("{words}, {modality}");
    }
    words
}

/// The line that a fact stands in, or what lies near it in a long one.
fn around(letters: &[char], fact: &GoldFact) -> (u32, u32) {
    const NEAR: usize = 120;
    let first = fact.subject.0.min(fact.object.0) as usize;
    let last = fact.subject.1.max(fact.object.1) as usize;
    let start = (first.saturating_sub(NEAR)..first)
        .rev()
        .find(|&at| letters[at] == '\n')
        .map_or_else(|| first.saturating_sub(NEAR), |at| at + 1);
    let end = (last..letters.len().min(last + NEAR)).find(|&at| letters[at] == '\n');
    (start as u32, end.unwrap_or_else(|| letters.len().min(last + NEAR)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::CodePoints,
        record::{Confidence, RecordArticle, RecordEvidence, RecordObject, StatementKind},
    };

    const TEXT: &str = "Vogt runs Acme. Lee married Vogt.";

    fn span(words: &str) -> CharSpan {
        let start = TEXT.find(words).expect("the words stand in the text") as u32;
        CharSpan { start, end: start + words.len() as u32 }
    }

    fn statement(subject: &str, relation: &str, object: &str, confidence: f64) -> RecordStatement {
        let evidence = RecordEvidence {
            sentence: span("Vogt runs Acme."),
            subject: span(subject),
            object: span(object),
            cue: span("runs"),
        };
        RecordStatement {
            subject: "e1".to_owned(),
            relation: relation.to_owned(),
            object: RecordObject::Entity("e2".to_owned()),
            kind: StatementKind::Fact,
            polarity: Polarity::Affirmed,
            modality: Modality::Actual,
            holder: None,
            attribution: None,
            role: None,
            time: None,
            amount: None,
            phrase: "runs".to_owned(),
            confidence: Confidence::new(confidence),
            evidence,
            by: "clause/verb".to_owned(),
            witnesses: None,
        }
    }

    fn scores(facts: &str, statements: Vec<RecordStatement>) -> Scores {
        let gold = read_gold(format!("{{\"text\":{TEXT:?},{facts}}}").as_bytes()).expect("it is gold");
        let article = Article::new("test", TEXT);
        assert_eq!(CodePoints::new(TEXT).len() as usize, TEXT.len());
        let record = Record {
            article: RecordArticle::from(&article),
            entities: Vec::new(),
            statements,
            model: String::new(),
            ontology: String::new(),
        };
        let ontology = Ontology::builtin();
        let mut scorer = Scorer::new(&ontology, 0.5);
        scorer.add(&article, &gold[0], &record);
        scorer.scores()
    }

    #[test]
    fn overlapping_words_are_right_and_the_same_words_are_exact() {
        let facts = r#""facts":[{"subject":[0,4],"relation":"leads","object":[10,14]},
                                {"subject":[16,19],"relation":"spouseOf","object":[28,32]}]"#
            .replace('\n', " ");
        let found = scores(
            &facts,
            vec![
                statement("Vogt runs", "leads", "Acme", 0.9),
                statement("Vogt", "leads", "Acme", 0.8), // the same again
                statement("Lee", "spouseOf", "Vogt.", 0.95), // overlaps, and is symmetric anyway
                statement("Acme", "leads", "Vogt", 0.7),
                statement("Acme", "owns", "Vogt", 0.1), // below the threshold
            ],
        );
        assert_eq!(found.all, Counts { gold: 2, found: 3, right: 2, exact: 0 });
        assert_eq!((found.wrong.len(), found.missed.len()), (1, 0));
        assert_eq!(found.wrong[0].relation, "leads");
        assert!((found.all.f1() - 0.8).abs() < 1e-9);
        // 0.95 and 0.9 right, 0.7 wrong.
        assert!((found.calibration_error - (0.15 + 0.7) / 3.0).abs() < 1e-9, "{}", found.calibration_error);
    }

    #[test]
    fn symmetric_relations_fit_both_ways_and_others_do_not() {
        let turned = |relation: &str| {
            let facts =
                format!(r#""facts":[{{"subject":[28,32],"relation":["{relation}"],"object":[16,19]}}]"#);
            scores(&facts, vec![statement("Lee", relation, "Vogt.", 0.9)]).all.right
        };
        assert_eq!((turned("spouseOf"), turned("childOf")), (1, 0));
    }

    #[test]
    fn what_is_doubtful_is_neither_wrong_nor_missed() {
        let facts = r#""facts":[{"subject":[0,4],"relation":"leads","object":[10,14],"doubtful":true}]"#;
        for statements in [vec![], vec![statement("Vogt", "leads", "Acme", 0.9)]] {
            let found = scores(facts, statements);
            assert_eq!((found.all, found.wrong.len(), found.missed.len()), (Counts::default(), 0, 0));
        }
    }

    #[test]
    fn only_annotated_relations_count_and_reality_must_agree() {
        let facts = r#""annotated":["leads"],"facts":[]"#;
        let found = scores(facts, vec![statement("Vogt", "worksFor", "Acme", 0.9)]);
        assert_eq!(found.all, Counts::default());
        let facts = r#""facts":[{"subject":[0,4],"relation":"leads","object":[10,14],"modality":"planned"}]"#;
        let found = scores(facts, vec![statement("Vogt", "leads", "Acme", 0.9)]);
        assert_eq!((found.all.right, found.missed[0].relation.as_str()), (0, "leads, planned"));
        assert_eq!(found.missed[0].sentence, TEXT);
    }

    #[test]
    fn bad_gold_is_refused_with_its_line() {
        for (line, message) in [
            ("\n{\"text\": 3}", "line 2: not gold"),
            (
                r#"{"text":"a b","facts":[{"subject":[0,1],"relation":"leads","object":[2,9]}]}"#,
                "line 1, fact 1: 2..9",
            ),
        ] {
            let error = read_gold(line.as_bytes()).expect_err(line).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
