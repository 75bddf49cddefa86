//! Whoever watches over sitrep: a supervisor, and a real Prometheus with the rules that come with it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::discord::Guild;
use crate::support::machine::{Machine, TOKEN, source};
use crate::support::prometheus::Prometheus;
use crate::support::sitrep::{Home, Output, Sitrep};
use crate::support::trials::{Test, needs_prometheus, test};
use crate::support::{Doing, Failed, PATIENCE, poll};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("alerts::it_is_alive_before_it_is_ready", readiness),
        test("alerts::the_doctor_says_whether_machines_are_heard", doctor),
        needs_prometheus("alerts::a_prometheus_reads_its_figures_and_rules", figures),
    ]
}

/// Waits until a page is answered with this number.
fn until(machine: &Machine, path: &str, status: u16) -> Result<String, Failed> {
    let is_it = || Ok(machine.get(path).ok().filter(|answer| answer.0 == status));
    let answered = poll(PATIENCE, is_it)?;
    let answered = answered.ok_or_else(|| format!("{path} was never answered {status}"))?;
    Ok(answered.1)
}

fn readiness() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    guild.discord.faults().refuse_connections(Duration::from_secs(600));
    guild.discord.faults().refuse("*", "/**", 100_000, (503, 0));
    let more = [machine.section(), source("mine", "pagerduty", "")];
    let mut sitrep = Sitrep::run_unready(guild.home(&more.concat())?)?;
    assert_eq!(until(&machine, "/healthz", 200)?.trim_end(), "ok");
    assert_eq!(machine.get("/readyz")?, (503, "not ready\n".to_owned()));
    // What is told now is not lost: it is on the disk.
    let event = json!({ "routing_key": TOKEN, "event_action": "trigger", "dedup_key": "early",
        "payload": { "summary": "Told before anybody could hear it", "source": "x", "severity": "critical" } });
    machine.told_json("/v2/enqueue", &event)?;
    guild.discord.faults().mend();
    guild.discord.faults().refuse_connections(Duration::ZERO);
    assert_eq!(until(&machine, "/readyz", 200)?.trim_end(), "ready");
    guild.hear_words("support", "Told before anybody could hear it")?;
    assert_eq!(machine.get("/metrics")?.0, 404, "no figures unless they are configured");
    sitrep.terminate()?;
    assert!(machine.get("/healthz").is_err(), "nothing listens any more");
    guild.is_content()
}

fn doctor() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let rotas = "[people]\nalice = [\"alice@example.org\"]\n[oncall.shop]\ncalendar = \"shop.ics\"\n[oncall.web]\n\
                 calendar = \"web.ics\"\n[meeting]\nprovider = \"none\"\n[report]\noncall = \"shop\"\n";
    let home =
        guild.home(&[machine.section(), source("mine", "pagerduty", ""), rotas.to_owned()].concat())?;
    let tomorrow = (chrono::Utc::now() + chrono::Duration::days(1)).format("%Y%m%d");
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:alice\r\nDTSTART;VALUE=DATE:{tomorrow}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    home.write("shop.ics", &calendar)?;
    home.write("web.ics", "<html>Please log in</html>")?;
    let examined = |home: &Home| home.sitrep(&["doctor"], "");
    let found = |output: &Output, lines: &[&str]| {
        for line in lines {
            assert!(
                output.stdout.contains(line),
                "{line:?} is missing in\n{}{}",
                output.stdout,
                output.stderr
            );
        }
    };
    let target = machine.target();
    let unread = "warning Rota: the calendar of web can't be read: ";
    let free = format!("ok Alerts: sitrep can listen on {target}");
    found(&examined(&home)?, &[&free, "ok Rota: the calendar of shop can be read", unread]);
    let other = std::net::TcpListener::bind(&target).doing("taking its port")?;
    found(&examined(&home)?, &[&format!("problem Alerts: nothing can listen on {target}")]);
    drop(other);
    let sitrep = Sitrep::run(home)?;
    found(&examined(sitrep.home())?, &[&format!("ok Alerts: listening on {target}"), unread]);
    Ok(())
}

/// The file with the rules that come with sitrep.
const RULES: &str = include_str!("../../config/sitrep-alerts.rules.yml");

fn figures() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let metrics = format!("[http.metrics]\ntoken = \"{TOKEN}\"\n");
    let more = [machine.section(), source("mine", "generic", FIELDS), metrics];
    let _sitrep = guild.sitrep(&more.concat())?;
    assert_eq!(machine.get("/metrics")?.0, 401);
    let configuration = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [rules.yml]\nscrape_configs:\n  - job_name: \
         sitrep\n    authorization: {{ credentials_file: token }}\n    static_configs: [{{ targets: ['{}'] }}]\n",
        machine.target()
    );
    let prometheus = Prometheus::configured(&configuration, &[("rules.yml", RULES), ("token", TOKEN)])?;
    prometheus.wait_for("up{job=\"sitrep\"} == 1")?;

    let alice = guild.person("alice");
    guild.declare(&alice, "!incident checkout is down")?;
    guild.declare(&alice, "!incident payroll is late")?;
    let room = guild.rooms().pop().ok_or("a room")?.id.to_string();
    guild.ask(&alice, &room, "!ack")?;
    guild.ask(&alice, &room, "!ack")?;
    machine.told_json("/alerts/mine", &json!({ "id": 1, "message": "The disk is full" }))?;
    machine.told_json("/alerts/mine", &json!({ "id": 1, "message": "The disk is full" }))?;
    assert_eq!(machine.tell("/alerts/mine", "{}")?, 400);
    for series in [
        "sitrep_ready == 1",
        "sitrep_incidents{status=\"declared\"} == 1",
        "sitrep_incidents{status=\"acknowledged\"} == 1",
        "sitrep_reports_waiting == 1",
        "sitrep_platform_up{platform=\"discord\"} == 1",
        "sitrep_commands_total{verb=\"incident\"} == 2",
        "sitrep_commands_total{verb=\"ack\"} == 1",
        "sitrep_refusals_total == 1",
        "sitrep_alerts_total{source=\"mine\"} == 2",
        "sitrep_http_requests_total{route=\"alerts\", status=\"202\"} == 2",
        "sitrep_http_requests_total{route=\"alerts\", status=\"400\"} == 1",
        "sitrep_http_rate_limited_total{source=\"mine\"} == 0",
        "sitrep_deadlines > 0",
        "sitrep_deadlines_late == 0",
    ] {
        prometheus.wait_for(series).map_err(|failed| {
            let shown = prometheus.get("/api/v1/query?query=%7Bjob%3D%22sitrep%22%7D").unwrap_or_default();
            Failed::from(format!("{}; there is {shown}", failed.message().unwrap_or_default()))
        })?;
    }
    rules_are_well(&prometheus)?;
    guild.is_content()
}

/// Where things stand in what `mine` sends.
const FIELDS: &str = "[http.sources.mine.fields]\ngroup = \"/id\"\ntitle = \"/message\"";

/// Every rule was evaluated, and none fires at a sitrep that is well.
fn rules_are_well(prometheus: &Prometheus) -> Result<(), Failed> {
    let rules = poll(PATIENCE, || {
        let rules: Value =
            serde_json::from_str(&prometheus.get("/api/v1/rules")?).doing("reading the rules")?;
        let rules: Vec<Value> = rules["data"]["groups"][0]["rules"].as_array().cloned().unwrap_or_default();
        let are_evaluated = !rules.is_empty() && rules.iter().all(|rule| rule["health"] != "unknown");
        Ok(are_evaluated.then_some(rules))
    })?;
    let rules = rules.ok_or("the rules were never evaluated")?;
    assert_eq!(rules.len(), RULES.matches("- alert:").count());
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        assert_ne!(rule["state"], "firing", "{rule}");
    }
    Ok(())
}
