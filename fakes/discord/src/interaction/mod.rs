//! What people do that a program must answer: commands, buttons, forms, half typed words.
//!
//! The client checks before it sends anything, as Discord's does: a command that isn't registered, an option that it
//! doesn't have, a required one that is missing, a button that is greyed out. What is refused here never reaches the bot.

use serde_json::Value;

use crate::pending::Pending;
use crate::person::{Person, Refused};

#[expect(unused_variables, reason = "a skeleton")]
impl Person {
    /// Uses a slash command.
    pub fn slash(&self, channel: &str, command: &str, options: &[(&str, Value)]) -> Result<Pending, Refused> {
        Err(Refused("not yet".into()))
    }

    /// Presses the first button whose custom id or label contains this.
    pub fn press(&self, channel: &str, message: u64, button: &str) -> Result<Pending, Refused> {
        Err(Refused("not yet".into()))
    }

    /// Fills in the form that was the answer, and sends it.
    pub fn fill(&self, shown: &Pending, values: &[(&str, &str)]) -> Result<Pending, Refused> {
        Err(Refused("not yet".into()))
    }

    /// Types a slash command up to the option `focused`: what is offered comes as the answer.
    pub fn complete(
        &self,
        channel: &str,
        command: &str,
        options: &[(&str, Value)],
        focused: &str,
    ) -> Result<Pending, Refused> {
        Err(Refused("not yet".into()))
    }
}
