//! How long an interaction may be answered.

use chrono::TimeDelta;

/// The first answer must have come by then.
pub const FIRST_ANSWER: TimeDelta = TimeDelta::seconds(3);
/// After that the token is worth nothing.
pub const TOKEN: TimeDelta = TimeDelta::minutes(15);
