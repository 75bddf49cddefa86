//! Figures of a real Prometheus: the words, the picture, the doctor.

use crate::service::town::Town;
use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::prometheus::{Exporter, Prometheus};
use crate::support::sitrep::Home;
use crate::support::trials::{Test, needs_prometheus, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_prometheus("health::on_discord_with_a_picture", on_discord),
        needs_synapse("health::on_matrix_with_a_picture", on_matrix).and_prometheus(),
        needs_prometheus("health::in_the_console_in_words", in_the_console),
        needs_prometheus("health::the_doctor_asks_for_each_figure", doctor),
    ]
}

/// A figure with an hour behind it, one that has just begun, one of several lines, one that nobody can ask for, one
/// that is not there.
fn section(prometheus: &Prometheus) -> String {
    let panel = |title: &str, query: &str, unit: &str| {
        format!("[[health.panel]]\ntitle = \"{title}\"\nquery = '{query}'\nunit = \"{unit}\"\n")
    };
    [
        format!("[health]\nprometheus = \"{}\"\n", prometheus.address()),
        panel("Requests failing", "max(requests_failing)", "req/s"),
        panel("Connections", "connections", ""),
        panel("Several", "requests_failing", "req/s"),
        panel("Mistyped", "sum(requests_failing", ""),
        panel("Nowhere", "no_such_metric", ""),
    ]
    .concat()
}

/// What each line begins with.
const LINES: [&str; 5] = [
    "Requests failing: 12.4 req/s (an hour ago: 0.1)",
    "Connections: 97",
    "Several (1 of 2): 12.4 req/s (an hour ago: 0.1)",
    "Mistyped: not measured, Prometheus says: ",
    "Nowhere: no data in the last hour",
];

fn shows_every_line(text: &str) {
    for line in LINES {
        let is_shown = text.lines().any(|shown| shown.trim_start_matches(['-', ' ', '•']).starts_with(line));
        assert!(is_shown, "{line:?} is missing in\n{text}");
    }
}

fn on_discord() -> Result<(), Failed> {
    let exporter = Exporter::serve()?;
    let prometheus = Prometheus::watching(&exporter)?;
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep(&section(&prometheus))?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?.id.to_string();
    let said = guild.hear_words(&room, "How the system does")?;
    shows_every_line(&plain(&said));
    let [picture] = said.attachments.as_slice() else { panic!("one picture: {said:?}") };
    picture_is_whole(&picture.content);
    // Asked for with a slash command: whoever asks is answered, and the room is shown the figures.
    let asked = alice.slash(&room, "health", &[])?;
    let answer = guild.answer(&asked)?;
    assert!(answer.content.contains("I am asking for the figures of the last hour."), "{answer:?}");
    guild.wait("the figures again", || {
        let shown = guild.said_in(&room).into_iter().filter(|message| !message.attachments.is_empty());
        (shown.count() == 2).then_some(())
    })?;
    guild.is_content()
}

/// A PNG of 800 pixels in width; `SITREP_PICTURES=folder` keeps it to be looked at.
fn picture_is_whole(png: &[u8]) {
    if let Some(folder) = std::env::var_os("SITREP_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("from-discord.png"), png).expect("written");
    }
    assert!(png.starts_with(b"\x89PNG\r\n") && png.ends_with(b"IEND\xaeB`\x82"), "{} bytes", png.len());
    assert_eq!(png[16..20], 800_u32.to_be_bytes());
}

fn on_matrix() -> Result<(), Failed> {
    let exporter = Exporter::serve()?;
    let prometheus = Prometheus::watching(&exporter)?;
    let town = Town::new()?;
    let _sitrep = town.sitrep(&section(&prometheus))?;
    let (room, _) = town.declare("!incident checkout is down")?;
    let said = town.hear(&town.alice, &room, |seen| seen.body.contains("How the system does"))?;
    shows_every_line(&said.body.replace("**", ""));
    let shown = town.hear(&town.alice, &room, |seen| seen.content["msgtype"] == "m.image")?;
    assert_eq!(shown.body, "The last hour as curves: Requests failing, Connections, Several (1 of 2)");
    let address = shown.content["url"].as_str().ok_or("no address")?;
    let path = format!("/_matrix/client/v1/media/download/{}", address.trim_start_matches("mxc://"));
    picture_is_whole(&town.alice.api.bytes(&path)?);
    Ok(())
}

fn in_the_console() -> Result<(), Failed> {
    let exporter = Exporter::serve()?;
    let prometheus = Prometheus::watching(&exporter)?;
    let home = Home::with(&[("sitrep.toml", &section(&prometheus))])?;
    let shown = home.console(&["--config", "sitrep.toml"], "!incident checkout is down\n")?.succeeded()?;
    shows_every_line(&shown);
    let picture = "[picture: The last hour as curves: Requests failing, Connections, Several (1 of 2)]";
    assert!(shown.contains(picture), "{shown}");
    Ok(())
}

fn doctor() -> Result<(), Failed> {
    let exporter = Exporter::serve()?;
    let prometheus = Prometheus::watching(&exporter)?;
    let guild = Guild::new()?;
    let sitrep = guild.sitrep(&section(&prometheus))?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    let report = sitrep.home().sitrep(&["doctor", "--config", "sitrep.toml"], "")?.succeeded()?;
    for line in [
        "Health: Requests failing is measured",
        "Health: Several (1 of 2) is measured",
        "Health: Mistyped: Prometheus says: ",
        "Health: Nowhere: Prometheus has no value of the last hour",
    ] {
        assert!(report.contains(line), "{line:?} is missing in\n{report}");
    }
    guild.is_content()
}
