//! The token, the application that it belongs to, and what Discord lets it read.

use serde::Deserialize;
use serenity::{all::ApplicationId, http::Route};
use sitrep_core::port::Finding;

use super::failed;
use crate::{account::Account, client::Call};

/// The switch MESSAGE CONTENT is on: for any bot, and for one on few servers ("Application Flags").
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

#[derive(Deserialize)]
struct Application {
    id: ApplicationId,
    name: String,
    #[serde(default)]
    flags: u64,
}

pub(super) async fn check(account: &Account) -> Vec<Finding> {
    match account.client.ask::<Application>(Call::get(Route::Oauth2ApplicationCurrent)).await {
        Ok(application) => vec![
            Finding::ok(format!("Discord: logged in as {} ({})", application.name, application.id)),
            intents(application.flags, &account.settings.prefix),
        ],
        Err(failure) => vec![failed("Discord: the bot can't be logged in", &failure)],
    }
}

/// What is heard of messages.
fn intents(flags: u64, prefix: &str) -> Finding {
    if flags & MESSAGE_CONTENT != 0 {
        return Finding::ok("Discord: what people say can be read (MESSAGE CONTENT)");
    }
    Finding::warning(
        format!(
            "Discord: what people say can't be read, so `{prefix}incident` is not heard in a channel, nor is an edit; \
             `/incident`, buttons, a mention of sitrep and direct messages are"
        ),
        "Switch on MESSAGE CONTENT INTENT on the page Bot of the application, and restart sitrep",
    )
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::*;

    #[test]
    fn what_is_lost_without_the_switch_is_said() {
        assert_eq!(intents(1 << 18, "!").level, Level::Ok);
        assert_eq!(intents(1 << 19 | 1 << 23, "!").level, Level::Ok);
        let off = intents(1 << 15, "!");
        assert!(off.level == Level::Warning && off.what.contains("`/incident`"), "{off}");
    }
}
