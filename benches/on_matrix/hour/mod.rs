//! An hour of a grave incident: thirty people who are asked in and talk, six updates to five rooms, at the limits that every
//! homeserver has and with no exception made for sitrep. In real time.
//!
//! Two updates come early, one when it is asked for, one when the stakeholders have been told that it is overdue, and two
//! at the end. The interval between updates is a quarter of the whole, 15 minutes of an hour as is sitrep's default, so
//! that a trial of a few minutes goes through the same things; its updates come thicker than any server lets them
//! through.
//!
//! - `scene.rs`: who is there; `course.rs`: what happens when; `account.rs`: what came of it, read from the rooms and
//!   from what stood between sitrep and the homeserver; `bucket.rs`: what the homeserver would have allowed.

mod account;
mod bucket;
mod course;
mod scene;

use std::time::Duration;

use crate::support::Failed;

/// How many are asked in.
const PEOPLE: usize = 30;

/// How much they say in an hour.
const MESSAGES_AN_HOUR: usize = 2000;

/// Who is told.
const TOLD: [&str; 5] = ["status", "press", "board", "sales", "partners"];

pub(crate) fn measure(minutes: usize) -> Result<(), Failed> {
    let whole = Duration::from_secs(minutes.max(1) as u64 * 60);
    let mut scene = scene::Scene::new(whole / 4)?;
    let course = course::run(&mut scene, whole)?;
    account::give(&scene, &course)
}
