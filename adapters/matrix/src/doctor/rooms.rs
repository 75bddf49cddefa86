//! A configured room: that it is there, that sitrep is in it, reads, speaks, and pins where commands are heard.
//!
//! Mentioning somebody asks for no right of its own: whoever may speak may mention.

use matrix_sdk::ruma::{api::client::message::get_message_events, uint};
use sitrep_core::port::Finding;

use super::failed;
use crate::{account::Account, complaint::Complaint, failure::Failure};

pub(super) async fn check(account: &Account, name: &str) -> Vec<Finding> {
    let (client, settings) = (account.client(), &account.settings);
    if let Err(complaint) = account.rooms.enter(&client, settings, name).await {
        return vec![complaint.problem()];
    }
    if let Err(failure) = read(account, name).await {
        return vec![Complaint::unreadable(name, settings, &failure).problem()];
    }
    match account.rooms.shortcomings(&client, settings, name).await {
        Ok(found) if found.is_empty() => {
            let pins = if settings.command_rooms.iter().any(|room| room == name) { ", pins" } else { "" };
            vec![Finding::ok(format!("Room {name}: sitrep is in it, reads, speaks, mentions{pins}"))]
        }
        Ok(found) => found.into_iter().map(Complaint::problem).collect(),
        Err(failure) => {
            vec![failed(&format!("Room {name}: it can't be seen what sitrep may do there"), &failure)]
        }
    }
}

/// Reads the last thing that was said, as a gap is filled.
async fn read(account: &Account, name: &str) -> Result<(), Failure> {
    let room = account.room_id(name).await?;
    let mut request = get_message_events::v3::Request::backward(room);
    request.limit = uint!(1);
    account.client().send(request).await.map_err(|error| Failure::from(error).while_reading())?;
    Ok(())
}
