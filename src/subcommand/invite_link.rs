//! `sitrep invite-link`: the link with which the bot is taken into its Discord server, with the permissions that it
//! needs and no others. Contacts nobody.

use std::{io::Write, path::Path};

use anyhow::Result;

use super::{WrongUse, load};
use crate::config::Meeting;

pub(super) fn invite_link(path: &Path) -> Result<()> {
    let config = load(path)?;
    let wrong = |sentence: &str| WrongUse(format!("{}: {sentence}", path.display()));
    let Some(section) = &config.discord else {
        return Err(wrong(
            "there is no [discord] section\nhelp: add one; README.md goes through it step by step",
        )
        .into());
    };
    let meetings = config.meeting == Meeting::DiscordVoice;
    let link =
        sitrep_discord::invitation(section.token.expose(), section.guild_id, meetings).ok_or_else(|| {
            wrong(
                "the token in [discord] is not that of a bot\n\
             help: copy it again from the page Bot of the application; the client secret is something else",
            )
        })?;
    writeln!(std::io::stdout(), "{link}")?;
    Ok(())
}
