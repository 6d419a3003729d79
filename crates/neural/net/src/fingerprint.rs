//! Which network exactly: a digest of what it is made of and of every weight.

use crate::network::Network;
use sha2::{Digest, Sha256};

/// SHA-256 of a network's config and of its parameters' names, shapes, kinds and bits, in hexadecimal. Two networks
/// with the same fingerprint compute the same; readings keep it to say what they were read from.
pub fn fingerprint(network: &dyn Network) -> String {
    let mut hash = Sha256::new();
    // Lengths go in first, so that no two lists of names and numbers run together into the same bytes.
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(network.config().to_string().as_bytes());
    for (name, p) in network.parameters() {
        part(format!("{name} {:?} {:?}", p.dtype(), p.shape()).as_bytes());
        part(&p.to_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
