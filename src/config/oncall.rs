//! `[oncall.NAME]`: who takes turns in being on duty.
//!
//! - Either people take turns, in the order in which they are written, or a calendar says who is on duty.
//! - One person alone needs no handover. Several do: otherwise the first would be on duty for ever.
//! - The address of a calendar is often all that protects it: it is treated as a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use sitrep_core::rota::Handover;

use super::diagnose::Wrong;
use super::people::{Roster, own_name};
use super::schedule;
use super::secret::Secret;
use super::section::{Found, Section};
use super::shape::Shape;
use super::web_address;

pub(super) const ROTAS: Shape = Shape { own_names: Some("..."), ..Shape::new("oncall") };

/// One of them; NAME stands for its name.
pub(super) const ROTA: Shape = Shape {
    keys: &[
        ("people", "[\"alice\", \"bob\"]"),
        ("handover", "\"0 9 * * MON\""),
        ("from", "\"2026-11-23\""),
        ("escalate_to", "\"payments\""),
    ],
    secrets: &["calendar"],
    ..Shape::new("oncall.NAME")
};

const HANDOVER_HELP: &str = "for example 0 9 * * MON for Mondays at nine, or 0 8,20 * * * for twice a day";

/// Who is on duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnCall {
    pub(crate) turns: Turns,
    /// Who is told when nobody of these answers: a team or person, or `oncall:NAME` for a rota.
    pub(crate) escalate_to: Option<String>,
}

/// What says whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turns {
    /// These people, names in `[people]`, one after the other. Without a handover it is always the same one.
    People { people: Vec<String>, handover: Option<Box<Handover>> },
    /// A calendar in the format iCalendar.
    Calendar(Calendar),
}

/// Where a calendar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Calendar {
    /// An `http` or `https` address, which may be all that protects it.
    Web(Secret),
    /// A file.
    File(PathBuf),
}

/// The names of all rotas.
pub(super) fn names(section: &Section<'_>) -> BTreeSet<String> {
    section.names().map(|(name, _)| name.to_owned()).collect()
}

/// Reads the rotas, whose handovers are in `zone`; files are looked for from `folder`.
pub(super) fn read(
    section: &Section<'_>,
    roster: &Roster,
    zone: Tz,
    folder: &Path,
) -> BTreeMap<String, OnCall> {
    let mut rotas = BTreeMap::new();
    for (name, place) in section.names() {
        if let Err(wrong) = own_name(name) {
            section.report_at(place, wrong);
        }
        if roster.people.contains_key(name) {
            let message = format!("`{name}` is a person, and cannot be a rota as well");
            section.report_at(place, Wrong::new(message, "name the rota after the team that takes turns"));
        }
        let Some(inner) = section.inner(name, &ROTA) else { continue };
        let own = format!("oncall:{name}");
        let escalate_to = inner.parsed("escalate_to", |whom| match roster.team_first(whom)? {
            whom if whom == own => Err(Wrong::new(
                format!("`{name}` would be told when `{name}` does not answer"),
                "name somebody else: a team, a person or another rota",
            )),
            whom => Ok(whom),
        });
        if let Some(turns) = turns(&inner, name, (roster, zone), folder) {
            rotas.insert(name.to_owned(), OnCall { turns, escalate_to });
        }
    }
    rotas
}

fn turns(section: &Section<'_>, name: &str, (roster, zone): (&Roster, Tz), folder: &Path) -> Option<Turns> {
    let given = |key: &str| section.place_of(key).is_some();
    let people = section.parsed_list("people", |person| roster.member(person));
    let handover = section.parsed("handover", handover);
    let from = section.parsed("from", day);
    let calendar = section.secret("calendar", folder);
    if given("calendar") || given("calendar_file") {
        for key in ["people", "handover", "from"].into_iter().filter(|key| given(key)) {
            let message = format!("`{key}` and a calendar both say who is on duty");
            section.report(key, Wrong::new(message, "remove it, or the calendar"));
        }
        return calendar.and_then(|found| read_calendar(section, &found, folder)).map(Turns::Calendar);
    }
    if !given("people") {
        let key = if given("handover") { "handover" } else { "people" };
        let message = format!("the rota `{name}` does not say who is on duty");
        section.report(key, Wrong::new(message, format!("add {}, or a calendar", ROTA.example("people"))));
        return None;
    }
    if section.is_empty_list("people") {
        let message = format!("the rota `{name}` has nobody in it");
        section.report("people", Wrong::new(message, format!("for example {}", ROTA.example("people"))));
    }
    let people = people?;
    let distinct = people.iter().collect::<BTreeSet<_>>().len();
    match (given("handover"), given("from")) {
        (true, false) => {
            let help =
                format!("add {}, the day on which the first of `people` is on duty", ROTA.example("from"));
            section.report("handover", Wrong::new("a `handover` needs `from`", help));
        }
        (false, true) => {
            let help = format!("add {}, or remove it", ROTA.example("handover"));
            section.report("from", Wrong::new("`from` belongs to a `handover`", help));
        }
        (false, false) if distinct > 1 => {
            let message = format!("the rota `{name}` has {distinct} people and no `handover`");
            let help = "add handover and from; or keep one person, and name who is next in escalate_to";
            section.report("people", Wrong::new(message, help));
        }
        (true, true) if distinct == 1 => {
            let message = "one person has nobody to hand over to";
            let help = "add people to take turns, or remove `handover` and `from`";
            section.report("handover", Wrong::new(message, help));
        }
        (true, true) | (false, false) => {}
    }
    let handover = handover.zip(from).and_then(|(cron, from)| {
        let read = Handover::parse(&cron, from, zone);
        read.map_err(|why| section.report("handover", Wrong::new(why, HANDOVER_HELP))).map(Box::new).ok()
    });
    Some(Turns::People { people, handover })
}

/// Reads when there is a handover. More often than hourly is nobody's shift.
fn handover(text: &str) -> Result<String, Wrong> {
    let cron = schedule::parse(text)?;
    // Minutes are the same in every hour that is meant: two of the first three lie in the same hour if any do.
    let first: Vec<DateTime<Utc>> = cron.iter_after(DateTime::<Utc>::UNIX_EPOCH).take(3).collect();
    let too_often =
        first.windows(2).any(|pair| matches!(pair, [one, next] if *next - *one < Duration::hours(1)));
    match too_often {
        true => Err(Wrong::new(format!("`{text}` hands over more often than every hour"), HANDOVER_HELP)),
        false => Ok(text.to_owned()),
    }
}

fn day(text: &str) -> Result<NaiveDate, Wrong> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    // Handovers are counted from here: a year of two digits would be a slip that takes long to count from.
    day.filter(|day| (2000..2200).contains(&day.year())).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is not a day"),
            "year, month and day, as in 2026-11-23: the first of `people` is on duty then",
        )
    })
}

/// Reads where a calendar is. Nothing of an address is ever quoted.
fn read_calendar(section: &Section<'_>, found: &Found<Secret>, folder: &Path) -> Option<Calendar> {
    let text = found.value.trimmed();
    let is_file = section.place_of("calendar_file").is_none() && !text.expose().contains("://");
    let calendar = if is_file { file(text.expose(), folder) } else { address(text.expose()) };
    calendar.map_err(|wrong| section.report_at(&found.place, wrong)).ok()
}

fn address(text: &str) -> Result<Calendar, Wrong> {
    // What calendars call `webcal` is https under another name, for programs that subscribe.
    let text = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal") => format!("https://{rest}"),
        Some(_) | None => text.to_owned(),
    };
    web_address::parse(&text).map_err(|_| {
        Wrong::new(
            "this is not the address of a calendar",
            "it looks like https://calendar.example/oncall.ics, without a user name or password in it",
        )
    })?;
    Ok(Calendar::Web(Secret::new(&text)))
}

fn file(name: &str, folder: &Path) -> Result<Calendar, Wrong> {
    let path = folder.join(name);
    let help = "give an address with https://, or a file; relative names start at the folder of the configuration file";
    std::fs::File::open(&path).and_then(|file| file.metadata()).map_or_else(
        |error| Err(Wrong::new(format!("`calendar` names a file that cannot be read: {error}"), help)),
        |metadata| match metadata.is_file() {
            true => Ok(Calendar::File(path.clone())),
            false => Err(Wrong::new("`calendar` names something that is not a file", help)),
        },
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Calendar, address, day, file, handover};

    #[test]
    fn handovers() {
        for text in ["0 9 * * MON", "0 8,20 * * *", "30 * * * *", "59 23 * * *", "0 9 1 * *"] {
            assert_eq!(handover(text).as_deref(), Ok(text));
        }
        for text in
            ["* * * * *", "0,30 9 * * MON", "0,59 * * * *", "*/15 * * * *", "0 9 * *", "0 9 30 2 *", "weekly"]
        {
            assert!(handover(text).is_err(), "{text} is refused");
        }
        let message = handover("*/15 * * * *").expect_err("refused").message;
        assert_eq!(message, "`*/15 * * * *` hands over more often than every hour");
    }

    #[test]
    fn days() {
        assert_eq!(day("2026-11-23").map(|day| day.to_string()).as_deref(), Ok("2026-11-23"));
        for text in ["", "23.11.2026", "2026-02-30", "0026-11-23", "2026-11-23T09:00", "monday"] {
            assert!(day(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn calendars() {
        let web = |text: &str| match address(text) {
            Ok(Calendar::Web(address)) => Some(address.expose().to_owned()),
            Ok(Calendar::File(_)) | Err(_) => None,
        };
        assert_eq!(web("https://a.example/x.ics?k=1").as_deref(), Some("https://a.example/x.ics?k=1"));
        assert_eq!(web("webcal://a.example/x.ics").as_deref(), Some("https://a.example/x.ics"));
        for text in
            ["ftp://a.example/hunter2", "https://me:hunter2@a.example/", "https:// hunter2", "hunter2"]
        {
            let wrong = address(text).expect_err(text);
            assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("oncall.ics"), "BEGIN:VCALENDAR").expect("written");
        assert_eq!(file("oncall.ics", folder.path()), Ok(Calendar::File(folder.path().join("oncall.ics"))));
        assert!(file("other.ics", folder.path()).is_err() && file(".", Path::new(".")).is_err());
    }
}
