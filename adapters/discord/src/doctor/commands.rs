//! The slash commands: that Discord knows those of this version.

use serenity::all::GuildId;
use sitrep_core::{command::VERBS, port::Finding};

use super::failed;
use crate::{account::Account, commands, failure::Failure};

pub(super) async fn check(account: &Account) -> Vec<Finding> {
    let guild = GuildId::new(account.settings.guild_id);
    let prefix = &account.settings.prefix;
    vec![match commands::missing(&account.client, (account.application, guild)).await {
        Ok(missing) => judge(&missing, prefix),
        Err(failure @ Failure::Refused(_)) => Finding::warning(
            format!(
                "Slash commands: Discord doesn't let sitrep have any ({}); what is typed, as `{prefix}incident`, works",
                failure.words()
            ),
            "Open the link that `sitrep invite-link` prints and confirm it; nothing is lost thereby",
        ),
        Err(failure) => failed("Slash commands: it can't be seen whether they are there", &failure),
    }]
}

fn judge(missing: &[&str], prefix: &str) -> Finding {
    if missing.is_empty() {
        return Finding::ok(format!("Slash commands: all {} are there", VERBS.len()));
    }
    let list = missing.iter().map(|name| format!("/{name}")).collect::<Vec<_>>().join(", ");
    Finding::warning(
        format!("Slash commands: {list} are not there yet; what is typed, as `{prefix}incident`, works"),
        "They come within half a minute of the start of `sitrep run`; if they don't, see what its log says",
    )
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(judge(&[], "!").level, Level::Ok);
        let some = judge(&["ack", "lead"], "!");
        assert!(some.level == Level::Warning && some.what.contains("/ack, /lead are not there"), "{some}");
    }
}
