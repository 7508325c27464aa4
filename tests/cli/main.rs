//! The command line from outside: what a user types, sees and gets back.

#![expect(clippy::unwrap_used, clippy::format_collect, reason = "a test that cannot set itself up fails")]

mod bad_input;
mod commands;
mod interruption;
mod support;
