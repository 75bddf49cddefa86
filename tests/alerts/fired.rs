//! A rule of a real Prometheus fires, a real Alertmanager tells sitrep, and people deal with it.

use sitrep_fake_discord::Ping;

use crate::service::town::Town;
use crate::support::Failed;
use crate::support::alertmanager::Alertmanager;
use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, TOKEN, source};
use crate::support::prometheus::Prometheus;
use crate::support::synapse::SERVER_NAME;
use crate::support::trials::{Test, needs_prometheus, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("alerts::a_rule_that_fires_is_a_report_on_matrix", on_matrix).and_prometheus(),
        needs_prometheus("alerts::a_rule_that_fires_declares_on_discord", on_discord),
    ]
}

/// The file with the rules.
const RULES: &str = "rules.yml";

/// A rule that fires at once, or one that doesn't any more.
fn rule(is_firing: bool) -> String {
    let expression = if is_firing { "vector(1)" } else { "vector(1) > 1" };
    format!(
        "groups:
  - name: shop
    interval: 1s
    rules:
      - alert: CheckoutFails
        expr: {expression}
        labels: {{ service: checkout, severity: critical }}
        annotations: {{ summary: Nobody can pay @room }}
"
    )
}

/// A Prometheus with that rule, and the Alertmanager behind it that tells sitrep.
fn alarm(machine: &Machine) -> Result<(Alertmanager, Prometheus), Failed> {
    let url = format!("{}/alerts/prometheus", machine.address());
    let alertmanager = Alertmanager::telling(&url, TOKEN)?;
    let configuration = format!(
        "global: {{ evaluation_interval: 1s }}\nrule_files: [{RULES}]\nalerting:\n  alertmanagers:\n    - static_configs: \
         [{{ targets: ['{}'] }}]\n",
        alertmanager.address()
    );
    let prometheus = Prometheus::configured(&configuration, &[(RULES, &rule(true))])?;
    Ok((alertmanager, prometheus))
}

/// Alice is on duty.
fn duty(alice: &str) -> String {
    format!("\n[people]\nalice = [\"{alice}\"]\n[oncall.support]\npeople = [\"alice\"]\n")
}

fn on_matrix() -> Result<(), Failed> {
    let town = Town::new()?;
    let name = town.synapse.unique("support");
    let support = town.alice.create_room(Some(&name), &[&town.bot.user_id, &town.bob.user_id])?;
    town.bob.join(&support)?;
    let machine = Machine::new()?;
    let more = [
        format!("support_room = \"#{name}:{SERVER_NAME}\"\n"),
        machine.section(),
        source("prometheus", "alertmanager", ""),
        duty(&town.alice.user_id),
    ];
    let _sitrep = town.sitrep(&more.concat())?;
    let (_alertmanager, prometheus) = alarm(&machine)?;

    let line = town.hear(&town.alice, &support, |seen| seen.body.contains("REP-1"))?;
    for expected in ["waiting", "alert from prometheus", "Nobody can pay"] {
        assert!(line.body.contains(expected), "{expected} is missing in {}", line.body);
    }
    assert_eq!(line.mentions, std::slice::from_ref(&town.alice.user_id), "whoever is on duty is called");
    assert!(!line.mentions_room, "an alert's words notify nobody");
    let edited = |words: &'static str| {
        let is_it = |seen: &crate::support::seen::Seen| {
            seen.edits() == Some(line.event_id.as_str()) && seen.body.contains(words)
        };
        town.hear(&town.alice, &support, is_it)
    };
    let again = edited("told 2 times")?;
    assert!(again.mentions.is_empty(), "told again, nobody is called again");

    let asked = town.alice.say_in_thread(&support, &line.event_id, "!ack")?;
    let answer = town.answer(&town.alice, &support, &asked)?;
    assert!(
        answer.body.contains("you look at REP-1") || answer.body.contains("you look at **REP-1**"),
        "{}",
        answer.body
    );
    assert_eq!(answer.thread(), Some(line.event_id.as_str()));
    edited("looks at it")?;
    town.alice.say_in_thread(&support, &line.event_id, "!incident")?;
    let invitation = town.alice.wait_for_invite(|invitation| !invitation.direct)?;
    town.alice.join(&invitation.room)?;
    let card = town.hear(&town.alice, &invitation.room, |seen| seen.body.contains("Next update due"))?;
    assert!(card.body.contains("INC-1") && card.body.contains("Nobody can pay"), "{}", card.body);
    edited("belongs to")?;

    prometheus.change(RULES, &rule(false))?;
    edited("Over since")?;
    let quiet = town.hear(&town.alice, &invitation.room, |seen| seen.body.contains("are over"))?;
    assert!(quiet.body.contains("!mitigate"), "{}", quiet.body);
    let lines = town.said_in(&town.alice, &support)?;
    let lines =
        lines.iter().filter(|seen| seen.thread().is_none() && seen.body.contains("alert from")).count();
    assert_eq!(lines, 1, "one group is one line");
    let status = town.ask(&town.alice, &invitation.room, "!status")?;
    assert!(status.body.contains("INC-1"), "nothing was closed by it: {}", status.body);
    Ok(())
}

fn on_discord() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let rules = "does = \"ignore\"\n[[http.sources.prometheus.rules]]\nlabels = [\"severity=critical\", \"service=check*\"]\n\
                 does = \"declare\"\nseverity = \"sev1\"\n";
    let alice = format!("discord:{}", guild.person("alice").id());
    let more = [machine.section(), source("prometheus", "alertmanager", rules), duty(&alice)];
    let _sitrep = guild.sitrep(&more.concat())?;
    let (_alertmanager, prometheus) = alarm(&machine)?;

    let room = guild.new_room(0)?;
    let card = plain(&guild.card(&room)?);
    assert!(card.contains("Nobody can pay") && card.contains("Sev1"), "{card}");
    let line = guild.hear("support", "a line that says where it went", |message| {
        plain(message).contains("REP-1") && plain(message).contains("belongs to INC-1")
    })?;
    let id = room.id.to_string();
    let calls = |ping: &Ping| ping.person == "alice" && ping.channel == room.name;
    guild.wait("a call for alice", || guild.discord.pings().iter().any(calls).then_some(()))?;
    prometheus.change(RULES, &rule(false))?;
    let quiet = guild.hear_words(&id, "are over")?;
    assert!(plain(&quiet).contains("!mitigate"), "{quiet:?}");
    guild.wait("the line that it is over", || {
        let lines = guild.said_in("support");
        lines.iter().any(|now| now.id == line.id && plain(now).contains("Over since")).then_some(())
    })?;
    assert_eq!(guild.rooms().len(), 1, "told again and again, it is one incident");
    guild.is_content()
}
