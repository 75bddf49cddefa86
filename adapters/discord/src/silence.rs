//! What of a channel's overwrites is other while it is archived: nobody but us writes, begins threads or adds signs. Who
//! sees it sees it, who doesn't doesn't, and commands are heard.

use serenity::all::{GuildId, UserId};

use crate::{permissions as bit, raw::RawOverwrite};

/// Adding a sign that nobody has put there yet.
const ADD_REACTIONS: u64 = 1 << 6;

/// What nobody does any more.
const TALK: u64 = bit::SEND_MESSAGES
    | bit::SEND_MESSAGES_IN_THREADS
    | bit::CREATE_PUBLIC_THREADS
    | bit::CREATE_PRIVATE_THREADS
    | ADD_REACTIONS;

/// The overwrites of a channel that falls silent, and is heard again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    /// Everybody's role has the server's number.
    pub(crate) guild: GuildId,
    pub(crate) me: UserId,
    /// What we may do ourselves: nothing else can be given or taken.
    pub(crate) own: u64,
}

impl Silence {
    fn talk(&self) -> u64 {
        TALK & self.own
    }

    /// The overwrites of the channel when it is archived.
    pub(crate) fn fallen(&self, before: &[RawOverwrite]) -> Vec<RawOverwrite> {
        let mut fallen: Vec<RawOverwrite> = before.iter().map(|it| self.silent(it)).collect();
        // What is denied to everybody is denied to us, unless it is said otherwise.
        if !before.iter().any(|it| self.is_ours(it)) {
            let allow = self.talk() | bit::VIEW_CHANNEL;
            fallen.insert(0, RawOverwrite { id: self.me.get(), kind: 1, allow, deny: 0 });
        }
        if !before.iter().any(|it| self.is_everybodys(it)) {
            fallen.push(RawOverwrite { id: self.guild.get(), kind: 0, allow: 0, deny: self.talk() });
        }
        fallen
    }

    /// The overwrites of the channel when it is brought back, from those that it has now. Of whoever was shut out or let in
    /// meanwhile that stays so.
    pub(crate) fn lifted(&self, now: &[RawOverwrite], before: Option<&[RawOverwrite]>) -> Vec<RawOverwrite> {
        let lifted = now.iter().filter_map(|now| match before {
            Some(before) => match before.iter().find(|it| (it.id, it.kind) == (now.id, now.kind)) {
                Some(before) => Some(self.again(now, before)),
                // What was only there for the silence goes with it.
                None if self.is_added(now) => None,
                None => Some(self.guessed(now)),
            },
            None => Some(self.guessed(now)).filter(|it| !self.is_everybodys(it) || it.allow | it.deny != 0),
        });
        lifted.collect()
    }

    /// Whether an overwrite says nothing but what the silence would have added.
    pub(crate) fn is_added(&self, it: &RawOverwrite) -> bool {
        let is_either = self.is_ours(it) || self.is_everybodys(it);
        is_either && it.deny & !TALK == 0 && it.allow & !(TALK | bit::VIEW_CHANNEL) == 0
    }

    fn silent(&self, it: &RawOverwrite) -> RawOverwrite {
        let talk = self.talk();
        if self.is_ours(it) {
            return RawOverwrite { allow: it.allow | talk, deny: it.deny & !talk, ..it.clone() };
        }
        let deny = if self.is_everybodys(it) { it.deny | talk } else { it.deny };
        RawOverwrite { allow: it.allow & !talk, deny, ..it.clone() }
    }

    /// One that was known before: what people may say is as it was, everything else as it is now.
    fn again(&self, now: &RawOverwrite, before: &RawOverwrite) -> RawOverwrite {
        let talk = self.talk();
        RawOverwrite {
            allow: now.allow & !talk | before.allow & talk,
            deny: now.deny & !talk | before.deny & talk,
            ..now.clone()
        }
    }

    /// One of which nothing is known: whoever is let in by it writes.
    fn guessed(&self, now: &RawOverwrite) -> RawOverwrite {
        let is_let_in = !self.is_everybodys(now) && now.allow & bit::VIEW_CHANNEL != 0;
        let allow = if is_let_in { now.allow | self.talk() } else { now.allow };
        RawOverwrite { allow, deny: now.deny & !self.talk(), ..now.clone() }
    }

    fn is_ours(&self, it: &RawOverwrite) -> bool {
        it.kind == 1 && it.id == self.me.get()
    }

    fn is_everybodys(&self, it: &RawOverwrite) -> bool {
        it.kind == 0 && it.id == self.guild.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: u64 = bit::VIEW_CHANNEL;
    const SEND: u64 = bit::SEND_MESSAGES;
    const READ: u64 = bit::READ_MESSAGE_HISTORY;

    fn silence() -> Silence {
        Silence { guild: GuildId::new(1), me: UserId::new(9), own: u64::MAX }
    }

    fn role(id: u64, allow: u64, deny: u64) -> RawOverwrite {
        RawOverwrite { id, kind: 0, allow, deny }
    }

    fn person(id: u64, allow: u64, deny: u64) -> RawOverwrite {
        RawOverwrite { id, kind: 1, allow, deny }
    }

    /// Whether a person who has these roles by name may do this, where everybody may do everything at first.
    fn may(of: &[RawOverwrite], who: u64, roles: &[u64], what: u64) -> bool {
        let apply = |may: u64, it: &RawOverwrite| may & !it.deny | it.allow;
        let find = |kind: u8, id: u64| of.iter().find(|it| (it.kind, it.id) == (kind, id));
        let may = find(0, 1).map_or(u64::MAX, |it| apply(u64::MAX, it));
        let may = roles.iter().filter_map(|id| find(0, *id)).fold(may, apply);
        find(1, who).map_or(may, |it| apply(may, it)) & what == what
    }

    #[test]
    fn nobody_but_us_writes_and_everybody_sees_what_they_saw() {
        let rooms = [
            vec![],
            vec![person(9, VIEW | SEND, 0)],
            vec![person(9, VIEW | SEND, 0), role(1, 0, VIEW), person(42, VIEW | SEND | READ, 0)],
            vec![person(9, VIEW | SEND, 0), role(1, 0, VIEW), role(5, VIEW | SEND, 0)],
            vec![role(1, SEND, 0), person(43, 0, VIEW | SEND)],
        ];
        for before in rooms {
            let fallen = silence().fallen(&before);
            for (who, roles) in [(42, &[][..]), (43, &[5]), (44, &[6])] {
                assert!(!may(&fallen, who, roles, SEND), "{who} {before:?}");
                for what in [VIEW, READ] {
                    assert_eq!(may(&fallen, who, roles, what), may(&before, who, roles, what), "{before:?}");
                }
            }
            assert!(may(&fallen, 9, &[], SEND | VIEW), "{before:?}");
            assert_eq!(silence().fallen(&fallen), fallen, "twice is once: {before:?}");
            assert_eq!(silence().lifted(&fallen, Some(&before)), before, "it is as it was");
        }
    }

    #[test]
    fn who_was_let_in_or_shut_out_meanwhile_stays_so() {
        let before =
            [person(9, VIEW, 0), role(1, 0, VIEW), person(42, VIEW | SEND, 0), person(43, VIEW, SEND)];
        let mut now = silence().fallen(&before);
        now.retain(|it| it.id != 42);
        now.push(person(44, VIEW, 0));
        let lifted = silence().lifted(&now, Some(&before));
        assert!(!may(&lifted, 42, &[], VIEW), "they were shut out");
        assert!(may(&lifted, 44, &[], VIEW | SEND));
        assert!(may(&lifted, 43, &[], VIEW) && !may(&lifted, 43, &[], SEND), "they could not write before");
    }

    #[test]
    fn without_a_record_whoever_sees_it_writes() {
        let before = [person(9, VIEW | SEND, 0), role(1, 0, VIEW), person(42, VIEW | SEND, 0)];
        let lifted = silence().lifted(&silence().fallen(&before), None);
        assert!(may(&lifted, 42, &[], VIEW | SEND) && !may(&lifted, 43, &[], VIEW));
        let open = silence().lifted(&silence().fallen(&[]), None);
        assert!(may(&open, 42, &[], VIEW | SEND));
    }

    #[test]
    fn nothing_is_touched_that_is_not_ours_to_give() {
        let silence = Silence { own: SEND | VIEW, ..silence() };
        let before = [person(9, VIEW, 0), role(1, 0, 1 << 40), person(42, VIEW | ADD_REACTIONS | 1 << 51, 0)];
        for (before, fallen) in before.iter().zip(silence.fallen(&before)) {
            assert_eq!((fallen.allow ^ before.allow | fallen.deny ^ before.deny) & !SEND, 0, "{fallen:?}");
        }
    }
}
