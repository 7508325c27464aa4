//! The command line from outside: what a user types, sees and gets back.

mod bad_input;
mod commands;
mod interruption;
mod support;
