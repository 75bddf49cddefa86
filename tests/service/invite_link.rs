//! `sitrep invite-link`: the link that asks the bot onto its server, without contacting anybody.

use crate::support::Failed;
use crate::support::sitrep::Home;
use crate::support::trials::{Test, test};

/// Made up: the first part is the id 1574025281893654565 in base64, the rest means nothing.
const TOKEN: &str = "MTU3NDAyNTI4MTg5MzY1NDU2NQ.sesame.sesame";

const CONFIGURATION: &str = r#"
[discord]
token_file = "token"
guild_id = "17"
rooms = ["ops"]
allow_roles = ["@everyone"]
"#;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("service::the_invitation_link_asks_for_what_is_needed", link),
        test("service::the_invitation_link_needs_a_bot", refusals),
    ]
}

fn link() -> Result<(), Failed> {
    let home = Home::with(&[("sitrep.toml", CONFIGURATION), ("token", &format!(" {TOKEN}\n"))])?;
    let link = home.sitrep(&["invite-link"], "")?.succeeded()?;
    let start = "https://discord.com/oauth2/authorize?client_id=1574025281893654565\
                 &scope=bot%20applications.commands&permissions=";
    assert!(link.starts_with(start) && link.ends_with("&guild_id=17\n"), "{link}");
    assert!(!link.contains("sesame"), "{link}");
    let permissions =
        |link: &str| -> Option<u64> { link.split_once("permissions=")?.1.split_once('&')?.0.parse().ok() };
    let asked = permissions(&link).ok_or("no permissions")?;
    for (bit, name) in
        [(10, "View Channels"), (4, "Manage Channels"), (51, "Pin Messages"), (44, "Create Events")]
    {
        assert!(asked & (1 << bit) != 0, "{name} is not asked for: {link}");
    }
    assert_eq!(asked & (1 << 3), 0, "it is no administrator");
    let voice = format!("{CONFIGURATION}[meeting]\nprovider = \"discord_voice\"\n");
    home.write("sitrep.toml", &voice)?;
    let with_voice = home.sitrep(&["invite-link"], "")?.succeeded()?;
    assert_eq!(permissions(&with_voice), Some(asked | 1 << 20), "Connect is asked for where it is needed");
    assert!(!home.path().join("data").exists(), "nothing is written");
    Ok(())
}

fn refusals() -> Result<(), Failed> {
    let home = Home::with(&[("sitrep.toml", CONFIGURATION), ("token", "sesame\n")])?;
    let not_a_bot = home.sitrep(&["invite-link"], "")?;
    assert_eq!(not_a_bot.status.code(), Some(2), "{}", not_a_bot.stderr);
    assert!(not_a_bot.stderr.contains("the token in [discord] is not that of a bot"), "{}", not_a_bot.stderr);
    assert!(!not_a_bot.stderr.contains("sesame") && not_a_bot.stdout.is_empty(), "{}", not_a_bot.stderr);
    home.write("sitrep.toml", "")?;
    let no_section = home.sitrep(&["invite-link"], "")?;
    assert_eq!(no_section.status.code(), Some(2), "{}", no_section.stderr);
    assert!(no_section.stderr.contains("there is no [discord] section"), "{}", no_section.stderr);
    Ok(())
}
