//! Who a new store is: the randomness that core is given.

use sitrep_core::port::Identity;

/// A fresh identity from the system's random source.
///
/// # Errors
/// When the system has none to give.
pub(crate) fn fresh() -> anyhow::Result<Identity> {
    let mut bytes = [0_u8; 36];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    Ok(from_bytes(&bytes))
}

/// An identity made of these bytes: four for the incarnation, the rest for the seed.
pub(crate) fn from_bytes(bytes: &[u8; 36]) -> Identity {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Identity { incarnation: hex(&bytes[..4]), seed: hex(&bytes[4..]) }
}
