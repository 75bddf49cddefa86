//! One incident from the first word to the booked retrospective.

use crate::support::Failed;
use crate::support::trials::{Test, needs_synapse};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("service::an_incident_from_the_first_word_to_the_booked_retrospective", whole_incident),
        needs_synapse("service::silence_is_asked_about_and_then_told", silence),
        needs_synapse("service::titles_of_all_kinds_make_rooms", titles),
        needs_synapse("service::a_pill_names_a_person", pill),
        needs_synapse("service::more_people_than_a_room_can_be_made_with", many),
    ]
}

fn whole_incident() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let (room, answer) = town.declare("!incident checkout is down")?;
    assert!(
        answer.body.contains("INC-1") && answer.body.contains("https://matrix.to/#/!"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains(&room), "the link leads to the room: {}", answer.body);
    assert!(answer.mentions.is_empty() && !answer.mentions_room, "an answer notifies nobody else");

    let name = town.alice.state(&room, "m.room.name", "")?.ok_or("no name")?;
    let name = name["name"].as_str().unwrap_or_default().to_owned();
    assert!(
        name.ends_with("-checkout-is-down") && name.len() == "2026-11-22-1053-checkout-is-down".len(),
        "{name}"
    );
    let topic = town.alice.state(&room, "m.room.topic", "")?.ok_or("no topic")?;
    assert!(topic["topic"].as_str().is_some_and(|topic| topic.contains("checkout is down")), "{topic}");

    let card = town.hear(&town.alice, &room, |seen| seen.body.contains("Next update due"))?;
    for expected in
        ["INC-1", "checkout is down", "Sev2", "declared", "nobody yet", "https://meet.jit.si/sitrep-inc-1-"]
    {
        assert!(card.body.contains(expected), "{expected} is missing in {}", card.body);
    }
    let pinned = town.alice.wait_until(crate::support::PATIENCE, || {
        Ok(Some(town.alice.pinned(&room)?).filter(|list| !list.is_empty()))
    })?;
    assert_eq!(pinned.as_deref(), Some(&[card.event_id.clone()][..]), "the card is the first pinned message");

    let announced = town.hear(&town.bob, &town.status, |seen| seen.body.contains("INC-1"))?;
    assert!(announced.body.contains("checkout is down"), "{}", announced.body);

    let acked = town.ask(&town.alice, &room, "!ack")?;
    assert!(acked.body.contains("you lead"), "{}", acked.body);
    town.hear(&town.alice, &room, |seen| {
        seen.edits() == Some(card.event_id.as_str()) && seen.body.contains("acknowledged")
    })?;
    town.hear(&town.bob, &town.ops, |seen| seen.body.contains("has it"))?;

    rest_of_the_incident(&town, &room, &card.event_id)
}

fn rest_of_the_incident(town: &Town, room: &str, card: &str) -> Result<(), Failed> {
    town.ask(&town.alice, room, &format!("!lead {}", town.bob.user_id))?;
    let invitation = town.bob.wait_for_invite(|invitation| invitation.room == room)?;
    town.bob.join(&invitation.room)?;
    let severity = town.ask(&town.bob, room, "!sev 1")?;
    assert!(severity.body.contains("Sev1"), "{}", severity.body);
    let update = town.ask(&town.bob, room, "!update we're failing over — 50% done\nsecond line <b>&")?;
    assert!(update.body.contains("Sent to 1 room"), "{}", update.body);
    let news = town.hear(&town.mallory, &town.status, |seen| seen.body.contains("failing over"))?;
    assert!(news.body.contains("second line <b>&") && news.body.contains("Next update by"), "{}", news.body);
    let html = news.formatted_body.unwrap_or_default();
    assert!(html.contains("&lt;b&gt;&amp;") && !html.contains("<b>&"), "{html}");
    let next = town.ask(&town.bob, room, "!next 45m")?;
    assert!(next.body.contains("promised"), "{}", next.body);
    let status = town.ask(&town.bob, room, "!status")?;
    assert!(status.body.contains("Sev1") && status.body.contains("checkout is down"), "{}", status.body);
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("INC-1") && listed.body.contains("checkout is down"), "{}", listed.body);

    let resolved = town.ask(&town.bob, room, "!resolve the disk was full, nothing was lost")?;
    assert!(
        resolved.body.contains("Retrospective") && resolved.body.contains("Proposed"),
        "{}",
        resolved.body
    );
    for told in [&town.ops, &town.status] {
        let end = town.hear(&town.mallory, told, |seen| seen.body.contains("is resolved"))?;
        assert!(end.body.contains("nothing was lost"), "{}", end.body);
    }
    town.hear(&town.alice, room, |seen| seen.edits() == Some(card) && seen.body.contains("resolved"))?;
    let booked = town.ask(&town.bob, room, "!retro tomorrow 14:00")?;
    assert!(booked.body.contains("14:00 CE") && booked.body.contains("(UTC+0"), "{}", booked.body);
    town.hear(&town.mallory, &town.status, |seen| seen.body.contains("You are invited"))?;
    Ok(())
}

fn silence() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("[severity.sev2]\nupdate_every = \"8s\"\n")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    town.ask(&town.alice, &room, "!ack")?;
    let first = town.hear(&town.alice, &room, |seen| seen.body.contains("an update is due"))?;
    assert_eq!(
        first.mentions,
        std::slice::from_ref(&town.alice.user_id),
        "a prompt mentions exactly the commander"
    );
    town.hear(&town.alice, &room, |seen| seen.body.contains("still due"))?;
    let overdue = town.hear(&town.bob, &town.status, |seen| seen.body.contains("overdue by"))?;
    assert!(overdue.mentions.is_empty(), "the stakeholders are told, not pinged");
    town.ask(&town.alice, &room, "!update found it")?;
    town.ask(&town.alice, &room, "!resolve rolled back. lost: nothing")?;
    let prompts = town.said_in(&town.alice, &room)?.len();
    std::thread::sleep(std::time::Duration::from_secs(10));
    assert_eq!(town.said_in(&town.alice, &room)?.len(), prompts, "nobody is asked after the end");
    Ok(())
}

fn titles() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let long = "ü".repeat(300);
    let titles = ["!!!", "支付失败 оплата", "@everyone @room <b>bold</b> -->", &long, "“we’re at 100%”"];
    for title in titles {
        let (room, answer) = town.declare(&format!("!incident {title}"))?;
        assert!(!answer.mentions_room && answer.mentions.is_empty());
        let name = town.alice.state(&room, "m.room.name", "")?.ok_or("no name")?;
        let name = name["name"].as_str().unwrap_or_default().to_owned();
        assert!((1..=80).contains(&name.chars().count()) && !name.ends_with('-'), "{title}: {name}");
        let card = town.hear(&town.alice, &room, |seen| seen.body.contains("Next update due"))?;
        assert!(!card.mentions_room && card.mentions.is_empty(), "{}", card.body);
        let html = card.formatted_body.unwrap_or_default();
        assert!(!html.contains("<b>bold"), "{html}");
    }
    Ok(())
}

fn pill() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    let bob = &town.bob.user_id;
    let html = format!("!lead <a href=\"https://matrix.to/#/{bob}\">Bobby Tables</a>");
    let asked = town.alice.say_html(&room, "!lead Bobby Tables", &html)?;
    let answer = town.answer(&town.alice, &room, &asked)?;
    assert_eq!(answer.mentions, std::slice::from_ref(bob), "{}", answer.body);
    Ok(())
}

/// A server refuses to make a room with more than ten invitations.
fn many() -> Result<(), Failed> {
    let town = Town::new()?;
    let others: Vec<String> = (0..12)
        .map(|_| town.synapse.account("other"))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|account| account.user_id)
        .collect();
    let people: String =
        others.iter().enumerate().map(|(index, id)| format!("p{index} = [\"{id}\"]\n")).collect();
    let names = (0..others.len()).map(|index| format!("\"p{index}\"")).collect::<Vec<_>>().join(", ");
    let more = format!(
        "[people]\n{people}\n[teams]\neverybody = [{names}]\n\n[severity.sev1]\ninvite = [\"everybody\"]\n"
    );
    let _sitrep = town.sitrep(&more)?;
    let (room, _) = town.declare("!incident --sev 1 checkout is down")?;
    let all = town.alice.wait_until(crate::support::PATIENCE, || {
        let invited = town.alice.invited(&room)?;
        Ok(others.iter().all(|id| invited.contains(id)).then_some(()))
    })?;
    all.ok_or("somebody was left out")?;
    Ok(())
}
