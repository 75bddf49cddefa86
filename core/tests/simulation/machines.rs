//! Machines that tell: alerts of two sources, one by one and in bursts, signs of life, changes. Like whoever posts to an
//! HTTP endpoint each of them tells the same again until it is taken.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    incident::Severity,
    policy::{AlertAction, AlertRule, AlertSource, Heartbeat, OnCall, Policy},
    port::{Alert, AlertState, Change, Signal},
    testing::{Dice, Driver},
};

/// The sources.
pub(crate) const SOURCES: [&str; 2] = ["prometheus", "grafana"];

/// What machines may bring about, and who watches.
pub(crate) fn expect(policy: &mut Policy) {
    let people = vec!["alice".to_owned(), "bob".to_owned()];
    policy.oncall.insert("support".to_owned(), OnCall { people, ..OnCall::default() });
    policy.report.oncall = Some("support".to_owned());
    let declares = AlertRule {
        labels: vec![("severity".to_owned(), "critical".to_owned())],
        action: AlertAction::Declare(Severity::Sev3),
        ..AlertRule::default()
    };
    let source = AlertSource { rules: vec![declares], ..AlertSource::default() };
    for name in SOURCES {
        policy.sources.insert(name.to_owned(), source.clone());
    }
    let (every, grace) = (Duration::hours(2), Duration::minutes(10));
    policy.heartbeats.insert("nightly".to_owned(), Heartbeat { every, grace, service: None, oncall: None });
}

/// Something that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub signal: Signal,
}

/// What is told and not known to be taken.
#[derive(Clone, Debug)]
struct Told {
    number: u64,
    signals: Vec<Signal>,
}

/// The machines.
#[derive(Debug)]
pub(crate) struct Machines {
    dice: Dice,
    pending: Option<Told>,
    taken: Vec<Taken>,
    is_calm: bool,
}

impl Machines {
    pub(crate) fn new(dice: Dice) -> Self {
        Self { dice, pending: None, taken: Vec::new(), is_calm: false }
    }

    /// What was taken, in order.
    pub(crate) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// They have nothing more to tell than what was not taken.
    pub(crate) fn calm(&mut self) {
        self.is_calm = true;
    }

    /// Tells something, or what was not taken once more. Says whether there was anything to tell.
    pub(crate) fn tell(&mut self, driver: &mut Driver, now: DateTime<Utc>) -> bool {
        if let Some(told) = self.pending.take() {
            if driver.taken() < told.number {
                let number = driver.signal(told.signals.clone());
                self.pending = Some(Told { number, ..told });
                return true;
            }
            self.taken.extend(told.signals.into_iter().map(|signal| Taken { signal }));
        }
        if self.is_calm {
            return false;
        }
        let signals = self.signals(now);
        let number = driver.signal(signals.clone());
        self.pending = Some(Told { number, signals });
        true
    }

    fn signals(&mut self, now: DateTime<Utc>) -> Vec<Signal> {
        match self.dice.weighted(&[500, 120, 90, 180, 110]) {
            0 => vec![self.alert(9)],
            1 => (0..self.dice.between(2, 4)).map(|_| self.alert(9)).collect(),
            2 => self.burst(),
            3 => vec![Signal::Heartbeat { name: "nightly".to_owned() }],
            _ => {
                let number = self.dice.below(20);
                let (source, at) = ("ci".to_owned(), now - Duration::minutes(self.dice.between(0, 300)));
                let title = format!("deploy {number}");
                vec![Signal::Change(Change { source, title, at, labels: BTreeMap::new(), link: None })]
            }
        }
    }

    /// More of one source than anybody could read.
    fn burst(&mut self) -> Vec<Signal> {
        let source = (*self.dice.pick(&SOURCES)).to_owned();
        let alert = |number: i64| Alert {
            source: source.clone(),
            group: format!("b{number}"),
            state: AlertState::Firing,
            title: format!("disk b{number} is full"),
            firing: 1,
            labels: BTreeMap::new(),
            link: None,
            since: None,
        };
        (0..self.dice.between(11, 20)).map(|number| Signal::Alert(alert(number))).collect()
    }

    fn alert(&mut self, groups: usize) -> Signal {
        let group = format!("g{}", self.dice.below(groups));
        let state = match self.dice.weighted(&[60, 35, 5]) {
            0 => AlertState::Firing,
            1 => AlertState::Resolved,
            _ => AlertState::Acknowledged,
        };
        let mut labels = BTreeMap::new();
        if self.dice.chance(60) {
            labels.insert("severity".to_owned(), "critical".to_owned());
        }
        Signal::Alert(Alert {
            source: (*self.dice.pick(&SOURCES)).to_owned(),
            title: format!("disk {group} is full"),
            group,
            state,
            firing: 1,
            labels,
            link: None,
            since: None,
        })
    }
}
