//! sitrep on Discord, through the real binary: what was promised for it, a test a sentence, each in front of a fake
//! Discord of its own that minds everything a real one would.
//!
//! | File | About |
//! |---|---|
//! | `setting_up.rs` | from an invitation to a working `/incident`; the doctor; a platform that is away at the start |
//! | `interactions.rs` | slash commands, buttons, forms, lists to pick from; answered in time, whatever stalls |
//! | `hearing.rs` | what people write, three ways; what was missed; order, doubles |
//! | `connection.rs` | the gateway and everything that becomes of it |
//! | `limits.rs` | what Discord asks to wait for, what it refuses, what it swallows |
//! | `rooms.rs` | the incident's channel, its place, its card |
//! | `beside.rs` | the voice channel, the calendar, direct channels |
//! | `record.rs` | what people mark, what there is to do, the room when it is over |
//! | `reports.rs` | reports, their threads and buttons; who is on duty |
//! | `losses.rs` | what is taken away meanwhile |
//! | `pings.rs` | whom nothing may notify |
//! | `privacy.rs` | who may do and see what |
//! | `operating.rs` | slash commands registered once, the doctor |
//! | `both.rs` | Matrix and Discord in one process |
//! | `axe.rs` | killed at any instant |

use crate::support::trials::Test;

mod axe;
mod beside;
mod both;
mod connection;
mod hearing;
mod interactions;
mod limits;
mod losses;
mod operating;
mod pings;
mod privacy;
mod record;
mod reports;
mod rooms;
mod setting_up;

pub(crate) fn tests() -> Vec<Test> {
    let topics = [
        interactions::tests(),
        hearing::tests(),
        connection::tests(),
        limits::tests(),
        losses::tests(),
        rooms::tests(),
        setting_up::tests(),
        beside::tests(),
        pings::tests(),
        privacy::tests(),
        record::tests(),
        reports::tests(),
        operating::tests(),
        both::tests(),
        axe::tests(),
    ];
    topics.into_iter().flatten().collect()
}
