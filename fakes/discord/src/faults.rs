//! What goes wrong on demand.

use std::sync::{Arc, Mutex};

/// What goes wrong on demand. Its clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    _rest: Arc<Mutex<()>>,
}
