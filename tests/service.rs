//! The service on a real homeserver: the conversations of an incident, spoken by people over plain HTTP.

mod conversation;
mod doctor;
mod invite_link;
mod life;
mod privacy;
mod record;
mod refusing;
mod space;
pub(crate) mod town;

use crate::support::trials::Test;

pub(crate) fn tests() -> Vec<Test> {
    let topics = [
        conversation::tests(),
        doctor::tests(),
        invite_link::tests(),
        privacy::tests(),
        record::tests(),
        life::tests(),
        refusing::tests(),
        space::tests(),
    ];
    topics.into_iter().flatten().collect()
}
