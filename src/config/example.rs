//! The example file is accepted as it stands, shows every key, and tells the truth about defaults.

use std::collections::BTreeSet;
use std::path::Path;

use super::service::{SERVICE, SERVICES};
use super::shape::{self, Shape};
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
        let header = line.strip_prefix('[').or_else(|| line.strip_prefix("# [["));
        if let Some(header) = header.filter(|_| line.ends_with(']')) {
            section = header.trim_matches(['[', ']']).to_owned();
            if section.starts_with("service.") {
                section = SERVICE.path.to_owned();
            }
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        {
            keys.insert((section.clone(), key.to_owned()));
        }
    }
    keys
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
            shape.path == "severity"
                || shape.path.is_empty()
                || [SERVICES.path, SERVICE.path].contains(&shape.path)
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
    ];
    let special = special.into_iter().chain(["stakeholder_rooms", "invite = [\"payments\"]"]);
    let special: Vec<String> = special.map(|key| format!("# {key}")).collect();
    let uncommented: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| match line.split_once(" = ") {
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

/// The example with its figures.
fn health(example: &str) -> String {
    let keys = ["prometheus =", "[[health", "title =", "query =", "unit ="];
    keys.iter().fold(example.to_owned(), |text, key| text.replace(&format!("# {key}"), key))
}
