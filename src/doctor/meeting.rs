//! Whether the server that meeting links lead to answers. Incidents work without: never more than a warning.

use sitrep_core::port::Finding;

use super::web;
use crate::config::Meeting;

pub(super) async fn check(meeting: &Meeting) -> Vec<Finding> {
    let address = match meeting {
        Meeting::Jitsi { base_url } | Meeting::ElementCall { base_url } => base_url.clone(),
        // A room that nobody has asked for is not opened: only its server is asked.
        Meeting::Url { template } => server_of(&template.replace("{room}", "room")),
        // Whether one can be made is the platform's to say.
        Meeting::DiscordVoice => return Vec::new(),
        Meeting::None => {
            return vec![Finding::note("Meeting: none is configured", "Add [meeting] if people should meet")];
        }
    };
    vec![match web::ask(&address).await {
        Ok(answer) if answer.status < 500 => Finding::ok(format!("Meeting: {address} answers")),
        Ok(answer) => unwell(&address, &format!("{address} has trouble: it answers {}", answer.status)),
        Err(words) => unwell(&address, &format!("{address} can't be reached ({words})")),
    }]
}

fn unwell(address: &str, what: &str) -> Finding {
    let remedy = format!(
        "Open {address} in a browser: if it works there, people can meet and only this machine can't see it; otherwise \
         correct [meeting]"
    );
    Finding::warning(format!("Meeting: {what}"), remedy)
}

/// The part of an address that names the server.
fn server_of(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    format!("{scheme}://{}", &rest[..end])
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::super::web::tests::server;
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_away_is_a_warning() {
        let answers =
            |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (fine, ill) = (server(answers("404 Not Found")).await, server(answers("502 Bad Gateway")).await);
        let away = "http://127.0.0.1:9".to_owned();
        for (base_url, expected) in [(fine, Level::Ok), (ill, Level::Warning), (away, Level::Warning)] {
            let jitsi = check(&Meeting::Jitsi { base_url: base_url.clone() }).await;
            let template = check(&Meeting::Url { template: format!("{base_url}/x?room={{room}}") }).await;
            let element_call = check(&Meeting::ElementCall { base_url: base_url.clone() }).await;
            for found in [jitsi, template, element_call] {
                assert_eq!(found.first().map(|found| found.level), Some(expected), "{found:?}");
            }
        }
        assert_eq!(check(&Meeting::None).await.first().map(|found| found.level), Some(Level::Note));
    }

    #[test]
    fn servers() {
        for (address, server) in [
            ("https://zoom.example/room", "https://zoom.example"),
            ("http://localhost:8080?room=x", "http://localhost:8080"),
            ("https://room.meet.example", "https://room.meet.example"),
        ] {
            assert_eq!(server_of(address), server);
        }
    }
}
