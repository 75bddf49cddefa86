//! The service on a real homeserver: the conversations of an incident, spoken by people over plain HTTP.

mod conversation;
mod doctor;
mod life;
mod privacy;
mod refusing;
mod town;

use crate::support::trials::Test;

pub(crate) fn tests() -> Vec<Test> {
    [conversation::tests(), doctor::tests(), privacy::tests(), life::tests(), refusing::tests()]
        .into_iter()
        .flatten()
        .collect()
}
