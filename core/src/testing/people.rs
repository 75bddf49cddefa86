//! What scripted people type and do: every verb in its many spellings, slips of the finger, and talk; corrections, signs
//! pressed, second thoughts.
//!
//! They look at a [`Scene`] (the rooms there are, who may be in them, which incidents people have heard of) and say
//! something in one of the rooms. What they say about a private incident holds a word of its own, `zebra-17`, that
//! occurs nowhere else, so that it can be recognised wherever it turns up. What they say about the others holds one like
//! `kiwi-17`, because they may take it back.

use std::collections::BTreeSet;

use super::Dice;

/// Those who may command.
pub const ALLOWED: [&str; 3] = ["alice", "bob", "carol"];
/// Somebody who may not, and tries.
pub const STRANGER: &str = "mallory";
/// What every private word begins with.
pub const PRIVATE_WORD: &str = "zebra-";
/// What every word begins with that is no secret, and may be taken back.
pub const PUBLIC_WORD: &str = "kiwi-";

/// A room as the people see it.
#[derive(Clone, Debug)]
pub struct SceneRoom {
    /// Its name.
    pub name: String,
    /// Who may be in it; `None` is everybody.
    pub members: Option<BTreeSet<String>>,
    /// Whether it belongs to an incident.
    pub of_incident: bool,
    /// Whether sitrep was removed from it.
    pub without_sitrep: bool,
}

/// An incident that people have heard of.
#[derive(Clone, Copy, Debug)]
pub struct SceneIncident {
    /// Its number.
    pub number: u64,
    /// Whether it is private.
    pub private: bool,
}

/// What people see as they speak.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The rooms there are, besides everybody's direct room.
    pub rooms: Vec<SceneRoom>,
    /// The incidents there are.
    pub incidents: Vec<SceneIncident>,
    /// The numbers of the reports there are.
    pub reports: Vec<u64>,
}

/// Something said or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doing {
    /// By whom.
    pub person: &'static str,
    /// Where; a person's own name is their direct room.
    pub room: String,
    /// What.
    pub act: Act,
}

/// What somebody does. Where a message is meant, it is their last in the room, or sitrep's last that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// They say this.
    Say(String),
    /// They have their last message say this.
    Edit(String),
    /// They take their last message back.
    TakeBack,
    /// They press this sign.
    Press(&'static str),
    /// They remove sitrep.
    Kick,
    /// They invite it again.
    Invite,
}

/// The people, and what they will say.
#[derive(Clone, Debug)]
pub struct People {
    dice: Dice,
    words: u64,
}

const TALK: &[&str] = &[
    "looking at it",
    "!!!",
    "!",
    "!important: read this",
    "well !ack",
    "",
    "!12",
    "is it only me?",
    "! incident",
    "INC-1 again",
    "!wow that was fast",
    "!支付",
];
const TROUBLES: &[&str] = &[
    "checkout is down",
    "login is slow",
    "search returns nothing",
    "we're at 50%",
    "@everyone look",
    "payments fail <b>now</b>",
    "支付失败",
    "the queue is stuck",
    "!!!",
    "--> disk full",
];
const SLIPS: &[&str] = &[
    "!incidnet checkout is down",
    "!udpate all good",
    "!staus",
    "!resovle done",
    "!sev",
    "!sev 9",
    "!sev high",
    "!next soon",
    "!next 25h",
    "!next",
    "!lead",
    "!lead @alice @bob",
    "!lead <b>",
    "!update",
    "!resolve",
    "!incident --sev 9 x",
    "!incident --frobnicate x",
    "!incident --pirvate x",
    "!incident --private",
    "!retro maybe",
    "!retro decline",
    "!retro yesterday 14:00",
    "!help udpate",
    "!ack INC-99",
    "!status INC-0",
    "!role",
    "!role king @bob",
    "!handoff",
    "!accept INC-99",
    "!note",
    "!note 25:71 what",
    "!task done",
    "!task done 99",
    "!task done x",
    "!invite",
    "!invite nobody-at-all",
    "!duplicate",
    "!duplicate INC-99",
    "!attach nothing",
    "!link",
    "!link javascript:alert(1)",
    "!meet http://plain.example",
    "!reopen",
    "!timeline 99",
    "!update public",
];
const SIGNS: &[&str] = &["✅", "🩹", "👌", "🙋", "💤", "🙋🏽", "👍", "📌", "📢", "✍", "1️⃣", "2️⃣"];
const WHENS: &[&str] = &["ok", "tomorrow 14:00", "in 3h", "in 25h", "in 5m", "friday 9:30", "in 2d", ""];

impl People {
    /// People who say what these dice say.
    #[must_use]
    pub fn new(dice: Dice) -> Self {
        Self { dice, words: 0 }
    }

    /// Somebody says or does something.
    pub fn act(&mut self, scene: &Scene) -> Doing {
        let person = if self.dice.chance(80) { STRANGER } else { *self.dice.pick(&ALLOWED) };
        let (room, private, of_incident) = self.room(person, scene);
        let without_sitrep = scene.rooms.iter().any(|other| other.name == room && other.without_sitrep);
        let act = match self.dice.weighted(&[780, 75, 45, 85, 15]) {
            _ if without_sitrep && self.dice.chance(300) => Act::Invite,
            0 => Act::Say(self.words_for(scene, private, of_incident)),
            1 => Act::Edit(self.words_for(scene, private, of_incident)),
            2 => Act::TakeBack,
            3 => Act::Press(self.sign()),
            _ if of_incident => Act::Kick,
            _ => Act::Say(self.words_for(scene, private, of_incident)),
        };
        Doing { person, room, act }
    }

    /// Somebody has second thoughts right after saying something.
    pub fn second_thought(&mut self, said: &str) -> Option<Act> {
        match self.dice.weighted(&[820, 110, 70]) {
            1 => Some(Act::Edit(self.corrected(said))),
            2 => Some(Act::TakeBack),
            _ => None,
        }
    }

    /// The same, better.
    fn corrected(&mut self, said: &str) -> String {
        match said.split_once(' ') {
            Some((verb, _)) if verb.starts_with("!inc") && self.dice.chance(700) => {
                let word = self.public_word();
                format!("!incident {} {word}", self.dice.pick(TROUBLES))
            }
            Some((_, rest)) => {
                format!("{} {rest}", self.dice.pick(&["!update", "!sev", "!lead", "!incident"]))
            }
            None => "!status".to_owned(),
        }
    }

    fn words_for(&mut self, scene: &Scene, private: bool, of_incident: bool) -> String {
        match self.dice.weighted(&[15, 13, 53, 9, 10]) {
            4 => self.about_reports(scene, private, of_incident),
            0 => (*self.dice.pick(TALK)).to_owned(),
            1 => self.declaration(),
            2 => self.command(scene, private, of_incident),
            _ => (*self.dice.pick(SLIPS)).to_owned(),
        }
    }

    /// A room to speak in, whether it is private, and whether it belongs to an incident.
    fn room(&mut self, person: &str, scene: &Scene) -> (String, bool, bool) {
        let is_open =
            |room: &&SceneRoom| room.members.as_ref().is_none_or(|members| members.contains(person));
        let (of_incidents, others): (Vec<&SceneRoom>, Vec<&SceneRoom>) =
            scene.rooms.iter().filter(is_open).partition(|room| room.of_incident);
        let recent = of_incidents.len().saturating_sub(4);
        let wanted = self.dice.weighted(&[60, 30, 10]);
        match (wanted, others.as_slice()) {
            (0, _) if !of_incidents.is_empty() => {
                let room = *self.dice.pick(&of_incidents[recent..]);
                (room.name.clone(), room.members.is_some(), true)
            }
            (0 | 1, [_, ..]) => (self.dice.pick(&others).name.clone(), false, false),
            _ => (person.to_owned(), true, false),
        }
    }

    fn declaration(&mut self) -> String {
        let verb = *self.dice.pick(&["!incident", "!inc", "!INCIDENT", "!declare"]);
        let public = self.public_word();
        let trouble = format!("{} {public}", self.dice.pick(TROUBLES));
        let level =
            if self.dice.chance(400) { format!("--sev {} ", self.dice.between(1, 4)) } else { String::new() };
        if !self.dice.chance(300) {
            return format!("{verb} {level}{trouble}");
        }
        let (word, trouble) = (self.private_word(), self.dice.pick(TROUBLES));
        match self.dice.below(3) {
            0 => format!("{verb} {level}--private {word} {trouble}"),
            1 => format!("{verb} {level}{trouble} {word} --private"),
            _ => format!("{verb} {level}—private {word}"),
        }
    }

    /// What is said before anybody knows whether it is an incident.
    fn about_reports(&mut self, scene: &Scene, private: bool, of_incident: bool) -> String {
        let word = if private && of_incident { self.private_word() } else { self.public_word() };
        let report = match scene.reports.as_slice() {
            [.., _] if self.dice.chance(800) => {
                let recent = scene.reports.len().saturating_sub(3);
                format!(" REP-{}", self.dice.pick(&scene.reports[recent..]))
            }
            _ => String::new(),
        };
        let other = self.dice.between(1, 6);
        match self.dice.weighted(&[45, 20, 14, 8, 10, 3]) {
            0 => format!("!report {} {word}", self.dice.pick(TROUBLES)),
            1 => format!("!ack{report}"),
            2 => format!("!decline{report} it was a test, {word}"),
            3 => format!("!incident{report}"),
            4 => format!("!attach{report} INC-{other}"),
            _ => "!oncall".to_owned(),
        }
    }

    fn command(&mut self, scene: &Scene, in_private: bool, of_incident: bool) -> String {
        let mut private = in_private;
        let mut number = String::new();
        let by_number = self.dice.chance(if of_incident { 100 } else { 750 });
        if by_number && !scene.incidents.is_empty() {
            let recent = scene.incidents.len().saturating_sub(5);
            let incident = *self.dice.pick(&scene.incidents[recent..]);
            private = private || incident.private;
            number = format!(" INC-{}", incident.number);
        }
        self.words(&number, private)
    }

    fn words(&mut self, number: &str, private: bool) -> String {
        if self.dice.chance(250) {
            return self.leading(number, private);
        }
        let verb = self.dice.weighted(&[12, 12, 14, 18, 8, 8, 12, 12, 2, 2, 8]);
        let news = if private { self.private_word() } else { format!("news {}", self.public_word()) };
        match verb {
            0 => format!("!ack{number}"),
            1 => format!("!lead{number} {}", self.dice.pick(&["me", "@alice", "@bob", "carol", "@mallory"])),
            2 => format!("!sev{number} {}", self.dice.pick(&["1", "2", "3", "4", "sev1", "P3"])),
            3 => format!("!update{number} {news}"),
            4 => format!("!next{number} {}", self.dice.pick(&["5m", "45m", "in 2h", "24h", "1m"])),
            5 => format!("!status{number}"),
            6 => format!("!resolve{number} done, {news}"),
            7 if self.dice.chance(300) => format!("!retro{number} decline {news}"),
            7 => format!("!retro{number} {}", self.dice.pick(WHENS)),
            8 => "!incidents".to_owned(),
            10 => format!("!snooze{number} {}", self.dice.pick(&["", "20m", "for 5m", "1h", "2h", "1m"])),
            _ => format!("!help {}", self.dice.pick(&["", "retro", "!ack", "nonsense"])),
        }
    }

    /// What is said between declared and resolved, besides news.
    fn leading(&mut self, number: &str, private: bool) -> String {
        let word = if private { self.private_word() } else { self.public_word() };
        let person = *self.dice.pick(&["me", "@alice", "@bob", "carol", "nobody", "@mallory"]);
        let other = self.dice.between(1, 6);
        match self.dice.weighted(&[9, 7, 7, 4, 8, 9, 6, 6, 6, 4, 4, 6, 5, 7, 14, 6, 6, 6, 14]) {
            0 => {
                let role = *self.dice.pick(&["comms", "scribe", "responder", "lead", "comms lead"]);
                format!("!role{number} {role} {person}")
            }
            1 => format!("!handoff{number} {person}"),
            2 => format!("!accept{number}"),
            3 => format!("!invite{number} {person} {}", self.dice.pick(&["", "payments", "@payments"])),
            4 => format!("!update{number} public we are sorry, {word}"),
            5 => {
                let at = *self.dice.pick(&["", "14:05 ", "yesterday 9:00 ", "0:01 "]);
                format!("!note{number} {at}somebody said {word}")
            }
            6 => format!("!task{number} look at {word}"),
            7 => format!("!task{number} {} {other}", self.dice.pick(&["done", "undo", "done 1"])),
            8 => format!("!follow{number}{}", self.dice.pick(&["", "", " stop"])),
            9 => format!("!ask{number}"),
            10 => format!("!brief{number}"),
            11 => format!("!mitigate{number} it has stopped, {word}"),
            12 => format!("!false-alarm{number} {word}"),
            13 => format!("!duplicate{number} INC-{other}"),
            14 => format!("!reopen{number} it is back, {word}"),
            15 => {
                let page = *self.dice.pick(&["", " 1", " 2", " all"]);
                format!("!timeline{number}{page}")
            }
            16 => {
                let lost = *self.dice.pick(&["lost: nothing", "lost: a few orders", "lingers: slowness"]);
                format!("!resolve{number} done, {word}\n{lost}")
            }
            17 => {
                let what = *self.dice.pick(&["!close", "!meet", "!health"]);
                format!("{what}{number}")
            }
            _ => {
                let address = *self.dice.pick(&["https://example.org/graph", "https://example.org/x?y=1"]);
                match self.dice.below(3) {
                    0 => format!("!link{number} {address} {word}"),
                    1 => format!("!meet{number} {address}"),
                    _ => format!("!attach{number} INC-{other}"),
                }
            }
        }
    }

    fn sign(&mut self) -> &'static str {
        let sign: &&'static str = self.dice.pick(SIGNS);
        sign
    }

    fn private_word(&mut self) -> String {
        self.words += 1;
        format!("{PRIVATE_WORD}{}", self.words)
    }

    fn public_word(&mut self) -> String {
        self.words += 1;
        format!("{PUBLIC_WORD}{}", self.words)
    }
}
