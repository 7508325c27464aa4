//! What language analysis finds: sentences of tokens with a dependency tree, and mentions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::article::Span;

/// Declares an enum of labels with their written form, and the look-up in both directions.
macro_rules! labels {
    ($(#[$meta:meta])* $name:ident, $fallback:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the written form says what each label is")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every label, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The label as treebanks write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The label written `text`; an unknown one is the fallback.
            #[must_use]
            pub fn parse(text: &str) -> Self {
                match text { $($text => Self::$variant,)+ _ => Self::$fallback }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

labels! {
    /// Universal part of speech (Universal Dependencies 2).
    Upos, X {
        Adj = "ADJ", Adp = "ADP", Adv = "ADV", Aux = "AUX", Cconj = "CCONJ", Det = "DET", Intj = "INTJ",
        Noun = "NOUN", Num = "NUM", Part = "PART", Pron = "PRON", Propn = "PROPN", Punct = "PUNCT",
        Sconj = "SCONJ", Sym = "SYM", Verb = "VERB", X = "X",
    }
}

labels! {
    /// Penn Treebank tag, which tells tense and number.
    Xpos, Xx {
        Add = "ADD", Afx = "AFX", Cc = "CC", Cd = "CD", Dt = "DT", Ex = "EX", Fw = "FW", Gw = "GW",
        Hyph = "HYPH", In = "IN", Jj = "JJ", Jjr = "JJR", Jjs = "JJS", Lrb = "-LRB-", Ls = "LS", Md = "MD",
        Nfp = "NFP", Nn = "NN", Nnp = "NNP", Nnps = "NNPS", Nns = "NNS", Pdt = "PDT", Pos = "POS",
        Prp = "PRP", PrpPoss = "PRP$", Rb = "RB", Rbr = "RBR", Rbs = "RBS", Rp = "RP", Rrb = "-RRB-",
        Sym = "SYM", To = "TO", Uh = "UH", Vb = "VB", Vbd = "VBD", Vbg = "VBG", Vbn = "VBN", Vbp = "VBP",
        Vbz = "VBZ", Wdt = "WDT", Wp = "WP", WpPoss = "WP$", Wrb = "WRB", Dollar = "$", Comma = ",",
        Period = ".", Colon = ":", OpenQuote = "``", CloseQuote = "''", Xx = "XX",
    }
}

labels! {
    /// Dependency relation (Universal Dependencies 2, English subtypes).
    Deprel, Dep {
        Acl = "acl", AclRelcl = "acl:relcl", Advcl = "advcl", AdvclRelcl = "advcl:relcl", Advmod = "advmod",
        Amod = "amod", Appos = "appos", Aux = "aux", AuxPass = "aux:pass", Case = "case", Cc = "cc",
        CcPreconj = "cc:preconj", Ccomp = "ccomp", Compound = "compound", CompoundPrt = "compound:prt",
        Conj = "conj", Cop = "cop", Csubj = "csubj", CsubjOuter = "csubj:outer", CsubjPass = "csubj:pass",
        Dep = "dep", Det = "det", DetPredet = "det:predet", Discourse = "discourse",
        Dislocated = "dislocated", Expl = "expl", Fixed = "fixed", Flat = "flat", Goeswith = "goeswith",
        Iobj = "iobj", List = "list", Mark = "mark", Nmod = "nmod", NmodDesc = "nmod:desc",
        NmodPoss = "nmod:poss", NmodUnmarked = "nmod:unmarked", Nsubj = "nsubj", NsubjOuter = "nsubj:outer",
        NsubjPass = "nsubj:pass", Nummod = "nummod", Obj = "obj", Obl = "obl", OblAgent = "obl:agent",
        OblUnmarked = "obl:unmarked", Orphan = "orphan", Parataxis = "parataxis", Punct = "punct",
        Reparandum = "reparandum", Root = "root", Vocative = "vocative", Xcomp = "xcomp",
    }
}

labels! {
    /// What kind of thing a mention names. `Date` and `Money` become literals, the rest entities.
    MentionClass, Topic {
        Person = "Person", Organization = "Organization", Company = "Company", Place = "Place",
        Country = "Country", Product = "Product", Event = "Event", Topic = "Topic", Date = "Date",
        Money = "Money",
    }
}

/// A sentence of an article, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceId(pub u32);

/// A token of one sentence, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub u32);

/// One token: a word, number or punctuation mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Where it stands in the article. The parts of a contraction ("do" + "n't") have their own spans.
    pub span: Span,
    /// Universal part of speech.
    pub upos: Upos,
    /// Penn Treebank tag.
    pub xpos: Xpos,
    /// Dictionary form, lower-case but for names.
    pub lemma: Box<str>,
    /// The token it depends on; `None` for the root.
    pub head: Option<TokenId>,
    /// How it depends on it.
    pub deprel: Deprel,
}

/// How a mention refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MentionKind {
    /// By name: "Ada Lovelace".
    Named,
    /// By description: "the company".
    Nominal,
    /// By pronoun: "he", "its".
    Pronoun,
}

impl MentionClass {
    /// Its superclass: organization for a company, place for a country; any other is its own.
    pub(super) fn root(self) -> Self {
        match self {
            Self::Company => Self::Organization,
            Self::Country => Self::Place,
            other => other,
        }
    }
}

/// A stretch of one sentence that refers to something.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// First token.
    pub first: TokenId,
    /// Last token, included.
    pub last: TokenId,
    /// Syntactic head, inside the mention.
    pub head: TokenId,
    /// Kind of thing it names.
    pub class: MentionClass,
    /// How it refers.
    pub kind: MentionKind,
    /// Probability of class and borders, 0 to 1.
    pub score: f32,
}

/// A sentence with its tree and mentions.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// From the first to the last character of its tokens.
    pub span: Span,
    /// Its tokens, in order; never empty.
    pub tokens: Vec<Token>,
    /// Its mentions, ordered by first token, then longest first. Named ones never overlap each other.
    pub mentions: Vec<Mention>,
    /// Whether it opens a paragraph.
    pub paragraph: bool,
}

/// A stretch of tokens of one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sentence.
    pub sentence: SentenceId,
    /// First token.
    pub first: TokenId,
    /// Last token, included.
    pub last: TokenId,
}

/// What the model says of two mentions near each other. Probabilities are not calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The mention that relations and stance start from.
    pub subject: Place,
    /// The mention they lead to.
    pub object: Place,
    /// Relations that may hold, by the names of the model, with their probabilities.
    pub relations: Vec<(Arc<str>, f32)>,
    /// Probability that the text shows the subject to be in favour of the object.
    pub likes: f32,
    /// Probability that it shows the subject to be against the object.
    pub dislikes: f32,
}

/// That a pronoun or description may mean what an earlier mention means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The pronoun or description.
    pub later: Place,
    /// The earlier mention.
    pub earlier: Place,
    /// The probabilities of one mention's links add up to at most 1; what is missing is that it means nothing before it.
    pub probability: f32,
}

/// All that language analysis finds in one article.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analysis {
    /// The sentences, in order.
    pub sentences: Vec<Sentence>,
    /// The relations that the model knows, as [`Pair::relations`] names them.
    pub relations: Vec<Arc<str>>,
    /// Pairs of mentions that may be related, by window, then by subject.
    pub pairs: Vec<Pair>,
    /// Links of pronouns and descriptions, ordered by the later mention.
    pub links: Vec<Link>,
}
