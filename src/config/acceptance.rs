//! What a right configuration becomes: values, defaults, the environment, secret files.

mod machines;
mod rota;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Duration, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::{
    Allow, AllowRoles, Config, Discord, Handle, Login, Meeting, Problems, Service, Severity, load, read,
};

const FULL: &str = r##"
data_dir = "/var/lib/sitrep"
timezone = "Europe/Berlin"
command_prefix = "?"

[incident]
room_name = "{date}-{name}"
default_severity = "sev3"
private = true
handoff_after = "90s"
handoff_at_latest = "4m"
archive_after = "30d"

[severity]
sev4.update_every = "1h"

[severity.sev1]
update_every = "1s"
acknowledge_within = "2m"
retro_within = "1d"
invite = ["payments", "carol"]

[severity.sev2]
update_every = "none"

[meeting]
provider = "url"
url = "https://zoom.example/{room}"

[matrix]
homeserver = "http://127.0.0.1:8008/"
user = "@sitrep:example.org"
access_token = "hunter2"
device_id = "SITREP"
rooms = ["#ops:example.org", "!abc"]
support_room = "#support:example.org"
stakeholder_rooms = ["#status:example.org"]
space = "Incidents"
allow = ["*:example.org", "@zoe:example.com"]

[discord]
token = " hunter2\n"
guild_id = "17"
category = "Störungen"
rooms = ["ops", "#dev", "18"]
support_room = "support"
stakeholder_rooms = ["status"]
allow_roles = ["On Call", "19"]
api_address = "127.0.0.1:3443"

[people]
alice = ["@alice:example.org", "discord:15", "alice@example.org"]
carol = []

[teams]
payments = ["alice", "carol", "alice"]

[service.checkout]
invite = ["payments", "alice"]
words = [" cart ", "Payment page"]
checklist = "db"

[service.search]

[checklist]
default = ["  Tell the bank ", "Stop releases", "Tell the bank"]
db = ["Take a snapshot"]

[schedule]
backup = "0 3 * * *"
keep_backups = 3

[working_hours]
days = ["sat", "mon", "sat"]
start = "8:30"
end = "16:00"
"##;

const MATRIX: &str = r##"
[matrix]
homeserver = "https://example.org"
user = "@sitrep:example.org"
rooms = ["#ops:example.org"]
allow = ["*"]
"##;

const DISCORD: &str = r##"
[discord]
guild_id = "17"
rooms = ["ops"]
allow_roles = ["@everyone"]
"##;

fn with_env(text: &str, env: &[(&str, &str)]) -> Result<Config, Problems> {
    let env: Vec<(String, String)> =
        env.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    read("sitrep.toml", text, Path::new("."), env.into_iter())
}

#[track_caller]
fn accepted(text: &str, env: &[(&str, &str)]) -> Config {
    with_env(text, env).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_key_reaches_its_value() {
    let config = accepted(FULL, &[]);
    assert_eq!(config.data_dir, PathBuf::from("/var/lib/sitrep"));
    assert_eq!(config.timezone, Tz::Europe__Berlin);
    assert_eq!(config.command_prefix, "?");
    assert_eq!(config.incident.room_name, "{date}-{name}");
    assert_eq!(config.incident.default_severity, Severity::Sev3);
    assert!(config.incident.private);
    assert_eq!(config.incident.handoff_after, Duration::seconds(90));
    assert_eq!(config.incident.handoff_at_latest, Duration::minutes(4));
    assert_eq!(config.incident.archive_after, Some(Duration::days(30)));
    assert_eq!(config.meeting, Meeting::Url { template: "https://zoom.example/{room}".to_owned() });
    let alice = ["@alice:example.org".to_owned(), "alice@example.org".to_owned()];
    let [matrix, email] = alice;
    assert_eq!(
        config.roster.people["alice"],
        [Handle::Matrix(matrix), Handle::Discord(15), Handle::Email(email)]
    );
    assert_eq!(config.roster.teams["payments"], ["alice", "carol"]);
    assert_eq!(config.checklists["default"], ["Tell the bank", "Stop releases"]);
    let checkout = &config.services["checkout"];
    assert_eq!(checkout.invite, ["payments", "alice"]);
    assert_eq!(checkout.words, ["cart", "Payment page"]);
    assert_eq!(checkout.checklist.as_deref(), Some("db"));
    assert_eq!(config.services["search"], Service::default());
    assert_eq!(config.schedule.backup.as_deref(), Some("0 3 * * *"));
    assert_eq!(config.schedule.keep_backups, 3);
    assert_eq!(config.working_hours.days, [Weekday::Mon, Weekday::Sat]);
    assert_eq!(config.working_hours.start, NaiveTime::from_hms_opt(8, 30, 0).expect("a time"));
    assert_eq!(config.working_hours.end, NaiveTime::from_hms_opt(16, 0, 0).expect("a time"));
}

#[test]
fn every_key_of_a_severity_reaches_its_value() {
    let severity = accepted(FULL, &[]).severity;
    assert_eq!(severity.sev1.update_every, Some(Duration::seconds(1)));
    assert_eq!(severity.sev1.acknowledge_within, Duration::minutes(2));
    assert_eq!(severity.sev1.retro_within, Duration::days(1));
    assert_eq!(severity.sev1.invite, ["payments", "carol"]);
    assert_eq!(severity.of(Severity::Sev2).update_every, None);
    assert_eq!(severity.of(Severity::Sev2).acknowledge_within, Duration::minutes(5));
    assert_eq!(severity.of(Severity::Sev4).update_every, Some(Duration::hours(1)));
}

#[test]
fn every_key_of_matrix_reaches_its_value() {
    let matrix = accepted(FULL, &[]).matrix.expect("a [matrix] section");
    assert_eq!(matrix.homeserver, "http://127.0.0.1:8008");
    assert_eq!(matrix.user, "@sitrep:example.org");
    assert_eq!(matrix.rooms, ["#ops:example.org", "!abc"]);
    assert_eq!(matrix.support_room.as_deref(), Some("#support:example.org"));
    assert_eq!(matrix.stakeholder_rooms, ["#status:example.org"]);
    assert_eq!(matrix.space.as_deref(), Some("Incidents"));
    let zoe = Allow::User("@zoe:example.com".to_owned());
    assert_eq!(matrix.allow, [Allow::Server("example.org".to_owned()), zoe]);
    let Login::AccessToken { token, device_id } = matrix.login else { panic!("an access token was given") };
    assert_eq!((token.expose(), device_id.as_str()), ("hunter2", "SITREP"));
}

#[test]
fn every_key_of_discord_reaches_its_value() {
    let discord = accepted(FULL, &[]).discord.expect("a [discord] section");
    assert_eq!((discord.token.expose(), discord.guild_id), ("hunter2", 17));
    assert_eq!(discord.category, "Störungen");
    assert_eq!(discord.rooms, ["ops", "#dev", "18"]);
    assert_eq!(discord.support_room.as_deref(), Some("support"));
    assert_eq!(discord.stakeholder_rooms, ["status"]);
    assert_eq!(discord.allow, AllowRoles::Of(vec!["On Call".to_owned(), "19".to_owned()]));
    let api = discord.api.expect("an address");
    assert_eq!((api.address.to_string().as_str(), api.root_certificate), ("127.0.0.1:3443", None));
}

#[test]
fn discord_needs_little() {
    let config = accepted(&format!("{DISCORD}token = \"hunter2\"\n"), &[]);
    assert_eq!(config.require_platform(), Ok(()));
    let Discord { category, support_room, stakeholder_rooms, allow, api, .. } =
        config.discord.expect("a [discord] section");
    assert_eq!((category.as_str(), support_room, api), ("Incidents", None, None));
    assert!(stakeholder_rooms.is_empty());
    assert_eq!(allow, AllowRoles::Everyone);
    let also = DISCORD.replace("[\"@everyone\"]", "[\"ops\", \"@everyone\"]\ntoken = \"x\"");
    assert_eq!(accepted(&also, &[]).discord.map(|discord| discord.allow), Some(AllowRoles::Everyone));
}

#[test]
fn an_empty_file_gives_the_defaults() {
    for text in [
        "",
        "\n",
        "# nothing\r\n",
        "\u{feff}",
        "[incident]\n[severity]\n[meeting]\n[schedule]\n[working_hours]",
    ] {
        assert_eq!(accepted(text, &[]), Config::default(), "for {text:?}");
    }
    let config = Config::default();
    let updates = [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4]
        .map(|severity| config.severity.of(severity).update_every.map(|every| every.num_minutes()));
    assert_eq!(updates, [Some(15), Some(20), Some(30), None]);
    assert_eq!(config.severity.sev1.retro_within, Duration::days(3));
    assert_eq!(config.severity.sev2.retro_within, Duration::days(7));
    assert_eq!(config.meeting, Meeting::Jitsi { base_url: "https://meet.jit.si".to_owned() });
    assert_eq!((config.timezone, config.command_prefix.as_str()), (Tz::UTC, "!"));
    assert_eq!((config.schedule.backup, config.schedule.keep_backups), (None, 14));
}

#[test]
fn the_service_needs_a_platform() {
    let problem = Config::default().require_platform().expect_err("none is configured");
    let expected = "no chat platform is configured\n\
                    help: add a [matrix] or a [discord] section; without one, only the console can be used";
    assert_eq!(problem.to_string(), expected);
    assert_eq!(accepted(FULL, &[]).require_platform(), Ok(()));
}

#[test]
fn meetings_can_be_switched_off_and_on() {
    let meeting = |text: &str| accepted(text, &[]).meeting;
    assert_eq!(
        meeting("[meeting]\nprovider = \"none\"\nbase_url = \"https://a\"\nurl = \"https://a/{room}\""),
        Meeting::None
    );
    let voice = format!("{DISCORD}token = \"x\"\n[meeting]\nprovider = \"discord_voice\"\n");
    assert_eq!(meeting(&voice), Meeting::DiscordVoice);
    let element_call = |base_url: &str| Meeting::ElementCall { base_url: base_url.to_owned() };
    assert_eq!(meeting("[meeting]\nprovider = \"element_call\""), element_call("https://call.element.io"));
    let own = "[meeting]\nprovider = \"element_call\"\nbase_url = \"https://call.example/\"";
    assert_eq!(meeting(own), element_call("https://call.example"));
    let expected = Meeting::Jitsi { base_url: "https://a".to_owned() };
    assert_eq!(meeting("[meeting]\nbase_url = \"https://a/\""), expected);
}

#[test]
fn the_environment_replaces_the_file() {
    let config = accepted(
        FULL,
        &[
            ("SITREP_DATA_DIR", "elsewhere"),
            ("SITREP_INCIDENT__PRIVATE", "false"),
            ("SITREP_SEVERITY__SEV1__UPDATE_EVERY", "none"),
            ("SITREP_SEVERITY__SEV3__INVITE", "payments"),
            ("SITREP_MATRIX__ROOMS", "#a:example.org, #b:example.org"),
            ("SITREP_MATRIX__STAKEHOLDER_ROOMS", ""),
            ("SITREP_SCHEDULE__KEEP_BACKUPS", "7"),
            ("SITREP_PEOPLE__ALICE", "@alice:example.com"),
            ("SITREP_TEAMS__PLATFORM", "alice,carol"),
            ("SITREP_LOG", "debug"),
            ("SITREP_WITHOUT_SYNAPSE", "1"),
            ("PATH", "/bin"),
        ],
    );
    assert_eq!(config.data_dir, PathBuf::from("elsewhere"));
    assert!(!config.incident.private);
    assert_eq!(config.severity.sev1.update_every, None);
    assert_eq!(config.severity.sev3.invite, ["payments"]);
    let matrix = config.matrix.expect("a [matrix] section");
    assert_eq!(matrix.rooms, ["#a:example.org", "#b:example.org"]);
    assert!(matrix.stakeholder_rooms.is_empty());
    assert_eq!(config.schedule.keep_backups, 7);
    assert_eq!(config.roster.people["alice"], [Handle::Matrix("@alice:example.com".to_owned())]);
    assert_eq!(config.roster.teams["platform"], ["alice", "carol"]);
}

#[test]
fn the_environment_alone_is_enough() {
    let env = [
        ("SITREP_MATRIX__HOMESERVER", "https://example.org"),
        ("SITREP_MATRIX__USER", "@sitrep:example.org"),
        ("SITREP_MATRIX__PASSWORD", "hunter2"),
        ("SITREP_MATRIX__ROOMS", "#ops:example.org"),
        ("SITREP_MATRIX__ALLOW", "*"),
    ];
    let matrix = accepted("", &env).matrix.expect("a [matrix] section");
    let Login::Password(password) = matrix.login else { panic!("a password was given") };
    assert_eq!(password.expose(), "hunter2");
    let env = [
        ("SITREP_DISCORD__TOKEN", " hunter2 "),
        ("SITREP_DISCORD__GUILD_ID", "17"),
        ("SITREP_DISCORD__ROOMS", "ops,#dev"),
        ("SITREP_DISCORD__ALLOW_ROLES", "ops, On Call"),
    ];
    let discord = accepted("", &env).discord.expect("a [discord] section");
    assert_eq!((discord.token.expose(), discord.rooms.len()), ("hunter2", 2));
    assert_eq!(discord.allow, AllowRoles::Of(vec!["ops".to_owned(), "On Call".to_owned()]));
}

#[test]
fn a_secret_from_the_environment_replaces_any_in_the_file() {
    let files =
        ["password = \"old\"", "password_file = \"missing\"", "access_token = \"old\"\ndevice_id = \"D\""];
    for line in files {
        let config = accepted(&format!("{MATRIX}{line}\n"), &[("SITREP_MATRIX__PASSWORD", "new")]);
        let Login::Password(password) = config.matrix.expect("a [matrix] section").login else {
            panic!("a password was given")
        };
        assert_eq!(password.expose(), "new", "over {line}");
    }
}

#[test]
fn a_bad_variable_is_named() {
    let table: &[(&[(&str, &str)], &str)] = &[
        (
            &[("SITREP_TIMEZONE", "Europe/Berln")],
            "SITREP_TIMEZONE: there is no time zone `Europe/Berln`\nhelp: did you mean `Europe/Berlin`?",
        ),
        (
            &[("SITREP_TIMEZON", "UTC")],
            "SITREP_TIMEZON: there is no such setting\nhelp: did you mean `SITREP_TIMEZONE`?",
        ),
        (
            &[("SITREP_INCIDENT__PRIVATE", "yes")],
            "SITREP_INCIDENT__PRIVATE: `private` must be true or false, not text\n\
             help: for example private = false",
        ),
        (
            &[("SITREP_SCHEDULE__KEEP_BACKUPS", "many")],
            "SITREP_SCHEDULE__KEEP_BACKUPS: `keep_backups` must be a whole number from 1 to 1000\n\
             help: for example keep_backups = 14",
        ),
        (
            &[("SITREP_MATRIX__PASWORD", "hunter2")],
            "SITREP_MATRIX__PASWORD: there is no such setting\nhelp: did you mean `SITREP_MATRIX__PASSWORD`?",
        ),
        (
            &[("SITREP_HEALTH__PROMETHEUS", "http://127.0.0.1:9090")],
            "SITREP_HEALTH__PROMETHEUS: [health] does not say what is measured\n\
             help: add a [[health.panel]] with a title and a query for each figure",
        ),
        (
            &[("SITREP_EMAIL__SMTP", "alice")],
            "SITREP_EMAIL__SMTP: this setting is not available in this version of sitrep\n\
             help: remove it",
        ),
    ];
    for (env, expected) in table {
        assert_eq!(with_env("", env).expect_err("refused").to_string(), *expected);
    }
}

#[test]
fn problems_come_in_the_order_of_the_file_and_then_of_variables() {
    let text = "[teams]\nx = [\"y\"]\n[incident]\nprivate = 1\n";
    let problems =
        with_env(text, &[("SITREP_X", ""), ("SITREP_TIMEZONE", "")]).expect_err("refused").to_string();
    let first_words: Vec<&str> =
        problems.split("\n\n").filter_map(|problem| problem.split(": ").next()).collect();
    assert_eq!(first_words, ["sitrep.toml:2:6", "sitrep.toml:4:11", "SITREP_TIMEZONE", "SITREP_X"]);
}

#[test]
fn a_file_is_loaded_with_its_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sitrep.toml");
    let from_file = || load(&path, std::iter::empty());
    fs::write(&path, format!("{MATRIX}password_file = \"secrets/password\"\n")).expect("written");
    let missing = from_file().expect_err("there is no such file").to_string();
    assert!(missing.contains(":7:17: `password_file` names "), "{missing}");
    assert!(missing.contains("secrets/password, which cannot be read: No such file"), "{missing}");
    fs::create_dir(folder.path().join("secrets")).expect("a folder");
    fs::write(folder.path().join("secrets/password"), "\n hunter2 \n").expect("written");
    let config = from_file().unwrap_or_else(|problems| panic!("{problems}"));
    assert!(!format!("{config:?}").contains("hunter2"));
    let Login::Password(password) = config.matrix.expect("a [matrix] section").login else {
        panic!("a password was given")
    };
    assert_eq!(password.expose(), "hunter2");
}

#[test]
fn what_discord_keeps_in_files_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sitrep.toml");
    let api = "api_address = \"127.0.0.1:3443\"\nroot_certificate = \"ca.pem\"";
    fs::write(&path, format!("{DISCORD}token_file = \"token\"\n{api}\n")).expect("written");
    fs::write(folder.path().join("token"), "\t hunter2 \n\n").expect("written");
    let missing = load(&path, std::iter::empty()).expect_err("there is no certificate").to_string();
    assert!(missing.contains(":8:20: `root_certificate` names "), "{missing}");
    fs::write(folder.path().join("ca.pem"), "-----BEGIN CERTIFICATE-----\n").expect("written");
    let config = load(&path, std::iter::empty()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(!format!("{config:?}").contains("hunter2"));
    let discord = config.discord.expect("a [discord] section");
    assert_eq!(discord.token.expose(), "hunter2");
    assert!(discord.api.and_then(|api| api.root_certificate).is_some_and(|pem| pem.contains("BEGIN")));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sitrep.toml");
    let problem = || load(&path, std::iter::empty()).expect_err("refused").to_string();
    let expected = format!("{}: cannot be read: No such file", path.display());
    assert!(problem().starts_with(&expected), "{}", problem());
    fs::write(&path, b"a = 1\n# \xc3\xb6 \xff").expect("written");
    let expected = format!("{}:2:5: this is not UTF-8 text\nhelp: save the file as UTF-8", path.display());
    assert_eq!(problem(), expected);
}
