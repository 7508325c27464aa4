//! From what a user types to an entity.

use thiserror::Error;

use super::{Entity, EntityIx, Graph};

/// Candidates and suggestions listed in an error.
const SHOWN: usize = 10;
/// Longer names are not compared letter by letter.
const MAX_COMPARED: usize = 100;

/// Why a name does not lead to one entity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FindError {
    /// Several entities match equally well.
    #[error("{name:?} may be {}; give one of these ids", listed(candidates, *more))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The first of them as `Label (id)`, sorted by id.
        candidates: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// No entity matches.
    #[error("no entity is called {name:?}{}", suggested(nearest))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Entities with similar names as `Label (id)`, most similar first.
        nearest: Vec<String>,
    },
}

fn listed(candidates: &[String], more: usize) -> String {
    let list = candidates.join(", ");
    if more == 0 { list } else { format!("{list} or one of {more} more") }
}

fn suggested(nearest: &[String]) -> String {
    if nearest.is_empty() {
        "; list the names with `newsgraph entities`".to_owned()
    } else {
        format!("; nearest: {}", nearest.join(", "))
    }
}

impl Graph {
    /// The entity called `name`.
    ///
    /// Tried in this order, the first that matches anything decides: id (or an IRI that ends in it), label,
    /// alias, both ignoring case, the beginning of a name, any part of a name. Cost: a few passes over all names.
    ///
    /// # Errors
    /// If several entities match equally well, or none does.
    pub fn find(&self, name: &str) -> Result<EntityIx, FindError> {
        let name = name.trim();
        let id = match name.split_once("://") {
            Some((_, rest)) => self.id_at_end(rest).unwrap_or(name),
            None => name,
        };
        if let Ok(at) = self.entities.binary_search_by(|entity| entity.id.as_str().cmp(id)) {
            return Ok(EntityIx(at as u32));
        }
        let lower = name.to_lowercase();
        if !lower.is_empty() {
            let tests: [&dyn Fn(&Entity) -> bool; 6] = [
                &|entity| entity.label == name,
                &|entity| entity.aliases.contains(name),
                &|entity| entity.label.to_lowercase() == lower,
                &|entity| entity.aliases.iter().any(|alias| alias.to_lowercase() == lower),
                &|entity| names(entity).any(|own| own.to_lowercase().starts_with(&lower)),
                &|entity| names(entity).any(|own| own.to_lowercase().contains(&lower)),
            ];
            for test in tests {
                let found: Vec<usize> =
                    (0..self.entities.len()).filter(|&at| test(&self.entities[at])).collect();
                match found[..] {
                    [] => {}
                    [one] => return Ok(EntityIx(one as u32)),
                    _ => {
                        return Err(FindError::Ambiguous {
                            name: name.to_owned(),
                            candidates: found
                                .iter()
                                .take(SHOWN)
                                .map(|&at| shown(&self.entities[at]))
                                .collect(),
                            more: found.len().saturating_sub(SHOWN),
                        });
                    }
                }
            }
        }
        Err(FindError::Unknown { name: name.to_owned(), nearest: self.nearest(&lower) })
    }

    /// The id of an entity that `path` ends in, after a slash.
    fn id_at_end<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.match_indices('/')
            .map(|(at, _)| &path[at + 1..])
            .find(|end| self.entities.binary_search_by(|entity| entity.id.as_str().cmp(end)).is_ok())
    }

    /// Entities whose name is at most a third wrong, most similar first.
    fn nearest(&self, lower: &str) -> Vec<String> {
        let asked: Vec<char> = lower.chars().take(MAX_COMPARED + 1).collect();
        if asked.is_empty() || asked.len() > MAX_COMPARED {
            return Vec::new();
        }
        let allowed = (asked.len() / 3).max(1);
        let mut near: Vec<(usize, &Entity)> = self
            .entities
            .iter()
            .filter_map(|entity| {
                let distance = names(entity)
                    .map(|own| own.to_lowercase().chars().collect::<Vec<_>>())
                    .filter(|own| own.len().abs_diff(asked.len()) <= allowed)
                    .map(|own| edit_distance(&asked, &own))
                    .min()?;
                (distance <= allowed).then_some((distance, entity))
            })
            .collect();
        near.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        near.into_iter().take(SHOWN / 2).map(|(_, entity)| shown(entity)).collect()
    }
}

fn names(entity: &Entity) -> impl Iterator<Item = &String> {
    std::iter::once(&entity.label).chain(&entity.aliases)
}

fn shown(entity: &Entity) -> String {
    format!("{} ({})", entity.label, entity.id)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`; O(a·b).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{graph::sample::entity, ontology::Class};

    fn graph() -> Graph {
        let mut entities = vec![
            entity("organization/apex", Class::Company, "Apex", &["APX", "Apex Corp."]),
            entity("person/ada-stone", Class::Person, "Ada Stone", &["Stone"]),
            entity("person/bo-stone", Class::Person, "Bo Stone", &["Stone"]),
            entity("product/apex", Class::Product, "apex", &[]),
            entity("topic/open-source", Class::Topic, "open source", &["open-source software"]),
        ];
        entities.sort_by(|a, b| a.id.cmp(&b.id));
        Graph { entities, ..Graph::default() }
    }

    fn found(name: &str) -> String {
        let graph = graph();
        match graph.find(name) {
            Ok(at) => graph.entities[at.0 as usize].id.clone(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn exact_names_win_over_looser_ones() {
        assert_eq!(found("person/bo-stone"), "person/bo-stone");
        assert_eq!(found("https://example.org/kb/person/bo-stone"), "person/bo-stone");
        assert_eq!(found("Apex"), "organization/apex");
        assert_eq!(found("apex"), "product/apex");
        assert_eq!(found("APX"), "organization/apex");
        assert_eq!(found("apx"), "organization/apex");
        assert_eq!(found("  ADA STONE "), "person/ada-stone");
        assert_eq!(found("Ada"), "person/ada-stone");
        assert_eq!(found("software"), "topic/open-source");
    }

    #[test]
    fn an_ambiguous_name_lists_whom_it_may_mean() {
        assert_eq!(
            found("Stone"),
            "\"Stone\" may be Ada Stone (person/ada-stone), Bo Stone (person/bo-stone); give one of these ids"
        );
        assert_eq!(
            found("APEX"),
            "\"APEX\" may be Apex (organization/apex), apex (product/apex); give one of these ids"
        );
    }

    #[test]
    fn an_unknown_name_suggests_similar_ones() {
        assert_eq!(
            found("Aad Stnoe"),
            "no entity is called \"Aad Stnoe\"; nearest: Ada Stone (person/ada-stone)"
        );
        assert_eq!(
            found("zzzzzz"),
            "no entity is called \"zzzzzz\"; list the names with `newsgraph entities`"
        );
        assert_eq!(found(""), "no entity is called \"\"; list the names with `newsgraph entities`");
    }

    #[test]
    fn edits_are_counted_with_swaps() {
        let distance =
            |a: &str, b: &str| edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(distance("abcd", "abdc"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
