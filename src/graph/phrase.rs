//! How a statement reads in few words: "works for", "not acquired", "planned: acquired (says Reuters)".

use std::borrow::Cow;

use super::{EntityIx, Graph, Statement};
use crate::{
    ontology::Ontology,
    record::{Modality, Polarity},
};

impl Statement {
    /// The relation's words: its label in the vocabulary, or the lemma of an open relation.
    #[must_use]
    pub fn relation_label<'a>(&'a self, ontology: &'a Ontology) -> Cow<'a, str> {
        match ontology.relation(&self.relation) {
            Some(relation) => Cow::Borrowed(&relation.label),
            None => Cow::Owned(self.relation.trim_start_matches("open/").replace(['_', '-'], " ")),
        }
    }

    /// The relation's words with everything that keeps the statement from being a plain fact in front or behind.
    #[must_use]
    pub fn claim_label(&self, graph: &Graph, ontology: &Ontology) -> String {
        let mut label = self.relation_label(ontology).into_owned();
        if self.polarity == Polarity::Negated {
            label.insert_str(0, "not ");
        }
        label.insert_str(
            0,
            match self.modality {
                Modality::Actual => "",
                Modality::Possible => "possibly: ",
                Modality::Planned => "planned: ",
                Modality::Conditional => "conditional: ",
            },
        );
        if let Some(holder) = self.reported_by() {
            label.push_str(" (says ");
            label.push_str(&graph.entities[holder.0 as usize].label);
            label.push(')');
        }
        label
    }

    /// Who makes the claim, if it is neither the articles themselves nor the subject.
    #[must_use]
    pub fn reported_by(&self) -> Option<EntityIx> {
        self.holder.filter(|&holder| holder != self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::sample::{self, ONTOLOGY};

    #[test]
    fn what_is_not_a_plain_fact_says_so() {
        let ontology = &*ONTOLOGY;
        let graph = Graph {
            entities: vec![
                sample::entity("organization/a", crate::ontology::Class::Company, "A", &[]),
                sample::entity("organization/b", crate::ontology::Class::Company, "B", &[]),
            ],
            ..Graph::default()
        };
        let mut statement = sample::statement("statement/1", 0, "worksFor", 1, 0.9);
        assert_eq!(statement.claim_label(&graph, ontology), "works for");
        statement.holder = Some(EntityIx(0));
        assert_eq!(statement.claim_label(&graph, ontology), "works for");
        statement.holder = Some(EntityIx(1));
        statement.polarity = Polarity::Negated;
        statement.modality = Modality::Planned;
        assert_eq!(statement.claim_label(&graph, ontology), "planned: not works for (says B)");
        statement.relation = "open/team_up".to_owned();
        assert_eq!(statement.relation_label(ontology), "team up");
    }
}
