//! Plain text: the file is the article.

use super::inputs::Draft;

/// The whole text, unchanged, so that offsets point into the user's own file.
pub(super) fn read(source: String, text: String) -> Draft {
    Draft { source, text, ..Draft::default() }
}
