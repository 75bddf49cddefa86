//! What machines may bring about: what becomes of an alert, by the source that tells it and by its labels.

use std::collections::BTreeMap;

use chrono::Duration;

use super::Policy;
use crate::incident::Severity;

/// What becomes of a new group of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertAction {
    /// It is filed as a report: people decide.
    #[default]
    Report,
    /// It is an incident, this bad.
    Declare(Severity),
    /// It is shown where an open incident is about the same service, and nowhere else.
    Attach,
    /// Nothing.
    Ignore,
}

/// A source of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertSource {
    /// What becomes of what no rule is about.
    pub otherwise: AlertRule,
    /// Rules in order: the first that fits decides.
    pub rules: Vec<AlertRule>,
}

/// What becomes of alerts with certain labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertRule {
    /// The labels that it is about, each with what it must say; a `*` at the end stands for anything.
    pub labels: Vec<(String, String)>,
    /// What becomes of them.
    pub action: AlertAction,
    /// The service that they are about, if their labels don't say.
    pub service: Option<String>,
    /// Whose rota watches over them.
    pub oncall: Option<String>,
}

/// A sign of life that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// At least so often.
    pub every: Duration,
    /// How much later it may be.
    pub grace: Duration,
    /// The service that it is about.
    pub service: Option<String>,
    /// Whose rota watches over it.
    pub oncall: Option<String>,
}

impl AlertRule {
    fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels.iter().all(|(key, wanted)| {
            labels.get(key).is_some_and(|value| match wanted.strip_suffix('*') {
                Some(beginning) => value.starts_with(beginning),
                None => value == wanted,
            })
        })
    }
}

/// The labels that name a service, the most telling first.
const SERVICE_LABELS: [&str; 4] = ["service", "app", "component", "job"];

impl Policy {
    /// What is to become of an alert or a change of a source with these labels.
    #[must_use]
    pub fn alert_rule(&self, source: &str, labels: &BTreeMap<String, String>) -> AlertRule {
        let Some(source) = self.sources.get(source) else { return AlertRule::default() };
        source.rules.iter().find(|rule| rule.fits(labels)).unwrap_or(&source.otherwise).clone()
    }

    /// The services that something is about: that which a label names, or the rule, or those that its words mean.
    #[must_use]
    pub fn services_of(
        &self,
        labels: &BTreeMap<String, String>,
        named: Option<&str>,
        words: &str,
    ) -> Vec<String> {
        let of_label = SERVICE_LABELS.iter().find_map(|label| {
            let value = labels.get(*label)?;
            self.service(value).map(|name| vec![name.to_owned()]).or_else(|| {
                let meant = self.services_in(value);
                (!meant.is_empty()).then_some(meant)
            })
        });
        let of_rule = || named.and_then(|name| self.service(name)).map(|name| vec![name.to_owned()]);
        of_label.or_else(of_rule).unwrap_or_else(|| self.services_in(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Service;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn rule(wanted: &[(&str, &str)], action: AlertAction) -> AlertRule {
        let labels = wanted.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        AlertRule { labels, action, ..AlertRule::default() }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let mut policy = Policy::default();
        let source = AlertSource {
            otherwise: rule(&[], AlertAction::Attach),
            rules: vec![
                rule(
                    &[("severity", "critical"), ("service", "check*")],
                    AlertAction::Declare(Severity::Sev1),
                ),
                rule(&[("severity", "critical")], AlertAction::Report),
                rule(&[("team", "*")], AlertAction::Ignore),
            ],
        };
        policy.sources.insert("prometheus".to_owned(), source);
        for (given, action) in [
            (
                labels(&[("severity", "critical"), ("service", "checkout")]),
                AlertAction::Declare(Severity::Sev1),
            ),
            (labels(&[("severity", "critical"), ("service", "search")]), AlertAction::Report),
            (labels(&[("severity", "critical")]), AlertAction::Report),
            (labels(&[("team", "a")]), AlertAction::Ignore),
            (labels(&[("severity", "criticality")]), AlertAction::Attach),
            (labels(&[]), AlertAction::Attach),
        ] {
            assert_eq!(policy.alert_rule("prometheus", &given).action, action, "{given:?}");
        }
        assert_eq!(policy.alert_rule("another", &labels(&[])).action, AlertAction::Report);
    }

    #[test]
    fn a_service_is_named_by_a_label_a_rule_or_words() {
        let mut policy = Policy::default();
        let service = |words: &[&str]| Service {
            words: words.iter().map(ToString::to_string).collect(),
            ..Service::default()
        };
        policy.services.insert("checkout".to_owned(), service(&["cart"]));
        policy.services.insert("search".to_owned(), service(&[]));
        for (given, named, words, expected) in [
            (labels(&[("service", "Checkout")]), None, "search is slow", vec!["checkout"]),
            (labels(&[("service", "other"), ("job", "cart")]), None, "", vec!["checkout"]),
            (labels(&[("service", "other")]), Some("search"), "cart", vec!["search"]),
            (labels(&[]), None, "the cart is slow", vec!["checkout"]),
            (labels(&[]), None, "nothing", vec![]),
        ] {
            assert_eq!(policy.services_of(&given, named, words), expected, "{given:?} {words}");
        }
    }
}
