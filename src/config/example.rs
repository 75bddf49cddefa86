//! The example file is accepted as it stands, shows every key, and tells the truth about defaults.

use std::collections::BTreeSet;
use std::path::Path;

use super::shape::{self, NAME, Shape};
use super::{Config, read};

const EXAMPLE: &str = include_str!("../../config/sitrep.example.toml");

fn accepted(text: &str) -> Config {
    read("sitrep.example.toml", text, Path::new("."), std::iter::empty())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// Every key in the example, commented out or not, with the section that it stands in.
fn keys() -> BTreeSet<(String, String)> {
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in EXAMPLE.lines() {
        if is_header(line) {
            section = shape_path(line.trim_matches(['#', ' ', '[', ']']));
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        {
            keys.insert((section.clone(), key.to_owned()));
        }
    }
    keys
}

/// Whether a section begins here, commented out or not.
fn is_header(line: &str) -> bool {
    (line.starts_with('[') || line.starts_with("# [")) && line.ends_with(']')
}

/// The path of the shape that a section has: the names in the example stand for any.
fn shape_path(section: &str) -> String {
    let named = |shape: &&&Shape| {
        let (parts, segments) = (shape.path.split('.'), section.split('.'));
        parts.clone().count() == segments.clone().count()
            && parts.zip(segments).all(|(part, segment)| part == NAME || part == segment)
    };
    shape::ALL.iter().find(named).map_or(section, |shape| shape.path).to_owned()
}

#[test]
fn the_example_is_accepted_as_it_stands() {
    let config = accepted(EXAMPLE);
    assert_eq!(config.require_platform(), Ok(()));
    assert_eq!(config.severity.sev1.invite, ["payments"]);
}

#[test]
fn the_example_shows_every_key_and_no_other() {
    let documented = keys();
    let find = |path: &str| shape::ALL.iter().find(|shape| shape.path == path);
    for (section, key) in &documented {
        let shape: &Shape = find(section).unwrap_or_else(|| panic!("[{section}] is not known"));
        assert!(shape.knows(key), "`{key}` in [{section}] is not known");
    }
    for shape in shape::ALL {
        for key in shape.key_names() {
            assert!(
                documented.contains(&(shape.path.to_owned(), key.clone())),
                "{} lacks `{key}`",
                shape.title()
            );
        }
        assert!(
            ["", "severity"].contains(&shape.path)
                || shape.is_of_sections()
                || shape.path.contains(NAME)
                || EXAMPLE.contains(&format!("[{}]", shape.path))
        );
    }
}

#[test]
fn what_the_example_shows_as_defaults_are_the_defaults() {
    // All that is commented out, except what only goes with another choice.
    let special = [
        "password_file",
        "access_token",
        "access_token_file",
        "device_id",
        "url",
        "support_room",
        "space",
        "recovery_key",
        "recovery_key_file",
        "token_file",
        "api_address",
        "root_certificate",
        "prometheus",
        "token",
        "title",
        "query",
        "unit",
        "checklist",
        "file",
        "oncall",
        "escalate_to",
        "contacts",
        "calendar",
        "calendar_file",
        "listen",
        "certificate",
        "key",
    ];
    let special = special.into_iter().chain(["stakeholder_rooms", "invite = [\"payments\"]"]);
    let special: Vec<String> = special.map(|key| format!("# {key}")).collect();
    let mut is_optional_section = false;
    let uncommented: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| match line.split_once(" = ") {
            _ if is_header(line) => {
                is_optional_section = line.starts_with('#');
                line
            }
            Some(_) if is_optional_section => line,
            Some((key, _)) if special.iter().any(|special| key == special || line == special) => line,
            Some(_) => {
                line.strip_prefix("# ").filter(|line| !line.starts_with(char::is_uppercase)).unwrap_or(line)
            }
            None => line,
        })
        .collect();
    let uncommented = uncommented.join("\n");
    assert!(
        uncommented.contains("\ncommand_prefix = \"!\"\n") && uncommented.contains("\nkeep_backups = 14\n")
    );
    assert_eq!(accepted(&uncommented), accepted(EXAMPLE));
}

#[test]
fn the_example_of_each_key_is_accepted() {
    let other_choices = [
        EXAMPLE
            .replace("provider = \"jitsi\"\nbase_url", "provider = \"url\"\n# base_url")
            .replace("# url =", "url ="),
        EXAMPLE
            .replace("password =", "# password =")
            .replace("# access_token =", "access_token =")
            .replace("# device_id =", "device_id ="),
        EXAMPLE.replace("# language = \"en\"", "language = \"de\""),
        EXAMPLE.replace("# api_address", "api_address"),
        health(EXAMPLE),
        EXAMPLE.replace("provider = \"jitsi\"\nbase_url", "provider = \"discord_voice\"\n# base_url"),
        EXAMPLE.replace("# support_room", "support_room").replace("# stakeholder_rooms", "stakeholder_rooms"),
    ];
    for text in other_choices {
        assert_ne!(accepted(&text), accepted(EXAMPLE));
    }
}

#[test]
fn what_the_example_shows_of_machines_is_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["prometheus-alerts-token", "mine-token", "metrics-token", "nightly-backup-token"];
    for name in files {
        std::fs::write(folder.path().join(name), format!("{name:-<32}")).expect("written");
    }
    let other_choices =
        ["certificate", "key", "token", "hmac_secret", "hmac_secret_file", "signature_header"];
    let severity_of_a_report = "severity = \"sev2\"";
    let (before, machines) = EXAMPLE.split_once("\n[http]\n").expect("a section [http]");
    let uncomment = |line: &str| {
        let shown = line.strip_prefix("# ")?;
        let (key, _) = shown.split_once(" = ").unwrap_or((shown, ""));
        let is_key = key.chars().all(|character| character.is_ascii_lowercase() || character == '_');
        let is_used = is_key && !other_choices.contains(&key) && shown != severity_of_a_report;
        (is_header(line) || is_used).then(|| shown.to_owned())
    };
    let machines: Vec<String> =
        machines.lines().map(|line| uncomment(line).unwrap_or_else(|| line.to_owned())).collect();
    let text = format!("{before}\n[http]\n{}\n", machines.join("\n"));
    let config = read("sitrep.example.toml", &text, folder.path(), std::iter::empty())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let http = config.http.expect("it listens");
    assert_eq!(http.sources.keys().collect::<Vec<_>>(), ["mine", "prometheus"]);
    assert_eq!((http.sources["prometheus"].rules.len(), http.sources["mine"].fields.is_some()), (1, true));
    assert!(http.metrics.is_some_and(|metrics| metrics.token.is_some()));
    assert_eq!(config.heartbeats.keys().collect::<Vec<_>>(), ["nightly-backup"]);
}

/// The example with its figures.
fn health(example: &str) -> String {
    let keys = ["prometheus =", "[[health", "title =", "query =", "unit ="];
    keys.iter().fold(example.to_owned(), |text, key| text.replacen(&format!("# {key}"), key, 1))
}
