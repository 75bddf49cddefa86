//! What the terminal says by itself.

use std::path::Path;

use crate::discord::Discord;

/// Everything that can be told to the terminal.
pub(super) const WORDS: [(&str, &str, &str); 24] = [
    ("/as", "bob", "makes you somebody else"),
    ("/go", "ops", "goes to another channel, or to a thread"),
    ("/dm", "[TEXT]", "goes to where you are alone with sitrep, or says something there"),
    ("/channels", "", "lists the channels that you see"),
    ("/people", "", "lists the people"),
    ("/look", "", "shows this channel as it is now: topic, pins, the last messages, buttons"),
    (
        "/slash",
        "incident title: it is down",
        "uses a slash command; alone: lists them. /incident ... does the same",
    ),
    ("/offer", "status incident: IN", "shows what a half typed slash command offers for its last option"),
    ("/press", "ack", "presses the newest button here of that name"),
    ("/select", "NAME: CHOICE", "chooses from the newest list here of that name"),
    ("/fill", "text: all good", "fills in the form that you are shown, and sends it"),
    ("/react", "✅", "presses a sign under the newest message here that isn't yours"),
    ("/unreact", "✅", "takes it off the newest message here on which you have put it"),
    ("/reply", "TEXT", "answers the newest message here that isn't yours"),
    ("/edit", "TEXT", "has your last message here say something else"),
    ("/delete", "", "takes your last message here back"),
    ("/join", "NAME", "joins a voice channel"),
    ("/leave", "", "leaves it"),
    ("/break", "reset", "breaks the gateway: reset, close, reconnect, invalid, silence"),
    ("/move", "20m", "moves this Discord's clock on (not sitrep's)"),
    ("/wait", "2s", "waits, for scripts"),
    ("/until", "TEXT", "waits until something with these words has arrived, for scripts"),
    ("/help", "", "shows this"),
    ("/quit", "", "ends. Nothing is kept"),
];

/// What there is to know at the start. It goes to standard error: a script's output is the conversation alone.
pub(super) fn introduce(folder: &Path, discord: &Discord) {
    let shown = folder.join("sitrep.toml");
    let lines = [
        format!(
            "A Discord of your own, at {}. Nothing leaves this machine, nothing is kept.",
            discord.api_address()
        ),
        format!("Let sitrep come, from another terminal:  sitrep run --config {}", shown.display()),
        format!("(or, where it was built:  cargo run -- run --config {})", shown.display()),
        "You are alice, in #ops. Try:  !incident checkout is down   or  /incident title: checkout is down"
            .to_owned(),
        "/help shows what else there is.".to_owned(),
    ];
    for line in lines {
        eprintln!("{line}");
    }
}

/// What `/help` shows.
pub(super) fn help() -> Vec<String> {
    let mut lines = vec![
        "A line is a message from you to this channel. What begins with / is something else:".to_owned(),
    ];
    for (word, example, about) in WORDS {
        lines.push(format!("  {:<38} {about}", format!("{word} {example}")));
    }
    lines
}
