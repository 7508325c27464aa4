//! Literate cases: every `tests/suite/*.md` is prose with short articles and what a careful reader takes from them.
//!
//! ```text
//! ## passive with agent
//! <!-- published: 2025-01-28 -->
//! > Lumora was acquired by Kestrel Systems in 2021.
//!
//! - Kestrel Systems | acquired | Lumora | time=2021
//! - not: Lumora | acquired | Kestrel Systems
//! - gap: Lumora | basedIn | Britain
//! ```
//!
//! A plain line must be found. `not:` must not be found with the qualifiers given; without any, it must not stand as
//! an affirmed, actual statement of the article itself. `gap:` is a known gap: it should be found, is not yet, and the
//! test asks to be told when it is; `gap: not:` is a wrong one that should not be found and still is. Only what a graph
//! asserts by default counts, so both depend on the confidence. `*` matches anything. `NEWSGRAPH_SUITE=words` runs the cases whose title has them
//! and prints all that was found.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use newsgraph::{
    article::Article,
    extract::Extractor,
    graph::MergeOptions,
    language::{self, Model},
    ontology::Ontology,
    record::{Modality, Polarity, Record, RecordObject, RecordStatement},
};

struct Case {
    file: PathBuf,
    line: usize,
    title: String,
    published: Option<jiff::civil::Date>,
    text: String,
    expectations: Vec<Expectation>,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Found,
    NotFound,
    Gap,
    GapNot,
}

struct Expectation {
    wanted: Wanted,
    line: String,
    subject: String,
    relation: String,
    object: String,
    qualifiers: Vec<(String, String)>,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).expect("the suite is readable");
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let at = || format!("{}:{}", path.display(), index + 1);
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                file: path.to_owned(),
                line: index + 1,
                title: title.to_owned(),
                published: None,
                text: String::new(),
                expectations: Vec::new(),
            });
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(quoted) = line.strip_prefix('>') {
            if !case.text.is_empty() {
                case.text.push('\n');
            }
            case.text.push_str(quoted.trim_start());
        } else if let Some(date) = line.trim().strip_prefix("<!-- published:") {
            let date = date.trim().trim_end_matches("-->").trim();
            case.published = Some(date.parse().unwrap_or_else(|error| panic!("{}: {error}", at())));
        } else if let Some(item) = line.strip_prefix("- ") {
            let (wanted, rest) = match item.split_once(": ") {
                Some(("not", rest)) => (Wanted::NotFound, rest),
                Some(("gap", rest)) => match rest.strip_prefix("not: ") {
                    Some(rest) => (Wanted::GapNot, rest),
                    None => (Wanted::Gap, rest),
                },
                _ => (Wanted::Found, item),
            };
            let mut parts = rest.split(" | ").map(str::trim);
            let mut next =
                || parts.next().unwrap_or_else(|| panic!("{}: three parts wanted", at())).to_owned();
            let (subject, relation, object) = (next(), next(), next());
            let qualifiers = parts
                .map(|part| {
                    let (key, value) =
                        part.split_once('=').unwrap_or_else(|| panic!("{}: key=value wanted", at()));
                    (key.trim().to_owned(), value.trim().to_owned())
                })
                .collect();
            case.expectations.push(Expectation {
                wanted,
                line: item.to_owned(),
                subject,
                relation,
                object,
                qualifiers,
            });
        }
    }
    for case in &cases {
        let at = format!("{}:{} {}", case.file.display(), case.line, case.title);
        assert!(!case.text.is_empty() && !case.expectations.is_empty(), "{at}: no text or nothing expected");
    }
    cases
}

fn is_named(record: &Record, key: &str, name: &str) -> bool {
    let same = |candidate: &str| candidate.eq_ignore_ascii_case(name);
    name == "*"
        || record
            .entities
            .iter()
            .find(|entity| entity.key == key)
            .is_some_and(|entity| same(&entity.label) || entity.aliases.iter().any(|alias| same(alias)))
}

fn matches(record: &Record, statement: &RecordStatement, wanted: &Expectation) -> bool {
    let object = match &statement.object {
        RecordObject::Entity(key) => is_named(record, key, &wanted.object),
        RecordObject::Literal(literal) => {
            let trimmed = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            wanted.object == "*" || trimmed(&literal.value) == trimmed(&wanted.object)
        }
    };
    (wanted.relation == "*" || statement.relation == wanted.relation)
        && is_named(record, &statement.subject, &wanted.subject)
        && object
        && wanted.qualifiers.iter().all(|(key, value)| qualifies(record, statement, key, value))
}

fn qualifies(record: &Record, statement: &RecordStatement, key: &str, value: &str) -> bool {
    match key {
        "polarity" => statement.polarity.as_str() == value,
        "modality" => statement.modality.as_str() == value,
        "kind" => statement.kind.as_str() == value,
        "holder" => match &statement.holder {
            Some(holder) => is_named(record, holder, value),
            None => value == "none",
        },
        "role" => statement.role.as_deref() == Some(value),
        "quoted" => statement.attribution.is_some_and(|found| found.quoted) == (value == "true"),
        "time" => statement.time.as_ref().is_some_and(|time| {
            let (from, to) = value.split_once("..").unwrap_or((value, value));
            let is = |found: &Option<String>, wanted: &str| found.as_deref().unwrap_or("") == wanted;
            is(&time.from, from) && is(&time.to, to)
        }),
        "amount" => statement
            .amount
            .as_ref()
            .is_some_and(|amount| format!("{} {}", amount.value, amount.unit) == value),
        _ => panic!("unknown qualifier {key}"),
    }
}

/// Whether the article itself says so, as a fact.
fn is_plain(statement: &RecordStatement) -> bool {
    statement.polarity == Polarity::Affirmed
        && statement.modality == Modality::Actual
        && statement.holder.as_ref().is_none_or(|holder| *holder == statement.subject)
}

fn describe(record: &Record) -> String {
    let name = |key: &str| {
        record.entities.iter().find(|entity| entity.key == key).map_or("?", |entity| &entity.label).to_owned()
    };
    let mut lines = String::new();
    for entity in &record.entities {
        let _ = writeln!(lines, "      ({} {} {:?})", entity.class, entity.label, entity.aliases);
    }
    for statement in &record.statements {
        let object = match &statement.object {
            RecordObject::Entity(key) => name(key),
            RecordObject::Literal(literal) => format!("“{}”", literal.value),
        };
        let _ = writeln!(
            lines,
            "      {} | {} | {object} | {} {} holder={} role={:?} time={:?} amount={:?} {} {}",
            name(&statement.subject),
            statement.relation,
            statement.polarity,
            statement.modality,
            statement.holder.as_deref().map_or_else(|| "none".to_owned(), name),
            statement.role,
            statement.time.as_ref().map(|time| (&time.from, &time.to)),
            statement.amount.as_ref().map(|amount| (amount.value, &amount.unit)),
            statement.by,
            statement.confidence,
        );
    }
    lines
}

#[test]
fn every_case_reads_as_a_careful_reader_would() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("tests/suite is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    let filter = std::env::var("NEWSGRAPH_SUITE").ok();

    let ontology = Ontology::builtin();
    let model = Model::embedded();
    let extractor = Extractor::new(&ontology, model.name());
    let least = MergeOptions::default().threshold;
    let (mut report, mut failures, mut gaps, mut total) = (String::new(), 0, 0, 0);
    for case in files.iter().flat_map(|file| cases(file)) {
        if filter.as_ref().is_some_and(|words| !case.title.contains(words.as_str())) {
            continue;
        }
        total += 1;
        let mut article = Article::new(case.title.clone(), case.text.as_str());
        article.published = case.published;
        let record = extractor.extract(&article, &language::analyse(model, &case.text));
        let mut wrong = String::new();
        for expectation in &case.expectations {
            let mut found = record.statements.iter().filter(|&statement| {
                statement.confidence >= least && matches(&record, statement, expectation)
            });
            let (ok, problem) = match expectation.wanted {
                Wanted::Found => (found.next().is_some(), "missing"),
                Wanted::Gap => {
                    gaps += 1;
                    (found.next().is_none(), "no longer a gap, expect it")
                }
                Wanted::GapNot => {
                    gaps += 1;
                    (found.any(is_plain), "no longer a gap, forbid it")
                }
                Wanted::NotFound if expectation.qualifiers.is_empty() => (!found.any(is_plain), "wrong"),
                Wanted::NotFound => (found.next().is_none(), "wrong"),
            };
            if !ok {
                let _ = writeln!(wrong, "    {problem}: {}", expectation.line);
            }
        }
        if !wrong.is_empty() {
            failures += 1;
        }
        if !wrong.is_empty() || filter.is_some() {
            let at = format!("{}:{}", case.file.display(), case.line);
            let _ = write!(report, "\n{at} {}\n    {}\n{wrong}{}", case.title, case.text, describe(&record));
        }
    }
    if filter.is_some() {
        println!("{report}");
    }
    assert!(total > 0, "no case ran");
    assert!(failures == 0, "{failures} of {total} cases fail ({gaps} known gaps):\n{report}");
}
