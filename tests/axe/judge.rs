//! What must hold in the end, whatever was killed: read in the rooms themselves, with the bot's own eyes.
//!
//! - Every command has exactly one answer, and talk has none.
//! - What an answer says was done shows exactly once wherever it was to be told.
//! - Each incident has one room with one card, pinned; no key, and nothing that is said once, is there twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Failed;
use crate::support::person::Person;
use crate::support::seen::Seen;

use super::people::{Deed, Said};

/// Where to look.
pub(super) struct Court<'a> {
    /// Somebody with the bot's account, on a device of their own.
    pub(super) eyes: &'a Person,
    pub(super) ops: &'a str,
    pub(super) status: &'a str,
    pub(super) said: &'a [Said],
}

/// How much there was to judge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) commands: usize,
    pub(super) incidents: usize,
    pub(super) messages: usize,
    pub(super) edits: usize,
}

/// What is wrong, a line each.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<String>);

impl Findings {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}

/// What an answer tells.
struct Answered<'a> {
    said: &'a Said,
    answer: &'a Seen,
}

/// Everything that is wrong so far. What is only still missing may yet come.
pub(super) fn judge(court: &Court<'_>) -> Result<(Findings, Counts), Failed> {
    let mut findings = Findings::default();
    let mut counts = Counts::default();
    let mut rooms: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for room in court.eyes.rooms()? {
        let mut events = court.eyes.events(&room)?;
        events.retain(|event| event.sender == court.eyes.user_id && event.is_message());
        rooms.insert(room, events);
    }
    for (room, events) in &rooms {
        counts.edits += events.iter().filter(|event| event.edits().is_some()).count();
        counts.messages += events.iter().filter(|event| event.edits().is_none()).count();
        keys_are_unique(room, events, &mut findings);
    }
    let answered = answers(court, &rooms, &mut findings);
    counts.commands = answered.len();
    let mut homes: BTreeMap<&String, &Vec<Seen>> = BTreeMap::new();
    for (room, events) in &rooms {
        if is_incidents(court, room)? {
            homes.insert(room, events);
        }
    }
    counts.incidents = homes.len();
    incidents(court, &homes, &answered, &mut findings)?;
    let of = |room: &str| rooms.get(room).map(Vec::as_slice).unwrap_or_default();
    effects(of(court.ops), of(court.status), &answered, &mut findings);
    Ok((findings, counts))
}

/// Whether a room was made for an incident: it is called after a date, and the rooms for one person are not.
fn is_incidents(court: &Court<'_>, room: &str) -> Result<bool, Failed> {
    if room == court.ops || room == court.status {
        return Ok(false);
    }
    let name = court.eyes.state(room, "m.room.name", "")?;
    let name = name.as_ref().and_then(|name| name["name"].as_str());
    Ok(name.is_some_and(|name| name.starts_with(|letter: char| letter.is_ascii_digit())))
}

fn keys_are_unique(room: &str, events: &[Seen], findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for event in events {
        let key = event.content["org.sitrep.key"].as_str().unwrap_or_default();
        findings.expect(!key.is_empty() && seen.insert(key), || {
            format!("doubled in {room} under {key:?}: {}", event.body)
        });
    }
}

/// The one answer to each command.
fn answers<'a>(
    court: &Court<'a>,
    rooms: &'a BTreeMap<String, Vec<Seen>>,
    findings: &mut Findings,
) -> Vec<Answered<'a>> {
    let mut answered = Vec::new();
    let mut by_event: BTreeMap<(&str, &str), Vec<&Seen>> = BTreeMap::new();
    for (room, events) in rooms {
        for event in events.iter().filter(|event| event.edits().is_none()) {
            if let Some(to) = event.replies_to() {
                by_event.entry((room, to)).or_default().push(event);
            }
        }
    }
    for said in court.said {
        let answers = by_event.remove(&(said.room.as_str(), said.event_id.as_str())).unwrap_or_default();
        let expected = usize::from(said.deed != Deed::Talk);
        findings.expect(answers.len() == expected, || {
            let texts: Vec<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
            let Said { by, event_id, deed, .. } = said;
            format!("{deed:?} by {by} ({event_id}) has {} answers: {texts:?}", answers.len())
        });
        answered.extend(answers.first().map(|answer| Answered { said, answer }));
    }
    for ((room, event), strays) in by_event {
        findings.expect(false, || {
            format!("{} answers in {room} to {event}, which nobody said there", strays.len())
        });
    }
    answered
}

/// One room and one card for each incident that was declared.
fn incidents(
    court: &Court<'_>,
    homes: &BTreeMap<&String, &Vec<Seen>>,
    answered: &[Answered<'_>],
    findings: &mut Findings,
) -> Result<(), Failed> {
    let declared: Vec<&String> = court
        .said
        .iter()
        .filter_map(|said| match &said.deed {
            Deed::Declare { words, .. } => Some(words),
            Deed::Ack | Deed::Sev | Deed::Update(_) | Deed::Status | Deed::Resolve | Deed::Talk => None,
        })
        .collect();
    findings.expect(homes.len() == declared.len(), || {
        format!("{} incidents were declared and there are {} rooms", declared.len(), homes.len())
    });
    let mut numbers = BTreeSet::new();
    for Answered { said, answer } in answered {
        if let Deed::Declare { words, .. } = &said.deed {
            let is_declared = answer.body.contains(" is declared") && !answer.body.contains("run it here");
            findings.expect(is_declared, || format!("{words}: {}", answer.body));
            findings.expect(numbers.insert(number_in(&answer.body)), || {
                format!("a number was given out twice: {}", answer.body)
            });
        }
    }
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for (room, events) in homes {
        let title_of = |event: &Seen| {
            let mut lines = event.body.lines();
            let begins = lines.next().is_some_and(|first| first.starts_with("INC-") && first.contains(" · "));
            lines
                .find(|line| begins && line.trim().starts_with("trouble "))
                .map(|line| line.trim().to_owned())
        };
        let is_card = |event: &&Seen| {
            event.edits().is_none() && event.replies_to().is_none() && title_of(event).is_some()
        };
        let cards: Vec<&Seen> = events.iter().filter(is_card).collect();
        findings.expect(cards.len() == 1, || format!("{room} has {} cards", cards.len()));
        let Some(card) = cards.first() else { continue };
        let pinned = court.eyes.pinned(room)?;
        findings.expect(pinned == [card.event_id.clone()], || format!("pinned in {room}: {pinned:?}"));
        let title = title_of(card).unwrap_or_default();
        *titles.entry(title).or_default() += 1;
    }
    for words in declared {
        let count = titles.get(words).copied().unwrap_or(0);
        findings.expect(count == 1, || format!("{words:?} has {count} rooms; there are {titles:?}"));
    }
    Ok(())
}

/// What is expected in a room, the words that follow the number, and how often.
type Expectation<'a> = (&'a str, &'a [Seen], &'a dyn Fn(&str) -> bool, usize);

/// What the answers say was done shows where it was to be told, once.
fn effects(ops: &[Seen], status: &[Seen], answered: &[Answered<'_>], findings: &mut Findings) {
    let private: BTreeSet<u64> = answered
        .iter()
        .filter(|one| matches!(one.said.deed, Deed::Declare { private: true, .. }))
        .map(|one| number_in(&one.answer.body))
        .collect();
    let told = |room: &[Seen], wanted: &dyn Fn(&str) -> bool| {
        room.iter()
            .filter(|seen| seen.replies_to().is_none() && seen.edits().is_none() && wanted(&seen.body))
            .count()
    };
    // How many acknowledgements, changes of severity and ends each incident had, as the answers say.
    let mut happened: BTreeMap<(u64, &str), usize> = BTreeMap::new();
    for Answered { said, answer } in answered {
        let number = number_in(&answer.body);
        let is_public = usize::from(!private.contains(&number));
        let body = &answer.body;
        match &said.deed {
            Deed::Declare { words, private } => {
                happened.entry((number, "declared")).or_default();
                let begins = format!("INC-{number} (");
                let count =
                    told(status, &|text| text.starts_with(&begins) && text.contains("called together"));
                findings.expect(count == is_public, || format!("INC-{number} was announced {count} times"));
                let leaks = |room: &[Seen]| room.iter().any(|seen| seen.body.contains(words.as_str()));
                findings
                    .expect(!private || !leaks(ops) && !leaks(status), || format!("{words:?} is private"));
            }
            Deed::Update(words) => {
                let accepted = body.starts_with("Sent to ") || body.starts_with("Noted");
                let expected = usize::from(accepted) * is_public;
                let count = told(status, &|text| text.contains(&format!("{words} is under way")));
                findings.expect(count == expected, || format!("{words} was told {count} times: {body}"));
            }
            Deed::Ack if body.starts_with("Thank you: you have") => {
                *happened.entry((number, "ack")).or_default() += 1;
            }
            Deed::Sev if body.contains(" now, it was ") => {
                *happened.entry((number, "sev")).or_default() += 1;
            }
            Deed::Resolve if body.contains(" is resolved after ") => {
                *happened.entry((number, "resolve")).or_default() += 1;
            }
            Deed::Ack | Deed::Sev | Deed::Resolve | Deed::Status | Deed::Talk => {}
        }
    }
    let numbers: BTreeSet<u64> = happened.keys().map(|(number, _)| *number).collect();
    for number in numbers {
        let times = |what| happened.get(&(number, what)).copied().unwrap_or(0);
        let is_public = usize::from(!private.contains(&number));
        let begins = format!("INC-{number}");
        let count = |room: &[Seen], after: &dyn Fn(&str) -> bool| {
            told(room, &|text| text.strip_prefix(&begins).is_some_and(after))
        };
        let acked = |text: &str| is_of_it(text) && text.contains("has it, the resolution");
        let sev = |text: &str| is_of_it(text) && text.contains(" is Sev") && text.contains(" now.");
        let ended = |text: &str| text.starts_with(" is resolved:") || text == " is over.";
        let expectations: [Expectation; 6] = [
            ("ack in status", status, &acked, times("ack") * is_public),
            ("ack in ops", ops, &acked, times("ack") * is_public),
            ("sev in status", status, &sev, times("sev") * is_public),
            ("sev in ops", ops, &sev, times("sev") * is_public),
            ("end in status", status, &ended, times("resolve") * is_public),
            ("end in ops", ops, &ended, times("resolve")),
        ];
        for (what, room, wanted, expected) in expectations {
            let count = count(room, wanted);
            findings.expect(count == expected, || {
                format!("INC-{number}: {what} {count} times instead of {expected}")
            });
        }
        findings.expect(times("ack") <= 1, || format!("INC-{number} was acknowledged twice"));
        findings.expect(times("resolve") <= 1, || format!("INC-{number} was resolved twice"));
    }
}

/// Whether the number before these words ends there: INC-1 is not INC-12.
fn is_of_it(words: &str) -> bool {
    !words.starts_with(|c: char| c.is_ascii_digit())
}

/// The number of the incident that a text is about; 0 if it names none.
fn number_in(text: &str) -> u64 {
    let Some((_, rest)) = text.split_once("INC-") else { return 0 };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or(0)
}
