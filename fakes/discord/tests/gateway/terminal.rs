//! `fake-discord` from a pipe: lines go in, the conversation comes out.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use serenity::all::{
    ChannelId, CommandOptionType, CreateCommand, CreateCommandOption, GuildChannel, GuildId,
};
use tempfile::TempDir;

use crate::bot::{Bot, Manner, card, until};

/// A terminal with a bot that came to it.
struct Terminal {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
    bot: Bot,
    ops: ChannelId,
    _folder: TempDir,
}

/// What came of it.
#[derive(Debug)]
struct Came {
    shown: String,
    complaints: String,
    well: bool,
}

impl Terminal {
    /// Starts one, with a bot that has a command and posted a card, which is shown.
    fn start(manner: Manner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-discord"))
            .args(["--port", "0", "--patience", "30", "--write-config"])
            .arg(folder.path().join("try"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let configuration = folder.path().join("try/sitrep.toml");
        until("the configuration is written", || {
            fs::read_to_string(&configuration).is_ok_and(|it| it.contains("carol"))
        });
        let bot = bot(&folder.path().join("try"), manner);
        bot.hears("GuildCreate", 1);
        let guild = GuildId::new(value(&configuration, "guild_id").parse().unwrap());
        let title =
            CreateCommandOption::new(CommandOptionType::String, "title", "what is wrong").required(true);
        let like =
            CreateCommandOption::new(CommandOptionType::String, "like", "another").set_autocomplete(true);
        let command = CreateCommand::new("incident")
            .description("declares an incident")
            .add_option(title)
            .add_option(like);
        bot.wait(guild.set_commands(&bot.http, vec![command])).unwrap();
        let channels = bot.wait(guild.channels(&bot.http)).unwrap();
        let ops = channels.values().find(|it: &&GuildChannel| it.name == "ops").unwrap().id;
        bot.wait(ops.send_message(&bot.http, card())).unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("Acknowledge") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the card is shown");
        }
        Self { child, input, output, bot, ops, _folder: folder }
    }

    /// Says these lines and ends.
    fn converse(mut self, lines: &[&str]) -> Came {
        for line in lines {
            writeln!(self.input, "{line}").unwrap();
        }
        drop(self.input);
        let mut shown = String::new();
        self.output.read_to_string(&mut shown).unwrap();
        let mut complaints = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        Came { shown, complaints, well: self.child.wait().unwrap().success() }
    }
}

fn bot(folder: &Path, manner: Manner) -> Bot {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let api = value(&folder.join("sitrep.toml"), "api_address").parse().unwrap();
    Bot::connect_to(api, &read("ca.pem"), &read("token"), manner)
}

/// What a key says in a configuration.
fn value(configuration: &Path, key: &str) -> String {
    let text = fs::read_to_string(configuration).unwrap();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn a_conversation_with_messages_commands_buttons_and_forms() {
    let came = Terminal::start(Manner::Ordinary).converse(&[
        "hello",
        "/incident title: it is down",
        "/press ack",
        "/fill all good",
        "/as bob",
        "/react ✅",
        "/reply on it",
        "/as alice",
        "/edit hello all",
        "/delete",
        "/offer incident like: IN",
        "/dm are you there?",
        "/channels",
    ]);
    let expected = "\
[#ops] alice: hello
[#ops] sitrep (only you see this): alice: title String(\"it is down\")
-- a form: Update
  text: What is known?
  send it with /fill
[#ops] sitrep (only you see this, to sitrep): form: all good
-- you are bob, in #ops
-- bob pressed ✅ under alice: hello
[#ops] bob (to alice): on it
-- you are alice, in #ops
[#ops] alice (edited): hello all
-- removed in #ops: alice: hello all
-- offered: INC-1 it is down
[@sitrep] alice: are you there?
* #ops
  #support
  #status
  @sitrep
";
    assert_eq!((came.shown.as_str(), came.well), (expected, true), "{}", came.complaints);
}

#[test]
fn looking_shows_the_channel_as_it_is() {
    let terminal = Terminal::start(Manner::Ordinary);
    let newest = terminal.bot.wait(terminal.ops.say(&terminal.bot.http, "pinned words")).unwrap();
    terminal.bot.wait(newest.pin(&terminal.bot.http)).unwrap();
    let came = terminal.converse(&["/look"]);
    let (_, look) = came.shown.split_once("== #ops\n").unwrap();
    let expected = "\
pinned: pinned words
sitrep: card
  (Acknowledge) (Old, greyed out) (Join: https://example.org)
sitrep: pinned a message
";
    assert_eq!(look, expected);
}

#[test]
fn what_cannot_be_done_is_said_and_fails_the_script() {
    let came = Terminal::start(Manner::Ordinary).converse(&[
        "/as nobody",
        "/press nothing",
        "/nothing at all",
        "still here",
    ]);
    assert_eq!(came.shown, "[#ops] alice: still here\n");
    for complaint in ["nobody called nobody", "no button nothing", "no command /nothing"] {
        assert!(came.complaints.contains(complaint), "{}", came.complaints);
    }
    assert!(!came.well);
}

#[test]
fn a_script_waits_for_words_and_complains_if_they_never_come() {
    let terminal = Terminal::start(Manner::Ordinary);
    let (http, ops) = (terminal.bot.http.clone(), terminal.ops);
    terminal.bot.meanwhile(async move {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        // What doesn't get through is missed below.
        let _ = ops.say(&http, "at last").await;
    });
    let came = terminal.converse(&["anybody?", "/until at last", "thanks"]);
    assert_eq!(came.shown, "[#ops] alice: anybody?\n[#ops] sitrep: at last\n[#ops] alice: thanks\n");
    assert!(came.well, "{}", came.complaints);
}

#[test]
fn a_bot_that_does_not_answer_is_told_of() {
    let came = Terminal::start(Manner::Silent).converse(&["/incident it is down"]);
    assert!(came.shown.starts_with("-- The application did not respond\n"), "{}", came.shown);
    assert!(came.shown.contains("a real Discord would not have had it so: no answer within three seconds"));
}

#[test]
fn a_folder_where_sitrep_was_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_fake-discord"))
        .args(["--port", "0", "--write-config"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Remove it, or name another folder"));
}
