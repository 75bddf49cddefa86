use serenity::all::HttpError;
use sitrep_fake_discord::permission as bit;

use super::Stage;

impl Stage {
    /// The code with which a message in `ops` is refused.
    fn refusal(&self) -> Option<isize> {
        let said = self.runtime.block_on(self.channel("ops").say(&self.http, "x"));
        let error = said.err()?;
        let serenity::Error::Http(HttpError::UnsuccessfulRequest(refused)) = error else {
            panic!("{error:?}")
        };
        Some(refused.error.code)
    }
}

#[test]
fn rights_are_taken_from_the_bot_alone_and_given_back() {
    let stage = Stage::new();
    stage.discord.revoke(bit::SEND_MESSAGES | bit::PIN_MESSAGES);
    assert_eq!(stage.refusal(), Some(50013));
    assert_eq!(stage.discord.bot_may("ops") & bit::PIN_MESSAGES, 0);
    stage.discord.person("bob").say("ops", "I still can").unwrap();
    stage.discord.add_person("carol", &[]);
    stage.discord.person("carol").say("ops", "so can I").unwrap();
    stage.discord.restore(bit::SEND_MESSAGES);
    assert_eq!(stage.refusal(), None);
    stage.discord.overwrite("ops", "sitrep", 0, bit::VIEW_CHANNEL);
    assert_eq!(stage.refusal(), Some(50001));
}

#[test]
fn the_bot_is_put_out_and_invited_again() {
    let stage = Stage::new();
    stage.discord.remove_bot();
    assert_eq!(stage.refusal(), Some(50001));
    stage.discord.invite_bot(bit::OF_THE_BOT);
    assert_eq!(stage.refusal(), None);
    assert!(stage.discord.remove_channel("ops") && !stage.discord.remove_channel("ops"));
    stage.discord.reset_token();
    assert!(stage.runtime.block_on(stage.http.get_current_user()).is_err());
    assert_eq!(stage.discord.requests().last().unwrap().status, 401);
}

#[test]
fn roles_and_names_change() {
    let stage = Stage::new();
    stage.discord.rename_role("ops", "responders");
    assert!(stage.discord.role_id("ops").is_none() && stage.discord.role_id("responders").is_some());
    stage.discord.set_roles("bob", &["responders"]);
    stage.discord.set_nick("bob", "Bobby");
    let bob = stage.discord.person("bob").id();
    let seen = stage.runtime.block_on(stage.http.get_member(stage.guild(), bob.into())).unwrap();
    assert_eq!((seen.roles.len(), seen.nick.as_deref()), (1, Some("Bobby")));
    stage.discord.remove_role("responders");
    stage.discord.rename_channel("ops", "war-room");
    let at = stage.discord.add_channel("inside", Some("Incidents"));
    assert_eq!(stage.discord.channel(&at.to_string()).unwrap().parent.as_deref(), Some("Incidents"));
    assert_eq!(stage.discord.person("bob").channels(), ["war-room", "support", "inside"]);
    assert_eq!(stage.discord.violations(), Vec::<String>::new());
}

#[test]
fn what_it_cost_is_told() {
    let stage = Stage::new();
    let alice = stage.discord.person("alice");
    stage.runtime.block_on(stage.channel("ops").say(&stage.http, format!("<@{}>", alice.id()))).unwrap();
    let pings = stage.discord.pings();
    assert_eq!((pings.len(), pings[0].person.as_str(), pings[0].channel.as_str()), (1, "alice", "ops"));
    assert_eq!(stage.discord.messages("ops")[0].mentions, ["alice"]);
    stage.discord.set_ledger_bound(2);
    stage.discord.revoke(bit::SEND_MESSAGES);
    stage.refusal();
    stage.refusal();
    assert_eq!(stage.discord.violations().len(), 1);
}
