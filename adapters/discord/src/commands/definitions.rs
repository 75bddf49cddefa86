//! What Discord is told of the commands.

use serenity::all::{CommandOptionType, CommandType, CreateCommand, CreateCommandOption};
use sitrep_core::{
    args,
    command::{Slot, SlotKind, VERBS, Verb},
    message::catalogue::Words,
};

use crate::render::shortened;

/// How many characters a description may have, and what there is to choose. An operator's own wording may have more.
const DESCRIPTION: usize = 100;

/// Every verb as a slash command.
pub(crate) fn definitions(words: &Words) -> Vec<CreateCommand> {
    VERBS.iter().map(|verb| command(verb, words)).collect()
}

fn command(verb: &Verb, words: &Words) -> CreateCommand {
    CreateCommand::new(verb.name)
        .kind(CommandType::ChatInput)
        .description(sentence(&verb.help(words)))
        .set_options(verb.slots.iter().map(|slot| option(verb, slot, words)).collect())
}

fn option(verb: &Verb, slot: &Slot, words: &Words) -> CreateCommandOption {
    let kind = match slot.kind {
        SlotKind::Text
        | SlotKind::Severity
        | SlotKind::Incident
        | SlotKind::Report
        | SlotKind::Service
        | SlotKind::Names => CommandOptionType::String,
        SlotKind::Person => CommandOptionType::User,
        SlotKind::Flag => CommandOptionType::Boolean,
    };
    let help = shortened(&verb.slot_help(slot, words), DESCRIPTION);
    let option = CreateCommandOption::new(kind, slot.name, help).required(slot.is_required);
    match slot.kind {
        SlotKind::Severity => {
            let labels = [
                words.phrase("adapter.sev1", args![]),
                words.phrase("adapter.sev2", args![]),
                words.phrase("adapter.sev3", args![]),
                words.phrase("adapter.sev4", args![]),
            ];
            let choices = labels.iter().zip(["1", "2", "3", "4"]);
            choices.fold(option, |option, (label, value)| {
                option.add_string_choice(shortened(label, DESCRIPTION), value)
            })
        }
        SlotKind::Incident | SlotKind::Service | SlotKind::Names => option.set_autocomplete(true),
        SlotKind::Text | SlotKind::Report | SlotKind::Person | SlotKind::Flag => option,
    }
}

/// Lines of help go on where the verb stands: "says that you have it". Here they stand alone.
fn sentence(help: &str) -> String {
    let mut letters = help.chars();
    let sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    shortened(&sentence, DESCRIPTION)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use sitrep_core::message::catalogue::Language;

    use super::*;

    fn written() -> Vec<Value> {
        written_in(Language::English)
    }

    fn written_in(language: Language) -> Vec<Value> {
        definitions(&Words::of(language))
            .iter()
            .map(|command| serde_json::to_value(command).unwrap())
            .collect()
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
        let commands: Vec<Value> = Language::ALL.into_iter().flat_map(written_in).collect();
        assert!(commands.len() <= 100 * Language::ALL.len());
        let mut names = BTreeSet::new();
        for command in &commands {
            let name = command["name"].as_str().unwrap();
            assert!(is_name(name), "{name}");
            names.insert(name);
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
        assert_eq!(names.len() * Language::ALL.len(), commands.len(), "each once");
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
