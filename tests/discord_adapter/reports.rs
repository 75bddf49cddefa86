//! Reports and the rota: filed from anywhere, talked about in the thread under their line, decided with a slash command
//! there or with a button.

use serde_json::json;
use sitrep_fake_discord::{AnswerKind, Message};

use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_report_is_decided_by_slash_commands_in_its_thread", slashes),
        test("discord::a_report_is_decided_with_the_buttons_of_its_line", buttons),
        test("discord::why_a_report_is_declined_is_asked_in_a_form", form),
        test("discord::a_report_from_a_direct_channel_is_answered_there", direct),
        test("discord::who_is_on_duty_is_asked_and_changed_by_slash_command", on_duty),
        test("discord::nobody_has_a_report_is_said_in_its_thread", nobody),
    ]
}

/// The line of a report, with its buttons if it is to have some.
fn line(guild: &Guild, id: &str, wanted: &str) -> Result<Message, Failed> {
    guild.hear("support", &format!("the line of {id} with {wanted:?}"), |message| {
        plain(message).starts_with(&format!("{id} · ")) && plain(message).contains(wanted)
    })
}

/// The line, once it can be pressed.
fn with_buttons(guild: &Guild, id: &str) -> Result<Message, Failed> {
    let has_buttons = |message: &Message| message.buttons().len() >= 3;
    guild.hear("support", &format!("{id} with buttons"), |message| {
        plain(message).starts_with(&format!("{id} · ")) && has_buttons(message)
    })
}

/// The section `[people]`, and what else there is.
fn people(guild: &Guild, more: &str) -> String {
    let listed: String = ["alice", "bob", "carol"].map(|name| guild.listed(name)).concat();
    format!("[people]\n{listed}{more}")
}

fn slashes() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let asked = alice.slash("ops", "report", &[("text", json!("the checkout is blank"))])?;
    let answer = guild.answer(&asked)?;
    assert!(answer.content.contains("REP-1"), "{answer:?}");
    let root = with_buttons(&guild, "REP-1")?.id;
    let thread = bob.start_thread("support", root, "the checkout")?.to_string();
    let answer = guild.answer(&bob.slash(&thread, "ack", &[])?)?;
    assert!(answer.content.contains("you look at"), "{answer:?}");
    line(&guild, "REP-1", "looks at it")?;
    let refused = guild.answer(&bob.slash(&thread, "decline", &[("why", json!(" "))])?)?;
    assert!(refused.ephemeral, "only whoever asked is told: {refused:?}");
    guild.answer(&bob.slash(&thread, "incident", &[("title", json!("checkout is blank"))])?)?;
    let room = guild.new_room(0)?;
    assert!(room.name.ends_with("-checkout-is-blank"), "{}", room.name);
    line(&guild, "REP-1", "belongs to INC-1")?;
    guild.is_content()
}

fn buttons() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    guild.ask(&alice, "ops", "!report the checkout is blank")?;
    let posted = with_buttons(&guild, "REP-1")?;
    bob.press("support", posted.id, "ack")?;
    line(&guild, "REP-1", "looks at it")?;
    guild.hear_words("ops", "looks at your report REP-1")?;
    bob.press("support", posted.id, "incident")?;
    guild.new_room(0)?;
    line(&guild, "REP-1", "belongs to INC-1")?;
    guild.hear_words("ops", "is an incident now: INC-1")?;
    guild.wait("a line that asks for nothing any more", || {
        let lines = guild.said_in("support");
        lines.iter().any(|said| said.id == posted.id && said.buttons().is_empty()).then_some(())
    })?;
    guild.is_content()
}

fn form() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    guild.ask(&alice, "ops", "!report the checkout is blank")?;
    let posted = with_buttons(&guild, "REP-1")?;
    let pressed = bob.press("support", posted.id, "decline")?;
    let asked = guild.first_answer(&pressed)?;
    assert_eq!(asked.kind, AnswerKind::Modal, "words are asked for at once: {asked:?}");
    bob.fill(&pressed, &[("text", "it was *a test* of @everyone")])?;
    guild.hear_words("ops", "declined your report REP-1")?;
    line(&guild, "REP-1", "declined by")?;
    let called = guild.discord.pings();
    assert!(called.iter().all(|ping| ping.person == "alice"), "only the reporter is called: {called:?}");
    guild.is_content()
}

fn direct() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let own = guild.direct_with(&alice);
    let answer = guild.ask(&alice, &own, "!report my salary is shown to everybody")?;
    assert!(plain(&answer).starts_with("Filed as REP-1."), "{answer:?}");
    let root = with_buttons(&guild, "REP-1")?.id;
    bob.start_thread("support", root, "salaries")?;
    bob.say_in_thread(root, "!decline this is the old page")?;
    let told = guild.hear_words(&own, "declined your report REP-1")?;
    assert!(told.text().contains("this is the old page"), "{told:?}");
    let elsewhere = guild.said_in("ops");
    assert!(elsewhere.is_empty(), "nobody else reads what is said to the reporter: {elsewhere:?}");
    guild.is_content()
}

fn on_duty() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let configuration = people(&guild, "[oncall.payments]\npeople = [\"alice\"]\n");
    let _sitrep = guild.sitrep(&configuration)?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let answer = guild.answer(&bob.slash("ops", "oncall", &[])?)?;
    assert!(answer.ephemeral && answer.content.contains("payments"), "{answer:?}");
    let options = [
        ("team", json!("payments")),
        ("who", json!(bob.id().to_string())),
        ("when", json!("until tomorrow 9:00")),
    ];
    guild.answer(&bob.slash("ops", "oncall", &options)?)?;
    guild.hear_words("support", "on duty for payments now, until")?;
    let own = guild.direct_with(&alice);
    guild.hear_words(&own, "instead of you")?;
    guild.ask(&alice, "ops", "!report the checkout is blank")?;
    let posted = line(&guild, "REP-1", "the checkout is blank")?;
    let pinged = guild.discord.pings();
    let called: Vec<&str> =
        pinged.iter().filter(|ping| ping.message == posted.id).map(|ping| ping.person.as_str()).collect();
    assert_eq!(called, ["bob"], "whoever is on duty instead is called");
    guild.is_content()
}

fn nobody() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let rota = "[oncall.payments]\npeople = [\"alice\"]\n[report]\nacknowledge_within = \"1s\"\nescalate_to = \"carol\"\ncontacts = \"Jane\"\n";
    let _sitrep = guild.sitrep(&people(&guild, rota))?;
    let (bob, carol) = (guild.person("bob"), guild.person("carol"));
    guild.ask(&bob, "ops", "!report the checkout is blank")?;
    let root = line(&guild, "REP-1", "the checkout is blank")?.id;
    guild.wait("carol to be called in the thread", || {
        let said = carol.thread(root);
        said.iter().any(|it| it.mentions.iter().any(|name| name == "carol")).then_some(())
    })?;
    guild.hear_words("support", "Nobody could be reached about REP-1")?;
    guild.hear_words("ops", "nobody has answered your report REP-1")?;
    carol.say_in_thread(root, "!ack")?;
    guild.wait("the answer in the thread", || {
        carol.thread(root).iter().any(|it| plain(it).contains("you look at REP-1")).then_some(())
    })?;
    line(&guild, "REP-1", "looks at it")?;
    guild.is_content()
}
