//! People in voice channels, as they do it in their client. Nothing is heard there.

use crate::happening::voice::go;
use crate::permission;
use crate::person::{Person, Refused};
use crate::state::channel::ChannelKind;

impl Person {
    /// Joins a voice channel, and leaves the one where they were.
    pub fn join_voice(&self, channel: &str) -> Result<(), Refused> {
        let mut state = self.server.state();
        let channel = self.place(&state, channel)?;
        self.need(&state, channel, permission::CONNECT, "talk")?;
        if state.channels.get(&channel).is_none_or(|it| it.kind != ChannelKind::Voice) {
            return Err(Refused("that is no voice channel".to_owned()));
        }
        go(&mut state, self.id, Some(channel));
        Ok(())
    }

    /// Leaves the voice channel where they are, if they are in one.
    pub fn leave_voice(&self) {
        go(&mut self.server.state(), self.id, None);
    }
}
