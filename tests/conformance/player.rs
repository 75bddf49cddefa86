//! Plays a conversation with the people of a platform, and holds every room against the console's after each message.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Failed, poll};

use super::expected::{Act, Expected, Step};
use super::stage::Stage;
use super::threads;
use super::view::{Room, View, difference};

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks, so that the server is left to those it has to serve.
const PAUSE: Duration = Duration::from_millis(25);

/// How long is waited for what should not come.
const GRACE: Duration = Duration::from_secs(1);

/// The people of a stage, as the script has them speak.
pub(super) struct Player<'a> {
    stage: &'a mut dyn Stage,
}

impl<'a> Player<'a> {
    pub(super) fn new(stage: &'a mut dyn Stage) -> Self {
        Self { stage }
    }

    /// Every message of the conversation, each once the last one's consequences are there.
    pub(super) fn play(&mut self, expected: &Expected) -> Result<(), Failed> {
        let numbered = expected.end()?.keys().any(|name| name.ends_with("-2"));
        if numbered {
            wait_for_an_early_second();
        }
        let (mut before, mut console) = (View::new(), View::new());
        for step in &expected.steps {
            self.act(step, &console)?;
            console = step.after.clone();
            let after = self.stage.as_shown_here(&threads::said(&step.after));
            let touched = |(name, room): (&String, &Room)| {
                let unchanged = before.get(name).is_some_and(|before| before.lines() == room.lines());
                (!unchanged).then(|| name.clone())
            };
            let rooms: Vec<String> = after.iter().filter_map(touched).collect();
            self.wait_for(step, &after, &rooms)?;
            before = after;
        }
        Ok(())
    }

    /// After a while every room still looks as it should, and there is no other.
    pub(super) fn nothing_else_comes(&mut self, expected: &Expected) -> Result<(), Failed> {
        thread::sleep(GRACE);
        let end = self.stage.as_shown_here(&threads::said(expected.end()?));
        let unexpected = self.differences(&end, &end.keys().cloned().collect::<Vec<_>>())?;
        if !unexpected.is_empty() {
            return Err(unexpected.into());
        }
        self.stage.has_no_other_room()
    }

    fn act(&mut self, step: &Step, before: &View) -> Result<(), Failed> {
        let Step { person, room, act, .. } = step;
        self.stage.enter(person, room)?;
        match act {
            Act::Say(text) => match threads::typed(before, room, text) {
                Some((place, words)) => self.stage.say_in_thread(person, room, (place, &words), text),
                None => self.stage.say(person, room, text),
            },
            Act::Edit { place, text } => self.stage.edit(person, room, *place, text),
            Act::TakeBack { place } => self.stage.take_back(person, room, *place),
            Act::Press { place, key } => self.stage.press(person, room, *place, key),
            Act::Unpress { place, key } => self.stage.unpress(person, room, *place, key),
            Act::Kick => self.stage.remove_sitrep(person, room),
            Act::Invite => self.stage.invite_sitrep(person, room),
        }
    }

    fn wait_for(&mut self, step: &Step, after: &View, rooms: &[String]) -> Result<(), Failed> {
        let mut missing = String::new();
        let arrived = poll(PATIENCE, || {
            self.stage.look_for_rooms(after)?;
            missing = self.differences(after, rooms)?;
            if !missing.is_empty() {
                thread::sleep(PAUSE);
            }
            Ok(missing.is_empty().then_some(()))
        })?;
        let Step { person, room, act, .. } = step;
        arrived.ok_or_else(|| format!("after {person} in #{room} did {act:?}:\n{missing}").into())
    }

    /// How these rooms differ from what they should be.
    fn differences(&self, expected: &View, rooms: &[String]) -> Result<String, Failed> {
        let mut differences = Vec::new();
        for name in rooms {
            let found = self.stage.look(name)?.unwrap_or_default();
            let wanted = expected.get(name).cloned().unwrap_or_default();
            differences.extend(difference((name, self.stage.platform()), &wanted, &found));
        }
        Ok(differences.join("\n\n"))
    }
}

/// A name is numbered only if the same minute gives it twice, so both declarations have to fall into one.
fn wait_for_an_early_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = now.as_secs() % 60;
    if second > 40 {
        thread::sleep(Duration::from_secs(61 - second));
    }
}
