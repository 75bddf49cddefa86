//! What goes wrong on demand.

use std::sync::{Arc, Mutex};

use crate::gateway::Gateway;

/// What goes wrong on demand. Its clones are the same.
#[derive(Clone, Debug)]
pub struct Faults {
    pub(crate) gateway: Gateway,
    _rest: Arc<Mutex<()>>,
}

impl Faults {
    /// Nothing goes wrong yet.
    pub(crate) fn new(gateway: Gateway) -> Self {
        Self { gateway, _rest: Arc::default() }
    }
}
