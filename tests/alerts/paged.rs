//! PagerDuty's own client, from PyPI, pointed at sitrep instead. It speaks only HTTPS, which sitrep does by itself here.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sitrep_fake_discord::Papers;

use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, TOKEN, source};
use crate::support::sitrep::Sitrep;
use crate::support::trials::{PAGER, Test, test};
use crate::support::{Doing, Failed, venv};

pub(super) fn tests() -> Vec<Test> {
    vec![test("alerts::pagerduty_s_own_client_is_understood", client).and_pager()]
}

/// Does what it is told to with the client's own functions, a line for each, and shows what they give back.
const CLIENT: &str = "
import json, sys
from pagerduty import EventsApiV2Client
client = EventsApiV2Client(sys.argv[2], base_url=sys.argv[1])
for line in sys.stdin:
    told = json.loads(line)
    print(json.dumps(getattr(client, told.pop('do'))(**told)), flush=True)
";

/// Has the client do these things, in a folder with the certificate that it trusts; gives back what it has shown, or its
/// last words.
fn page(
    (sitrep, target): (&Sitrep, &str),
    key: &str,
    deeds: &[Value],
) -> Result<Result<Vec<Value>, String>, Failed> {
    let python = venv::python(&PAGER)?;
    let mut command = Command::new(python);
    command.args(["-c", CLIENT, &format!("https://{target}"), key]).env("NO_PROXY", "127.0.0.1");
    command.env("SSL_CERT_FILE", sitrep.home().path().join("authority.pem"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = command.spawn().doing("starting the client")?;
    let mut input = client.stdin.take().ok_or("no pipe")?;
    for deed in deeds {
        writeln!(input, "{deed}").doing("telling the client")?;
    }
    drop(input);
    let output = client.wait_with_output().doing("waiting for the client")?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown = shown.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    Ok(Ok(shown.doing("reading what the client shows")?))
}

fn client() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let papers = Papers::make()?;
    let tls = "certificate = \"cert.pem\"\nkey = \"key.pem\"\n".to_owned();
    let home = guild.home(&[machine.section(), tls, source("pager", "pagerduty", "")].concat())?;
    for (name, content) in
        [("cert.pem", &papers.certificate), ("key.pem", &papers.key), ("authority.pem", &papers.authority)]
    {
        home.write(name, content)?;
    }
    let sitrep = Sitrep::run(home)?;
    let target = machine.target();
    let pager = (&sitrep, target.as_str());
    let full = json!({
        "do": "trigger", "summary": "The disk of db-7 is full", "source": "db-7", "dedup_key": "db-7-disk",
        "links": [{ "href": "https://graphs.example/db-7", "text": "Graph" }],
    });
    let nameless = json!({ "do": "trigger", "summary": "A queue grows", "source": "queue-1" });
    let shown = page(pager, TOKEN, &[full.clone(), full, nameless])??;
    assert_eq!(shown[..2], [json!("db-7-disk"), json!("db-7-disk")]);
    assert!(shown[2].as_str().is_some_and(|key| key.len() > 8), "it is given a key: {shown:?}");
    let line = guild.hear("support", "the line, told again", |message| {
        plain(message).contains("The disk of db-7 is full") && plain(message).contains("told 2 times")
    })?;
    assert!(plain(&line).contains("https://graphs.example/db-7"), "{line:?}");
    guild.hear_words("support", "A queue grows")?;

    let is_now = |words: &'static str| {
        guild.hear("support", words, |message| message.id == line.id && plain(message).contains(words))
    };
    page(pager, TOKEN, &[json!({ "do": "acknowledge", "dedup_key": "db-7-disk" })])??;
    is_now("Acknowledged where it comes from")?;
    page(pager, TOKEN, &[json!({ "do": "resolve", "dedup_key": "db-7-disk" })])??;
    is_now("Over since")?;

    let now = chrono::Utc::now();
    let change = json!({
        "do": "submit", "summary": "checkout 4.2.1 is out", "source": "deploy", "timestamp": now.to_rfc3339(),
        "custom_details": { "service": "checkout" },
        "links": [{ "href": "https://git.example/releases/4.2.1", "text": "Release" }],
    });
    page(pager, TOKEN, &[change])??;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident nobody can pay")?.id.to_string();
    let timeline = plain(&guild.ask(&alice, &room, "!timeline")?);
    assert!(timeline.contains("a change, says pager: checkout 4.2.1 is out"), "{timeline}");

    let refused =
        page(pager, "no-key-that-anybody-knows-here", &[json!({ "do": "resolve", "dedup_key": "x" })])?;
    assert!(refused.is_err_and(|words| words.contains("401") || words.contains("Unauthorized")));
    let lines = guild.said_in("support");
    assert_eq!(lines.iter().filter(|message| plain(message).contains("alert from pager")).count(), 2);
    guild.is_content()
}
