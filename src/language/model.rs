//! The model file: its tensors and labels, read and checked. docs/model-format.md defines it.

use std::sync::OnceLock;

use half::f16;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use thiserror::Error;

use super::{
    encoder::Encoder,
    heads::Heads,
    kernel::{Cpu, Linear},
    pairs::PairHeads,
    wordpiece::WordPieces,
};

/// The format this program reads.
const FORMAT: u32 = 3;

/// A trained model of one language: word pieces, encoder and heads.
///
/// Reading one costs about 30 ms and 50 MB; it is then shared by all threads.
#[derive(Debug)]
pub struct Model {
    name: String,
    pub(super) cpu: Cpu,
    pub(super) pieces: WordPieces,
    pub(super) encoder: Encoder,
    pub(super) heads: Heads,
    pub(super) pairs: PairHeads,
}

/// Why a model file was refused.
#[derive(Debug, Error)]
pub enum ModelError {
    /// Not a safetensors file, or a damaged one.
    #[error("the model is no safetensors file or is damaged; write it again with training/")]
    File(#[from] safetensors::SafeTensorError),
    /// A safetensors file of something else.
    #[error("the model file has no `newsgraph` metadata; write it with training/")]
    NoMetadata,
    /// Metadata with fields missing or of the wrong kind.
    #[error("the `newsgraph` metadata of the model file cannot be read")]
    Metadata(#[from] serde_json::Error),
    /// A later or earlier format.
    #[error("the model file has format {0}, this program reads {FORMAT}; use the model of its release")]
    Format(u32),
    /// Sizes that no encoder of this program can have.
    #[error("the model's {0} does not fit this program's encoder")]
    Size(&'static str),
    /// A label this program does not know.
    #[error("the model's {list} labels hold {label:?}, which this program does not know")]
    Label {
        /// Which list.
        list: &'static str,
        /// The label.
        label: String,
    },
    /// A tensor that is missing or of another type or shape than its neighbours ask for.
    #[error("the model's tensor {name} should be {wanted}")]
    Tensor {
        /// Its name.
        name: String,
        /// Its type and shape as they should be.
        wanted: String,
    },
    /// A vocabulary that is not text or lacks a special piece.
    #[error("the model's vocabulary is not UTF-8 or lacks [UNK], [CLS] or [SEP]")]
    Vocabulary,
}

/// What the file says about itself.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    format: u32,
    name: String,
    pub(super) layers: usize,
    pub(super) hidden: usize,
    pub(super) heads: usize,
    pub(super) intermediate: usize,
    pub(super) max_positions: usize,
    pub(super) labels: LabelLists,
}

/// The label lists, in logit order.
#[derive(Debug, Deserialize)]
pub(super) struct LabelLists {
    pub(super) upos: Vec<String>,
    pub(super) xpos: Vec<String>,
    pub(super) deprel: Vec<String>,
    pub(super) lemma: Vec<String>,
    pub(super) mention: Vec<String>,
    pub(super) nominal: Vec<String>,
    pub(super) relation: Vec<String>,
}

impl Model {
    /// The model inside this program, read on first use.
    ///
    /// # Panics
    /// If the program was built with a file in models/ that is no model.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| {
            let read = Self::from_bytes(include_bytes!("../../models/en.safetensors"));
            read.unwrap_or_else(|error| panic!("models/en.safetensors: {error}"))
        })
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// Where the file is damaged, of another format, or its parts do not fit together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let about =
            header.metadata().as_ref().and_then(|all| all.get("newsgraph")).ok_or(ModelError::NoMetadata)?;
        let about: About = serde_json::from_str(about)?;
        if about.format != FORMAT {
            return Err(ModelError::Format(about.format));
        }
        about.check()?;
        let tensors = Tensors(SafeTensors::deserialize(bytes)?);
        let vocabulary = tensors.0.tensor("vocab").map_err(|_| ModelError::Vocabulary)?;
        let vocabulary = str::from_utf8(vocabulary.data()).map_err(|_| ModelError::Vocabulary)?;
        let pieces = WordPieces::new(vocabulary).ok_or(ModelError::Vocabulary)?;
        let encoder = Encoder::read(&tensors, &about, vocabulary.split('\n').count())?;
        let heads = Heads::read(&tensors, &about)?;
        let pairs = PairHeads::read(&tensors, &about)?;
        Ok(Self { name: about.name, cpu: Cpu::detect(), pieces, encoder, heads, pairs })
    }

    /// Its id, printed in every record.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl About {
    fn check(&self) -> Result<(), ModelError> {
        let bounds = [
            ("number of layers", (1..=64).contains(&self.layers)),
            ("hidden size", (16..=8192).contains(&self.hidden) && self.hidden.is_multiple_of(16)),
            ("number of heads", self.heads > 0 && self.hidden.is_multiple_of(self.heads * 4)),
            (
                "intermediate size",
                (16..=65_536).contains(&self.intermediate) && self.intermediate.is_multiple_of(16),
            ),
            ("number of positions", (3..=8192).contains(&self.max_positions)),
        ];
        match bounds.into_iter().find(|(_, fits)| !fits) {
            Some((what, _)) => Err(ModelError::Size(what)),
            None => Ok(()),
        }
    }
}

/// The tensors of a model file, read by name and checked against the shape they must have.
pub(super) struct Tensors<'a>(SafeTensors<'a>);

impl Tensors<'_> {
    fn bytes(&self, name: &str, kind: Dtype, shape: &[usize]) -> Result<&[u8], ModelError> {
        match self.0.tensor(name) {
            Ok(tensor) if tensor.dtype() == kind && tensor.shape() == shape => Ok(tensor.data()),
            _ => Err(ModelError::Tensor { name: name.to_owned(), wanted: format!("{kind:?} {shape:?}") }),
        }
    }

    /// A tensor of `F32`.
    pub(super) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let bytes = self.bytes(name, Dtype::F32, shape)?;
        Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    /// A tensor of `F16`, widened.
    pub(super) fn halves(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let bytes = self.bytes(name, Dtype::F16, shape)?;
        Ok(bytes.as_chunks().0.iter().map(|two| f16::from_le_bytes(*two).to_f32()).collect())
    }

    /// A table of `I8` rows and the scale of each.
    pub(super) fn table(
        &self,
        name: &str,
        rows: usize,
        width: usize,
    ) -> Result<(Vec<i8>, Vec<f32>), ModelError> {
        let bytes = self.bytes(name, Dtype::I8, &[rows, width])?;
        let scales = self.floats(&format!("{name}.scale"), &[rows])?;
        Ok((bytes.iter().map(|b| b.cast_signed()).collect(), scales))
    }

    /// A linear layer: `I8` weights with scales, and a bias.
    pub(super) fn linear(&self, name: &str, outputs: usize, inputs: usize) -> Result<Linear, ModelError> {
        let bias = self.floats(&format!("{name}.bias"), &[outputs])?;
        self.layer(name, inputs, &bias)
    }

    /// The same without a bias.
    pub(super) fn product(&self, name: &str, outputs: usize, inputs: usize) -> Result<Linear, ModelError> {
        self.layer(name, inputs, &vec![0.0; outputs])
    }

    fn layer(&self, name: &str, inputs: usize, bias: &[f32]) -> Result<Linear, ModelError> {
        let outputs = bias.len();
        let weights = self.bytes(name, Dtype::I8, &[outputs, inputs])?;
        let scales = self.floats(&format!("{name}.scale"), &[outputs])?;
        Linear::new(inputs, weights, &scales, bias).ok_or_else(|| ModelError::Tensor {
            name: name.to_owned(),
            wanted: format!("I8 [{outputs}, {inputs}] without -128"),
        })
    }
}
