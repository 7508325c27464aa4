//! From an analysed article to its record: clauses, relations, attribution, stance, factuality and time.

mod atoms;
mod attribution;
mod entities;
mod money;
mod quote;
mod time;
mod tree;

#[cfg(test)]
mod testing;
