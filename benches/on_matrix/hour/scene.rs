//! Who is there: a Synapse with its own limits, sitrep behind something that counts, the commander, thirty others, and the
//! rooms that are told.

use std::time::Duration;

use super::{PEOPLE, TOLD};
use crate::{
    program::Program,
    support::{
        Failed,
        person::Person,
        proxy::Proxy,
        synapse::{Account, Limits, SERVER_NAME, Synapse},
    },
};

pub(super) struct Scene {
    pub(super) alice: Person,
    pub(super) people: Vec<Person>,
    pub(super) ops: String,
    /// In the order of [`TOLD`].
    pub(super) told: Vec<String>,
    pub(super) sitrep: Program,
    pub(super) bot: Account,
    /// From one update to the next.
    pub(super) interval: Duration,
    pub(super) proxy: Proxy,
    _synapse: Synapse,
}

impl Scene {
    pub(super) fn new(interval: Duration) -> Result<Self, Failed> {
        let synapse = Synapse::start(Limits::Default)?;
        let proxy = Proxy::of(&synapse.url)?;
        let (alice, bot) = (synapse.person("alice")?, synapse.account("sitrep")?);
        let people: Vec<Person> =
            (0..PEOPLE).map(|_| synapse.person("called")).collect::<Result<_, Failed>>()?;
        let room = |name: &str| alice.create_room(Some(name), &[&bot.user_id]);
        let ops = room("ops")?;
        let told: Vec<String> = TOLD.iter().map(|name| room(name)).collect::<Result<_, Failed>>()?;
        let ids: Vec<&str> = people.iter().map(|person| person.user_id.as_str()).collect();
        let configuration = configuration(&proxy.url, &bot, &alice, &ids, interval);
        let sitrep = Program::sitrep(&[("sitrep.toml", &configuration), ("password", &bot.password)])?;
        Ok(Self { alice, people, ops, told, sitrep, bot, interval, proxy, _synapse: synapse })
    }
}

fn configuration(
    homeserver: &str,
    bot: &Account,
    alice: &Person,
    people: &[&str],
    interval: Duration,
) -> String {
    let quoted =
        |words: Vec<String>| words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    let roster: Vec<String> =
        people.iter().enumerate().map(|(number, id)| format!("p{number} = [{id:?}]")).collect();
    let team = quoted((0..people.len()).map(|number| format!("p{number}")).collect());
    let told = quoted(TOLD.iter().map(|name| format!("#{name}:{SERVER_NAME}")).collect());
    let allow = quoted(people.iter().chain([&alice.user_id.as_str()]).map(|&id| id.to_owned()).collect());
    format!(
        "data_dir = \"data\"\ntimezone = \"UTC\"\n\n[matrix]\nhomeserver = \"{homeserver}\"\nuser = \"{}\"\n\
         password_file = \"password\"\nrooms = [\"#ops:{SERVER_NAME}\"]\nstakeholder_rooms = [{told}]\nallow = [{allow}]\n\n\
         [people]\n{}\n\n[teams]\neverybody = [{team}]\n\n[severity.sev1]\ninvite = [\"everybody\"]\n\
         update_every = \"{}s\"\n",
        bot.user_id,
        roster.join("\n"),
        interval.as_secs(),
    )
}
