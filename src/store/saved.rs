//! Saved questions: SPARQL with a name, a line on what it asks, and parameters.
//!
//! Each is a file under `saved/`. Its first line is the question as a comment; each parameter has a comment
//! `# $name: what it narrows`. A parameter is a variable of `SELECT` that is bound to the user's words, or to
//! an empty string; words are never pasted into the query.

use std::collections::BTreeMap;

use super::sparql::QueryOptions;

/// A saved question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Name to call it by.
    pub name: &'static str,
    /// What it asks, in one line.
    pub question: &'static str,
    /// Parameters with what each narrows.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// The query.
    pub sparql: &'static str,
}

/// Why a saved question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// No such question.
    #[error("there is no saved question {0:?}; there are {1}")]
    Unknown(String, String),
    /// No such parameter.
    #[error("the saved question {0} has no parameter {1:?}; it has {2}")]
    Parameter(&'static str, String, String),
}

macro_rules! saved {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("saved/", $name, ".rq")))),+]
    };
}

/// Name and text of every question, sorted by name.
const FILES: &[(&str, &str)] = saved![
    "acquisitions",
    "corroborated",
    "denied",
    "disagreements",
    "investments",
    "quotes",
    "releases",
    "rivals",
    "sources",
    "supports-and-opposes",
    "timeline",
    "who-leads-what",
    "who-stands-where",
    "who-works-where",
];

/// Every saved question, sorted by name.
#[must_use]
pub fn all() -> Vec<Saved> {
    FILES.iter().map(|(name, sparql)| read(name, sparql)).collect()
}

/// The question of that name.
///
/// ```
/// let saved = newsgraph::store::saved::find("who-stands-where")?;
/// assert!(saved.parameters.iter().any(|(name, _)| *name == "topic"));
/// # Ok::<(), newsgraph::store::saved::SavedError>(())
/// ```
///
/// # Errors
/// If there is none; the error lists those that there are.
pub fn find(name: &str) -> Result<Saved, SavedError> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map(|(name, sparql)| read(name, sparql)).ok_or_else(|| {
        let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        SavedError::Unknown(name.to_owned(), names.join(", "))
    })
}

fn read(name: &'static str, sparql: &'static str) -> Saved {
    let comments = || sparql.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    Saved {
        name,
        question: comments().next().unwrap_or_default(),
        parameters: comments().filter_map(|line| line.strip_prefix('$')?.split_once(": ")).collect(),
        sparql,
    }
}

impl Saved {
    /// The options that ask it with `words` for its parameters. One not named is bound to no words, which every name
    /// contains.
    ///
    /// # Errors
    /// If it has no such parameter.
    pub fn options(&self, words: &BTreeMap<String, String>) -> Result<QueryOptions, SavedError> {
        if let Some(unknown) =
            words.keys().find(|name| self.parameters.iter().all(|(known, _)| known != *name))
        {
            let known: Vec<&str> = self.parameters.iter().map(|(name, _)| *name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(SavedError::Parameter(self.name, unknown.clone(), known));
        }
        let parameters = self
            .parameters
            .iter()
            .map(|(name, _)| ((*name).to_owned(), words.get(*name).cloned().unwrap_or_default()))
            .collect();
        Ok(QueryOptions { parameters, ..QueryOptions::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        graph::{
            Graph, MergeOptions,
            fixture::{ontology, world},
        },
        store::{AnswerFormat, BaseIri, Store},
    };

    fn store() -> Store {
        let ontology = ontology();
        let graph = Graph::from_records(world(), ontology, &MergeOptions::default());
        Store::from_graph(&graph, ontology, &BaseIri::default()).unwrap()
    }

    fn ask(store: &Store, name: &str, words: &[(&str, &str)]) -> Vec<String> {
        let saved = find(name).unwrap();
        let words = words.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect();
        let mut bytes = Vec::new();
        let answer = store.query(saved.sparql, &saved.options(&words).unwrap());
        answer
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .write(AnswerFormat::Csv, &mut bytes)
            .unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_question_has_an_answer_in_a_small_world() {
        let store = store();
        let first: Vec<(String, String)> = all()
            .iter()
            .map(|saved| {
                assert!(saved.question.ends_with('?'), "{}: {}", saved.name, saved.question);
                assert!(saved.sparql.contains("ORDER BY"), "{} has no order", saved.name);
                let rows = ask(&store, saved.name, &[]);
                (saved.name.to_owned(), rows.get(1).cloned().unwrap_or_default())
            })
            .collect();
        let first: Vec<String> = first.into_iter().map(|(name, row)| format!("{name}: {row}")).collect();
        assert_eq!(
            first,
            [
                "acquisitions: Vale Works,Ode Labs,negated,actual,Bo Vale,,0.8,Vale Works did not buy Ode Labs.",
                "corroborated: Ann Ode,works for,Ode Labs,2,0.96",
                "denied: Bo Vale,Vale Works,acquired,Ode Labs,actual,Vale Works did not buy Ode Labs.",
                "disagreements: Ann Ode,supports,open source,Bo Vale,opposes",
                "investments: Vale Works,Ode Labs,$60 billion,60000000000,USD,2025-02-01",
                "quotes: Ann Ode,Open models win.,2025-01-28,The Daily Ode,News of 2025-01-28",
                "releases: Ode Labs,released,Ode-2,on January 20,2025-01-28",
                "rivals: Ode Labs,Vale Works,2,0.96",
                "sources: 2025-03-01,,News of 2025-03-01,,3,3",
                "supports-and-opposes: open source,supports,Ann Ode,0.8,Ann Ode backs open source.",
                "timeline: 2025-01-20,Ode Labs,released,Ode-2,Ode Labs released Ode-2.",
                "who-leads-what: Bo Vale,Vale Works,chief executive,0.8",
                "who-stands-where: Ann Ode,Ode Labs,supports,open source,0.8",
                "who-works-where: Ann Ode,Ode Labs,chief scientist,0.96",
            ]
        );
    }

    #[test]
    fn parameters_narrow_the_answer_and_are_no_columns() {
        let store = store();
        let rows = ask(&store, "who-stands-where", &[("person", "vale"), ("topic", "SOURCE")]);
        assert_eq!(rows[1..], ["Bo Vale,Vale Works,opposes,open source,0.8"]);
        assert!(!rows[0].contains("words"), "{}", rows[0]);
        assert_eq!(ask(&store, "who-stands-where", &[("person", "\") } #")]).len(), 1);
        for saved in all() {
            for (name, _) in &saved.parameters {
                assert_eq!(
                    ask(&store, saved.name, &[(name, "no such thing")]).len(),
                    1,
                    "{} {name}",
                    saved.name
                );
            }
        }
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        assert!(find("nothing").unwrap_err().to_string().contains("who-stands-where"));
        let words = [("planet".to_owned(), "Mars".to_owned())].into();
        let error = find("rivals").unwrap().options(&words).err().unwrap();
        assert!(error.to_string().contains("company"), "{error}");
    }
}
