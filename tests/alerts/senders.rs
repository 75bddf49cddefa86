//! What Grafana, Uptime Kuma and whoever sends JSON send, to the real binary: it ends as a line in the room of reports.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, source};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("alerts::each_kind_of_sender_ends_as_a_report", kinds),
        test("alerts::a_signature_is_as_good", signed),
    ]
}

const GRAFANA: &str = include_str!("../../adapters/http/tests/payloads/grafana_firing.json");
const KUMA_DOWN: &str = include_str!("../../adapters/http/tests/payloads/uptime_kuma_down.json");
const KUMA_TEST: &str = include_str!("../../adapters/http/tests/payloads/uptime_kuma_test.json");
const KUMA_UP: &str = include_str!("../../adapters/http/tests/payloads/uptime_kuma_up.json");

/// Where things stand in what `mine` sends.
const FIELDS: &str = r#"[http.sources.mine.fields]
group = "/check/id"
title = "/message"
state = "/status"
resolved = ["ok"]
link = "/url"
labels = "/labels"
[[http.sources.mine.rules]]
labels = ["stage=test"]
does = "ignore"
"#;

fn kinds() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let more = [
        machine.section(),
        source("grafana", "grafana", ""),
        source("kuma", "uptime_kuma", ""),
        source("mine", "generic", ""),
        FIELDS.to_owned(),
    ];
    let _sitrep = guild.sitrep(&more.concat())?;
    machine.told("/alerts/grafana", GRAFANA)?;
    guild.hear_words("support", "alert from grafana")?;

    machine.told("/alerts/kuma", KUMA_TEST)?;
    machine.told("/alerts/kuma", KUMA_DOWN)?;
    let down = guild.hear_words("support", "alert from kuma: Shop front")?;
    machine.told("/alerts/kuma", KUMA_UP)?;
    let is_over = |message: &sitrep_fake_discord::Message| plain(message).contains("Over since");
    guild.hear("support", "that the shop front is back", |message| {
        message.id == down.id && is_over(message)
    })?;

    let mine = |id: u32, status: &str, stage: &str| {
        json!({
            "check": { "id": id }, "message": format!("Check {id} is @everyone's concern"), "status": status,
            "url": "https://checks.example/7", "labels": { "stage": stage },
        })
    };
    machine.told_json("/alerts/mine", &mine(8, "critical", "test"))?;
    machine.told_json("/alerts/mine", &mine(7, "critical", "live"))?;
    let line = guild.hear_words("support", "alert from mine: Check 7 is ")?;
    assert!(line.mentions.is_empty() && plain(&line).contains("https://checks.example/7"), "{line:?}");
    machine.told_json("/alerts/mine", &mine(7, "ok", "live"))?;
    guild.hear("support", "that the check is over", |message| message.id == line.id && is_over(message))?;

    assert_eq!(machine.tell("/alerts/mine", "{\"message\": 7}")?, 400);
    assert_eq!(machine.tell("/alerts/nobody", "{}")?, 401);
    let lines = guild.said_in("support");
    let lines: Vec<_> = lines.iter().map(plain).filter(|text| text.contains("alert from")).collect();
    assert_eq!(lines.len(), 3, "one each, and neither a test nor what is ignored: {lines:#?}");
    guild.is_content()
}

/// Long enough not to be guessed.
const SECRET: &str = "what-only-grafana-knows-0123456789";

fn signature(signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn signed() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let section = "[http.sources.grafana]\nkind = \"grafana\"\nhmac_secret_file = \"secret\"\n";
    let home = guild.home(&[machine.section(), section.to_owned()].concat())?;
    home.write("secret", SECRET)?;
    let _sitrep = crate::support::sitrep::Sitrep::run(home)?;
    let at = chrono::Utc::now().timestamp();
    let post = |at: i64, signature: &str| {
        let at = at.to_string();
        let headers =
            [("x-grafana-alerting-signature", signature), ("x-grafana-alerting-timestamp", at.as_str())];
        machine.send(("POST", "/alerts/grafana"), &headers, GRAFANA)
    };
    let right = signature(&format!("{at}:{GRAFANA}"));
    assert_eq!(post(at - 3600, &signature(&format!("{}:{GRAFANA}", at - 3600)))?.0, 401, "it is an hour old");
    assert_eq!(post(at, &right.replace(&right[..1], if right.starts_with('0') { "1" } else { "0" }))?.0, 401);
    assert!(guild.said_in("support").is_empty());
    assert_eq!(post(at, &right)?.0, 202);
    guild.hear_words("support", "alert from grafana")?;
    guild.is_content()
}
