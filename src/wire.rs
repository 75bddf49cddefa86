//! From the configuration to what core and the adapters are told.

use std::collections::BTreeMap;

mod machines;

use sitrep_console::{HOME_ROOM, PLATFORM as CONSOLE, STAKEHOLDER_ROOM, SUPPORT_ROOM};
use sitrep_core::{
    person::Person,
    policy::{Meeting, PlatformPolicy, Policy, Service, SeverityPolicy, allows},
    port::Panel,
    room::{PlatformName, RoomRef},
    time::WorkingHours,
};
use sitrep_discord::{ApiServer, DiscordSettings};
use sitrep_matrix::{
    DEFAULT_KEY_LIFETIME, DEFAULT_LOOK_UP_EVERY, Encrypt, MatrixAuth, MatrixSettings, SpaceSettings,
};
use sitrep_prometheus::PrometheusSettings;

use crate::config::{self, Allow, AllowRoles, Config, Handle, Login};

/// The name of the Matrix platform, as its adapter has it.
pub(crate) const MATRIX: &str = "matrix";
/// The name of the Discord platform, as its adapter has it.
pub(crate) const DISCORD: &str = "discord";

/// What core is told, for the platforms that are configured.
pub(crate) fn policy(config: &Config) -> Policy {
    let (matrix, discord) = (PlatformName::new(MATRIX), PlatformName::new(DISCORD));
    let mut policy = base(config);
    policy.emails = emails(config);
    policy.people = config
        .roster
        .people
        .iter()
        .map(|(name, handles)| {
            let person = |handle: &Handle| match handle {
                Handle::Matrix(id) => Some(Person::new(&matrix, id)),
                Handle::Discord(id) => Some(Person::new(&discord, id.to_string())),
                Handle::Email(_) => None,
            };
            (name.clone(), handles.iter().filter_map(person).collect())
        })
        .collect();
    if let Some(section) = &config.matrix {
        let stakeholder_rooms =
            section.stakeholder_rooms.iter().map(|room| RoomRef::new(&matrix, room)).collect();
        let home_room = section.rooms.first().map(|room| RoomRef::new(&matrix, room));
        let platform = PlatformPolicy {
            allow: patterns(&section.allow),
            stakeholder_rooms,
            support_room: section.support_room.as_ref().map(|room| RoomRef::new(&matrix, room)),
            home_room,
            carries_files: true,
            has_threads: true,
            ..PlatformPolicy::default()
        };
        policy.platforms.insert(matrix, platform);
    }
    if let Some(section) = &config.discord {
        policy.platforms.insert(discord.clone(), discord_policy(&discord, section));
    }
    policy
}

fn discord_policy(discord: &PlatformName, section: &config::Discord) -> PlatformPolicy {
    let room = |named: &String| RoomRef::new(discord, named);
    let (allow, allow_groups) = match &section.allow {
        AllowRoles::Everyone => (vec!["*".to_owned()], Vec::new()),
        AllowRoles::Of(roles) => (Vec::new(), roles.clone()),
    };
    PlatformPolicy {
        allow,
        allow_groups,
        stakeholder_rooms: section.stakeholder_rooms.iter().map(room).collect(),
        support_room: section.support_room.as_ref().map(room),
        home_room: section.rooms.first().map(room),
        has_calendar: true,
        carries_files: true,
        has_threads: true,
    }
}

/// What core is told for the console: everybody may command, and people are called by their names.
pub(crate) fn console_policy(config: &Config) -> Policy {
    let console = PlatformName::new(CONSOLE);
    let mut policy = base(config);
    policy.emails = emails(config);
    policy.people =
        config.roster.people.keys().map(|name| (name.clone(), vec![Person::new(&console, name)])).collect();
    let stakeholder_rooms = vec![RoomRef::new(&console, STAKEHOLDER_ROOM)];
    let home_room = Some(RoomRef::new(&console, HOME_ROOM));
    let platform = PlatformPolicy {
        allow: vec!["*".to_owned()],
        stakeholder_rooms,
        support_room: Some(RoomRef::new(&console, SUPPORT_ROOM)),
        home_room,
        ..PlatformPolicy::default()
    };
    policy.platforms.insert(console, platform);
    policy
}

/// Whose e-mail addresses they are, by which calendars name people.
fn emails(config: &Config) -> BTreeMap<String, String> {
    let address = |handle: &Handle| match handle {
        Handle::Email(address) => Some(address.to_lowercase()),
        Handle::Matrix(_) | Handle::Discord(_) => None,
    };
    let of = |(name, handles): (&String, &Vec<Handle>)| -> Vec<(String, String)> {
        handles.iter().filter_map(address).map(|address| (address, name.clone())).collect()
    };
    config.roster.people.iter().flat_map(of).collect()
}

fn base(config: &Config) -> Policy {
    let severity = |rules: &config::Rules| SeverityPolicy {
        update_every: rules.update_every,
        acknowledge_within: rules.acknowledge_within,
        retro_within: rules.retro_within,
        invite: rules.invite.clone(),
    };
    let ranked =
        [config::Severity::Sev1, config::Severity::Sev2, config::Severity::Sev3, config::Severity::Sev4];
    Policy {
        prefix: config.command_prefix.clone(),
        words: config.words.clone(),
        timezone: config.timezone,
        room_name: config.incident.room_name.clone(),
        default_severity: machines::level(config.incident.default_severity),
        private_by_default: config.incident.private,
        severities: ranked.map(|level| severity(config.severity.of(level))),
        meeting: match &config.meeting {
            config::Meeting::Jitsi { base_url } => Meeting::Jitsi(base_url.clone()),
            config::Meeting::ElementCall { base_url } => Meeting::ElementCall(base_url.clone()),
            config::Meeting::Url { template } => Meeting::Url(template.clone()),
            config::Meeting::DiscordVoice => Meeting::Voice(PlatformName::new(DISCORD)),
            config::Meeting::None => Meeting::None,
        },
        archive_after: config.incident.archive_after,
        handoff_after: config.incident.handoff_after,
        handoff_at_latest: config.incident.handoff_at_latest,
        working_hours: working_hours(&config.working_hours),
        teams: config.roster.teams.clone(),
        checklists: config.checklists.clone(),
        oncall: machines::rotas(config),
        emails: machines::emails(config),
        report: machines::reports(config),
        sources: machines::sources(config),
        heartbeats: machines::heartbeats(config),
        health: panels(config),
        services: config
            .services
            .iter()
            .map(|(name, service)| (name.clone(), service_policy(service)))
            .collect(),
        ..Policy::default()
    }
}

/// The figures that are asked for.
pub(crate) fn panels(config: &Config) -> Vec<Panel> {
    let panel = |panel: &config::Panel| Panel {
        title: panel.title.clone(),
        query: panel.query.clone(),
        unit: panel.unit.clone(),
    };
    config.health.iter().flat_map(|health| &health.panels).map(panel).collect()
}

pub(crate) use machines::{calendar_dir, calendars, http_settings};

/// What the Prometheus adapter is told.
pub(crate) fn prometheus_settings(section: &config::Health) -> PrometheusSettings {
    PrometheusSettings {
        address: section.prometheus.clone(),
        token: section.token.as_ref().map(|token| token.expose().to_owned()),
    }
}

fn service_policy(service: &config::Service) -> Service {
    let config::Service { invite, words, checklist, oncall } = service.clone();
    Service { invite, words, checklist, oncall }
}

fn working_hours(hours: &config::WorkingHours) -> WorkingHours {
    let mut days = [false; 7];
    for day in &hours.days {
        if let Some(works) = days.get_mut(day.num_days_from_monday() as usize) {
            *works = true;
        }
    }
    WorkingHours { days, start: hours.start, end: hours.end }
}

fn patterns(allow: &[Allow]) -> Vec<String> {
    allow
        .iter()
        .map(|entry| match entry {
            Allow::Anyone => "*".to_owned(),
            Allow::Server(server) => format!("*:{server}"),
            Allow::User(user) => user.clone(),
        })
        .collect()
}

/// What the Matrix adapter is told.
pub(crate) fn matrix_settings(config: &Config, section: &config::Matrix) -> MatrixSettings {
    let rooms = every_room(&section.rooms, section.support_room.as_ref(), &section.stakeholder_rooms);
    let auth = match &section.login {
        Login::Password(password) => MatrixAuth::Password(password.expose().to_owned()),
        Login::AccessToken { token, device_id } => {
            MatrixAuth::AccessToken { token: token.expose().to_owned(), device_id: device_id.clone() }
        }
    };
    let allowed = patterns(&section.allow);
    MatrixSettings {
        homeserver: section.homeserver.clone(),
        user: section.user.clone(),
        auth,
        rooms,
        command_rooms: every_room(&section.rooms, section.support_room.as_ref(), &[]),
        allow: Box::new(move |user| allowed.iter().any(|pattern| allows(pattern, user))),
        space: section.space.as_ref().map(|space| space_settings(config, section, space)),
        state_dir: config.data_dir.join(MATRIX),
        key_lifetime: DEFAULT_KEY_LIFETIME,
        look_up_every: DEFAULT_LOOK_UP_EVERY,
        encrypt: match section.encrypt {
            config::Encrypt::Never => Encrypt::Never,
            config::Encrypt::Private => Encrypt::Private,
            config::Encrypt::Always => Encrypt::Always,
        },
        recovery_key: section.recovery_key.as_ref().map(|key| key.expose().to_owned()),
        words: config.words.clone(),
    }
}

/// The rooms that a platform's section names, each once.
fn every_room(rooms: &[String], support: Option<&String>, stakeholders: &[String]) -> Vec<String> {
    let mut every: Vec<String> = Vec::new();
    for room in rooms.iter().chain(support).chain(stakeholders) {
        if !every.contains(room) {
            every.push(room.clone());
        }
    }
    every
}

/// What the Discord adapter is told.
pub(crate) fn discord_settings(config: &Config, section: &config::Discord) -> DiscordSettings {
    DiscordSettings {
        token: section.token.expose().to_owned(),
        guild_id: section.guild_id,
        category: section.category.clone(),
        rooms: every_room(&section.rooms, section.support_room.as_ref(), &section.stakeholder_rooms),
        command_rooms: every_room(&section.rooms, section.support_room.as_ref(), &[]),
        allow: match &section.allow {
            AllowRoles::Everyone => sitrep_discord::AllowRoles::Everyone,
            AllowRoles::Of(roles) => sitrep_discord::AllowRoles::Of(roles.clone()),
        },
        prefix: config.command_prefix.clone(),
        words: config.words.clone(),
        meetings: config.meeting == config::Meeting::DiscordVoice,
        state_dir: config.data_dir.join(DISCORD),
        api: section
            .api
            .as_ref()
            .map(|api| ApiServer { address: api.address, root_certificate: api.root_certificate.clone() }),
    }
}

fn space_settings(config: &Config, section: &config::Matrix, space: &str) -> SpaceSettings {
    let allowed = patterns(&section.allow);
    let may_command = |user: &&String| allowed.iter().any(|pattern| allows(pattern, user));
    let handles = config.roster.people.values().flatten();
    let on_matrix = handles.filter_map(|handle| match handle {
        Handle::Matrix(user) => Some(user),
        Handle::Discord(_) | Handle::Email(_) => None,
    });
    let is_open = section.allow.contains(&Allow::Anyone);
    SpaceSettings {
        space: space.to_owned(),
        people: on_matrix.filter(may_command).cloned().collect(),
        open_to: section.rooms.first().filter(|_| is_open).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURATION: &str = r##"
[matrix]
homeserver = "https://example.org"
user = "@sitrep:example.org"
password = "x"
rooms = ["#ops:example.org", "#dev:example.org"]
space = "Incidents"
allow = ["*:example.org"]

[people]
alice = ["@alice:example.org", "Alice@Example.org"]
carol = ["@carol:elsewhere.example", "discord:15"]
"##;

    fn load(text: &str) -> Config {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        config::load(file.path(), std::iter::empty()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn space(text: &str) -> SpaceSettings {
        let config = load(text);
        let section = config.matrix.as_ref().expect("a section");
        matrix_settings(&config, section).space.expect("a space")
    }

    #[test]
    fn only_who_may_command_is_asked_into_the_space() {
        let closed = space(CONFIGURATION);
        assert_eq!(closed.people, ["@alice:example.org"]);
        assert_eq!((closed.space.as_str(), closed.open_to), ("Incidents", None));
        let open = space(&CONFIGURATION.replace("*:example.org", "*"));
        assert_eq!(open.people.len(), 2);
        assert_eq!(open.open_to.as_deref(), Some("#ops:example.org"));
    }

    const DISCORD_TOO: &str = r#"
[discord]
token = "hunter2"
guild_id = "17"
rooms = ["ops", "dev"]
support_room = "support"
stakeholder_rooms = ["status", "ops"]
allow_roles = ["On Call", "18"]

[meeting]
provider = "discord_voice"
"#;

    #[test]
    fn a_person_has_a_handle_on_each_platform() {
        let policy = policy(&load(&format!("{CONFIGURATION}{DISCORD_TOO}")));
        let carol: Vec<(&str, &str)> =
            policy.people["carol"].iter().map(|p| (p.platform.as_str(), p.handle.as_str())).collect();
        assert_eq!(carol, [(MATRIX, "@carol:elsewhere.example"), (DISCORD, "15")]);
        let emails: Vec<(&str, &str)> = policy.emails.iter().map(|(at, name)| (&**at, &**name)).collect();
        assert_eq!(emails, [("alice@example.org", "alice")]);
    }

    #[test]
    fn roles_are_groups_and_everyone_is_everybody() {
        let discord = PlatformName::new(DISCORD);
        let named = policy(&load(&format!("{CONFIGURATION}{DISCORD_TOO}")));
        let platform = &named.platforms[&discord];
        assert_eq!((platform.allow.len(), platform.has_calendar), (0, true));
        assert_eq!(platform.allow_groups, ["On Call", "18"]);
        assert_eq!(platform.stakeholder_rooms.len(), 2);
        assert_eq!(platform.support_room, Some(RoomRef::new(&discord, "support")));
        assert_eq!(named.home_room(&discord), Some(&RoomRef::new(&discord, "ops")));
        assert_eq!(named.meeting, Meeting::Voice(discord.clone()));
        assert!(!named.allows_everybody(&discord));
        let open = load(&DISCORD_TOO.replace("\"On Call\"", "\"@everyone\""));
        let open = policy(&open);
        assert!(open.allows_everybody(&discord) && open.platforms.len() == 1);
        assert!(open.platforms[&discord].allow_groups.is_empty());
    }

    #[test]
    fn the_discord_adapter_is_told_everything_and_shows_no_secret() {
        let config = load(DISCORD_TOO);
        let section = config.discord.as_ref().expect("a section");
        let settings = discord_settings(&config, section);
        assert_eq!(settings.rooms, ["ops", "dev", "support", "status"]);
        assert_eq!(settings.command_rooms, ["ops", "dev", "support"], "reports are dealt with there");
        assert!(settings.meetings && settings.api.is_none() && settings.token == "hunter2");
        assert!(settings.state_dir.ends_with("discord"));
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
