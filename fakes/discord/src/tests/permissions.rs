use serde_json::json;

use super::{Bot, world};
use crate::permission as bit;
use crate::rules::permissions::{in_channel, in_guild, sees};

fn overwrite(bot: &Bot, whom: u64, member: bool, allow: u64, deny: u64) {
    let path = format!("{}/permissions/{whom}", bot.path("ops"));
    let body = json!({ "type": u8::from(member), "allow": allow.to_string(), "deny": deny.to_string() });
    bot.put(&path, body).ok();
}

fn may(bot: &Bot, person: &str, bits: u64) -> bool {
    let (person, state) = (bot.person(person).id(), bot.server.state());
    let channel = state.channel("ops").unwrap().id;
    in_channel(&state, person, channel) & bits == bits
}

#[test]
fn overwrites_rule_in_their_order() {
    let bot = Bot::new();
    overwrite(&bot, bot.guild(), false, 0, bit::ADD_REACTIONS);
    assert!(!may(&bot, "alice", bit::ADD_REACTIONS));
    overwrite(&bot, bot.role("ops"), false, bit::ADD_REACTIONS, 0);
    assert!(may(&bot, "alice", bit::ADD_REACTIONS) && !may(&bot, "bob", bit::ADD_REACTIONS));
    overwrite(&bot, bot.person("alice").id(), true, 0, bit::ADD_REACTIONS);
    assert!(!may(&bot, "alice", bit::ADD_REACTIONS));
    overwrite(&bot, bot.person("bob").id(), true, bit::ADD_REACTIONS, 0);
    assert!(may(&bot, "bob", bit::ADD_REACTIONS));
    bot.in_order();
}

#[test]
fn an_allowing_role_outweighs_a_denying_one() {
    let bot = Bot::of(world().role("loud").role("quiet").person("carol", &["loud", "quiet"]));
    overwrite(&bot, bot.role("quiet"), false, 0, bit::SEND_MESSAGES);
    overwrite(&bot, bot.role("loud"), false, bit::SEND_MESSAGES, 0);
    assert!(may(&bot, "carol", bit::SEND_MESSAGES));
}

#[test]
fn who_cannot_see_can_do_nothing_and_who_cannot_write_cannot_mention_all() {
    let bot = Bot::new();
    overwrite(&bot, bot.guild(), false, bit::MENTION_EVERYONE, bit::SEND_MESSAGES);
    assert!(!may(&bot, "bob", bit::MENTION_EVERYONE) && may(&bot, "bob", bit::ADD_REACTIONS));
    overwrite(&bot, bot.id(), true, bit::VIEW_CHANNEL, 0);
    overwrite(&bot, bot.guild(), false, 0, bit::VIEW_CHANNEL);
    assert!(!may(&bot, "bob", bit::ADD_REACTIONS));
}

#[test]
fn owners_and_administrators_may_everything() {
    let bot = Bot::new();
    overwrite(&bot, bot.id(), true, bit::VIEW_CHANNEL, 0);
    overwrite(&bot, bot.guild(), false, 0, bit::VIEW_CHANNEL);
    let owner = bot.server.state().guild.owner;
    let role = bot.role("ops");
    bot.server.state().guild.roles.get_mut(&role).unwrap().permissions = bit::ADMINISTRATOR;
    let state = bot.server.state();
    assert_eq!(in_guild(&state, owner), bit::ALL);
    assert!(sees(&state, owner, state.channel("ops").unwrap().id));
    let alice = state.user("alice").unwrap().id;
    assert!(sees(&state, alice, state.channel("ops").unwrap().id));
}

#[test]
fn each_deed_needs_its_permission() {
    let said = |bot: &Bot| bot.person("alice").say("ops", "x").unwrap();
    let post = |bot: &Bot| bot.post(&bot.messages("ops"), json!({ "content": "x" }));
    let embed = |bot: &Bot| bot.post(&bot.messages("ops"), json!({ "embeds": [{ "title": "x" }] }));
    let make = |bot: &Bot| bot.post(&format!("/guilds/{}/channels", bot.guild()), json!({ "name": "x" }));
    let rename = |bot: &Bot| bot.patch(&bot.path("ops"), json!({ "topic": "x" }));
    let remove = |bot: &Bot| bot.delete(&bot.path("ops"));
    let allow = |bot: &Bot| {
        let path = format!("{}/permissions/{}", bot.path("ops"), bot.person("bob").id());
        bot.put(&path, json!({ "type": 1, "allow": "1024", "deny": "0" }))
    };
    let react = |bot: &Bot| {
        let path = format!("{}/{}/reactions/%E2%9C%85/@me", bot.messages("ops"), said(bot));
        bot.put(&path, json!(null))
    };
    let delete = |bot: &Bot| bot.delete(&format!("{}/{}", bot.messages("ops"), said(bot)));
    let thread =
        |bot: &Bot| bot.post(&format!("{}/threads", bot.path("ops")), json!({ "name": "x", "type": 11 }));
    let private =
        |bot: &Bot| bot.post(&format!("{}/threads", bot.path("ops")), json!({ "name": "x", "type": 12 }));
    type Deed<'a> = &'a dyn Fn(&Bot) -> super::Answered;
    let deeds: [(u64, Deed<'_>); 11] = [
        (bit::SEND_MESSAGES, &post),
        (bit::EMBED_LINKS, &embed),
        (bit::MANAGE_CHANNELS, &make),
        (bit::MANAGE_CHANNELS, &rename),
        (bit::MANAGE_CHANNELS, &remove),
        (bit::MANAGE_ROLES, &allow),
        (bit::ADD_REACTIONS, &react),
        (bit::MANAGE_MESSAGES, &delete),
        (bit::CREATE_PUBLIC_THREADS, &thread),
        (bit::CREATE_PRIVATE_THREADS, &private),
        (bit::VIEW_CHANNEL, &post),
    ];
    for (bits, deed) in deeds {
        deed(&Bot::new()).ok();
        let bot = Bot::new();
        let alice = bot.person("alice").id();
        // People keep what is taken from the bot.
        let mut state = bot.server.state();
        let own = state.guild.roles.values().find(|role| role.name == "ops").unwrap().id;
        state.guild.members.get_mut(&alice).unwrap().roles = vec![own];
        for role in state.guild.roles.values_mut() {
            role.permissions = if role.id == own { bit::OF_EVERYBODY } else { role.permissions & !bits };
        }
        drop(state);
        let code = if bits == bit::VIEW_CHANNEL { 50001 } else { 50013 };
        deed(&bot).refused(403, code);
        bot.in_order();
    }
}

#[test]
fn overwrites_hold_only_bits_that_the_bot_has_and_not_the_right_to_set_more() {
    let bot = Bot::new();
    let make = |allow: u64| {
        let one =
            json!({ "id": bot.guild().to_string(), "type": 0, "allow": allow.to_string(), "deny": "0" });
        bot.post(
            &format!("/guilds/{}/channels", bot.guild()),
            json!({ "name": "x", "permission_overwrites": [one] }),
        )
    };
    make(bit::VIEW_CHANNEL | bit::PIN_MESSAGES).ok();
    make(bit::MANAGE_GUILD).refused(403, 50013);
    make(bit::MANAGE_ROLES).refused(403, 50013);
    let bits = json!({ "type": 0, "allow": bit::MANAGE_GUILD.to_string(), "deny": "0" });
    let path = format!("{}/permissions/{}", bot.path("ops"), bot.guild());
    bot.put(&path, bits.clone()).refused(403, 50013);
    let me = bot.id();
    let mine = crate::Overwrite { id: me, member: true, allow: bit::MANAGE_ROLES, deny: 0 };
    bot.server.state().channels.values_mut().find(|it| it.name == "ops").unwrap().overwrites.push(mine);
    bot.put(&path, bits).ok();
    bot.in_order();
}

#[test]
fn what_a_bot_has_by_a_category_counts_there_but_not_for_new_channels() {
    let bot = Bot::of(world().channel_in("Incidents", "inside"));
    let me = bot.id();
    let mine = crate::Overwrite { id: me, member: true, allow: bit::MANAGE_GUILD, deny: 0 };
    bot.server.state().channels.values_mut().find(|it| it.name == "Incidents").unwrap().overwrites.push(mine);
    let bits = json!({ "type": 0, "allow": bit::MANAGE_GUILD.to_string(), "deny": "0" });
    bot.put(&format!("{}/permissions/{}", bot.path("inside"), bot.guild()), bits).ok();
    let one = json!({ "id": bot.guild().to_string(), "type": 0, "allow": bit::MANAGE_GUILD.to_string(), "deny": "0" });
    let parent = bot.server.state().channel("Incidents").unwrap().id.to_string();
    let body = json!({ "name": "x", "parent_id": parent, "permission_overwrites": [one] });
    bot.post(&format!("/guilds/{}/channels", bot.guild()), body).refused(403, 50013);
}

#[test]
fn a_bot_that_hides_a_channel_from_itself_has_no_access() {
    let bot = Bot::new();
    let hide = json!([{ "id": bot.guild().to_string(), "type": 0, "allow": "0", "deny": bit::VIEW_CHANNEL.to_string() }]);
    let path = format!("/guilds/{}/channels", bot.guild());
    let made = bot.post(&path, json!({ "name": "hidden", "permission_overwrites": hide })).ok().id();
    bot.post(&format!("/channels/{made}/messages"), json!({ "content": "x" })).refused(403, 50001);
    bot.delete(&format!("/channels/{made}")).refused(403, 50001);
}

#[test]
fn an_overwrite_can_be_taken_away() {
    let bot = Bot::new();
    let path = format!("{}/permissions/{}", bot.path("ops"), bot.person("bob").id());
    bot.delete(&path).refused(404, 10009);
    bot.put(&path, json!({ "type": 1, "allow": "0", "deny": "1024" })).ok();
    assert!(bot.person("bob").say("ops", "x").is_err());
    bot.delete(&path).ok();
    bot.person("bob").say("ops", "x").unwrap();
    bot.in_order();
}

#[test]
fn with_a_voice_channel_that_cannot_be_joined_nothing_can_be_done() {
    let bot = Bot::of(world().voice("meeting"));
    let path = bot.path("meeting");
    let closed = json!({ "type": 0, "allow": "0", "deny": bit::CONNECT.to_string() });
    bot.put(&format!("{path}/permissions/{}", bot.guild()), closed).ok();
    bot.get(&path).ok();
    // What the bot's own role allows doesn't help: the overwrite for everybody comes after it.
    bot.delete(&path).refused(403, 50001);
    bot.in_order();
}
