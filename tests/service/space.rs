//! A space for incidents: whoever may command is asked in, and enters public incidents from there.

use crate::support::Failed;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::trials::{Test, needs_synapse};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![needs_synapse("service::people_of_the_space_need_no_invitation", space)]
}

fn space() -> Result<(), Failed> {
    let town = Town::new()?;
    let people =
        format!("[people]\nbob = [\"{}\"]\nmallory = [\"{}\"]\n", town.bob.user_id, town.mallory.user_id);
    let configuration =
        town.configuration(&people).replace("\nallow = ", "\nspace = \"Incidents\"\nallow = ");
    let home = Home::with(&[("sitrep.toml", &configuration), ("password", &town.bot.password)])?;
    let sitrep = Sitrep::run(home)?;
    let invitation = town.bob.wait_for_invite(|_| true)?;
    let space = town.bob.join(&invitation.room)?;
    let name = town.bob.state(&space, "m.room.name", "")?.ok_or("it has no name")?;
    assert_eq!(name["name"], "Incidents");
    let (public, _) = town.declare("!incident checkout is down")?;
    assert!(town.mallory.join(&public).is_err(), "who may not command may not read");
    town.bob.join(&public)?;
    town.ask(&town.bob, &public, "!status")?;
    let (private, _) = town.declare("!incident --private payroll zebra")?;
    assert!(town.bob.join(&private).is_err(), "a private incident is for those who are asked in");
    assert_eq!(town.alice.state(&private, "m.space.parent", &space)?, None);
    let report = sitrep.home().sitrep(&["doctor"], "")?.stdout;
    assert!(report.contains("ok Space Incidents: "), "{report}");
    assert!(town.mallory.invitations()?.is_empty(), "who may not command is not asked in");
    Ok(())
}
