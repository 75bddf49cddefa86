//! What is done to events on their way, on demand: lost, doubled, out of order.

/// How many of the next events each of these happens to.
#[derive(Debug, Default)]
pub(crate) struct Twists {
    /// Never told, not even on a resume.
    pub(crate) losses: usize,
    /// Told twice.
    pub(crate) doubles: usize,
    /// Told after the one that follows.
    pub(crate) swaps: usize,
}

impl Twists {
    pub(crate) fn lose(&mut self) -> bool {
        spend(&mut self.losses)
    }

    pub(crate) fn say_twice(&mut self) -> bool {
        spend(&mut self.doubles)
    }

    pub(crate) fn hold_back(&mut self) -> bool {
        spend(&mut self.swaps)
    }
}

fn spend(left: &mut usize) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}
