//! What Discord is told of the commands.

use serenity::all::{CommandOptionType, CommandType, CreateCommand, CreateCommandOption};
use sitrep_core::command::{Slot, SlotKind, VERBS, Verb};

/// What a severity means to somebody who has to choose one.
const SEVERITIES: [(&str, &str); 4] = [
    ("1", "Sev1: everybody is affected"),
    ("2", "Sev2: many are affected, or a few badly"),
    ("3", "Sev3: some are affected, and there is a way around it"),
    ("4", "Sev4: hardly anybody notices"),
];

/// Every verb as a slash command.
pub(crate) fn definitions() -> Vec<CreateCommand> {
    VERBS.iter().map(command).collect()
}

fn command(verb: &Verb) -> CreateCommand {
    CreateCommand::new(verb.name)
        .kind(CommandType::ChatInput)
        .description(sentence(verb.help))
        .set_options(verb.slots.iter().map(option).collect())
}

fn option(slot: &Slot) -> CreateCommandOption {
    let kind = match slot.kind {
        SlotKind::Text | SlotKind::Severity | SlotKind::Incident | SlotKind::Service | SlotKind::Names => {
            CommandOptionType::String
        }
        SlotKind::Person => CommandOptionType::User,
        SlotKind::Flag => CommandOptionType::Boolean,
    };
    let option = CreateCommandOption::new(kind, slot.name, slot.help).required(slot.is_required);
    match slot.kind {
        SlotKind::Severity => {
            SEVERITIES.iter().fold(option, |option, (value, label)| option.add_string_choice(*label, *value))
        }
        SlotKind::Incident | SlotKind::Service | SlotKind::Names => option.set_autocomplete(true),
        SlotKind::Text | SlotKind::Person | SlotKind::Flag => option,
    }
}

/// Lines of help go on where the verb stands: "says that you have it". Here they stand alone.
fn sentence(help: &str) -> String {
    let mut letters = help.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;

    fn written() -> Vec<Value> {
        definitions().iter().map(|command| serde_json::to_value(command).unwrap()).collect()
    }

    fn find<'a>(within: &'a Value, name: &str) -> &'a Value {
        let options = within["options"].as_array().unwrap();
        options.iter().find(|option| option["name"] == name).unwrap_or_else(|| panic!("no {name}: {within}"))
    }

    /// Discord's limits: "Application Commands", "Application Command Object".
    #[test]
    fn they_are_within_discords_limits() {
        let is_name = |name: &str| {
            let fits = |c: char| c.is_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
            (1..=32).contains(&name.chars().count()) && name.chars().all(fits)
        };
        let commands = written();
        assert!(commands.len() <= 100);
        let mut names = BTreeSet::new();
        for command in &commands {
            let name = command["name"].as_str().unwrap();
            assert!(is_name(name) && names.insert(name), "{name}");
            assert!((1..=100).contains(&command["description"].as_str().unwrap().chars().count()), "{name}");
            let options: Vec<&Value> = command["options"].as_array().into_iter().flatten().collect();
            assert!(options.len() <= 25);
            let required: Vec<bool> = options.iter().map(|option| option["required"] == true).collect();
            assert!(
                required.is_sorted_by_key(|is_required| !is_required),
                "{name}: required ones come first"
            );
            for option in options {
                assert!(is_name(option["name"].as_str().unwrap()), "{option}");
                let described = option["description"].as_str().unwrap().chars().count();
                assert!((1..=100).contains(&described), "{option}");
                let choices = option["choices"].as_array().map_or(0, Vec::len);
                assert!(choices <= 25 && (choices == 0 || option["autocomplete"] != true), "{option}");
            }
        }
    }

    /// What Discord says itself of what it takes.
    #[test]
    fn discords_description_has_nothing_against_them() {
        let path = "/applications/{application_id}/guilds/{guild_id}/commands";
        let operation = sitrep_fake_discord::description::Operation { method: "PUT", path };
        let breaches: Vec<String> =
            operation.body(&json!(written())).iter().map(ToString::to_string).collect();
        assert_eq!(breaches, Vec::<String>::new());
    }

    #[test]
    fn every_verb_is_there() {
        let names: Vec<String> = written().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
        let verbs: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
        assert_eq!(names, verbs);
    }

    #[test]
    fn an_incident_is_declared_by_its_title() {
        let commands = written();
        let incident = commands.iter().find(|command| command["name"] == "incident").unwrap();
        let title = find(incident, "title");
        assert_eq!((&title["type"], &title["required"]), (&json!(3), &json!(true)));
        let severities = find(incident, "severity")["choices"].as_array().unwrap();
        let values: Vec<&str> = severities.iter().map(|choice| choice["value"].as_str().unwrap()).collect();
        assert_eq!(values, ["1", "2", "3", "4"]);
        assert_eq!(find(incident, "private")["type"], 5);
    }

    #[test]
    fn people_are_picked_and_incidents_are_offered() {
        let commands = written();
        let lead = commands.iter().find(|command| command["name"] == "lead").unwrap();
        assert_eq!(find(lead, "who")["type"], 6);
        assert_eq!(find(lead, "incident")["autocomplete"], true);
        let invite = commands.iter().find(|command| command["name"] == "invite").unwrap();
        assert_eq!(find(invite, "whom")["autocomplete"], true);
        assert_eq!(lead["description"], "Names who leads");
    }
}
