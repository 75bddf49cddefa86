//! The Matrix adapter against a real homeserver, without the rest of sitrep: what must hold for core to rely on it.
//!
//! What it hears is in `matrix_adapter/hearing.rs`, what it does in `acting.rs`, and what it says when something is
//! wrong in `trouble.rs`. The adapter under test, with what core would keep for it, is the [`bot`].

use crate::support::trials::{Test, needs_synapse};

mod acting;
mod bot;
mod hearing;
mod trouble;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        needs_synapse(
            "matrix_adapter::what_was_not_committed_comes_again",
            hearing::what_was_not_committed_comes_again,
        ),
        needs_synapse(
            "matrix_adapter::nothing_is_lost_while_it_is_down",
            hearing::nothing_is_lost_while_it_is_down,
        ),
        needs_synapse("matrix_adapter::nothing_old_is_acted_on", hearing::nothing_old_is_acted_on),
        needs_synapse("matrix_adapter::a_direct_room_is_heard_from_its_invitation", hearing::direct_rooms),
        needs_synapse(
            "matrix_adapter::mentions_and_threads_are_read",
            hearing::mentions_and_threads_are_read,
        ),
        needs_synapse("matrix_adapter::one_key_is_one_message", acting::one_key_is_one_message),
        needs_synapse("matrix_adapter::encrypted_rooms_work_too", acting::encrypted_rooms_work_too),
        needs_synapse("matrix_adapter::delegation_is_followed", trouble::delegation_is_followed),
        needs_synapse("matrix_adapter::one_key_is_one_room", acting::one_key_is_one_room),
        needs_synapse(
            "matrix_adapter::an_invitation_never_costs_the_room",
            acting::an_invitation_never_costs_the_room,
        ),
        needs_synapse("matrix_adapter::pins_edits_and_answers", acting::pins_edits_and_answers),
        needs_synapse("matrix_adapter::hostile_words_stay_words", acting::hostile_words_stay_words),
        needs_synapse("matrix_adapter::limits_are_waited_for", trouble::limits_are_waited_for),
        needs_synapse("matrix_adapter::a_lost_server_is_waited_for", trouble::a_lost_server_is_waited_for),
        needs_synapse(
            "matrix_adapter::sessions_are_kept_and_renewed",
            trouble::sessions_are_kept_and_renewed,
        ),
        needs_synapse("matrix_adapter::what_is_wrong_is_said", trouble::what_is_wrong_is_said),
        needs_synapse(
            "matrix_adapter::missing_rooms_are_said_and_entered",
            trouble::missing_rooms_are_said_and_entered,
        ),
    ]
}
