//! The figures of the system, through the real binary: asked of a real Prometheus, and of things that are none.
//!
//! | File | About |
//! |---|---|
//! | `real.rs` | a Prometheus that is well: the words and the picture, on each platform, and the doctor |
//! | `trouble.rs` | one that hangs, refuses, talks nonsense or for ever: a line, and nothing waits for it |

use crate::support::trials::Test;

mod real;
mod trouble;

pub(crate) fn tests() -> Vec<Test> {
    [real::tests(), trouble::tests()].into_iter().flatten().collect()
}
