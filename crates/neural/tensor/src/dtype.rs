//! Kinds of number.

use burn::backend::{BoolStore, DType as Burn};

/// The kind of number a tensor holds.
///
/// Arithmetic is done in `F32` and `F64`. `F16` and `BF16` are for storage: convert with
/// [`to`](crate::Tensor::to) before computing. Indices are `I64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum DType {
    /// 64-bit floating point: inference, statistics, gradient checks.
    F64,
    /// 32-bit floating point: networks.
    F32,
    /// 16-bit floating point, for storage.
    F16,
    /// 16-bit floating point with the range of `F32`, for storage.
    BF16,
    /// 64-bit integer: indices and labels.
    I64,
    /// 32-bit integer.
    I32,
    /// Byte: images, token classes.
    U8,
    /// True or false.
    Bool,
}

impl DType {
    /// Whether these are the numbers that gradients flow through.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16)
    }
    /// Whether these are whole numbers.
    pub fn is_int(self) -> bool {
        matches!(self, Self::I64 | Self::I32 | Self::U8)
    }
    /// Bytes of one number.
    pub fn size(self) -> usize {
        self.burn().size()
    }
    pub(crate) fn burn(self) -> Burn {
        match self {
            Self::F64 => Burn::F64,
            Self::F32 => Burn::F32,
            Self::F16 => Burn::F16,
            Self::BF16 => Burn::BF16,
            Self::I64 => Burn::I64,
            Self::I32 => Burn::I32,
            Self::U8 => Burn::U8,
            Self::Bool => Burn::Bool(BoolStore::Native),
        }
    }
    pub(crate) fn of(burn: Burn) -> Self {
        match burn {
            Burn::F64 => Self::F64,
            Burn::F32 | Burn::Flex32 => Self::F32,
            Burn::F16 => Self::F16,
            Burn::BF16 => Self::BF16,
            Burn::I64 => Self::I64,
            Burn::I32 => Self::I32,
            Burn::U8 => Self::U8,
            Burn::Bool(_) => Self::Bool,
            other => unreachable!("no tensor of this crate holds {other:?}"),
        }
    }
}
