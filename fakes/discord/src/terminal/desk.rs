//! Where somebody sits: who they are, where they are, what they do, and what comes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::line::Line;
use super::watch::Watch;
use super::{options, shown, words};
use crate::discord::Discord;
use crate::happening;
use crate::pending::{AnswerKind, Pending};
use crate::person::{Person, Refused};
use crate::rules::permissions;
use crate::state::channel::ChannelKind;
use crate::state::message::LOADING;

/// Somebody's place in front of this Discord.
pub(super) struct Desk {
    pub(super) discord: Discord,
    pub(super) person: Person,
    pub(super) channel: u64,
    watch: Watch,
    pending: Vec<Pending>,
    forms: BTreeMap<u64, Pending>,
    /// How many violations were shown.
    violations: usize,
}

/// What a line leads to.
pub(super) enum Led {
    /// Lines to show.
    Lines(Vec<String>),
    /// This message was written, and the writer has it before them.
    Said(u64),
    /// Wait that long.
    Wait(Duration),
    /// Wait until these words have arrived.
    Until(String),
    /// End.
    Quit,
}

impl Desk {
    pub(super) fn new(discord: Discord, person: &str, channel: &str) -> Self {
        let person = discord.person(person);
        let channel = discord.channel(channel).map_or(0, |channel| channel.id);
        let mut watch = Watch::default();
        watch.settle(&discord, &person);
        Self { discord, person, channel, watch, pending: Vec::new(), forms: BTreeMap::new(), violations: 0 }
    }

    /// Who is where.
    pub(super) fn prompt(&self) -> String {
        format!("{} in {}> ", self.person.name(), self.place())
    }

    /// What is new.
    pub(super) fn arrivals(&mut self) -> Vec<String> {
        let mut lines = self.watch.arrivals(&self.discord, &self.person);
        lines.extend(self.answers());
        let violations = self.discord.violations();
        for violation in violations.iter().skip(self.violations) {
            lines.push(format!("-- a real Discord would not have had it so: {violation}"));
        }
        self.violations = violations.len();
        lines
    }

    /// A message that was typed here need not be shown again.
    pub(super) fn is_known(&mut self, message: u64) {
        self.watch.is_known(&self.discord, message);
    }

    /// Whether something is still owed an answer.
    pub(super) fn is_waiting(&self) -> bool {
        let state = self.discord.server().state();
        !self.pending.is_empty()
            || state.messages.values().flat_map(BTreeMap::values).any(|message| message.flags & LOADING != 0)
    }

    /// Does what a line says; what can't be done is said in a sentence.
    pub(super) fn take(&mut self, line: Line) -> Result<Led, String> {
        let here = self.channel.to_string();
        let done = |()| Led::Lines(Vec::new());
        match line {
            Line::Nothing => Ok(Led::Lines(Vec::new())),
            Line::Say(text) => self.person.say(&here, &text).map(Led::Said).map_err(sentence),
            Line::As(name) => self.become_somebody(&name),
            Line::Go(name) => self.go(&name),
            Line::Direct(text) => self.direct(&text),
            Line::Channels => Ok(Led::Lines(self.channels())),
            Line::People => Ok(Led::Lines(self.people())),
            Line::Look => Ok(Led::Lines(self.look())),
            Line::Slash(text) if text.is_empty() => Ok(Led::Lines(self.commands())),
            Line::Slash(text) => self.slash(&text, false),
            Line::Offer(text) => self.slash(&text, true),
            Line::Press(button) => self.press(&button),
            Line::Select(text) => self.select(&text),
            Line::Fill(text) => self.fill(&text),
            Line::React(sign) => {
                let to = self.newest(|it, me| it.author != me).ok_or("there is nothing here to react to")?;
                self.person.react(&here, to, &sign).map(done).map_err(sentence)
            }
            Line::Unreact(sign) => {
                let has_it = |it: &crate::state::message::Message, me: u64| {
                    it.reactions.iter().any(|on| on.emoji == sign && on.users.contains(&me))
                };
                let to = self.newest(has_it).ok_or("you have put that on nothing here")?;
                self.person.unreact(&here, to, &sign).map(done).map_err(sentence)
            }
            Line::Reply(text) => {
                let to = self.newest(|it, me| it.author != me).ok_or("there is nothing here to reply to")?;
                self.person.reply(&here, to, &text).map(Led::Said).map_err(sentence)
            }
            Line::Edit(text) => {
                let own = self.newest(|it, me| it.author == me).ok_or("you have said nothing here")?;
                self.person.edit(&here, own, &text).map(done).map_err(sentence)
            }
            Line::Delete => {
                let own = self.newest(|it, me| it.author == me).ok_or("you have said nothing here")?;
                self.person.delete(&here, own).map(done).map_err(sentence)
            }
            Line::Join(name) => {
                let name = name.trim_start_matches(['#', '@']);
                self.person.join_voice(name.trim_start_matches("voice ")).map(done).map_err(sentence)
            }
            Line::Leave => {
                self.person.leave_voice();
                Ok(done(()))
            }
            Line::Break(what) => self.fault(&what).map(done),
            Line::Move(by) => {
                self.discord.clock().advance(by);
                Ok(done(()))
            }
            Line::Wait(length) => Ok(Led::Wait(length)),
            Line::Until(text) => Ok(Led::Until(text)),
            Line::Help => Ok(Led::Lines(words::help())),
            Line::Quit => Ok(Led::Quit),
        }
    }

    fn place(&self) -> String {
        let state = self.discord.server().state();
        state.channels.get(&self.channel).map_or_else(|| "nowhere".to_owned(), |it| shown::place(&state, it))
    }

    fn become_somebody(&mut self, name: &str) -> Result<Led, String> {
        let name = name.trim_start_matches('@').to_lowercase();
        let known = self.discord.server().state().user(&name).is_some_and(|user| !user.bot);
        if !known {
            return Err(format!("there is nobody called {name}. /people lists them"));
        }
        self.person = self.discord.person(&name);
        self.watch.settle(&self.discord, &self.person);
        let stays = {
            let state = self.discord.server().state();
            permissions::sees(&state, self.person.id(), self.channel)
        };
        if !stays {
            self.channel = self.discord.channel("ops").map_or(0, |channel| channel.id);
        }
        Ok(Led::Lines(vec![format!("-- you are {name}, in {}", self.place())]))
    }

    fn go(&mut self, name: &str) -> Result<Led, String> {
        let wanted = name.trim_start_matches('#').to_lowercase();
        let found = {
            let state = self.discord.server().state();
            let visible: Vec<_> = state
                .channels
                .values()
                .filter(|it| {
                    it.kind != ChannelKind::Category && permissions::sees(&state, self.person.id(), it.id)
                })
                .collect();
            let by =
                |fits: &dyn Fn(&str) -> bool| visible.iter().rev().find(|it| fits(&it.name)).map(|it| it.id);
            by(&|name| name == wanted)
                .or_else(|| by(&|name| name.starts_with(&wanted)))
                .or_else(|| by(&|name| name.contains(&wanted)))
        };
        self.channel =
            found.ok_or_else(|| format!("there is no channel {name} that you see. /channels lists them"))?;
        Ok(Led::Lines(vec![format!("-- you are in {}", self.place())]))
    }

    fn direct(&mut self, text: &str) -> Result<Led, String> {
        let direct = happening::channel::direct(&mut self.discord.server().state(), self.person.id());
        // A channel that one opened oneself is nothing new.
        self.watch.arrived_in(&self.discord, &self.person);
        if text.is_empty() {
            self.channel = direct;
            return Ok(Led::Lines(vec![format!("-- you are in {}", self.place())]));
        }
        self.person.say(&direct.to_string(), text).map(Led::Said).map_err(sentence)
    }

    fn slash(&mut self, text: &str, half: bool) -> Result<Led, String> {
        let here = self.channel.to_string();
        let typed = {
            let state = self.discord.server().state();
            options::read(text, state.commands.values().map(|command| &command.definition))
        };
        let values: Vec<(&str, Value)> =
            typed.options.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str()))).collect();
        let begun = if half {
            let (focused, _) =
                values.last().ok_or("for which option? For example: /offer status incident: IN")?;
            let typed_so_far: Vec<_> =
                typed.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            self.person.completing(&here, &typed.command, &typed_so_far, focused)
        } else {
            self.person.slash(&here, &typed.command, &values)
        };
        self.begun(begun)
    }

    fn press(&mut self, button: &str) -> Result<Led, String> {
        let here = self.channel.to_string();
        let mut refused = format!("there is no button {button} here. /look shows what there is");
        for message in self.with_components() {
            match self.person.press(&here, message, button) {
                Err(Refused(why)) if why.contains("there is no button") => {}
                Err(Refused(why)) => refused = why,
                begun => return self.begun(begun),
            }
        }
        Err(refused)
    }

    fn select(&mut self, text: &str) -> Result<Led, String> {
        let here = self.channel.to_string();
        let (list, chosen) = text.split_once(':').ok_or("for example: /select severity: sev1")?;
        let chosen: Vec<&str> = chosen.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        let mut refused = format!("there is no list {list} here. /look shows what there is");
        for message in self.with_components() {
            match self.person.select(&here, message, list.trim(), &chosen) {
                Err(Refused(why)) if why.contains("there is no list") => {}
                Err(Refused(why)) => refused = why,
                begun => return self.begun(begun),
            }
        }
        Err(refused)
    }

    fn fill(&mut self, text: &str) -> Result<Led, String> {
        let shown = self.forms.get(&self.person.id()).cloned();
        let shown = shown.ok_or("you are shown no form. A button such as /press update shows one")?;
        let fields = form_fields(&shown);
        let labels: Vec<&str> = fields.iter().map(|(name, ..)| name.as_str()).collect();
        let values = options::named(text, &labels, labels.first().copied());
        let values: Vec<(&str, &str)> =
            values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let begun = self.person.fill(&shown, &values);
        if begun.is_ok() {
            self.forms.remove(&self.person.id());
        }
        self.begun(begun)
    }

    fn begun(&mut self, begun: Result<Pending, Refused>) -> Result<Led, String> {
        self.pending.push(begun.map_err(sentence)?);
        Ok(Led::Lines(Vec::new()))
    }

    fn fault(&self, what: &str) -> Result<(), String> {
        let faults = self.discord.faults();
        match what {
            "reset" => faults.reset(),
            "close" => faults.close(None),
            "reconnect" => faults.reconnect(),
            "invalid" => faults.invalidate(false),
            "silence" => faults.silence(),
            _ => return Err("reset, close, reconnect, invalid or silence".to_owned()),
        }
        Ok(())
    }

    /// What was answered since, as far as it is no message.
    fn answers(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for pending in std::mem::take(&mut self.pending) {
            match pending.answer() {
                None if pending.failed() => lines.push("-- The application did not respond".to_owned()),
                None => self.pending.push(pending),
                Some(answer) => match answer.kind {
                    AnswerKind::Modal => {
                        lines.push(form(&pending, &answer.data));
                        self.forms.insert(pending.person().id(), pending);
                    }
                    AnswerKind::Choices => {
                        let choices = answer.data["choices"].as_array().into_iter().flatten();
                        let choices: Vec<&str> = choices.filter_map(|it| it["name"].as_str()).collect();
                        lines.push(format!(
                            "-- offered: {}",
                            if choices.is_empty() { "nothing".to_owned() } else { choices.join(" | ") }
                        ));
                    }
                    AnswerKind::Message | AnswerKind::Deferred => {}
                },
            }
        }
        lines
    }

    /// The newest message here that fits, and that this person sees.
    fn newest(&self, fits: impl Fn(&crate::state::message::Message, u64) -> bool) -> Option<u64> {
        let state = self.discord.server().state();
        let me = self.person.id();
        let mut all = state.messages.get(&self.channel)?.values().rev();
        all.find(|it| it.kind != crate::state::message::PIN_NOTICE && sees(it, me) && fits(it, me))
            .map(|it| it.id)
    }

    /// Messages here with something to press, the newest first.
    fn with_components(&self) -> Vec<u64> {
        let state = self.discord.server().state();
        let all = state.messages.get(&self.channel).into_iter().flat_map(|all| all.values().rev());
        all.filter(|it| !it.components.is_empty() && sees(it, self.person.id())).map(|it| it.id).collect()
    }
}

fn sentence(refused: Refused) -> String {
    refused.0
}

pub(super) fn sees(message: &crate::state::message::Message, person: u64) -> bool {
    message.only_for.is_none_or(|only| only == person)
}

/// The fields of a form that is shown: custom id, label, what stands in it already.
fn form_fields(shown: &Pending) -> Vec<(String, String, String)> {
    let Some(answer) = shown.answer() else { return Vec::new() };
    crate::interaction::fields_of(&answer.data)
}

/// A form, as it is shown.
fn form(pending: &Pending, data: &Value) -> String {
    let fields: Vec<String> = form_fields(pending)
        .into_iter()
        .map(|(name, label, value)| {
            let value = if value.is_empty() { String::new() } else { format!(" = {value}") };
            format!("  {name}: {label}{value}")
        })
        .collect();
    let title = data["title"].as_str().unwrap_or("a form");
    format!("-- a form: {title}\n{}\n  send it with /fill", fields.join("\n"))
}
