//! Convolutional networks for images, LeNet among them.

use super::{like, refuse, single};
use crate::activation::Axis;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::layers::{Conv2d, Dropout, Init, Linear, Pool};
use crate::network::{Network, Parameters, join};
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor, Windows};

/// Sizes of a [`Cnn`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnConfig {
    /// Channels, height and width of an image.
    pub image: [usize; 3],
    /// The convolutions, each followed by pooling and rectification.
    pub convolutions: Vec<Convolution>,
    /// Sizes of the hidden fully connected layers.
    pub hidden: Vec<usize>,
    /// How many numbers come out.
    pub classes: usize,
    /// How many hidden numbers are dropped in training.
    #[serde(default)]
    pub dropout: Dropout,
}

/// One convolution of a [`Cnn`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convolution {
    /// Channels that come out.
    pub channels: usize,
    /// Height and width of the kernel.
    pub kernel: usize,
    /// Zeros around the image.
    #[serde(default)]
    pub padding: usize,
    /// What follows.
    pub pool: Pool,
}

impl CnnConfig {
    /// LeNet-5 as it is used today (LeCun and others 1998, with rectification and maxima): convolutions of 6 and 16
    /// channels with kernels of 5, halving pools, layers of 120 and 84.
    pub fn lenet(height: usize, width: usize, channels: usize, classes: usize) -> Self {
        let convolution = |channels| Convolution { channels, kernel: 5, padding: 0, pool: Pool::Max(2) };
        Self {
            image: [channels, height, width],
            convolutions: vec![convolution(6), convolution(16)],
            hidden: vec![120, 84],
            classes,
            dropout: Dropout(0.0),
        }
    }
    /// Shapes `[channels, height, width]` behind each convolution and behind its pool; `None` when the image becomes
    /// too small.
    pub(crate) fn shapes(&self) -> Option<Vec<[[usize; 3]; 2]>> {
        let [_, mut height, mut width] = self.image;
        let mut shapes = Vec::new();
        for c in &self.convolutions {
            let conv = |n: usize| n.checked_add(c.padding.checked_mul(2)?)?.checked_sub(c.kernel.checked_sub(1)?);
            let [h, w] = [conv(height)?, conv(width)?];
            (height, width) = (h / c.pool.size().max(1), w / c.pool.size().max(1));
            if height == 0 || width == 0 {
                return None;
            }
            shapes.push([[c.channels, h, w], [c.channels, height, width]]);
        }
        Some(shapes)
    }
    /// Shape `[channels, height, width]` of what the fully connected layers see.
    pub(crate) fn flat(&self) -> Option<[usize; 3]> {
        Some(self.shapes()?.last().map_or(self.image, |[_, pooled]| *pooled))
    }
}

/// Convolutions with pools, then fully connected layers.
///
/// Input `[batch, channels, height, width]` (for one channel also `[batch, height, width]`, and for any
/// `[batch, channels · height · width]`); output `[batch, classes]`. Sites, counted from one: `conv{i}` (what the
/// convolution gives), `pool{i}` (pooled and rectified), both `[batch, channel, height, width]`; `fc{i}.pre` and
/// `fc{i}` (before and after rectification), `logits`.
#[derive(Clone, Debug)]
pub struct Cnn {
    config: CnnConfig,
    /// Named `conv1`, `conv2`, ..
    pub convolutions: Vec<Conv2d>,
    /// Named `fc1`, `fc2`, ..; the last gives the logits.
    pub layers: Vec<Linear>,
}

const IMAGE: [Axis; 4] = [Axis::Batch, Axis::Channel, Axis::Height, Axis::Width];
const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl Cnn {
    /// A network of its own weights.
    ///
    /// # Errors
    /// [`Error::Architecture`](crate::Error::Architecture) when a size is zero or the image is too small for the
    /// kernels and pools.
    pub fn new(config: &CnnConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Cnn(config.clone()).check()?;
        let mut inputs = config.image[0];
        let mut convolutions = Vec::new();
        for c in &config.convolutions {
            let windows = Windows::default().padding(c.padding);
            convolutions.push(Conv2d::new(rng, inputs, c.channels, c.kernel, windows, Init::Uniform));
            inputs = c.channels;
        }
        let flat = config.flat().expect("checked above").iter().product();
        let sizes: Vec<usize> = [flat].iter().chain(&config.hidden).chain([&config.classes]).copied().collect();
        let layers = sizes.windows(2).map(|s| Linear::new(rng, s[0], s[1], true, Init::Uniform)).collect();
        Ok(Self { config: config.clone(), convolutions, layers })
    }
    fn images(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = single("cnn", inputs)?;
        let [c, h, w] = self.config.image;
        let fits = x.rank() >= 1
            && (x.shape()[1..] == [c, h, w] || x.shape()[1..] == [c * h * w] || (c == 1 && x.shape()[1..] == [h, w]));
        match fits {
            true => Ok(like("cnn", x, &self.layers[0].weight)?.reshape([x.size(0), c, h, w])),
            false => {
                Err(refuse("cnn", format!("it takes [batch, {c}, {h}, {w}], the input has shape {:?}", x.shape())))
            }
        }
    }
}

impl Parameters for Cnn {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        (1..).zip(&self.convolutions).for_each(|(i, c)| c.collect(&join(at, format_args!("conv{i}")), into));
        (1..).zip(&self.layers).for_each(|(i, l)| l.collect(&join(at, format_args!("fc{i}")), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        (1..).zip(&mut self.convolutions).for_each(|(i, c)| c.collect_mut(&join(at, format_args!("conv{i}")), into));
        (1..).zip(&mut self.layers).for_each(|(i, l)| l.collect_mut(&join(at, format_args!("fc{i}")), into));
    }
}

impl Network for Cnn {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let mut x = self.images(inputs)?;
        for (i, (conv, c)) in (1..).zip(self.convolutions.iter().zip(&self.config.convolutions)) {
            x = trace.at(format_args!("conv{i}"), &IMAGE, conv.forward(&x))?;
            x = trace.at(format_args!("pool{i}"), &IMAGE, c.pool.forward(&x).relu())?;
        }
        let (last, hidden) = self.layers.split_last().expect("there is always the last");
        let mut h = x.reshape([x.size(0), x.shape()[1..].iter().product()]);
        for (i, layer) in (1..).zip(hidden) {
            let pre = trace.at(format_args!("fc{i}.pre"), &ROWS, layer.forward(&h))?;
            h = trace.at(format_args!("fc{i}"), &ROWS, pre.relu())?;
            h = self.config.dropout.forward(h, trace);
        }
        trace.at("logits", &ROWS, last.forward(&h))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let mut sites = Vec::new();
        for (i, shapes) in (1..).zip(self.config.shapes().into_iter().flatten()) {
            for (part, [c, h, w]) in ["conv", "pool"].into_iter().zip(shapes) {
                sites.push(SiteInfo::new(format_args!("{part}{i}"), &IMAGE, &[None, Some(c), Some(h), Some(w)]));
            }
        }
        for (i, &n) in (1..).zip(&self.config.hidden) {
            sites.push(SiteInfo::new(format_args!("fc{i}.pre"), &ROWS, &[None, Some(n)]));
            sites.push(SiteInfo::new(format_args!("fc{i}"), &ROWS, &[None, Some(n)]));
        }
        sites.push(SiteInfo::new("logits", &ROWS, &[None, Some(self.config.classes)]));
        sites
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Cnn(self.config.clone()).to_json()
    }
}
