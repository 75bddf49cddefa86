//! The Matrix adapter against a real homeserver, without the rest of sitrep: what must hold for core to rely on it.
//!
//! What it hears is in `matrix_adapter/hearing.rs`, what it does in `acting.rs`, which rooms it takes for what in
//! `rooms.rs`, and what it says when something is wrong in `trouble.rs`. The adapter under test, with what core would
//! keep for it, is the [`bot`]; a [`front`] stands between it and a homeserver in trouble.

use crate::support::trials::{Test, needs_synapse};

mod acting;
mod again;
mod archiving;
pub(crate) mod attaching;
pub(crate) mod bot;
mod changing;
mod coming;
mod direct;
pub(crate) mod front;
mod hearing;
mod invitations;
mod reading;
mod rooms;
mod space;
pub(crate) mod threads;
mod trouble;

pub(crate) fn tests() -> Vec<Test> {
    let tests = vec![
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
            "matrix_adapter::missing_rooms_are_entered_later",
            trouble::missing_rooms_are_entered_later,
        ),
        needs_synapse("matrix_adapter::what_fails_costs_no_keys", trouble::what_fails_costs_no_keys),
        needs_synapse(
            "matrix_adapter::proxies_are_not_the_homeserver",
            trouble::proxies_are_not_the_homeserver,
        ),
        needs_synapse(
            "matrix_adapter::a_configured_room_is_remembered",
            rooms::a_configured_room_is_remembered,
        ),
        needs_synapse(
            "matrix_adapter::a_room_that_nobody_knows_holds_commands_back",
            rooms::a_room_that_nobody_knows_holds_commands_back,
        ),
        needs_synapse(
            "matrix_adapter::only_closed_rooms_of_two_are_direct",
            rooms::only_closed_rooms_of_two_are_direct,
        ),
    ];
    let more = [
        again::tests(),
        archiving::tests(),
        attaching::tests(),
        coming::tests(),
        reading::tests(),
        threads::tests(),
    ];
    tests.into_iter().chain(others()).chain(more.into_iter().flatten()).collect()
}

fn others() -> Vec<Test> {
    vec![
        needs_synapse(
            "matrix_adapter::a_public_room_is_open_to_where_it_was_declared",
            rooms::a_public_room_is_open_to_where_it_was_declared,
        ),
        needs_synapse(
            "matrix_adapter::whoever_said_no_is_left_in_peace",
            acting::whoever_said_no_is_left_in_peace,
        ),
        needs_synapse(
            "matrix_adapter::an_upgraded_room_is_followed_under_its_name",
            changing::an_upgraded_room_is_followed_under_its_name,
        ),
        needs_synapse(
            "matrix_adapter::an_address_that_moves_is_noticed",
            changing::an_address_that_moves_is_noticed,
        ),
        needs_synapse(
            "matrix_adapter::only_those_who_may_ask_it_into_rooms",
            invitations::only_those_who_may_ask_it_into_rooms,
        ),
        needs_synapse("matrix_adapter::a_space_is_made_once_and_filled", space::made_once_and_filled),
        needs_synapse("matrix_adapter::a_space_of_others_is_used_with_care", space::of_others),
        needs_synapse("matrix_adapter::a_space_where_everybody_may_command", space::for_everybody),
        needs_synapse("matrix_adapter::a_space_in_trouble_costs_no_incident", space::in_trouble),
        needs_synapse("matrix_adapter::a_gap_is_filled_page_by_page", hearing::a_gap_is_filled_page_by_page),
        needs_synapse(
            "matrix_adapter::what_cannot_be_read_is_heard_as_such",
            hearing::what_cannot_be_read_is_heard_as_such,
        ),
        needs_synapse(
            "matrix_adapter::what_people_do_to_messages_is_heard",
            hearing::what_people_do_to_messages_is_heard,
        ),
        needs_synapse(
            "matrix_adapter::its_removal_is_heard_and_respected",
            hearing::its_removal_is_heard_and_respected,
        ),
        needs_synapse("matrix_adapter::one_direct_room_a_person", direct::one_direct_room_a_person),
        needs_synapse("matrix_adapter::signs_are_put_once", direct::signs_are_put_once),
        needs_synapse("matrix_adapter::rooms_are_renamed", direct::rooms_are_renamed),
    ]
}
