//! What the bot must be allowed to do on its server, each with the reason.
//!
//! One table, from which come the invitation link, which carries exactly these, and what the doctor examines. Bits are
//! plain numbers here: serenity's type knows none above 1 << 50 and drops them as it reads.

/// Somebody with this may do everything, and is held up by no overwrite.
pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
pub(crate) const MANAGE_CHANNELS: u64 = 1 << 4;
pub(crate) const VIEW_CHANNEL: u64 = 1 << 10;
pub(crate) const SEND_MESSAGES: u64 = 1 << 11;
pub(crate) const EMBED_LINKS: u64 = 1 << 14;
pub(crate) const ATTACH_FILES: u64 = 1 << 15;
pub(crate) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub(crate) const CONNECT: u64 = 1 << 20;
pub(crate) const MANAGE_ROLES: u64 = 1 << 28;
pub(crate) const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
pub(crate) const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
pub(crate) const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
pub(crate) const CREATE_EVENTS: u64 = 1 << 44;
/// Without it nothing can be pinned since 23 February 2026; the right to manage messages was enough before.
pub(crate) const PIN_MESSAGES: u64 = 1 << 51;

/// How much is lost without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// An incident would not work as it should.
    Incidents,
    /// Incidents work, and something about them doesn't.
    Comfort,
    /// Only where people meet in voice channels.
    Meetings,
}

/// Something that the bot must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// The bit that stands for it.
    pub(crate) bit: u64,
    /// What Discord's settings call it.
    pub(crate) name: &'static str,
    /// What it is for: "to see the channels".
    pub(crate) purpose: &'static str,
    pub(crate) need: Need,
}

const fn permission(bit: u64, name: &'static str, purpose: &'static str, need: Need) -> Permission {
    Permission { bit, name, purpose, need }
}

/// Everything that the bot must be allowed to do, in the order of Discord's settings.
pub(crate) const NEEDED: &[Permission] = &[
    permission(
        VIEW_CHANNEL,
        "View Channels",
        "to see the channels where people command and incidents run",
        Need::Incidents,
    ),
    permission(
        MANAGE_CHANNELS,
        "Manage Channels",
        "to make a channel for each incident, and the category that they are in",
        Need::Incidents,
    ),
    permission(
        MANAGE_ROLES,
        "Manage Roles",
        "to let people into the channels that it makes, and keep others out; it gives nobody a role",
        Need::Incidents,
    ),
    permission(SEND_MESSAGES, "Send Messages", "to answer", Need::Incidents),
    permission(
        SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
        "to answer in the thread where it was asked, and to say there what becomes of a report",
        Need::Comfort,
    ),
    permission(
        CREATE_PUBLIC_THREADS,
        "Create Public Threads",
        "to begin a thread under what is reported, and to run an incident in one when the server can have no more channels",
        Need::Comfort,
    ),
    permission(
        CREATE_PRIVATE_THREADS,
        "Create Private Threads",
        "to run an incident in a thread where not everybody may read it",
        Need::Comfort,
    ),
    permission(EMBED_LINKS, "Embed Links", "to show the card of an incident", Need::Incidents),
    permission(
        ATTACH_FILES,
        "Attach Files",
        "to show charts of the system's figures, and to hand over files",
        Need::Comfort,
    ),
    permission(
        PIN_MESSAGES,
        "Pin Messages",
        "to pin the card, so that whoever comes late finds it",
        Need::Comfort,
    ),
    permission(
        READ_MESSAGE_HISTORY,
        "Read Message History",
        "to hear what was said while it was away, and to see what it has said already",
        Need::Incidents,
    ),
    permission(
        CONNECT,
        "Connect",
        "to make the voice channels that people meet in, and take them away",
        Need::Meetings,
    ),
    permission(
        CREATE_EVENTS,
        "Create Events",
        "to put the retrospective into the server's calendar",
        Need::Comfort,
    ),
];

/// What is needed where people meet in voice channels, or where they don't.
pub(crate) fn needed(meetings: bool) -> impl Iterator<Item = &'static Permission> {
    NEEDED.iter().filter(move |permission| meetings || permission.need != Need::Meetings)
}

/// All of it as one number.
pub(crate) fn sum(meetings: bool) -> u64 {
    needed(meetings).fold(0, |sum, permission| sum | permission.bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_for_that_is_not_needed() {
        for (name, bit) in [
            ("Administrator", ADMINISTRATOR),
            ("Kick Members", 1 << 1),
            ("Ban Members", 1 << 2),
            ("Manage Server", 1 << 5),
            ("Manage Messages", 1 << 13),
            ("Mention @everyone", 1 << 17),
            ("Manage Webhooks", 1 << 29),
        ] {
            assert_eq!(sum(true) & bit, 0, "{name} is asked for");
        }
        assert_eq!(sum(true) & !sum(false), CONNECT);
    }

    #[test]
    fn the_documentation_lists_them() {
        let text = include_str!("../../../docs/operating.md");
        let (_, table) = text.split_once("| Permission | For |\n|---|---|\n").expect("a table");
        let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
        let expected: Vec<String> =
            NEEDED.iter().map(|it| format!("| {} | {} |", it.name, it.purpose)).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn each_is_one_bit_and_asked_for_once() {
        let mut seen = 0;
        for permission in NEEDED {
            assert_eq!(permission.bit.count_ones(), 1, "{}", permission.name);
            assert_eq!(seen & permission.bit, 0, "{} is there twice", permission.name);
            assert!(permission.purpose.starts_with("to "), "{}", permission.name);
            seen |= permission.bit;
        }
        assert_eq!([PIN_MESSAGES, CREATE_EVENTS], [2_251_799_813_685_248, 17_592_186_044_416]);
    }
}
