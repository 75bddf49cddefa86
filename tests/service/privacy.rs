//! Who may do and see what.

use crate::support::Failed;
use crate::support::trials::{Test, needs_synapse};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("service::strangers_are_declined", strangers),
        needs_synapse("service::a_private_incident_is_named_nowhere_else", private),
        needs_synapse("service::a_direct_room_declares_privately", direct),
    ]
}

fn strangers() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let refused = town.ask(&town.mallory, &town.ops, "!incident free coffee")?;
    assert!(refused.body.contains("may command"), "{}", refused.body);
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "{}", listed.body);
    let (room, _) = town.declare("!incident checkout is down")?;
    assert!(town.mallory.join(&room).is_err(), "who may not command may not read");
    Ok(())
}

fn private() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let (room, answer) = town.declare("!incident --private payroll zebra")?;
    assert!(answer.body.contains("privately") && !answer.body.contains("zebra"), "{}", answer.body);
    let card = town.hear(&town.alice, &room, |seen| seen.body.contains("Next update due"))?;
    assert!(card.body.contains("payroll zebra"), "{}", card.body);
    let rules = town.alice.state(&room, "m.room.join_rules", "")?.ok_or("no join rule")?;
    assert_eq!(rules["join_rule"], "invite");
    town.ask(&town.alice, &room, "!ack")?;
    town.ask(&town.alice, &room, "!update the zebra is loose")?;
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "{}", listed.body);
    let asked = town.ask(&town.bob, &town.ops, "!status INC-1")?;
    assert!(asked.body.contains("no INC-1 that you can see"), "{}", asked.body);
    let member = town.ask(&town.alice, &town.ops, "!status INC-1")?;
    assert!(member.body.contains("private"), "{}", member.body);
    town.ask(&town.alice, &room, "!resolve the zebra is home")?;
    town.hear(&town.alice, &town.ops, |seen| seen.body.contains("INC-1 is over"))?;
    for public in [&town.ops, &town.status] {
        for seen in town.said_in(&town.alice, public)? {
            assert!(!format!("{:?}", seen.content).contains("zebra"), "{}", seen.body);
        }
    }
    assert_eq!(town.said_in(&town.alice, &town.status)?.len(), 0, "the stakeholders hear nothing of it");
    Ok(())
}

fn direct() -> Result<(), Failed> {
    let town = Town::new()?;
    let _sitrep = town.sitrep("")?;
    let direct = town.alice.create_direct_room(&town.bot.user_id)?;
    town.alice
        .wait_until(crate::support::PATIENCE, || {
            Ok(town.alice.members(&direct)?.contains(&town.bot.user_id).then_some(()))
        })?
        .ok_or("the invitation was not accepted")?;
    let declared = town.alice.say(&direct, "!incident payroll zebra")?;
    let invitation = town.alice.wait_for_invite(|invitation| invitation.room != direct)?;
    let answer = town.answer(&town.alice, &direct, &declared)?;
    assert!(answer.body.contains("payroll zebra"), "{}", answer.body);
    town.alice.join(&invitation.room)?;
    let listed = town.ask(&town.alice, &direct, "!incidents")?;
    assert!(listed.body.contains("payroll zebra"), "{}", listed.body);
    assert_eq!(town.said_in(&town.alice, &town.ops)?.len(), 0);
    Ok(())
}
