//! Ctrl-C: stop between two writes, say what is safe, and exit with 130.

use std::{
    process,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::term;

/// Exit code of a program stopped by Ctrl-C: 128 and the number of the signal.
const EXIT_CODE: i32 = 130;

/// What is said when the run is interrupted. Held while something is written, so that nothing is left half done.
static SAFE: Mutex<String> = Mutex::new(String::new());

/// From now on Ctrl-C ends the program as soon as nobody holds [`hold`].
pub(crate) fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        let safe = hold();
        let note = if safe.is_empty() { "nothing was changed" } else { safe.as_str() };
        anstream::eprintln!();
        term::warning(&format!("interrupted; {note}"));
        process::exit(EXIT_CODE);
    })
}

/// Puts Ctrl-C off until the guard is dropped; what it holds is said on interruption.
pub(crate) fn hold() -> MutexGuard<'static, String> {
    SAFE.lock().unwrap_or_else(PoisonError::into_inner)
}
