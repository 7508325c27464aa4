//! From text to [`Analysis`]: segmentation, the neural model, its decoders.

mod types;

pub use types::{
    Analysis, Deprel, Mention, MentionClass, MentionKind, Sentence, SentenceId, Token, TokenId, Upos, Xpos,
};
