//! A second opinion: incidents as people must believe them to stand, from what they typed and what they were told.
//!
//! The model follows the commands in the order in which they were dealt with and believes the answers. An answer that
//! contradicts what was answered before is a violation, and so is a state in the end that nobody was told of.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_core::{
    incident::{Incident, IncidentId, RoomState, Severity, Status, title},
    testing::ALLOWED,
};

use super::{
    Findings, Invariant,
    reading::{Told, read},
};
use crate::{evidence::Evidence, exchanges};

/// An incident as people believe it to stand.
#[derive(Clone, Debug)]
struct Belief {
    severity: Severity,
    status: Status,
    acknowledged: bool,
    commander: Option<String>,
    private: bool,
    people: BTreeSet<String>,
    title: String,
}

pub(crate) fn check(evidence: &Evidence<'_>, exchanges: &[exchanges::Exchange<'_>], findings: &mut Findings) {
    let mut beliefs: BTreeMap<IncidentId, Belief> = by_alerts(evidence);
    for exchanges::Exchange { person, room, text, answers, .. } in exchanges {
        let Some(answer) = answers.first() else { continue };
        if !ALLOWED.contains(person) {
            let is_refused = answer.starts_with("You are not on my list");
            findings
                .expect(is_refused, Invariant::OnlyTheAllowed, || format!("{person} was told {answer:?}"));
            continue;
        }
        let Some((id, told)) = read(answer) else { continue };
        let incident = evidence.run.incidents.get(&id);
        if incident.is_some_and(ended_by_itself) {
            // It ended without anybody's command.
            beliefs.remove(&id);
            continue;
        }
        let among_few =
            evidence.run.incidents.values().any(|other| other.private && room_of(other) == Some(room));
        let said = Words { room, text };
        let mut exchange = Exchange { id, person, said, told, incident, among_few, findings: &mut *findings };
        exchange.follow(&mut beliefs);
    }
    for incident in evidence.run.incidents.values().filter(|incident| !ended_by_itself(incident)) {
        let belief = beliefs.get(&incident.id);
        let agrees = belief.is_some_and(|belief| {
            (belief.severity, belief.status) == (incident.severity, incident.status)
                && belief.commander.as_deref()
                    == incident.commander.as_ref().map(|person| person.handle.as_str())
        });
        findings.expect(agrees, Invariant::AgreesWithModel, || {
            format!("{} is {:?}, believed to be {belief:?}", incident.id, summary(incident))
        });
        let is_called =
            belief.is_some_and(|belief| incident.title == belief.title || is_erased(evidence, incident));
        findings.expect(is_called, Invariant::AgreesWithModel, || {
            format!("{} is called {:?}, believed to be {belief:?}", incident.id, incident.title)
        });
    }
}

/// Incidents that nobody declared: their lines say so.
fn by_alerts(evidence: &Evidence<'_>) -> BTreeMap<IncidentId, Belief> {
    let by_alert = |(id, incident): (&IncidentId, &Incident)| {
        incident.reporter.is_none().then(|| {
            let belief = Belief {
                severity: Severity::Sev3,
                status: Status::Declared,
                acknowledged: false,
                commander: None,
                private: false,
                people: BTreeSet::new(),
                title: incident.title.clone(),
            };
            (*id, belief)
        })
    };
    evidence.run.incidents.iter().filter_map(by_alert).collect()
}

/// Whether it never got a room, and is private.
fn ended_by_itself(incident: &Incident) -> bool {
    incident.room == RoomState::Nowhere && incident.lost_room.is_none()
}

/// The room that was made for it.
fn room_of(incident: &Incident) -> Option<&str> {
    match (&incident.room, &incident.lost_room) {
        (RoomState::Open(room), _) | (_, Some(room)) => Some(&room.room),
        (RoomState::Pending | RoomState::AtOrigin | RoomState::Nowhere, None) => None,
    }
}

/// Whether it has no title because the message that declared it was taken back.
fn is_erased(evidence: &Evidence<'_>, incident: &Incident) -> bool {
    let declared_by = incident.origin.message.id.parse().unwrap_or(usize::MAX);
    incident.title.is_empty() && evidence.chat.is_taken_back(declared_by)
}

fn summary(incident: &Incident) -> (Severity, Status, Option<&str>) {
    (incident.severity, incident.status, incident.commander.as_ref().map(|person| person.handle.as_str()))
}

/// What was typed, and where.
struct Words<'a> {
    room: &'a str,
    text: &'a str,
}

/// One command and its answer.
struct Exchange<'a> {
    id: IncidentId,
    person: &'a str,
    said: Words<'a>,
    told: Told,
    incident: Option<&'a Incident>,
    /// Whether it was said in the room of a private incident.
    among_few: bool,
    findings: &'a mut Findings,
}

impl Exchange<'_> {
    fn follow(&mut self, beliefs: &mut BTreeMap<IncidentId, Belief>) {
        if self.told == Told::Declared {
            let belief = self.declared();
            let before = beliefs.insert(self.id, belief);
            return self.expect(before.is_none(), "is declared anew");
        }
        let in_own_room = self.incident.and_then(room_of) == Some(self.said.room);
        if self.told == Told::Nothing {
            // The number may be that of an example.
            return;
        }
        let Some(belief) = beliefs.get_mut(&self.id) else {
            return self.expect(self.told == Told::NoSuch, "was never declared");
        };
        if self.told == Told::IsCalled {
            // Said where it was declared, without the title if it is private.
            belief.title = title_in(self.said.text);
            return;
        }
        // Elsewhere the answer would tell everybody there.
        let is_direct = self.said.room == self.person;
        let may_see = !belief.private || in_own_room || (is_direct && belief.people.contains(self.person));
        if self.told == Told::NoSuch {
            // It may have been asked for before an alert declared it.
            let by_alert = self.incident.is_some_and(|incident| incident.reporter.is_none());
            return self.expect(!may_see || by_alert, "is kept from somebody who belongs to it");
        }
        self.expect(may_see, "is shown to somebody who doesn't belong to it");
        self.follow_belief(belief);
    }

    fn follow_belief(&mut self, belief: &mut Belief) {
        let is_open = belief.status.is_open();
        match self.told.clone() {
            Told::Declared | Told::NoSuch | Told::Nothing | Told::IsCalled => {}
            Told::YouHaveIt { leads } => {
                self.expect(is_open && !belief.acknowledged, "is acknowledged twice");
                self.expect(leads == belief.commander.is_none(), "is led by two, or by nobody");
                belief.acknowledged = true;
                if belief.status == Status::Declared {
                    belief.status = Status::Acknowledged;
                }
                belief.people.insert(self.person.to_owned());
                if leads {
                    belief.commander = Some(self.person.to_owned());
                }
            }
            Told::YouLead => {
                self.expect(is_open, "is led when it is over");
                if belief.status == Status::Declared {
                    belief.status = Status::Acknowledged;
                    belief.acknowledged = true;
                }
                belief.commander = Some(self.person.to_owned());
                belief.people.insert(self.person.to_owned());
            }
            Told::Leads(who) => {
                self.expect(is_open, "is led when it is over");
                belief.people.insert(who.clone());
                belief.commander = Some(who);
            }
            Told::NobodyLeads => {
                self.expect(is_open && belief.commander.is_some(), "is left by who doesn't lead it");
                belief.commander = None;
            }
            Told::Joins(who) => {
                self.expect(is_open, "is joined when it is over");
                belief.people.insert(who);
            }
            Told::SeverityIs { now, was } => {
                self.expect(
                    is_open && belief.severity == was && now != was,
                    "changes its severity from another",
                );
                belief.severity = now;
                if now == Severity::Sev1 && !belief.private {
                    belief.people.insert("bob".to_owned());
                }
            }
            Told::Resolved => {
                self.expect(is_open, "is resolved twice");
                belief.status = Status::Resolved;
            }
            Told::Mitigated => {
                self.expect(is_open && belief.status != Status::Mitigated, "is mitigated twice");
                belief.status = Status::Mitigated;
            }
            Told::Closed => {
                self.expect(belief.status != Status::Closed, "is closed twice");
                belief.status = Status::Closed;
            }
            Told::Reopened => {
                self.expect(!is_open, "is reopened when it is open");
                belief.status = if belief.acknowledged { Status::Acknowledged } else { Status::Declared };
            }
            Told::IsOver => self.expect(!is_open, "is said to be over"),
            Told::IsNotOver => self.expect(is_open, "is said to be open"),
            Told::HasAlready => self.expect(is_open && belief.acknowledged, "is said to be somebody's"),
            Told::LeadsAlready(who) => {
                self.expect(belief.commander.as_ref() == Some(&who), "is said to be led")
            }
            Told::SeverityAlready(severity) => {
                self.expect(belief.severity == severity, "is said to be so already")
            }
        }
    }

    /// What was typed says how bad it is and whether it is private.
    fn declared(&self) -> Belief {
        let words: Vec<&str> = self.said.text.split_whitespace().collect();
        let level = words.iter().position(|word| *word == "--sev").and_then(|index| words.get(index + 1));
        let severity = level.and_then(|level| Severity::parse(level)).unwrap_or(Severity::Sev2);
        let is_direct = self.said.room == self.person;
        let private = is_direct
            || self.among_few
            || words.iter().any(|word| *word == "--private" || *word == "—private");
        let mut people = BTreeSet::from([self.person.to_owned()]);
        if severity == Severity::Sev1 && !private {
            people.insert("bob".to_owned());
        }
        let of_report = |text: String| if text.is_empty() { self.words_of_report() } else { text };
        let title = of_report(title_in(self.said.text));
        Belief {
            severity,
            status: Status::Declared,
            acknowledged: false,
            commander: None,
            private,
            people,
            title,
        }
    }

    /// What comes of a report is called as that says, whichever was meant.
    fn words_of_report(&self) -> String {
        let comes_of_one = |incident: &&Incident| !incident.reports.is_empty();
        self.incident.filter(comes_of_one).map(|incident| incident.title.clone()).unwrap_or_default()
    }

    fn expect(&mut self, holds: bool, wrong: &str) {
        let (id, person, text, told) = (self.id, self.person, &self.said.text, &self.told);
        self.findings.expect(holds, Invariant::AgreesWithModel, || {
            format!("{id} {wrong}: {person} typed {text:?} and was told {told:?}")
        });
    }
}

/// The title in a declaration: what is left without the verb and the options.
fn title_in(text: &str) -> String {
    let mut words = text.split_whitespace().skip(1);
    let mut left = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "--sev" => drop(words.next()),
            "--private" | "—private" => {}
            word if left.is_empty() && word.starts_with("REP-") => {}
            word => left.push(word),
        }
    }
    title(&left.join(" "))
}
