//! One confidence from what speaks for a statement: the clause as the rules read it, the model's view of the pair, and
//! how sure it is what the two ends mean.
//!
//! A logistic regression for each kind of witnesses; `python -m training calibrate` fits it.

use crate::record::{Confidence, Witnesses};

/// Weights of a kind of witnesses. The log-odds of a rule and the logarithm of the certainty of the ends count as they are.
struct Weights {
    bias: f64,
    /// Of the log-odds of the model.
    pair: f64,
    /// Of the steps between the ends in the tree, at most [`FAR`].
    path: f64,
    /// Added where the ends stand in two sentences.
    apart: f64,
}

/// Steps that are told apart.
const FAR: u8 = 8;

/// A rule alone: the model does not know the relation.
const CLAUSE: Weights = Weights { bias: 0.0, pair: 0.0, path: 0.0, apart: 0.0 };
/// A rule against the model, which knows the relation and does not see it. Fitted, the bias is -2.8 on the held-out sentences
/// and -1.0 on the suite, whose constructions the rules were made for; it stands between.
const AGAINST: Weights = Weights { bias: -1.5, pair: 0.0, path: 0.0, apart: 0.0 };
/// A rule and the model.
const BOTH: Weights = Weights { bias: -0.7, pair: 0.4, path: 0.0, apart: 0.0 };
/// The model alone.
const PAIR: Weights = Weights { bias: 0.0, pair: 0.6, path: -0.2, apart: -1.5 };

/// How sure a statement is.
pub(crate) fn confidence(witnesses: &Witnesses) -> f64 {
    let odds = |p: Confidence| {
        let p = p.value().clamp(0.001, 0.999);
        (p / (1.0 - p)).ln()
    };
    let weights = match (witnesses.clause, witnesses.pair.map(Confidence::value)) {
        (Some(_), None) => CLAUSE,
        (Some(_), Some(0.0)) => AGAINST,
        (Some(_), Some(_)) => BOTH,
        (None, _) => PAIR,
    };
    let place = match witnesses.path {
        Some(path) => weights.path * f64::from(path.min(FAR)),
        None => weights.apart,
    };
    let sum = weights.bias
        + witnesses.clause.map_or(0.0, odds)
        + weights.pair * witnesses.pair.map_or(0.0, odds)
        + place
        + witnesses.ends.value().max(0.01).ln();
    1.0 / (1.0 + (-sum).exp())
}
