//! The vector instructions of this machine: which there are, and the four that small products need.
//!
//! Most kernels are loops over slices, compiled once for each width by [`vectorised`]; the compiler makes vector
//! instructions of them. For products held in registers it does not find them reliably (forty times slower where it
//! does not), so these are named: [`Machine`].

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Numbers of one vector as kernels see it, whatever the machine's own width.
pub(crate) const LANES: usize = 16;

/// Instructions that this machine has; holding a value proves that it has them.
pub(crate) trait Machine: Copy {
    /// [`LANES`] numbers.
    type Vector: Copy;
    /// Whether sixteen and more vectors stay in registers.
    const MANY: bool;
    /// The same number everywhere.
    fn splat(self, x: f32) -> Self::Vector;
    /// From memory.
    fn load(self, x: &[f32; LANES]) -> Self::Vector;
    /// Into memory.
    fn store(self, x: Self::Vector, to: &mut [f32; LANES]);
    /// `a b + c`, with one rounding where the machine can.
    fn multiply_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// Whatever the compiler makes of it.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Machine for Plain {
    type Vector = [f32; LANES];
    const MANY: bool = false;
    #[inline(always)]
    fn splat(self, x: f32) -> [f32; LANES] {
        [x; LANES]
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> [f32; LANES] {
        *x
    }
    #[inline(always)]
    fn store(self, x: [f32; LANES], to: &mut [f32; LANES]) {
        *to = x;
    }
    #[inline(always)]
    fn multiply_add(self, a: [f32; LANES], b: [f32; LANES], mut c: [f32; LANES]) -> [f32; LANES] {
        for i in 0..LANES {
            // Elsewhere the fused instruction may be a call into the C library.
            c[i] = if cfg!(target_arch = "aarch64") { a[i].mul_add(b[i], c[i]) } else { a[i] * b[i] + c[i] };
        }
        c
    }
}

/// 512-bit vectors (AVX-512).
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Wide(());

/// 256-bit vectors with fused multiplication and addition (AVX2, FMA).
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Half(());

// SAFETY of both: a value is made by `vectorised` alone, which has asked the machine; memory is touched through
// references to as many numbers as are read or written. Measured on the product of 64x150 and 150x64: 110 billion
// operations a second with 512 bits; what the compiler makes of `Plain` there varies between 3 and 54.
#[cfg(target_arch = "x86_64")]
impl Machine for Wide {
    type Vector = __m512;
    const MANY: bool = true;
    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> __m512 {
        unsafe { _mm512_loadu_ps(x.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, x: __m512, to: &mut [f32; LANES]) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
    }
    #[inline(always)]
    fn multiply_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Machine for Half {
    type Vector = [__m256; 2];
    const MANY: bool = false;
    #[inline(always)]
    fn splat(self, x: f32) -> [__m256; 2] {
        unsafe { [_mm256_set1_ps(x); 2] }
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> [__m256; 2] {
        unsafe { [_mm256_loadu_ps(x[..8].as_ptr()), _mm256_loadu_ps(x[8..].as_ptr())] }
    }
    #[inline(always)]
    fn store(self, x: [__m256; 2], to: &mut [f32; LANES]) {
        unsafe {
            _mm256_storeu_ps(to[..8].as_mut_ptr(), x[0]);
            _mm256_storeu_ps(to[8..].as_mut_ptr(), x[1]);
        }
    }
    #[inline(always)]
    fn multiply_add(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }
}

/// A piece of work to be compiled once for each width of vector instructions. `run` must be `#[inline(always)]`, down
/// to the innermost loop, or it is compiled for the narrowest machine only.
pub(crate) trait Task {
    /// What it gives.
    type Out;
    /// Does it, on this machine.
    fn run<M: Machine>(self, machine: M) -> Self::Out;
}

impl<R, F: FnOnce() -> R> Task for F {
    type Out = R;
    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> R {
        self()
    }
}

/// Bits of the vectors that kernels use: 512, 256, or 0 for what every machine of this kind has.
///
/// The widest that this machine has, or narrower ones if the variable `SYMBOLON_VECTORS` says so when the first kernel
/// runs: to try them, or to compare with a machine that has no others.
#[cfg(target_arch = "x86_64")]
fn bits() -> u32 {
    static BITS: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *BITS.get_or_init(|| {
        let half = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let wide = half
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw");
        let most = std::env::var("SYMBOLON_VECTORS").ok().and_then(|v| v.parse().ok()).unwrap_or(u32::MAX);
        match (wide, half) {
            (true, _) if most >= 512 => 512,
            (_, true) if most >= 256 => 256,
            _ => 0,
        }
    })
}

/// Runs a task with the widest vector instructions of this machine.
#[inline(always)]
pub(crate) fn vectorised<T: Task>(task: T) -> T::Out {
    #[cfg(target_arch = "x86_64")]
    match bits() {
        // SAFETY: `bits` has asked the machine. Measured on SiLU and softmax: twice as fast as with the instructions that
        // every x86-64 has four times over, and half again as fast as the 256-bit ones.
        512 => return unsafe { with_512(task) },
        // SAFETY: as above.
        256 => return unsafe { with_256(task) },
        _ => {}
    }
    task.run(Plain)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma")]
fn with_512<T: Task>(task: T) -> T::Out {
    task.run(Wide(()))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_256<T: Task>(task: T) -> T::Out {
    task.run(Half(()))
}
