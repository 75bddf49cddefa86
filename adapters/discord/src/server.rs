//! Asking Discord for what the gateway should have said: who we are, what the server looks like, who somebody is.
//!
//! Read leniently: one channel of a kind that nobody here has heard of must not hide all others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use serenity::{
    all::{ApplicationId, ChannelId, GuildChannel, GuildId, Role, RoleId, UserId},
    http::Route,
};

use crate::{
    client::{Call, Client},
    failure::Failure,
    guild::{Channel, Guild},
    inbound::{Known, Membership, Spoken},
};

/// How many messages Discord gives at once.
pub(crate) const PAGE: usize = 100;

/// Who the token belongs to.
pub(crate) async fn who_am_i(client: &Client) -> Result<(UserId, ApplicationId), Failure> {
    #[derive(Deserialize)]
    struct User {
        id: UserId,
    }
    #[derive(Deserialize)]
    struct Application {
        id: ApplicationId,
    }
    let user: User = client.ask(Call::get(Route::UserMe)).await?;
    let application = client.ask::<Application>(Call::get(Route::Oauth2ApplicationCurrent)).await;
    // An application and its bot have one number between them, but for those from before August 2016.
    let application = if_known(application)?.map_or_else(|| ApplicationId::new(user.id.get()), |it| it.id);
    Ok((user.id, application))
}

/// The server as it is now: its roles, channels and active threads.
pub(crate) async fn look(client: &Client, id: GuildId, me: UserId) -> Result<Guild, Failure> {
    #[derive(Deserialize)]
    struct Whole {
        owner_id: UserId,
        #[serde(default)]
        roles: Vec<Value>,
    }
    #[derive(Deserialize)]
    struct Me {
        #[serde(default)]
        roles: BTreeSet<RoleId>,
    }
    let whole: Whole = client.ask(Call::get(Route::Guild { guild_id: id })).await?;
    let mine = client.ask::<Me>(Call::get(Route::GuildMember { guild_id: id, user_id: me })).await;
    let my_roles = if_known(mine)?.map(|me| me.roles);
    let mut guild = Guild { id, owner: whole.owner_id, my_roles, ..Guild::default() };
    guild.put_roles(readable::<Role>(with_guild(whole.roles, id)).iter(), me);
    guild.channels = channels(client, id).await?;
    Ok(guild)
}

/// The server's channels and active threads.
pub(crate) async fn channels(client: &Client, id: GuildId) -> Result<BTreeMap<ChannelId, Channel>, Failure> {
    #[derive(Deserialize)]
    struct Threads {
        #[serde(default)]
        threads: Vec<Value>,
    }
    let mut all: Vec<Value> = client.ask(Call::get(Route::GuildChannels { guild_id: id })).await?;
    let threads = client.ask::<Threads>(Call::get(Route::GuildThreadsActive { guild_id: id })).await;
    all.extend(if_known(threads)?.into_iter().flat_map(|threads| threads.threads));
    let all = readable::<GuildChannel>(with_guild(all, id));
    Ok(all.iter().map(|channel| (channel.id, Channel::from(channel))).collect())
}

/// What can be done without, and what a server that only resembles Discord may not know.
fn if_known<T>(asked: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(Failure::Refused(_) | Failure::Intercepted(404 | 405 | 501)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// One channel, wherever it is.
#[derive(Debug)]
pub(crate) enum Somewhere {
    /// One in which we are alone with somebody, and its last message.
    Direct(Option<u64>),
    /// One of a server.
    OnServer(Box<GuildChannel>),
    /// None that anybody writes commands in.
    Elsewhere,
}

/// What a channel is that the server didn't name: a private conversation, or a thread that sleeps.
pub(crate) async fn find(client: &Client, id: ChannelId) -> Result<Somewhere, Failure> {
    let channel: Value = client.ask(Call::get(Route::Channel { channel_id: id })).await?;
    if channel["type"] == 1 {
        let last = channel["last_message_id"].as_str().and_then(|id| id.parse().ok());
        return Ok(Somewhere::Direct(last));
    }
    let read = serde_json::from_value(channel);
    Ok(read.map_or(Somewhere::Elsewhere, |channel| Somewhere::OnServer(Box::new(channel))))
}

/// Messages of a channel that are later than this one, the oldest first. Fewer than a page: there are no more.
pub(crate) async fn messages_after(
    client: &Client,
    channel: ChannelId,
    after: u64,
) -> Result<(Vec<Spoken>, bool), Failure> {
    let call = Call::get(Route::ChannelMessages { channel_id: channel });
    let page: Vec<Value> = client.ask(call.with("after", after).with("limit", PAGE)).await?;
    let is_last = page.len() < PAGE;
    let mut messages = readable::<Spoken>(page);
    messages.sort_by_key(|message| message.id);
    Ok((messages, is_last))
}

/// Whether there is a message in a channel that is later than this one.
pub(crate) async fn is_anything_after(client: &Client, channel: ChannelId, after: u64) -> bool {
    let call = Call::get(Route::ChannelMessages { channel_id: channel });
    let page = client.ask::<Vec<Value>>(call.with("after", after).with("limit", 1)).await;
    page.is_ok_and(|page| !page.is_empty())
}

/// What the server says of somebody.
pub(crate) async fn member(client: &Client, guild: GuildId, user: UserId) -> Result<Known, Failure> {
    let call = Call::get(Route::GuildMember { guild_id: guild, user_id: user });
    Ok(client.ask::<Membership>(call).await?.into())
}

fn readable<T: DeserializeOwned>(values: Vec<Value>) -> Vec<T> {
    let read = values.into_iter().map(serde_json::from_value);
    read.filter_map(|value| value.inspect_err(|error| tracing::debug!("Passed over: {error}.")).ok())
        .collect()
}

/// What is asked for by server comes without the server's number, which serenity's types want.
fn with_guild(values: Vec<Value>, id: GuildId) -> Vec<Value> {
    let mut values = values;
    for value in &mut values {
        if let Some(fields) = value.as_object_mut() {
            fields.entry("guild_id").or_insert_with(|| id.to_string().into());
        }
    }
    values
}
