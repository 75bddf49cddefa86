//! The folder from which sitrep comes to this Discord.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::discord::Discord;

/// Where sitrep will keep its data, within the folder.
const DATA: &str = "data";

/// Refuses a folder in which sitrep has been: it would look for rooms of a Discord that is gone.
pub(super) fn check(folder: &Path) -> Result<()> {
    let data = folder.join(DATA);
    if data.exists() {
        bail!(
            "{} holds what sitrep knows of a Discord that is gone: here nothing is kept. Remove it, or name another folder",
            data.display()
        );
    }
    Ok(())
}

/// Writes the configuration, the token and the certificate.
pub(super) fn write(folder: &Path, discord: &Discord) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| folder.display().to_string())?;
    let folder = fs::canonicalize(folder)?;
    put(&folder.join("token"), discord.token())?;
    put(&folder.join("ca.pem"), discord.certificate_pem())?;
    put(&folder.join("sitrep.toml"), &configuration(&folder, discord))
}

fn put(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| path.display().to_string())
}

fn configuration(folder: &Path, discord: &Discord) -> String {
    let person = |name: &str| format!("{name} = [\"discord:{}\"]", discord.person(name).id());
    let people = ["alice", "bob", "carol"].map(person).join("\n");
    let data = toml_string(&folder.join(DATA).display().to_string());
    format!(
        "# For the Discord that wrote this. It forgets everything when it ends, and so must this folder.\n\
         data_dir = {data}\n\
         \n\
         [discord]\n\
         token_file = \"token\"\n\
         guild_id = \"{}\"\n\
         category = \"Incidents\"\n\
         rooms = [\"ops\"]\n\
         support_room = \"support\"\n\
         stakeholder_rooms = [\"status\"]\n\
         allow_roles = [\"@everyone\"]\n\
         api_address = \"{}\"\n\
         root_certificate = \"ca.pem\"\n\
         \n\
         [people]\n\
         {people}\n",
        discord.guild_id(),
        discord.api_address(),
    )
}

/// A string as TOML writes it.
fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
