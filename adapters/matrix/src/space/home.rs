//! Finding the space, or making it.
//!
//! The address of a space of our own is made of the account's name. Anybody can make a room under any address, so a
//! room that is found under it counts only if we have made it: its members may enter incidents.

use matrix_sdk::{
    Client, RoomState,
    ruma::{
        OwnedRoomId, RoomAliasId, RoomId, RoomOrAliasId,
        api::client::room::create_room::{
            self,
            v3::{CreationContent, RoomPreset},
        },
        events::{AnyInitialStateEvent, StateEventType},
        room::RoomType,
        serde::Raw,
    },
};
use serde_json::{Value, json};
use sitrep_core::args;

use super::Home;
use crate::{
    account::Account,
    complaint::Complaint,
    failure::Failure,
    room_power::{Power, creation},
    room_state,
};

/// The space that the configuration means.
pub(super) async fn find_or_make(
    account: &Account,
    configured: &str,
    known: Option<Home>,
) -> Result<Home, Complaint> {
    let found = match configured.starts_with(['#', '!']) {
        true => existing(account, configured).await,
        false => own(account, configured, known).await,
    };
    found.map_err(|trouble| match trouble {
        Trouble::Failed(failure) => Complaint::no_space(configured, &account.settings, &failure),
        Trouble::Told(complaint) => complaint,
    })
}

enum Trouble {
    Failed(Failure),
    Told(Complaint),
}

impl<E: Into<Failure>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A space that somebody else has made.
async fn existing(account: &Account, configured: &str) -> Result<Home, Trouble> {
    let client = account.client();
    let inside = |id: &RoomId| client.get_room(id).is_some_and(|room| room.state() == RoomState::Joined);
    let (id, servers) = match RoomId::parse(configured) {
        Ok(id) => (id, Vec::new()),
        Err(_) => {
            let alias = RoomAliasId::parse(configured).map_err(|error| Failure::Broken(error.to_string()))?;
            let found = client.resolve_room_alias(&alias).await;
            let found = found.map_err(|error| Failure::from(error).while_reading())?;
            (found.room_id, found.servers)
        }
    };
    if !inside(&id) {
        let target: &RoomOrAliasId = (&*id).into();
        client.join_room_by_id_or_alias(target, &servers).await?;
    }
    if !creation(&client, &id).await?.is_space() {
        return Err(Trouble::Told(Complaint::not_a_space(configured)));
    }
    if !Power::of(&client, &account.me, &id).await?.changes(StateEventType::SpaceChild) {
        return Err(Trouble::Told(Complaint::no_power_in_space(configured, &account.settings)));
    }
    let opens_rooms = is_open_to_all(account) || is_closed(&client, &id).await?;
    Ok(Home { configured: configured.to_owned(), id, is_ours: false, opens_rooms })
}

fn is_open_to_all(account: &Account) -> bool {
    account.settings.space.as_ref().is_some_and(|wanted| wanted.open_to.is_some())
}

/// Whether somebody inside must let people in.
async fn is_closed(client: &Client, id: &RoomId) -> Result<bool, Failure> {
    let rule: Option<Value> = room_state::read(client, id, StateEventType::RoomJoinRules, "").await?;
    let rule = rule.as_ref().and_then(|rule| rule["join_rule"].as_str());
    Ok(matches!(rule, Some("invite" | "private" | "knock")))
}

/// A space of our own.
async fn own(account: &Account, name: &str, known: Option<Home>) -> Result<Home, Trouble> {
    let client = account.client();
    let id = match known.filter(|home| home.is_ours) {
        Some(home) if is_ours(account, &client, &home.id).await? => home.id,
        Some(_) | None => make(account, &client, name).await?,
    };
    let called: Option<Value> = room_state::read(&client, &id, StateEventType::RoomName, "").await?;
    if called.is_none_or(|called| called["name"] != name) {
        room_state::write(&client, &id, StateEventType::RoomName, "", &json!({ "name": name })).await?;
    }
    // Unknown as long as the first of the configured rooms is.
    if let Some(wanted) = join_rule(account) {
        let rule: Option<Value> = room_state::read(&client, &id, StateEventType::RoomJoinRules, "").await?;
        if rule.as_ref() != Some(&wanted) {
            room_state::write(&client, &id, StateEventType::RoomJoinRules, "", &wanted).await?;
        }
    }
    Ok(Home { configured: name.to_owned(), id, is_ours: true, opens_rooms: true })
}

/// Who may enter: those who are asked in, and where everybody may command, the members of a configured room.
fn join_rule(account: &Account) -> Option<Value> {
    match account.settings.space.as_ref()?.open_to.as_deref() {
        None => Some(json!({ "join_rule": "invite" })),
        Some(name) => {
            let room = account.rooms.names.id_of(name)?;
            let allow = json!([{ "type": "m.room_membership", "room_id": room }]);
            Some(json!({ "join_rule": "restricted", "allow": allow }))
        }
    }
}

/// Whether we have made this room and are in it.
async fn is_ours(account: &Account, client: &Client, id: &RoomId) -> Result<bool, Failure> {
    match creation(client, id).await {
        Ok(creation) => Ok(creation.sender == account.me && creation.is_space()),
        Err(Failure::Refused { .. }) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Makes it, or finds the one that was made before.
async fn make(account: &Account, client: &Client, name: &str) -> Result<OwnedRoomId, Trouble> {
    let local = format!("sitrep-space-{}", account.me.localpart());
    let alias = format!("#{local}:{}", account.me.server_name());
    let address = RoomAliasId::parse(&*alias).map_err(|error| Failure::Broken(error.to_string()))?;
    // Looked for first: homeservers count what they refuse against those who make rooms.
    match client.resolve_room_alias(&address).await.map_err(|error| Failure::from(error).while_reading()) {
        Ok(found) if is_ours(account, client, &found.room_id).await? => return Ok(found.room_id),
        Ok(_) => return Err(Trouble::Told(Complaint::space_taken(name, &alias))),
        Err(failure) if failure.is_refusal("M_NOT_FOUND") => {}
        Err(failure) => return Err(failure.into()),
    }
    let mut request = create_room::v3::Request::new();
    request.room_alias_name = Some(local.clone());
    request.name = Some(name.to_owned());
    request.topic = Some(account.settings.words.phrase("adapter.space_topic", args![]));
    request.preset = Some(RoomPreset::PrivateChat);
    let mut kind = CreationContent::new();
    kind.room_type = Some(RoomType::Space);
    request.creation_content = Some(Raw::new(&kind).map_err(|error| Failure::Broken(error.to_string()))?);
    // We alone ask people in. Who makes a room of version 12 must not be listed, and before it is listed by itself.
    let power = json!({ "invite": 50, "events_default": 50 });
    request.power_level_content_override =
        Some(Raw::new(&power).map_err(|error| Failure::Broken(error.to_string()))?.cast_unchecked());
    let guests = json!({
        "type": StateEventType::RoomGuestAccess, "state_key": "", "content": { "guest_access": "forbidden" },
    });
    let guests: Raw<AnyInitialStateEvent> =
        Raw::new(&guests).map_err(|error| Failure::Broken(error.to_string()))?.cast_unchecked();
    request.initial_state = vec![guests];
    match client.create_room(request).await.map_err(Failure::from) {
        Ok(room) => {
            tracing::info!("Made the space {name}.");
            return Ok(room.room_id().to_owned());
        }
        Err(failure) if failure.is_refusal("M_ROOM_IN_USE") => {}
        Err(failure) => return Err(failure.into()),
    }
    let found = client.resolve_room_alias(&address).await;
    let id = found.map_err(|error| Failure::from(error).while_reading())?.room_id;
    match is_ours(account, client, &id).await? {
        true => Ok(id),
        false => Err(Trouble::Told(Complaint::space_taken(name, &alias))),
    }
}
