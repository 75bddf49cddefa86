//! A homeserver with the limits that every ordinary one has, and no exception made for sitrep: a Sev1 with thirty people
//! and three stakeholder rooms opens all the same, the important first, and nobody is pestered.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::proxy::Proxy;
use crate::support::seen::Seen;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::synapse::{Limits, SERVER_NAME, Synapse};
use crate::support::trials::{Test, needs_synapse};
use crate::support::{Failed, poll};

/// Everybody who is called.
const PEOPLE: usize = 30;
/// The homeserver lets one in every five seconds, once ten are in.
const EVERYBODY_WITHIN: Duration = Duration::from_secs(400);
/// How many of them are waited for, unless `SITREP_AXE_KILLS` asks for long runs: the last take minutes.
const WAITED_FOR: usize = 18;
/// What matters comes out of what may be said at a blow, and at most a few waits after it.
const IMPORTANT_WITHIN: Duration = Duration::from_secs(90);

pub(crate) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("limits::thirty_people_are_called_at_default_limits", thirty),
        needs_synapse("limits::the_documented_override_lifts_them_all", lifted),
    ]
}

/// Messages, rooms and invitations, each more than is allowed at a blow.
fn lifted() -> Result<(), Failed> {
    let synapse = Synapse::start(Limits::Default)?;
    let (bot, alice) = (synapse.person("sitrep")?, synapse.person("alice")?);
    synapse.lift_limits_of(&bot.user_id)?;
    let room_of = |number: usize| {
        let body = json!({ "preset": "private_chat", "name": number.to_string() });
        bot.try_create_room(&body)
    };
    let mut last = String::new();
    for number in 0..12 {
        let made = room_of(number)?;
        assert!(made.succeeded(), "room {number}: {made}");
        last = made.body["room_id"].as_str().unwrap_or_default().to_owned();
        let said = json!({ "msgtype": "m.text", "body": "again" });
        let path = format!("/_matrix/client/v3/rooms/{}", encoded(&last));
        let said = bot.api.ask("PUT", &format!("{path}/send/m.room.message/{number}"), Some(&said))?;
        assert!(said.succeeded(), "message {number}: {said}");
        // One and the same person, who could be invited five times.
        let invited = json!({ "user_id": alice.user_id });
        let invited = bot.api.ask("POST", &format!("{path}/invite"), Some(&invited))?;
        assert!(invited.succeeded(), "invitation {number}: {invited}");
    }
    for number in 0..12 {
        let someone = json!({ "user_id": synapse.account("someone")?.user_id });
        let path = format!("/_matrix/client/v3/rooms/{}/invite", encoded(&last));
        let invited = bot.api.ask("POST", &path, Some(&someone))?;
        assert!(invited.succeeded(), "invitation into one room {number}: {invited}");
    }
    Ok(())
}

/// The moments of an opening, for the record.
struct Timeline {
    began: Instant,
    moments: Vec<(&'static str, Duration)>,
}

impl Timeline {
    fn note(&mut self, what: &'static str) -> Duration {
        let at = self.began.elapsed();
        self.moments.push((what, at));
        at
    }
}

/// One room for commands, three that are told, and everybody called for the worst.
fn configuration(homeserver: &str, bot: &str, alice: &str, called: &[String]) -> String {
    let roster: Vec<String> =
        called.iter().enumerate().map(|(number, id)| format!("p{number} = [{id:?}]")).collect();
    let team: Vec<String> = (0..PEOPLE).map(|number| format!("\"p{number}\"")).collect();
    format!(
        "data_dir = \"data\"\n\n[matrix]\nhomeserver = \"{homeserver}\"\nuser = \"{bot}\"\npassword_file = \"password\"\n\
         rooms = [\"#ops:{SERVER_NAME}\"]\nstakeholder_rooms = [\"#status:{SERVER_NAME}\", \
         \"#press:{SERVER_NAME}\", \"#board:{SERVER_NAME}\"]\nallow = [\"{alice}\"]\n\n[people]\n{}\n\n[teams]\n\
         everybody = [{}]\n\n[severity.sev1]\ninvite = [\"everybody\"]\n",
        roster.join("\n"),
        team.join(", "),
    )
}

fn thirty() -> Result<(), Failed> {
    let synapse = Synapse::start(Limits::Default)?;
    let proxy = Proxy::of(&synapse.url)?;
    let bot = synapse.account("sitrep")?;
    let alice = synapse.person("alice")?;
    let names = ["ops", "status", "press", "board"];
    let mut rooms = Vec::new();
    for name in names {
        rooms.push(alice.create_room(Some(name), &[&bot.user_id])?);
    }
    let called: Vec<String> =
        (0..PEOPLE).map(|_| Ok(synapse.account("called")?.user_id)).collect::<Result<_, Failed>>()?;
    let configuration = configuration(&proxy.url, &bot.user_id, &alice.user_id, &called);
    let sitrep = Sitrep::run(Home::with(&[("sitrep.toml", &configuration), ("password", &bot.password)])?)?;

    let mut timeline = Timeline { began: Instant::now(), moments: Vec::new() };
    let declared = alice.say(&rooms[0], "!incident --sev 1 checkout is down")?;
    let room = alice.wait_for_invite(|_| true)?.room;
    timeline.note("room");
    alice.join(&room)?;
    let hear = |room: &str, wanted: &dyn Fn(&Seen) -> bool| {
        let is_wanted = |seen: &Seen| seen.sender == bot.user_id && wanted(seen);
        alice.wait_for_within(EVERYBODY_WITHIN, room, is_wanted)
    };
    hear(&rooms[0], &|seen| seen.replies_to() == Some(declared.as_str()))?;
    let answered = timeline.note("answer");
    hear(&room, &|seen| seen.body.contains("Next update due"))?;
    let card = timeline.note("card");
    for room in &rooms[1..] {
        hear(room, &|seen| seen.body.contains("are being called together"))?;
    }
    let announced = timeline.note("announced in three rooms");
    wait(&alice, || Ok(!alice.pinned(&room)?.is_empty()))?;
    timeline.note("pinned");
    // Whoever speaks to it now comes before those who are still to be asked in.
    let asked = alice.say(&room, "!ack")?;
    let at = Instant::now();
    hear(&room, &|seen| seen.replies_to() == Some(asked.as_str()))?;
    timeline.note("!ack answered");
    let patience = at.elapsed();
    let invited = || Ok::<_, Failed>(alice.invited(&room)?.len());
    let then_invited = invited()?;
    let is_long = std::env::var_os("SITREP_AXE_KILLS").is_some();
    let waited_for = if is_long { PEOPLE } else { WAITED_FOR };
    wait(&alice, || Ok(invited()? >= waited_for))?;
    let last =
        timeline.note(if is_long { "the last of thirty invited" } else { "eighteen of thirty invited" });
    let is_current = |seen: &Seen| seen.body.starts_with("INC-1 · ") && seen.body.contains("acknowledged");
    wait(&alice, || Ok(alice.shown(&room)?.iter().any(is_current)))?;
    timeline.note("the card is up to date");
    let told = alice.messages(&room)?.iter().filter(|seen| seen.body.contains("limits how fast")).count();

    let refused: Vec<Duration> = proxy
        .exchanges()
        .iter()
        .filter(|exchange| exchange.status == Some(429))
        .map(|exchange| exchange.at.duration_since(timeline.began))
        .collect();
    let moments: Vec<String> =
        timeline.moments.iter().map(|(what, at)| format!("{:.1} s {what}", at.as_secs_f32())).collect();
    eprintln!("limits: {}; refused with 429: {}; told {told}", moments.join(", "), refused.len());
    assert!(answered.max(card).max(announced) < IMPORTANT_WITHIN.min(last), "{moments:?}");
    assert!(then_invited < PEOPLE && patience < Duration::from_secs(40), "{then_invited}, {patience:?}");
    assert!(told <= 1, "said once");
    assert!(refused.len() <= 30, "{} requests were refused, at {refused:?}", refused.len());
    drop(sitrep);
    Ok(())
}

fn wait(alice: &Person, mut until: impl FnMut() -> Result<bool, Failed>) -> Result<(), Failed> {
    let found = poll(EVERYBODY_WITHIN, || {
        let is_so = until()?;
        if !is_so {
            std::thread::sleep(Duration::from_millis(250));
        }
        Ok(is_so.then_some(()))
    })?;
    found.ok_or_else(|| format!("{} waited in vain", alice.user_id).into())
}
