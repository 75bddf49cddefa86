//! Looking for a message that may have been said: among what the gateway brought, then in the channel's history.
//!
//! Messages in a history don't carry their nonce. One is taken for ours if we wrote it since the key exists, it says the
//! same, it answers the same, and it isn't known to belong to another key.

use chrono::{DateTime, TimeDelta, Utc};
use serenity::{
    all::{ChannelId, InteractionId, MessageId},
    http::Route,
};
use sitrep_core::port::Attempt;

use crate::{
    account::Account,
    client::Call,
    failure::Failure,
    raw::{Posted, PostedEmbed},
    render::Body,
};

/// Pages of a hundred messages: more than are written in any channel while one message waits.
const PAGES: usize = 20;
const PAGE: usize = 100;

/// By how much Discord's clock may be behind ours.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(30);

/// When Discord's numbers begin, in milliseconds since 1970.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// What is looked for.
pub(crate) struct Wanted<'a> {
    pub(crate) body: &'a Body,
    pub(crate) answers: Option<MessageId>,
    pub(crate) interaction: Option<InteractionId>,
}

/// The message that was said under the attempt's key, if it is found.
pub(crate) async fn find(
    account: &Account,
    channel: ChannelId,
    attempt: &Attempt,
    wanted: &Wanted<'_>,
) -> Result<Option<MessageId>, Failure> {
    if let Some((_, message)) = account.heard(&attempt.key).filter(|(heard_in, _)| *heard_in == channel) {
        return Ok(Some(message));
    }
    if !account.doing.may_be_forgotten(attempt, Utc::now()) {
        return Ok(None);
    }
    search(account, channel, attempt, wanted).await
}

/// The message in the channel's history, whether or not Discord still knows the key.
pub(crate) async fn search(
    account: &Account,
    channel: ChannelId,
    attempt: &Attempt,
    wanted: &Wanted<'_>,
) -> Result<Option<MessageId>, Failure> {
    let mut after = number_at(attempt.first_tried - CLOCK_DIFFERENCE);
    for _ in 0..PAGES {
        let page = page(account, channel, after).await?;
        let ours = page.iter().filter(|posted| posted.author.id == account.user);
        let mut ours: Vec<&Posted> = ours.filter(|posted| wanted.is(posted)).collect();
        ours.retain(|posted| !account.doing.is_claimed(posted.id, &attempt.key));
        if let Some(found) = ours.iter().map(|posted| posted.id).min() {
            return Ok(Some(found));
        }
        match page.iter().map(|posted| posted.id).max() {
            Some(last) if page.len() >= PAGE => after = last.get(),
            Some(_) | None => return Ok(None),
        }
    }
    Ok(None)
}

/// What was said in a channel after a message, a hundred at most.
pub(crate) async fn page(account: &Account, channel: ChannelId, after: u64) -> Result<Vec<Posted>, Failure> {
    let route = Route::ChannelMessages { channel_id: channel };
    let call = Call::get(route).with("after", after).with("limit", PAGE).needs("Read Message History");
    account.client.ask(call).await
}

/// The number that something has at least which was made at a moment ("Snowflakes", Discord's API reference).
pub(crate) fn number_at(moment: DateTime<Utc>) -> u64 {
    let ms = u64::try_from(moment.timestamp_millis() - EPOCH_MS).unwrap_or_default();
    ms << 22
}

/// When something was made that has this number.
pub(crate) fn made_at(number: u64) -> DateTime<Utc> {
    let ms = i64::try_from(number >> 22).unwrap_or_default() + EPOCH_MS;
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

impl Wanted<'_> {
    fn is(&self, posted: &Posted) -> bool {
        let answered = posted.message_reference.as_ref().and_then(|reference| reference.message_id);
        let interaction = posted.interaction_metadata.as_ref().map(|interaction| interaction.id);
        says(posted, self.body)
            && (answered.is_none() || answered == self.answers)
            && (interaction.is_none() || interaction == self.interaction)
    }
}

/// Whether a message says just this.
pub(crate) fn says(posted: &Posted, body: &Body) -> bool {
    let same = |ours: &str, theirs: Option<&str>| ours.trim() == theirs.unwrap_or_default().trim();
    let same_embed = |ours: &crate::render::Embed, theirs: &PostedEmbed| {
        same(&ours.title, theirs.title.as_deref()) && same(&ours.description, theirs.description.as_deref())
    };
    // What Discord makes of links comes after ours.
    let embeds = body.embeds.iter().zip(&posted.embeds);
    same(&body.content, Some(&posted.content))
        && posted.embeds.len() >= body.embeds.len()
        && embeds.into_iter().all(|(ours, theirs)| same_embed(ours, theirs))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::render::Embed;

    fn posted(more: Value) -> Posted {
        let mut whole = json!({ "id": "5", "content": "it is down", "author": { "id": "9" }, "embeds": [] });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_message_is_known_by_what_it_says_and_answers() {
        let body = Body { content: "it is down\n".to_owned(), ..Body::default() };
        let wanted = Wanted { body: &body, answers: Some(MessageId::new(4)), interaction: None };
        let answering = |id: &str| json!({ "message_reference": { "message_id": id } });
        let cases = [
            (json!({}), true),
            (answering("4"), true),
            (answering("3"), false),
            (json!({ "content": "it is up" }), false),
            (json!({ "interaction_metadata": { "id": "7" } }), false),
            (json!({ "embeds": [{ "title": "a page that was linked" }] }), true),
        ];
        for (more, expected) in cases {
            assert_eq!(wanted.is(&posted(more.clone())), expected, "{more}");
        }
    }

    #[test]
    fn a_card_is_known_by_its_embed() {
        let embed = Embed { title: "INC-1".to_owned(), description: "down".to_owned() };
        let body = Body { embeds: vec![embed], ..Body::default() };
        let with = |title: &str| {
            posted(json!({ "content": "", "embeds": [{ "title": title, "description": "down" }] }))
        };
        assert!(says(&with("INC-1"), &body) && !says(&with("INC-2"), &body));
        assert!(!says(&posted(json!({ "content": "" })), &body));
    }

    #[test]
    fn numbers_tell_the_time() {
        let moment = DateTime::from_timestamp_millis(1_462_015_105_796).unwrap();
        assert_eq!(
            number_at(moment),
            175_928_847_298_985_984,
            "the example of Discord's reference, at its beginning"
        );
        assert_eq!(made_at(175_928_847_299_117_063), moment);
        assert_eq!(number_at(DateTime::UNIX_EPOCH), 0);
    }
}
