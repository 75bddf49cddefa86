//! The token, the application that it belongs to, and what Discord lets it read.

use std::sync::atomic::Ordering;

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
            intents(
                application.flags,
                account.reads_content.load(Ordering::Relaxed),
                &account.settings.prefix,
            ),
        ],
        Err(failure) => vec![failed("Discord: the bot can't be logged in", &failure)],
    }
}

/// What is heard of messages.
fn intents(flags: u64, is_used: bool, prefix: &str) -> Finding {
    let is_on = flags & MESSAGE_CONTENT != 0;
    if is_on && is_used {
        return Finding::ok("Discord: what people say can be read (MESSAGE CONTENT)");
    }
    Finding::warning(
        format!(
            "Discord: what people say can't be read, so `{prefix}incident` is not heard in a channel, nor is an edit; \
             `/incident`, buttons, a mention of sitrep and direct messages are"
        ),
        match is_on {
            true => "The switch is on since: restart sitrep",
            false => {
                "Switch on MESSAGE CONTENT INTENT on the page Bot of the application, and restart sitrep"
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::*;

    #[test]
    fn what_is_lost_without_the_switch_is_said() {
        assert_eq!(intents(1 << 18, true, "!").level, Level::Ok);
        assert_eq!(intents(1 << 19 | 1 << 23, true, "!").level, Level::Ok);
        let off = intents(1 << 15, true, "!");
        assert!(off.level == Level::Warning && off.what.contains("`/incident`"), "{off}");
        let unused = intents(1 << 19, false, "!");
        assert!(
            unused.level == Level::Warning && unused.to_string().ends_with("restart sitrep."),
            "{unused}"
        );
    }
}
