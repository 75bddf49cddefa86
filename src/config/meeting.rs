//! `[meeting]`: where people talk during an incident.
//!
//! A key that the chosen provider would ignore is refused: it means that another provider was meant. Only
//! `none` lets them be, so that meetings can be switched off and on again.

use super::diagnose::Wrong;
use super::near_miss::did_you_mean;
use super::placeholder::placeholders;
use super::section::Section;
use super::shape::Shape;
use super::web_address;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("provider", "\"jitsi\""),
        ("base_url", "\"https://meet.jit.si\""),
        ("url", "\"https://zoom.example/{room}\""),
    ],
    ..Shape::new("meeting")
};

const PUBLIC_JITSI: &str = "https://meet.jit.si";
const PUBLIC_ELEMENT_CALL: &str = "https://call.element.io";

/// Where people talk during an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// A room on a Jitsi server, whose address has no slash at its end.
    Jitsi { base_url: String },
    /// A room of Element Call, whose address has no slash at its end.
    ElementCall { base_url: String },
    /// An address with `{room}` in it.
    Url { template: String },
    /// A voice channel on Discord, made for the incident.
    DiscordVoice,
    /// No meeting.
    None,
}

impl Default for Meeting {
    fn default() -> Self {
        Self::Jitsi { base_url: PUBLIC_JITSI.to_owned() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Jitsi,
    ElementCall,
    Url,
    DiscordVoice,
    None,
}

/// What can be chosen.
const CHOICES: &str = "choose jitsi, element_call, discord_voice, url or none";

/// Reads the section; `on_discord` is whether Discord is used.
pub(super) fn read(section: &Section<'_>, on_discord: bool) -> Meeting {
    let base_url = section.web_address("base_url", web_address::parse);
    let template = section.web_address("url", template);
    let provider = match section.place_of("provider") {
        Some(_) => section.parsed("provider", provider),
        None => Some(Provider::Jitsi),
    };
    let ignored = |key: &str, by: &str, help: &str| {
        if section.place_of(key).is_some() {
            section.report(key, Wrong::new(format!("`{key}` is not used by the provider `{by}`"), help));
        }
    };
    match provider {
        Some(Provider::Jitsi) => {
            ignored("url", "jitsi", "add provider = \"url\", or name a Jitsi server in base_url");
            Meeting::Jitsi { base_url: base_url.unwrap_or_else(|| PUBLIC_JITSI.to_owned()) }
        }
        Some(Provider::ElementCall) => {
            ignored(
                "url",
                "element_call",
                "add provider = \"url\", or name a server of Element Call in base_url",
            );
            Meeting::ElementCall { base_url: base_url.unwrap_or_else(|| PUBLIC_ELEMENT_CALL.to_owned()) }
        }
        Some(Provider::Url) => {
            ignored("base_url", "url", "remove it, or choose provider = \"jitsi\"");
            section.require("url");
            Meeting::Url { template: template.unwrap_or_default() }
        }
        Some(Provider::DiscordVoice) => {
            ignored("url", "discord_voice", "remove it, or choose provider = \"url\"");
            ignored("base_url", "discord_voice", "remove it, or choose provider = \"jitsi\"");
            if !on_discord {
                let message = "the provider `discord_voice` needs Discord, which is not configured";
                section.report("provider", Wrong::new(message, "add a [discord] section, or choose jitsi"));
            }
            Meeting::DiscordVoice
        }
        Some(Provider::None) | None => Meeting::None,
    }
}

fn provider(text: &str) -> Result<Provider, Wrong> {
    match text {
        "jitsi" => Ok(Provider::Jitsi),
        "url" => Ok(Provider::Url),
        "none" => Ok(Provider::None),
        "discord_voice" => Ok(Provider::DiscordVoice),
        "element_call" => Ok(Provider::ElementCall),
        other => {
            let help = did_you_mean(other, ["jitsi", "element_call", "discord_voice", "url", "none"])
                .unwrap_or_else(|| CHOICES.to_owned());
            Err(Wrong::new(format!("there is no meeting provider `{other}`"), help))
        }
    }
}

fn template(text: &str) -> Result<String, Wrong> {
    if placeholders(text, &["room"])?.is_empty() {
        let message = "every incident would share one meeting: the address has no {room}";
        return Err(Wrong::new(message, "for example https://zoom.example/{room}"));
    }
    web_address::parse(&text.replace("{room}", "room")).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{CHOICES, provider, template};

    #[test]
    fn providers() {
        for name in ["jitsi", "element_call", "discord_voice", "url", "none"] {
            assert!(provider(name).is_ok(), "{name} is accepted");
        }
        let table = [
            ("element-call", "did you mean `element_call`?"),
            ("discord", "did you mean `discord_voice`?"),
            ("jitsy", "did you mean `jitsi`?"),
            ("", CHOICES),
        ];
        for (name, help) in table {
            assert_eq!(provider(name).err().expect("refused").help, help, "for {name}");
        }
    }

    #[test]
    fn templates() {
        for text in [
            "https://zoom.example/{room}",
            "http://localhost:8080/?room={room}",
            "https://{room}.meet.example",
        ] {
            assert_eq!(template(text).as_deref(), Ok(text));
        }
        for text in [
            "https://zoom.example/1",
            "{room}",
            "https://zoom.example/{rom}",
            "mailto:{room}",
            "https://x/{room",
        ] {
            assert!(template(text).is_err(), "{text} is refused");
        }
    }
}
