//! The command line from outside: what a user types, sees and gets back.

#![expect(clippy::unwrap_used, clippy::format_collect, reason = "helpers of tests may panic and be slow")]

mod bad_input;
mod commands;
mod interruption;
mod support;
