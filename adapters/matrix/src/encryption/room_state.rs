//! Which of the rooms that we make are encrypted, from birth: what was said before could be read by the server.

use matrix_sdk::ruma::events::StateEventType;
use serde_json::{Value, json};

use crate::settings::Encrypt;

/// What a room is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomUse {
    /// An incident that is not private.
    Public,
    /// A private incident.
    Private,
    /// A conversation with one person.
    Direct,
}

/// The first state that encrypts a room of this use, if it is to be encrypted.
pub(crate) fn state_of_a_room(encrypt: Encrypt, room: RoomUse) -> Option<(StateEventType, Value)> {
    let is_encrypted = match (encrypt, room) {
        (Encrypt::Never, _) | (Encrypt::Private, RoomUse::Public) => false,
        (Encrypt::Private, RoomUse::Private | RoomUse::Direct) | (Encrypt::Always, _) => true,
    };
    is_encrypted.then(|| (StateEventType::RoomEncryption, json!({ "algorithm": "m.megolm.v1.aes-sha2" })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_rooms_are_encrypted_unless_never() {
        let encrypted = |encrypt: Encrypt| {
            [RoomUse::Public, RoomUse::Private, RoomUse::Direct]
                .map(|room| state_of_a_room(encrypt, room).is_some())
        };
        assert_eq!(encrypted(Encrypt::Never), [false, false, false]);
        assert_eq!(encrypted(Encrypt::Private), [false, true, true]);
        assert_eq!(encrypted(Encrypt::default()), [false, true, true]);
        assert_eq!(encrypted(Encrypt::Always), [true, true, true]);
    }
}
