//! Killed, restarted, ended, backed up: it goes on exactly where it was.

use std::time::{Duration, Instant};

use crate::support::Failed;
use crate::support::trials::{Test, needs_synapse};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("service::what_is_said_while_it_is_down_is_carried_out_once", down),
        needs_synapse("service::killed_at_any_moment_it_makes_one_room_an_incident", killed),
        needs_synapse("service::it_ends_in_time_and_goes_on", ends),
        needs_synapse("service::a_backup_is_made_while_it_runs_and_can_be_restored", backup),
        needs_synapse("service::the_nightly_backup_is_made_by_itself", nightly),
        needs_synapse("service::what_was_said_before_the_first_start_is_not_acted_on", before),
    ]
}

fn down() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    sitrep.kill9();
    let acked = town.alice.say(&room, "!ack")?;
    for count in 0..50 {
        town.alice.say(&room, &format!("chatter {count}"))?;
    }
    let updated = town.alice.say(&room, "!update back in a minute")?;
    sitrep.start_again()?;
    town.answer(&town.alice, &room, &acked)?;
    town.answer(&town.alice, &room, &updated)?;
    town.ask(&town.alice, &room, "!status")?;
    let said = town.said_in(&town.alice, &room)?;
    for command in [&acked, &updated] {
        let answers = said.iter().filter(|seen| seen.replies_to() == Some(command.as_str())).count();
        assert_eq!(answers, 1, "each command is answered once");
    }
    let news = town.said_in(&town.alice, &town.status)?;
    assert_eq!(news.iter().filter(|seen| seen.body.contains("back in a minute")).count(), 1);
    Ok(())
}

fn killed() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("")?;
    let mut declared = Vec::new();
    for round in 0..6_u64 {
        declared.push(town.alice.say(&town.ops, &format!("!incident trouble number {round}"))?);
        // From "just received" to "about to post the card".
        std::thread::sleep(Duration::from_millis(round * 120));
        sitrep.kill9();
        sitrep.start_again()?;
    }
    for declaration in &declared {
        town.answer(&town.alice, &town.ops, declaration)?;
    }
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    let answers = town.said_in(&town.alice, &town.ops)?;
    for (round, declaration) in declared.iter().enumerate() {
        let count = answers.iter().filter(|seen| seen.replies_to() == Some(declaration.as_str())).count();
        assert_eq!(count, 1, "declaration {round} is answered once");
        assert!(listed.body.contains(&format!("INC-{}", round + 1)), "{}", listed.body);
    }
    assert!(!listed.body.contains("INC-7"), "{}", listed.body);
    let mut invited = Vec::new();
    while invited.len() < declared.len() {
        let invitation = town.alice.wait_for_invite(|invitation| !invited.contains(&invitation.room))?;
        invited.push(invitation.room);
    }
    for room in &invited {
        town.alice.join(room)?;
        town.hear(&town.alice, room, |seen| seen.body.contains("Next update due"))?;
        let cards = town.said_in(&town.alice, room)?;
        assert_eq!(
            cards.iter().filter(|seen| seen.body.contains("Next update due")).count(),
            1,
            "one card a room"
        );
    }
    let more = town.alice.invitations()?;
    assert!(more.is_empty(), "one room an incident: {more:?}");
    Ok(())
}

fn ends() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("[severity.sev2]\nupdate_every = \"20s\"\n")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    let began = Instant::now();
    let status = sitrep.terminate()?;
    assert!(
        status.success() && began.elapsed() < Duration::from_secs(10),
        "{status} after {:?}",
        began.elapsed()
    );
    sitrep.start_again()?;
    let prompt = town.hear(&town.alice, &room, |seen| seen.body.contains("an update is due"))?;
    assert_eq!(prompt.mentions, std::slice::from_ref(&town.alice.user_id));
    let cards = town.said_in(&town.alice, &room)?;
    assert_eq!(cards.iter().filter(|seen| seen.body.contains("Next update due")).count(), 1);
    Ok(())
}

fn backup() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    town.ask(&town.alice, &room, "!ack")?;
    let output = sitrep.home().sitrep(&["backup", "copy.redb"], "")?.succeeded()?;
    assert!(output.trim().ends_with("copy.redb"), "{output}");
    let again = sitrep.home().sitrep(&["backup", "copy.redb"], "")?;
    assert!(!again.status.success() && again.stderr.contains("exists"), "{}", again.stderr);
    town.ask(&town.alice, &room, "!sev 1")?;
    sitrep.terminate()?;
    let refused = sitrep.home().sitrep(&["restore", "copy.redb"], "")?;
    assert!(!refused.status.success() && refused.stderr.contains("is not empty"), "{}", refused.stderr);
    std::fs::rename(sitrep.home().path().join("data"), sitrep.home().path().join("lost"))?;
    sitrep.home().sitrep(&["restore", "copy.redb"], "")?.succeeded()?;
    sitrep.start_again()?;
    let status = town.ask(&town.alice, &room, "!status")?;
    assert!(status.body.contains("INC-1") && status.body.contains("acknowledged"), "{}", status.body);
    Ok(())
}

/// Every minute instead of every night.
fn nightly() -> Result<(), Failed> {
    let town = Town::new()?;
    let sitrep = town.sitrep("[schedule]\nbackup = \"* * * * *\"\n")?;
    let folder = sitrep.home().path().join("data").join("backups");
    let began = Instant::now();
    while std::fs::read_dir(&folder).map_or(0, Iterator::count) == 0 {
        if began.elapsed() > Duration::from_secs(100) {
            return Err("no backup was made within a minute".into());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "people are served meanwhile: {}", listed.body);
    Ok(())
}

fn before() -> Result<(), Failed> {
    let town = Town::new()?;
    town.alice.say(&town.ops, "!incident long ago")?;
    let _sitrep = town.sitrep("")?;
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "{}", listed.body);
    Ok(())
}
