//! The console without a terminal: a script goes in, a conversation comes out.

use crate::support::trials::Test;

pub(crate) fn tests() -> Vec<Test> {
    Vec::new()
}
