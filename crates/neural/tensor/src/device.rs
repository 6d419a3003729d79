//! Where numbers live: the processor, or a graphics card if this program was built with the feature `vulkan`.
//!
//! The kernels of this crate work on the processor. On a graphics card every operation takes the composed way that they
//! are tested against, through the engine's own kernels.

use crate::error::{Error, Result};
use burn::backend::DispatchDevice;

/// Where a tensor's numbers live. Operations want all operands in one place.
///
/// ```
/// use symbolon_tensor::Device;
/// assert_eq!("cpu".parse::<Device>().unwrap(), Device::Cpu);
/// assert_eq!("gpu:1".parse::<Device>().unwrap(), Device::Gpu(1));
/// assert!(Device::all().contains(&Device::Cpu));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// The processor: the default, always there.
    #[default]
    Cpu,
    /// A graphics card, counted from zero in the order of [`Device::all`]. Needs the feature `vulkan`.
    Gpu(usize),
}

impl Device {
    /// Every device of this machine that this program can use; the processor first.
    pub fn all() -> Vec<Self> {
        let cards = (0..cards::count()).map(Self::Gpu);
        std::iter::once(Self::Cpu).chain(cards).collect()
    }
    /// Whether this program was built with graphics cards in mind.
    pub fn built_for_cards() -> bool {
        cfg!(feature = "vulkan")
    }
    /// What the device calls itself, for people to read.
    ///
    /// # Errors
    /// As [`Device::ready`].
    pub fn name(self) -> Result<String> {
        match self.ready()? {
            Self::Cpu => Ok("the processor".into()),
            Self::Gpu(i) => Ok(cards::name(i)),
        }
    }
    /// The device, if it is there.
    ///
    /// # Errors
    /// [`Error::Device`] for a graphics card that this machine does not have or this program was not built for.
    pub fn ready(self) -> Result<Self> {
        match self {
            Self::Gpu(_) if !Self::built_for_cards() => Err(Error::Device(format!(
                "{self}: this program was built for the processor only; build it with `--features vulkan`"
            ))),
            Self::Gpu(i) if i >= cards::count() => Err(Error::Device(format!(
                "{self}: this machine shows {} graphics cards with a Vulkan driver; `symbolon doctor` lists them",
                cards::count()
            ))),
            _ => Ok(self),
        }
    }
    #[track_caller]
    pub(crate) fn burn(self) -> DispatchDevice {
        match self {
            Self::Cpu => DispatchDevice::Flex(burn::backend::FlexDevice),
            Self::Gpu(i) => match self.ready() {
                Ok(_) => cards::burn(i),
                Err(e) => panic!("{e}"),
            },
        }
    }
    /// The device by the engine's name for it.
    #[cfg(feature = "vulkan")]
    pub(crate) fn of(burn: &DispatchDevice) -> Self {
        match burn {
            DispatchDevice::Flex(_) => Self::Cpu,
            DispatchDevice::Cube(card) => Self::Gpu(cards::index(card)),
        }
    }
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cpu => write!(f, "cpu"),
            Self::Gpu(i) => write!(f, "gpu:{i}"),
        }
    }
}

impl std::str::FromStr for Device {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let device = match text {
            "cpu" => Some(Self::Cpu),
            "gpu" => Some(Self::Gpu(0)),
            _ => text.strip_prefix("gpu:").and_then(|i| i.parse().ok()).map(Self::Gpu),
        };
        device.ok_or_else(|| Error::Device(format!("`{text}` is no device; write `cpu`, `gpu` or `gpu:1`")))
    }
}

/// Graphics cards that the engine can use through Vulkan.
#[cfg(feature = "vulkan")]
mod cards {
    use burn::backend::{CubeDevice, DispatchDevice, WgpuBackend, WgpuDeviceKind};
    use std::sync::OnceLock;

    /// All of them, in the engine's order; found once. Drivers that compute on the processor are not cards.
    fn all() -> &'static [CubeDevice] {
        static CARDS: OnceLock<Vec<CubeDevice>> = OnceLock::new();
        CARDS.get_or_init(|| {
            let is_card = |d: &CubeDevice| matches!(d, CubeDevice::Wgpu(d) if d.kind != WgpuDeviceKind::Cpu);
            let found = CubeDevice::enumerate_all().into_iter().filter(is_card);
            found.filter_map(|d| d.on(WgpuBackend::Vulkan).ok()).collect()
        })
    }
    pub(super) fn count() -> usize {
        all().len()
    }
    pub(super) fn name(i: usize) -> String {
        let identity = DispatchDevice::Cube(all()[i].clone()).identity();
        identity.map_or_else(|| format!("{:?}", all()[i]), |identity| identity.name)
    }
    pub(super) fn burn(i: usize) -> DispatchDevice {
        DispatchDevice::Cube(all()[i].clone())
    }
    pub(super) fn index(card: &CubeDevice) -> usize {
        all().iter().position(|c| c == card).unwrap_or(0)
    }
}

/// No graphics cards in this build.
#[cfg(not(feature = "vulkan"))]
mod cards {
    use burn::backend::DispatchDevice;

    pub(super) fn count() -> usize {
        0
    }
    pub(super) fn name(_: usize) -> String {
        String::new()
    }
    pub(super) fn burn(_: usize) -> DispatchDevice {
        unreachable!("`ready` has answered for all graphics cards")
    }
}
