use std::collections::BTreeSet;

use serde_json::json;
use serenity::all::{
    AutoArchiveDuration, ChannelType, Command, CommandOptionType, CreateActionRow, CreateAllowedMentions,
    CreateButton, CreateChannel, CreateCommand, CreateCommandOption, CreateEmbed, CreateInteractionResponse,
    CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage, CreateScheduledEvent,
    CreateThread, EditChannel, EditInteractionResponse, EditMessage, EditScheduledEvent, EditThread, Event,
    GatewayEvent, GetMessages, GuildChannel, MessageFlags, MessageId, Nonce, PermissionOverwrite,
    PermissionOverwriteType, Permissions, RoleId, ScheduledEventType, Timestamp, UserId,
};

use sitrep_fake_discord::permission;

use super::Stage;

#[test]
fn serenity_reads_every_answer_and_nothing_it_sends_is_a_breach() {
    let stage = Stage::new();
    stage.runtime.block_on(async {
        who_and_where(&stage).await;
        let room = rooms(&stage).await;
        messages(&stage, &room).await;
        threads(&stage, &room).await;
        events(&stage).await;
        commands_and_interactions(&stage).await;
        room.delete(&stage.http).await.unwrap();
    });
    assert_eq!(stage.discord.violations(), Vec::<String>::new());
    let refused: Vec<_> = stage.discord.requests().into_iter().filter(|it| it.status >= 400).collect();
    assert_eq!(refused, []);
}

#[test]
fn serenity_reads_every_event() {
    let stage = Stage::new();
    let (discord, alice) = (&stage.discord, stage.discord.person("alice"));
    stage.runtime.block_on(async {
        let room = rooms(&stage).await;
        messages(&stage, &room).await;
        threads(&stage, &room).await;
        events(&stage).await;
        commands_and_interactions(&stage).await;
    });
    let said = alice.say("ops", &format!("<@{}> <@{}>", discord.bot_id(), alice.id())).unwrap();
    alice.edit("ops", said, "!incident").unwrap();
    alice.react("ops", said, "👀").unwrap();
    alice.unreact("ops", said, "👀").unwrap();
    alice.delete("ops", said).unwrap();
    alice.say_directly("hello").unwrap();
    discord.purge("ops", &[alice.say("ops", "x").unwrap()]);
    discord.revoke(permission::SEND_MESSAGES);
    discord.rename_role("ops", "responders");
    discord.remove_role("responders");
    discord.set_nick("bob", "Bobby");
    discord.add_person("carol", &[]);
    discord.remove_person("carol");
    discord.remove_channel("Incidents");
    discord.set_available(false);
    discord.set_available(true);
    discord.remove_bot();
    let state = discord.server().state();
    let mut names = BTreeSet::new();
    for told in &state.log {
        names.insert(told.t);
        let payload = json!({ "op": 0, "s": 1, "t": told.t, "d": told.d });
        let read = serde_json::from_value::<GatewayEvent>(payload).map_err(|error| error.to_string());
        assert!(
            matches!(read, Ok(GatewayEvent::Dispatch(_, ref event)) if !is_unknown(event)),
            "{}: {read:?}",
            told.t
        );
    }
    assert!(names.len() > 25, "{names:?}");
}

fn is_unknown(event: &Event) -> bool {
    matches!(event, Event::Unknown(_))
}

async fn who_and_where(stage: &Stage) {
    let http = &stage.http;
    assert_eq!(http.get_current_user().await.unwrap().name, "sitrep");
    assert_eq!(http.get_guilds(None, None).await.unwrap()[0].name, "Example");
    assert!(http.get_bot_gateway().await.unwrap().url.starts_with("ws://"));
    http.get_current_application_info().await.unwrap();
    let guild = http.get_guild(stage.guild()).await.unwrap();
    assert_eq!(guild.roles.len(), 3);
    assert_eq!(http.get_guild_roles(stage.guild()).await.unwrap().len(), 3);
    assert_eq!(http.get_channels(stage.guild()).await.unwrap().len(), 3);
    let alice = UserId::new(stage.discord.person("alice").id());
    let member = http.get_member(stage.guild(), alice).await.unwrap();
    assert_eq!(member.roles, [RoleId::new(stage.discord.role_id("ops").unwrap())]);
    assert_eq!(http.search_guild_members(stage.guild(), "ali", Some(5)).await.unwrap().len(), 1);
    let direct = alice.create_dm_channel(http).await.unwrap();
    direct.id.say(http, "psst").await.unwrap();
}

async fn rooms(stage: &Stage) -> GuildChannel {
    let http = &stage.http;
    let overwrite = |kind, allow, deny| PermissionOverwrite { allow, deny, kind };
    let view = Permissions::VIEW_CHANNEL;
    let me = PermissionOverwriteType::Member(UserId::new(stage.discord.bot_id()));
    let everyone = PermissionOverwriteType::Role(RoleId::new(stage.discord.guild_id()));
    let create = CreateChannel::new("2026-11-22-checkout-is-down")
        .kind(ChannelType::Text)
        .topic("INC-1")
        .category(stage.channel("Incidents"))
        .permissions([
            overwrite(me, view, Permissions::empty()),
            overwrite(everyone, Permissions::empty(), view),
        ]);
    let mut room = stage.guild().create_channel(http, create).await.unwrap();
    assert!(!stage.discord.person("bob").channels().contains(&room.name));
    let bob = PermissionOverwriteType::Member(UserId::new(stage.discord.person("bob").id()));
    room.create_permission(http, overwrite(bob, view, Permissions::empty())).await.unwrap();
    assert!(stage.discord.person("bob").channels().contains(&room.name));
    room.delete_permission(http, bob).await.unwrap();
    room.edit(http, EditChannel::new().topic("INC-1, over")).await.unwrap();
    room.id.to_channel(http).await.unwrap();
    let voice = CreateChannel::new("meeting").kind(ChannelType::Voice).category(stage.channel("Incidents"));
    stage.guild().create_channel(http, voice).await.unwrap().delete(http).await.unwrap();
    room
}

async fn messages(stage: &Stage, room: &GuildChannel) {
    let http = &stage.http;
    let buttons = CreateActionRow::Buttons(vec![
        CreateButton::new("sitrep:ack").label("Acknowledge"),
        CreateButton::new_link("https://meet.example/x").label("Meeting"),
    ]);
    let card = CreateMessage::new()
        .embed(
            CreateEmbed::new().title("INC-1").description("Checkout is down").field("Lead", "nobody", true),
        )
        .components(vec![buttons])
        .flags(MessageFlags::SUPPRESS_NOTIFICATIONS)
        .nonce(Nonce::String("k-1".to_owned()))
        .enforce_nonce(true)
        .allowed_mentions(CreateAllowedMentions::new());
    let mut card = room.send_message(http, card).await.unwrap();
    assert!(matches!(&card.nonce, Some(Nonce::String(nonce)) if nonce == "k-1"));
    let change =
        EditMessage::new().content("x").components(vec![]).allowed_mentions(CreateAllowedMentions::new());
    card.edit(http, change).await.unwrap();
    card.pin(http).await.unwrap();
    assert_eq!(room.pins(http).await.unwrap().len(), 1);
    card.unpin(http).await.unwrap();
    card.react(http, '✅').await.unwrap();
    card.delete_reactions(http).await.unwrap();
    let alice = stage.discord.person("alice");
    let asked = MessageId::new(alice.say("ops", "well?").unwrap());
    let reply = CreateMessage::new().content("well").reference_message((stage.channel("ops"), asked));
    let reply = stage.channel("ops").send_message(http, reply).await.unwrap();
    assert_eq!(reply.referenced_message.as_ref().unwrap().content, "well?");
    let after = GetMessages::new().after(asked).limit(10);
    assert_eq!(stage.channel("ops").messages(http, after).await.unwrap().len(), 1);
    assert_eq!(stage.channel("ops").message(http, asked).await.unwrap().author.name, "alice");
    reply.delete(http).await.unwrap();
    room.broadcast_typing(http).await.unwrap();
}

async fn threads(stage: &Stage, room: &GuildChannel) {
    let http = &stage.http;
    let report = MessageId::new(stage.discord.person("alice").say("ops", "odd").unwrap());
    let build = CreateThread::new("Report").auto_archive_duration(AutoArchiveDuration::OneDay);
    let thread = stage.channel("ops").create_thread_from_message(http, report, build).await.unwrap();
    thread.id.say(http, "noted").await.unwrap();
    let private = CreateThread::new("quiet").kind(ChannelType::PrivateThread).invitable(false);
    let mut quiet = room.create_thread(http, private).await.unwrap();
    let bob = UserId::new(stage.discord.person("bob").id());
    thread.id.add_thread_member(http, bob).await.unwrap();
    assert_eq!(thread.id.get_thread_members(http).await.unwrap().len(), 2);
    stage.guild().get_active_threads(http).await.unwrap();
    quiet.edit_thread(http, EditThread::new().archived(true)).await.unwrap();
    room.id.get_archived_private_threads(http, None, None).await.unwrap();
}

async fn events(stage: &Stage) {
    let http = &stage.http;
    let at = |hours: i64| {
        Timestamp::from_unix_timestamp(Timestamp::now().unix_timestamp() + hours * 3600).unwrap()
    };
    let event = CreateScheduledEvent::new(ScheduledEventType::External, "Retrospective", at(24))
        .end_time(at(25))
        .description("INC-1")
        .location("https://discord.com/channels/1/2");
    let made = stage.guild().create_scheduled_event(http, event).await.unwrap();
    let later = EditScheduledEvent::new().start_time(at(48)).end_time(at(49));
    stage.guild().edit_scheduled_event(http, made.id, later).await.unwrap();
    assert_eq!(stage.guild().scheduled_events(http, false).await.unwrap().len(), 1);
    stage.guild().delete_scheduled_event(http, made.id).await.unwrap();
    assert!(stage.discord.events().is_empty());
}

async fn commands_and_interactions(stage: &Stage) {
    let http = &stage.http;
    let title = CreateCommandOption::new(CommandOptionType::String, "title", "What is wrong").required(true);
    let command = CreateCommand::new("incident").description("Declares an incident").add_option(title);
    let known = stage.guild().set_commands(http, vec![command.clone()]).await.unwrap();
    assert_eq!(stage.guild().get_commands(http).await.unwrap()[0].id, known[0].id);
    Command::set_global_commands(http, vec![]).await.unwrap();
    let pending = stage.discord.person("alice").slash("ops", "incident", &[("title", "x".into())]).unwrap();
    let token = stage.discord.server().state().interactions[&pending.id()].token.clone();
    let hidden = CreateInteractionResponseMessage::new().ephemeral(true);
    let defer = CreateInteractionResponse::Defer(hidden);
    http.create_interaction_response(pending.id().into(), &token, &defer, vec![]).await.unwrap();
    let edit = EditInteractionResponse::new().content("done").allowed_mentions(CreateAllowedMentions::new());
    http.edit_original_interaction_response(&token, &edit, vec![]).await.unwrap();
    assert_eq!(http.get_original_interaction_response(&token).await.unwrap().content, "done");
    let more = CreateInteractionResponseFollowup::new().content("and more").ephemeral(true);
    http.create_followup_message(&token, &more, vec![]).await.unwrap();
    http.delete_original_interaction_response(&token).await.unwrap();
    assert!(pending.answer().unwrap().removed);
}
