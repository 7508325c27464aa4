//! From an analysed article to its record: clauses, relations, attribution, stance, factuality and time.

mod tree;

#[cfg(test)]
mod testing;
