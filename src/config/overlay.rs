//! The environment, laid over the file.
//!
//! `SITREP_SECTION__KEY` replaces `key` in `[section]`; a key above the first section is `SITREP_KEY`, and
//! the parts of a longer section are joined by two underscores as well:
//! `SITREP_SEVERITY__SEV1__UPDATE_EVERY`. Lists are separated by commas.
//!
//! - Where the installation chooses the name of a section, as in `[http.sources.uptime-kuma]`, the variable has it with an
//!   underscore for each `-`: `SITREP_HTTP__SOURCES__UPTIME_KUMA__TOKEN`.
//! - A variable that starts with `SITREP_` and is no setting is refused: it is a setting, misspelt.
//! - `KEY` from the environment also replaces the file's `KEY_file`, and the other way round: the two are one
//!   setting.

use super::diagnose::{Place, Report, Wrong};
use super::near_miss::did_you_mean;
use super::shape::{self, NAME, Shape};
use super::tree::{Node, Table, Value};

const PREFIX: &str = "SITREP_";
/// What would name a service and one of its keys.
const SERVICES: &str = "SITREP_SERVICE__";

/// Variables of the same prefix that are not configuration: what is logged, and switches of the test suite.
const NOT_CONFIGURATION: [&str; 3] = ["SITREP_LOG", "SITREP_WITHOUT_PROMETHEUS", "SITREP_WITHOUT_SYNAPSE"];

/// Puts the variables among `env` that are settings into `root`, and reports those that should be and are
/// not.
pub(super) fn lay_over(root: &mut Table, env: impl Iterator<Item = (String, String)>, report: &Report) {
    let is_ours = |name: &str| name.starts_with(PREFIX) && !NOT_CONFIGURATION.contains(&name);
    let mut variables: Vec<(String, String)> = env.filter(|(name, _)| is_ours(name)).collect();
    variables.sort();
    for (name, text) in variables {
        match setting(&name) {
            Ok(setting) => set(root, &setting, (name, text)),
            Err(wrong) => report.add(&Place::Variable(name), wrong),
        }
    }
}

/// What a variable sets.
#[derive(Debug)]
struct Setting {
    shape: &'static Shape,
    /// The section, with the names that the installation chooses in small letters.
    path: Vec<String>,
    key: String,
}

/// The setting that a variable names.
fn setting(variable: &str) -> Result<Setting, Wrong> {
    if variable.starts_with(SERVICES) {
        return Err(Wrong::new(
            "services can't be set by a variable",
            "write them below [service.NAME] in the file",
        ));
    }
    for shape in shape::ALL.iter().filter(|shape| !shape.is_repeated) {
        let Some((path, rest)) = section_of(shape, variable) else { continue };
        if let Some(key) = shape.key_names().into_iter().find(|key| key.to_uppercase() == rest) {
            return Ok(Setting { shape, path, key });
        }
        if shape.own_names.is_some() && !shape.is_of_sections() && !rest.is_empty() {
            return Ok(Setting { shape, path, key: rest.to_lowercase() });
        }
    }
    Err(unknown(variable))
}

/// The path to a section of this shape that `variable` names, and what follows it.
fn section_of<'a>(shape: &Shape, variable: &'a str) -> Option<(Vec<String>, &'a str)> {
    let mut rest = variable.strip_prefix(PREFIX)?;
    let mut path = Vec::new();
    for part in shape.path.split('.').filter(|part| !part.is_empty()) {
        let (segment, after) = rest.split_once("__")?;
        if segment.is_empty() || (part != NAME && segment != part.to_uppercase()) {
            return None;
        }
        path.push(segment.to_lowercase());
        rest = after;
    }
    Some((path, rest))
}

fn unknown(variable: &str) -> Wrong {
    let path = variable.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
    let starts_with =
        |inner: &str| path == inner || path.strip_prefix(inner).is_some_and(|rest| rest.starts_with('.'));
    for shape in shape::ALL {
        for later in shape.later {
            if starts_with(&if shape.path.is_empty() {
                (*later).to_owned()
            } else {
                format!("{}.{later}", shape.path)
            }) {
                return Wrong::new("this setting is not available in this version of sitrep", "remove it");
            }
        }
        // With a key after it, as for the names of settings.
        let is_section = section_of(shape, &format!("{variable}__")).is_some_and(|(_, rest)| rest.is_empty());
        if let (true, false, Some(key)) = (is_section, shape.path.is_empty(), shape.key_names().first()) {
            let message = format!("this names the section [{path}], not a setting in it");
            return Wrong::new(message, format!("a setting in it is {variable}__{}", key.to_uppercase()));
        }
    }
    let known: Vec<String> = shape::ALL
        .iter()
        .filter(|shape| !shape.is_repeated)
        .flat_map(|shape| {
            let named = section_of(shape, variable).map(|(path, _)| path.join("__").to_uppercase());
            shape.key_names().into_iter().map(move |key| match named.as_deref() {
                Some(path) if !path.is_empty() => format!("{PREFIX}{path}__{}", key.to_uppercase()),
                Some(_) | None => shape.variable(&key),
            })
        })
        .collect();
    // Every name starts with the prefix, and Jaro-Winkler weighs beginnings: they are compared without it.
    let close = did_you_mean(&variable[PREFIX.len()..], known.iter().map(|name| &name[PREFIX.len()..]));
    let help = match close {
        Some(question) => question.replace(" `", &format!(" `{PREFIX}")),
        None => "settings are named SITREP_SECTION__KEY, with two underscores after the section".to_owned(),
    };
    Wrong::new("there is no such setting", help)
}

fn set(root: &mut Table, setting: &Setting, (variable, text): (String, String)) {
    let Setting { shape, path, key } = setting;
    let place = Place::Variable(variable);
    let mut table = root;
    for (part, segment) in shape.path.split('.').zip(path) {
        let name = match part == NAME {
            true => table.keys().find(|name| is_meant(name, segment)).unwrap_or(segment).clone(),
            false => segment.clone(),
        };
        let section = table.entry(name).or_insert_with(|| Node {
            key_place: place.clone(),
            place: place.clone(),
            value: Value::Section(Table::new()),
        });
        match &mut section.value {
            Value::Section(inner) => table = inner,
            // The file has something else where a section should be. That is reported when the section is
            // read.
            Value::Text(_)
            | Value::Integer(_)
            | Value::Flag(_)
            | Value::Float
            | Value::Date
            | Value::List(_)
            | Value::Variable(_) => return,
        }
    }
    if let Some(secret) =
        shape.secrets.iter().find(|secret| key.strip_suffix("_file").unwrap_or(key) == **secret)
    {
        let other = if key == *secret { format!("{secret}_file") } else { (*secret).to_owned() };
        if table.get(&other).is_some_and(|node| !matches!(node.key_place, Place::Variable(_))) {
            table.remove(&other);
        }
    }
    // The names of people and teams are written as in the file, where they may have capitals.
    let written = table.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned();
    let node = Node { key_place: place.clone(), place, value: Value::Variable(text) };
    table.insert(written.filter(|_| shape.own_names.is_some()).unwrap_or_else(|| key.clone()), node);
}

/// Whether a name in the file is the one that a variable has. No variable can have a `-` in its name.
fn is_meant(name: &str, segment: &str) -> bool {
    name.replace('-', "_").eq_ignore_ascii_case(segment)
}

#[cfg(test)]
mod tests {
    use super::{setting, unknown};

    #[test]
    fn variables_name_settings() {
        let table = [
            ("SITREP_DATA_DIR", "", "data_dir"),
            ("SITREP_MATRIX__PASSWORD", "matrix", "password"),
            ("SITREP_MATRIX__PASSWORD_FILE", "matrix", "password_file"),
            ("SITREP_SEVERITY__SEV1__UPDATE_EVERY", "severity.sev1", "update_every"),
            ("SITREP_WORKING_HOURS__START", "working_hours", "start"),
            ("SITREP_DISCORD__TOKEN_FILE", "discord", "token_file"),
            ("SITREP_TEAMS__PAYMENTS", "teams", "payments"),
            ("SITREP_HTTP__LISTEN", "http", "listen"),
            ("SITREP_HTTP__METRICS__TOKEN", "http.metrics", "token"),
            ("SITREP_HTTP__SOURCES__PROMETHEUS__TOKEN", "http.sources.prometheus", "token"),
            (
                "SITREP_HTTP__SOURCES__UPTIME_KUMA__HMAC_SECRET_FILE",
                "http.sources.uptime_kuma",
                "hmac_secret_file",
            ),
            ("SITREP_HTTP__SOURCES__MINE__FIELDS__GROUP", "http.sources.mine.fields", "group"),
            ("SITREP_HEARTBEAT__NIGHTLY_BACKUP__TOKEN", "heartbeat.nightly_backup", "token"),
            ("SITREP_ONCALL__PAYMENTS__PEOPLE", "oncall.payments", "people"),
        ];
        for (variable, path, key) in table {
            let found = setting(variable).expect(variable);
            assert_eq!((found.path.join(".").as_str(), found.key.as_str()), (path, key));
        }
    }

    #[test]
    fn other_variables_are_refused() {
        let no_such = "there is no such setting";
        let later = "this setting is not available in this version of sitrep";
        let table = [
            ("SITREP_TIMEZON", no_such, "did you mean `SITREP_TIMEZONE`?"),
            ("SITREP_MATRIX_PASSWORD", no_such, "did you mean `SITREP_MATRIX__PASSWORD`?"),
            ("SITREP_MATRX__HOMESERVER", no_such, "did you mean `SITREP_MATRIX__HOMESERVER`?"),
            (
                "SITREP_X",
                no_such,
                "settings are named SITREP_SECTION__KEY, with two underscores after the section",
            ),
            ("SITREP_EMAIL__SMTP", later, "remove it"),
            (
                "SITREP_ONCALL__PAYMENTS",
                "this names the section [oncall.payments], not a setting in it",
                "a setting in it is SITREP_ONCALL__PAYMENTS__PEOPLE",
            ),
            (
                "SITREP_HTTP__SOURCES__PROMETHEUS__TOKN",
                no_such,
                "did you mean `SITREP_HTTP__SOURCES__PROMETHEUS__TOKEN`?",
            ),
            ("SITREP_HEALTH__PANEL__TITLE", no_such, "did you mean `SITREP_HEALTH__TOKEN_FILE`?"),
            ("SITREP_SCHEDULE__DIGEST", later, "remove it"),
            (
                "SITREP_MATRIX",
                "this names the section [matrix], not a setting in it",
                "a setting in it is SITREP_MATRIX__HOMESERVER",
            ),
        ];
        for (variable, message, help) in table {
            assert!(setting(variable).is_err(), "{variable} is no setting");
            let wrong = unknown(variable);
            assert_eq!((wrong.message.as_str(), wrong.help.as_str()), (message, help), "for {variable}");
        }
    }
}
