//! Doing what core asks for: which file does what, and how long it may take.

use std::time::Duration;

use sitrep_core::port::{Action, Outcome, Perform};
use tokio::time::timeout;

use crate::{
    account::Account,
    appointment, archive, buttons, direct, edit,
    failure::{Failure, code},
    invite, meeting, name, open_room, pin, read,
    say::{self, Saying},
};

/// How long one attempt may take in all. Each call within it has a deadline of its own.
const DEADLINE: Duration = Duration::from_secs(60);

/// Does something, once.
pub(crate) async fn perform(account: &Account, perform: &Perform) -> Outcome {
    match timeout(DEADLINE, act(account, perform)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(failure)) => outcome_of(account, &perform.action, failure),
        Err(_) => Outcome::InDoubt("Discord takes too long to answer".to_owned()),
    }
}

/// What became of an attempt that failed.
///
/// - Rooms are limited for the whole server: who waits for one waits for all.
/// - Who is shut out of an incident's room by mistake is let in again by whoever notices. What was to be said is said then,
///   unless it is too old; meanwhile it is asked for only now and then (`circuit.rs`). That a configured room can't be
///   told anything is said at once, in the incident's own.
fn outcome_of(account: &Account, action: &Action, failure: Failure) -> Outcome {
    let room = match action {
        Action::Say { room, .. } => Some(room),
        Action::Edit { message, .. } | Action::Buttons { message, .. } => Some(&message.room),
        Action::OpenRoom { .. }
        | Action::Pin { .. }
        | Action::Invite { .. }
        | Action::OpenDirect { .. }
        | Action::Name { .. }
        | Action::OpenMeeting { .. }
        | Action::CloseMeeting { .. }
        | Action::Appoint { .. }
        | Action::Archive { .. }
        | Action::Restore { .. }
        | Action::Measure { .. }
        | Action::Read { .. } => None,
    };
    let is_talk = room.is_some_and(|room| !account.settings.rooms.contains(&room.room));
    if is_talk && failure.is(&[code::NO_ACCESS, code::NO_PERMISSION]) {
        return Outcome::Transient(failure.words());
    }
    let is_of_server = matches!(action, Action::OpenRoom { .. } | Action::OpenDirect { .. });
    if let (Failure::Limited { wait, .. }, true) = (&failure, is_of_server) {
        return Outcome::RetryAfter(*wait);
    }
    failure.into_outcome()
}

async fn act(account: &Account, perform: &Perform) -> Result<Outcome, Failure> {
    let attempt = &perform.attempt;
    let receipt = match &perform.action {
        Action::Say { room, thread, answers, only_for, purpose, message, attachment } => {
            let (thread, answers, only_for) = (thread.as_ref(), answers.as_ref(), only_for.as_ref());
            let (purpose, attachment) = (*purpose, attachment.as_deref());
            let saying = Saying { room, thread, answers, only_for, purpose, message, attachment };
            say::say(account, attempt, &saying).await?
        }
        Action::OpenRoom { name, topic, invited, private, open_to: _ } => {
            let plan = open_room::Plan { name, topic, invited, is_private: *private };
            open_room::open(account, attempt, &plan).await?
        }
        Action::Edit { message, purpose, content } => {
            edit::edit(account, attempt, (message, *purpose), content).await?
        }
        Action::Pin { message } => pin::pin(account, message).await?,
        Action::Invite { room, people } => return invite::invite(account, attempt, room, people).await,
        Action::OpenDirect { person } => direct::open(account, person).await?,
        Action::Name { room, name, topic } => name::name(account, room, name, topic).await?,
        Action::Buttons { message, buttons } => buttons::put(account, message, buttons).await?,
        Action::OpenMeeting { name, people, known } => {
            let plan = meeting::Plan { name, people: people.as_deref(), known: known.as_ref() };
            meeting::open(account, attempt, &plan).await?
        }
        Action::CloseMeeting { room } => return meeting::close(account, room).await,
        Action::Appoint { room, appointment } => {
            appointment::appoint(account, room, appointment.as_ref()).await?
        }
        Action::Read { message } => read::read(account, message).await?,
        Action::Archive { room } => archive::archive(account, room).await?,
        Action::Restore { room } => archive::restore(account, room).await?,
        Action::Measure { .. } => {
            return Ok(Outcome::Permanent("I can't do that on Discord".to_owned()));
        }
    };
    Ok(Outcome::Done(receipt))
}
