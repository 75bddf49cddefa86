//! Half a word in a slash command, and what it may become: answered from what core said last, at once.

use std::sync::Arc;

use serde_json::json;
use serenity::all::CommandInteraction;
use sitrep_core::port::RoomKind;

use super::{AsMember, Source};
use crate::{
    commands::{self, Asker, Typing},
    intake::Intake,
    settings::AllowRoles,
};

pub(super) fn complete(intake: &Arc<Intake>, command: &CommandInteraction) {
    let source = source_of!(command);
    let Some(focused) = command.data.autocomplete().filter(|_| source.is_for_us(intake)) else { return };
    let account = &intake.account;
    let (spot, groups) = {
        let guild = account.guild();
        (account.spot(&guild, source.channel), source.known().standing(&guild).groups)
    };
    // Without a member there are no roles, and nothing is offered.
    let may_command = source.member.is_some()
        && match &account.settings.allow {
            AllowRoles::Everyone => true,
            AllowRoles::Of(roles) => roles.iter().any(|role| groups.contains(role)),
        };
    let person = account.person(source.user.id);
    let is_direct = spot.kind == RoomKind::Direct;
    let asker = Asker { person: &person, room: &spot.room, is_direct, may_command };
    let typing = Typing { verb: &command.data.name, slot: focused.name, text: focused.value };
    let choices = commands::choices(&account.overview(), asker, typing);
    let choices: Vec<_> =
        choices.iter().map(|choice| json!({ "name": choice.name, "value": choice.value })).collect();
    source.answer(intake, json!({ "type": 8, "data": { "choices": choices } }));
}
