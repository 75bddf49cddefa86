//! Who is on duty, and who watches reports.

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use sitrep_core::rota::Handover;

use super::super::{Calendar, Config, OnCall, Report, Turns};
use super::{Path, accepted, read};

const PEOPLE: &str =
    "[people]\nalice = []\nbob = []\n[teams]\nplatform = [\"alice\", \"bob\"]\nsupport = [\"bob\"]\n";

const ROTAS: &str = r#"
[oncall.payments]
people = ["alice", "bob", "alice"]
handover = "0 9 * * MON"
from = "2026-11-23"
escalate_to = "platform"

[oncall.support]
people = ["bob"]
escalate_to = "payments"
"#;

fn with(text: &str) -> Config {
    accepted(&format!("{PEOPLE}{text}"), &[])
}

#[test]
fn every_key_of_a_rota_reaches_its_value() {
    let rotas = with(ROTAS).oncall;
    let from = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    let handover = Handover::parse("0 9 * * MON", from, Tz::UTC).expect("a handover");
    let people = ["alice", "bob", "alice"].map(str::to_owned).to_vec();
    assert_eq!(rotas["payments"].turns, Turns::People { people, handover: Some(Box::new(handover)) });
    assert_eq!(rotas["payments"].escalate_to.as_deref(), Some("platform"));
    let alone = Turns::People { people: vec!["bob".to_owned()], handover: None };
    assert_eq!(rotas["support"], OnCall { turns: alone, escalate_to: Some("oncall:payments".to_owned()) });
}

#[test]
fn handovers_are_in_the_zone_of_the_installation() {
    let text = format!("timezone = \"Europe/Berlin\"\n{PEOPLE}{ROTAS}");
    let rotas = accepted(&text, &[]).oncall;
    let Turns::People { handover: Some(handover), .. } = &rotas["payments"].turns else {
        panic!("people take turns")
    };
    assert_eq!(handover.begin().to_rfc3339(), "2026-11-23T08:00:00+00:00");
}

#[test]
fn a_calendar_is_a_file_or_an_address_and_no_address_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let within = |text: &str| {
        let config = read("sitrep.toml", text, folder.path(), std::iter::empty());
        config.unwrap_or_else(|problems| panic!("{problems}")).oncall["payments"].turns.clone()
    };
    std::fs::write(folder.path().join("oncall.ics"), "BEGIN:VCALENDAR").expect("written");
    std::fs::write(folder.path().join("address"), "webcal://a.example/hunter2.ics\n").expect("written");
    let file = within("[oncall.payments]\ncalendar = \"oncall.ics\"");
    assert_eq!(file, Turns::Calendar(Calendar::File(folder.path().join("oncall.ics"))));
    for text in ["calendar_file = \"address\"", "calendar = \"https://a.example/hunter2.ics\""] {
        let turns = within(&format!("[oncall.payments]\n{text}"));
        assert!(!format!("{turns:?}").contains("hunter2"), "{turns:?}");
        let Turns::Calendar(Calendar::Web(address)) = turns else { panic!("an address was given") };
        assert_eq!(address.expose(), "https://a.example/hunter2.ics");
    }
}

#[test]
fn whoever_is_on_duty_is_invited_like_a_team() {
    let text = "[severity.sev1]\ninvite = [\"oncall:payments\", \"platform\"]\n[service.checkout]\ninvite = [\"oncall:support\"]\n";
    let config = with(&format!("{text}{ROTAS}"));
    assert_eq!(config.severity.sev1.invite, ["oncall:payments", "platform"]);
    assert_eq!(config.services["checkout"].invite, ["oncall:support"]);
}

#[test]
fn every_key_of_reports_reaches_its_value() {
    let text = "[report]\noncall = \"payments\"\nacknowledge_within = \"1s\"\nreaction = \"🔥\"\nescalate_to = \"alice\"\n\
                contacts = \"\"\"\nCall Jane: +49 30 1234\nor Bob\n\"\"\"\n";
    let expected = Report {
        oncall: Some("oncall:payments".to_owned()),
        acknowledge_within: Duration::seconds(1),
        reaction: Some("🔥".to_owned()),
        escalate_to: Some("alice".to_owned()),
        contacts: Some("Call Jane: +49 30 1234\nor Bob".to_owned()),
    };
    assert_eq!(with(&format!("{text}{ROTAS}")).report, expected);
    assert_eq!(with("[report]\nreaction = \"\"\n").report.reaction, None);
}

/// Where a rota and a team are called the same, a rota is asked first who is on duty, and a team who comes next.
#[test]
fn a_name_means_a_rota_or_a_team() {
    let report = |text: &str| with(&format!("[report]\n{text}{ROTAS}")).report;
    let both = report("oncall = \"support\"\nescalate_to = \"support\"");
    assert_eq!(
        (both.oncall.as_deref(), both.escalate_to.as_deref()),
        (Some("oncall:support"), Some("support"))
    );
    let written = report("oncall = \"platform\"\nescalate_to = \"oncall:support\"");
    assert_eq!(written.oncall.as_deref(), Some("platform"));
    assert_eq!(written.escalate_to.as_deref(), Some("oncall:support"));
    assert_eq!(report("escalate_to = \"payments\"").escalate_to.as_deref(), Some("oncall:payments"));
}

#[test]
fn the_only_rota_or_the_one_called_support_watches() {
    let watching = |text: &str| with(text).report.oncall;
    assert_eq!(watching(""), None);
    assert_eq!(watching(ROTAS).as_deref(), Some("oncall:support"));
    let alone = "[oncall.web]\npeople = [\"alice\"]\n";
    assert_eq!(watching(alone).as_deref(), Some("oncall:web"));
    assert_eq!(watching(&format!("[report]\n{alone}")).as_deref(), Some("oncall:web"));
    assert_eq!(watching(&format!("{alone}[oncall.db]\npeople = [\"bob\"]\n")), None);
    let report = with("").report;
    assert_eq!((report.acknowledge_within, report.reaction.as_deref()), (Duration::minutes(5), Some("🚨")));
    assert_eq!(
        read("x", "", Path::new("."), std::iter::empty()).map(|config| config.report),
        Ok(Report::default())
    );
}

#[test]
fn a_rota_is_set_in_the_environment() {
    let env = [
        ("SITREP_ONCALL__PAYMENTS__PEOPLE", "alice, bob"),
        ("SITREP_ONCALL__PAYMENTS__HANDOVER", "0 8 * * *"),
        ("SITREP_REPORT__REACTION", ""),
    ];
    let config = accepted(&format!("{PEOPLE}{ROTAS}"), &env);
    let Turns::People { people, handover } = &config.oncall["payments"].turns else {
        panic!("people take turns")
    };
    assert_eq!((people.len(), handover.as_ref().map(|it| it.as_str())), (2, Some("0 8 * * *")));
    assert_eq!(config.report.reaction, None);
}
