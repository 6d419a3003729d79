//! What the tests of random programs stand on: a syntax, a semantics, a generator and a shrinker, independent of the crate.

pub mod random;
pub mod shrink;
pub mod syntax;
pub mod worlds;
