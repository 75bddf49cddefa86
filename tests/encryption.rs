//! Encryption, with people on an independent client: what sitrep says they read, and what they say it hears; also after
//! a loss. What the server and the files show of it is looked at as well.
//!
//! The adapter by itself is in `encryption/keys.rs`, `encryption/rooms.rs` and `encryption/losses.rs`, its sessions in
//! `encryption/sessions.rs`, the whole service in
//! `encryption/incident.rs`.

use crate::support::trials::{Test, needs_encrypted_person, needs_synapse};

mod incident;
mod keys;
mod losses;
mod pictures;
mod rooms;
mod sessions;
mod threads;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("encryption::the_device_is_signed_and_the_key_handed_over", keys::set_up),
        needs_synapse("encryption::a_token_is_enough_for_a_new_account", keys::with_token),
        needs_synapse("encryption::a_configured_key_is_used", keys::configured_key),
        needs_synapse("encryption::rooms_are_encrypted_as_configured", rooms::as_configured),
        needs_synapse("encryption::a_room_that_is_found_is_encrypted_too", rooms::a_found_room_too),
        needs_synapse("encryption::an_unwilling_server_costs_no_incident", keys::unwilling_server),
        needs_synapse("encryption::a_key_lost_in_the_making_is_made_again", keys::key_lost_in_the_making),
        needs_synapse("encryption::a_lost_store_with_a_token_is_said", losses::lost_store_with_a_token),
        needs_encrypted_person("encryption::an_identity_that_nobody_has_is_replaced", losses::identity_lost),
        needs_encrypted_person("encryption::both_sides_read_each_other", keys::both_sides),
        needs_encrypted_person("encryption::a_picture_is_encrypted_too", pictures::encrypted_too),
        needs_encrypted_person("encryption::a_thread_is_encrypted_too", threads::encrypted_too),
        needs_encrypted_person(
            "encryption::a_marked_message_is_read_as_it_stands",
            pictures::read_as_it_stands,
        ),
        needs_encrypted_person("encryption::what_had_no_key_is_read_later", keys::read_later),
        needs_encrypted_person("encryption::a_new_device_is_not_deaf", losses::new_device),
        needs_encrypted_person("encryption::a_lost_store_is_not_deafness", losses::lost_store),
        needs_encrypted_person("encryption::a_restored_copy_is_noticed", losses::restored_copy),
        needs_synapse("encryption::tokens_are_renewed_and_kept", sessions::tokens_are_renewed),
        needs_synapse("encryption::a_session_that_ran_out_keeps_its_device", sessions::ran_out),
        needs_synapse("encryption::an_admin_s_logout_is_survived", sessions::logged_out_by_an_admin),
        needs_encrypted_person("encryption::a_kill_is_no_restored_copy", incident::killed_often),
        needs_encrypted_person("encryption::a_private_incident", incident::private_incident),
        needs_encrypted_person(
            "encryption::what_cannot_be_read_is_said_and_read_later",
            incident::read_later,
        ),
    ]
}
