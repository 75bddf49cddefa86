//! `!incident TITLE`: declares. Bare, it shows the room's incident; with a number, that one.

use sha2::{Digest, Sha256};

use super::{
    About, Command, Context, Decision, How, Meant, Verb, View, attach,
    parse::{split_id, split_report},
    slot::{Slot, SlotKind},
    status,
};
use crate::{
    event::{Event, IncidentEvent, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId, Origin, Severity, room_name::room_name, title},
    person::Person,
    policy::{Meeting, Policy},
    port::{Identity, RoomKind},
    refusal::Refusal,
    report::{Report, ReportId},
    rota::Duty,
    workspace::Workspace,
};

pub(super) const VERB: Verb = Verb {
    name: "incident",
    aliases: &["inc", "declare"],
    usage: "[--private] [--sev N] [--service NAME] TITLE",
    example: "!incident checkout is down",
    slots: &[
        Slot::required("title", SlotKind::Text),
        Slot::optional("severity", SlotKind::Severity).after("--sev"),
        Slot::optional("service", SlotKind::Service).after("--service"),
        Slot::optional("private", SlotKind::Flag).after("--private"),
    ],
    parse: |words| Declare::parse(words),
};

const EXAMPLE: &str = "!incident checkout is down";
const SERVICE_EXAMPLE: &str = "!incident --service checkout nobody can pay";

#[derive(Debug, PartialEq, Eq)]
struct Declare {
    title: String,
    private: bool,
    severity: Option<Severity>,
    services: Vec<String>,
    /// The report that it comes of.
    report: Option<ReportId>,
}

/// `!incident` or `!incident INC-12`: nothing to declare, something to see.
#[derive(Debug)]
struct Show {
    id: Option<IncidentId>,
    report: Option<ReportId>,
}

impl Declare {
    fn parse(words: &str) -> Result<Box<dyn Command>, Refusal> {
        let (id, rest) = split_id(words);
        let (report, of_report) = split_report(words);
        if rest.is_empty() || of_report.is_empty() {
            return Ok(Box::new(Show { id, report }));
        }
        let declare = Self::read(of_report)?;
        Ok(Box::new(Self { report, ..declare }))
    }

    /// `--private` and `--service` may stand anywhere, `--sev` before the title. A word that looks like either and isn't is refused:
    /// a mistyped `--private` must not declare in public.
    fn read(words: &str) -> Result<Self, Refusal> {
        let mut declare =
            Self { title: String::new(), private: false, severity: None, services: Vec::new(), report: None };
        let mut left = Vec::new();
        let mut words = words.split_whitespace();
        while let Some(word) = words.next() {
            match option(word, left.is_empty()) {
                Some(Special::Private) => declare.private = true,
                Some(Special::NearlyPrivate) => {
                    return Err(Refusal::UnknownOption(word.to_owned(), Some("--private")));
                }
                Some(Special::Severity(attached)) => {
                    let level = if attached.is_empty() { words.next().unwrap_or_default() } else { attached };
                    declare.severity = Some(read_severity(level)?);
                }
                Some(Special::Service(attached)) => {
                    let name = if attached.is_empty() { words.next().unwrap_or_default() } else { attached };
                    if name.is_empty() {
                        return Err(Refusal::Missing("missing.service", SERVICE_EXAMPLE));
                    }
                    declare.services.push(name.to_owned());
                }
                Some(Special::Unknown) => return Err(Refusal::UnknownOption(word.to_owned(), None)),
                None => left.push(word),
            }
        }
        declare.title = title(&left.join(" "));
        if declare.title.is_empty() {
            return Err(Refusal::Missing("missing.title", EXAMPLE));
        }
        Ok(declare)
    }
}

/// A word of a declaration that is not part of the title.
enum Special<'a> {
    Private,
    /// Too near to `--private` to be taken for a title.
    NearlyPrivate,
    /// With the level, if it is attached: `--sev1`.
    Severity(&'a str),
    /// With the service, if it is attached: `--service=checkout`.
    Service(&'a str),
    Unknown,
}

/// Everything that keyboards and phones make of a dash.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// The option that a word is. An option begins with two dashes, or with the one long dash that phones make of them;
/// `-->` and `-5%` are words.
fn option(word: &str, leads: bool) -> Option<Special<'_>> {
    let name = word.trim_start_matches(is_dash);
    let dashes = &word[..word.len() - name.len()];
    let bare = name.trim_matches(|c: char| !c.is_alphanumeric());
    if dashes.is_empty() {
        // "private: a leak" asks for what `--private` does; "private key leaked" does not.
        let is_marked = leads && bare != word && bare.eq_ignore_ascii_case("private");
        return is_marked.then_some(Special::NearlyPrivate);
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_option = dashes.chars().count() > 1 || dashes.starts_with(['—', '–']);
    if is_option && name.eq_ignore_ascii_case("private") {
        return Some(Special::Private);
    }
    let lower = name.to_ascii_lowercase();
    if is_option && (lower == "service" || lower.starts_with("service=")) {
        return Some(Special::Service(name.split_once('=').map_or("", |(_, attached)| attached)));
    }
    if strsim::jaro_winkler(&bare.to_lowercase(), "private") >= 0.8 {
        return Some(Special::NearlyPrivate);
    }
    if !is_option || !leads {
        return None;
    }
    let level = ["severity", "sev"].into_iter().find(|prefix| lower.starts_with(prefix));
    Some(level.map_or(Special::Unknown, |prefix| Special::Severity(&name[prefix.len()..])))
}

fn read_severity(level: &str) -> Result<Severity, Refusal> {
    if level.is_empty() {
        return Err(Refusal::Missing("missing.severity_option", "!incident --sev 1 checkout is down"));
    }
    Severity::parse(level).ok_or_else(|| {
        Refusal::Unclear(level.to_owned(), "missing.no_severity", "!incident --sev 1 checkout is down")
    })
}

impl Declare {
    /// What it is about: the services that were named, and those that the title means.
    fn services(&self, policy: &Policy) -> Result<Vec<String>, Refusal> {
        let mut services: Vec<String> = Vec::new();
        for typed in &self.services {
            let service = policy.service(typed).ok_or_else(|| Refusal::NoSuchService(typed.clone()))?;
            services.push(service.to_owned());
        }
        services.extend(policy.services_in(&self.title));
        let mut seen = std::collections::BTreeSet::new();
        services.retain(|service| seen.insert(service.clone()));
        Ok(services)
    }
}

impl Command for Declare {
    /// What is declared in a private incident's room is private too.
    fn about(&self) -> About {
        About::RoomIfAny
    }

    /// A public incident is not made private by an edit: its new title would be said where the old one was.
    fn retitles(&self, incident: &Incident) -> Option<&str> {
        let is_as_private = incident.private || !self.private;
        let is_as_bad = self.severity.is_none_or(|severity| severity == incident.severity);
        let is_about_the_same = self.services.iter().all(|service| incident.services.contains(service));
        (is_as_private && is_as_bad && is_about_the_same).then_some(self.title.as_str())
    }

    fn names_report(&self) -> Option<ReportId> {
        self.report
    }

    /// What is declared in a report's thread comes of it. Elsewhere only if it says so: it may be about something else.
    fn on_report(
        &self,
        meant: &Meant<'_>,
        view: &View<'_>,
        context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        match meant.how {
            How::Named | How::InThread => Some(self.of_report(meant.report, view, context)),
            How::TheOnly => None,
        }
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let facts = self.declare(view, context)?.1;
        Ok(Decision { facts, ..Decision::default() })
    }
}

/// Facts with the words that go with them.
type Facts = Vec<(Subject, Event, Option<String>)>;

/// An incident to be declared.
#[derive(Clone, Debug)]
pub(crate) struct Declaring<'a> {
    pub(crate) title: &'a str,
    pub(crate) private: bool,
    pub(crate) severity: Severity,
    pub(crate) services: Vec<String>,
    pub(crate) origin: Origin,
    /// Who declares it; `None` if an alert does.
    pub(crate) by: Option<&'a Person>,
    /// Who is asked in whatever severity and services say: whoever watches over the report that it comes of.
    pub(crate) watching: Vec<Person>,
}

impl Declaring<'_> {
    /// Its number, and what has happened when it is declared.
    pub(crate) fn declare(
        self,
        workspace: &Workspace,
        duty: Duty<'_>,
        identity: &Identity,
    ) -> (IncidentId, Facts) {
        let Self { title, private, severity, services, origin, by, watching } = self;
        let (policy, id) = (duty.policy, workspace.next_id());
        let is_taken = |name: &str| workspace.has_room_name(name);
        let room_name = room_name(&policy.room_name, duty.now, policy.timezone, title, is_taken);
        let mut invited: Vec<Person> = by.cloned().into_iter().collect();
        let needed = duty.invited(severity, &services, (&origin.message.room.platform, private));
        invited.extend(needed.into_iter().chain(watching));
        let invited = policy.each_once(&invited);
        let declared = IncidentEvent::Declared {
            severity,
            private,
            room_name: room_name.clone(),
            origin,
            invited,
            stakeholders: policy.stakeholders(private),
            services,
            meeting: meeting(&policy.meeting, identity, id),
            promise: policy.promise(severity, crate::incident::Status::Declared, duty.now),
        };
        let numbered = Event::Workspace(WorkspaceEvent::IncidentNumbered { id, room_name });
        let facts = vec![
            (Subject::Workspace, numbered, None),
            (Subject::Incident(id), Event::Incident(declared), Some(title.to_owned())),
        ];
        (id, facts)
    }
}

impl Declare {
    fn declare(&self, view: &View<'_>, context: &Context<'_>) -> Result<(IncidentId, Facts, bool), Refusal> {
        let policy = context.policy;
        let direct = context.kind == RoomKind::Direct;
        let among_few = view.incident.is_some_and(|incident| incident.private);
        let private = self.private || direct || among_few || policy.private_by_default;
        let declaring = Declaring {
            title: &self.title,
            private,
            severity: self.severity.unwrap_or(policy.default_severity),
            services: self.services(policy)?,
            origin: Origin { message: context.message.clone(), direct },
            by: Some(context.person),
            watching: Vec::new(),
        };
        let (id, facts) = declaring.declare(view.workspace, context.duty(view), context.identity);
        Ok((id, facts, private))
    }

    /// The report becomes an incident.
    fn of_report(
        &self,
        report: &Report,
        view: &View<'_>,
        context: &Context<'_>,
    ) -> Result<Decision, Refusal> {
        if !report.is_undecided() {
            return Err(Refusal::ReportDecided(Box::new(report.clone())));
        }
        let (id, mut facts, private) = self.declare(view, context)?;
        facts.extend(attach::taken(report, id, private, true));
        Ok(Decision { facts, ..Decision::default() })
    }
}

impl Command for Show {
    fn about(&self) -> About {
        if self.id.is_some() { About::Incident(self.id) } else { About::RoomIfAny }
    }

    fn names_report(&self) -> Option<ReportId> {
        self.report
    }

    /// Where a report is meant there is something to declare: what it says.
    fn on_report(
        &self,
        meant: &Meant<'_>,
        view: &View<'_>,
        context: &Context<'_>,
    ) -> Option<Result<Decision, Refusal>> {
        if self.id.is_some() {
            return None;
        }
        let title = title(&meant.report.words);
        if title.is_empty() {
            return Some(Err(Refusal::Missing("missing.title", EXAMPLE)));
        }
        let services = meant.report.services.clone();
        let declare = Declare { title, private: false, severity: None, services, report: None };
        Some(declare.of_report(meant.report, view, context))
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        if self.id.is_none() && view.incident.is_none() {
            return Err(Refusal::Missing("missing.title", EXAMPLE));
        }
        Ok(status::show(view.incident(VERB.name, self.id, context)?, context))
    }
}

/// An address that nobody can guess who doesn't know the store's seed.
fn meeting(meeting: &Meeting, identity: &Identity, id: IncidentId) -> Option<String> {
    let digest = Sha256::digest(format!("meeting/{}/{}/{id}", identity.seed, identity.incarnation));
    let token: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let room = format!("sitrep-{}-{token}", id.to_string().to_lowercase());
    match meeting {
        Meeting::Jitsi(base) => Some(format!("{}/{room}", base.trim_end_matches('/'))),
        // Whoever has the address has the key, and its fragment is never sent to the server.
        Meeting::ElementCall(base) => {
            let digest = Sha256::digest(format!("password/{}/{}/{id}", identity.seed, identity.incarnation));
            let password: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            let base = base.trim_end_matches('/');
            Some(format!("{base}/room/#/{room}?password={password}&appPrompt=false"))
        }
        Meeting::Url(template) => Some(template.replace("{room}", &room)),
        // There is no address before it is made.
        Meeting::Voice(_) | Meeting::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_titles_as_they_were_typed() {
        let long = "ü".repeat(300);
        let cases: &[(&str, &str, bool, Option<Severity>)] = &[
            ("checkout is down", "checkout is down", false, None),
            ("--private checkout is down", "checkout is down", true, None),
            ("—private checkout is down", "checkout is down", true, None),
            ("checkout is down --private", "checkout is down", true, None),
            ("checkout --private is down", "checkout is down", true, None),
            ("\u{2010}\u{2010}private checkout is down", "checkout is down", true, None),
            ("private key leaked", "private key leaked", false, None),
            ("a --flag is ignored", "a --flag is ignored", false, None),
            ("--sev 1 checkout", "checkout", false, Some(Severity::Sev1)),
            ("--sev1 --private checkout", "checkout", true, Some(Severity::Sev1)),
            ("--> look at checkout", "--> look at checkout", false, None),
            ("-5% error budget", "-5% error budget", false, None),
            ("we're \"slow\" & 100% <b>down</b>", "we're \"slow\" & 100% <b>down</b>", false, None),
            ("“checkout is down”", "checkout is down", false, None),
            ("checkout\nis\ndown", "checkout is down", false, None),
            ("!!!", "!!!", false, None),
            ("@everyone", "@everyone", false, None),
            ("支付失败 оплата não", "支付失败 оплата não", false, None),
            (&long, &long, false, None),
        ];
        for (words, title, private, severity) in cases {
            let (title, services) = ((*title).to_owned(), Vec::new());
            let (private, severity, report) = (*private, *severity, None);
            let expected = Declare { title, private, severity, services, report };
            assert_eq!(Declare::read(words), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn services_may_be_named_anywhere() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("--service checkout nobody can pay", "nobody can pay", &["checkout"]),
            ("--service=checkout --sev 1 down", "down", &["checkout"]),
            ("nobody can pay --service checkout", "nobody can pay", &["checkout"]),
            ("—service checkout —Service cart down", "down", &["checkout", "cart"]),
            ("the service is down", "the service is down", &[]),
            ("-service is down", "-service is down", &[]),
        ];
        for (words, title, services) in cases {
            let declare = Declare::read(words).unwrap_or_else(|refusal| panic!("{words}: {refusal:?}"));
            assert_eq!(
                (declare.title.as_str(), declare.services.as_slice()),
                (*title, &services.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{words}"
            );
        }
        assert!(matches!(Declare::read("checkout --service"), Err(Refusal::Missing("missing.service", _))));
    }

    #[test]
    fn refuses_what_could_declare_the_wrong_thing() {
        let refused = |words| match Declare::read(words) {
            Err(refusal) => refusal,
            Ok(declare) => panic!("{words:?} was accepted: {declare:?}"),
        };
        for words in [
            "--pirvate data leak",
            "data leak --privte",
            "-private data leak",
            "data leak -private",
            "data --private: leak",
            "private: data leak",
            "[private] data leak",
        ] {
            assert!(matches!(refused(words), Refusal::UnknownOption(_, Some("--private"))), "{words}");
        }
        assert!(matches!(refused("--frobnicate x"), Refusal::UnknownOption(_, None)));
        assert!(matches!(refused("--sev 9 x"), Refusal::Unclear(..)));
        assert!(matches!(refused("--private"), Refusal::Missing(..)));
        assert!(matches!(refused("--sev"), Refusal::Missing(..)));
        assert!(matches!(refused("\u{202E}"), Refusal::Missing(..)));
    }

    #[test]
    fn meeting_rooms_differ_by_seed_incarnation_and_incident() {
        let identity =
            |incarnation: &str, seed: &str| Identity { incarnation: incarnation.into(), seed: seed.into() };
        let link = |identity: &Identity, id| {
            meeting(&Meeting::Jitsi("https://meet.example/".into()), identity, IncidentId(id))
        };
        let base = identity("a", "s");
        assert!(link(&base, 1).is_some_and(|link| link.starts_with("https://meet.example/sitrep-inc-1-")));
        assert_ne!(link(&base, 1), link(&base, 2));
        assert_ne!(link(&base, 1), link(&identity("b", "s"), 1));
        assert_ne!(link(&base, 1), link(&identity("a", "t"), 1));
        let url = meeting(&Meeting::Url("https://zoom.example/{room}".into()), &base, IncidentId(1));
        assert!(url.is_some_and(|url| url.starts_with("https://zoom.example/sitrep-inc-1-")));
        assert_eq!(meeting(&Meeting::None, &base, IncidentId(1)), None);
    }

    #[test]
    fn element_call_has_an_unguessable_room_and_password() {
        let identity = |seed: &str| Identity { incarnation: "a".into(), seed: seed.into() };
        let link = |seed: &str, id| {
            let element_call = Meeting::ElementCall("https://call.element.io/".into());
            meeting(&element_call, &identity(seed), IncidentId(id)).expect("a link")
        };
        let (address, secret) = link("s", 1)
            .split_once("?password=")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .expect("a password");
        let room = address.strip_prefix("https://call.element.io/room/#/sitrep-inc-1-").expect("a room");
        let password = secret.strip_suffix("&appPrompt=false").expect("no question about an app");
        assert_eq!((room.len(), password.len()), (24, 32));
        assert!(!password.starts_with(room), "the name tells nothing of the password");
        assert_ne!(link("s", 1), link("t", 1));
        assert_ne!(link("s", 1), link("s", 2));
    }
}
