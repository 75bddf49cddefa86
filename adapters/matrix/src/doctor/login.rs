//! The session: whether the homeserver still knows us.

use sitrep_core::port::Finding;

use super::failed;
use crate::{account::Account, failure::Failure};

pub(super) async fn check(account: &Account) -> Vec<Finding> {
    let answer = account.client().whoami().await.map_err(|error| Failure::from(error).while_reading());
    vec![match answer {
        Ok(answer) => {
            let device = answer.device_id.map(|device| format!(", on the device {device}"));
            Finding::ok(format!("Matrix: logged in as {}{}", answer.user_id, device.unwrap_or_default()))
        }
        Err(failure) => failed("Matrix: the session can't be used", &failure),
    }]
}
