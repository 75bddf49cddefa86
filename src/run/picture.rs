//! Figures become a picture just before they are sent: what is stored are the figures.
//!
//! Drawing takes a moment of a processor, so it is done where nothing else waits for it. If it fails, the words go
//! without a picture: they hold the same figures.

use sitrep_core::port::{Action, Attachment, Perform};

/// What the file is called.
const NAME: &str = "health.png";

/// The same, with its figures drawn.
pub(super) async fn drawn(mut perform: Perform) -> Perform {
    if let Action::Say { attachment, .. } = &mut perform.action
        && let Some(Attachment::Chart(_)) = attachment.as_deref()
    {
        let taken = attachment.take();
        let drawn = tokio::task::spawn_blocking(move || taken.and_then(|taken| draw(*taken)));
        *attachment = drawn.await.unwrap_or_default().map(Box::new);
        if attachment.is_none() {
            tracing::error!("a picture of the figures could not be drawn; the words go without it");
        }
    }
    perform
}

fn draw(attachment: Attachment) -> Option<Attachment> {
    let Attachment::Chart(chart) = attachment else { return Some(attachment) };
    match sitrep_chart::draw(&chart) {
        Ok(picture) => {
            let sitrep_chart::Picture { png, width, height } = picture;
            Some(Attachment::Picture { name: NAME.to_owned(), alt: chart.alt, png, width, height })
        }
        Err(error) => {
            tracing::error!("{error}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use sitrep_core::{
        effect::{EffectId, Purpose},
        message::Message,
        port::{Attempt, Chart},
        room::{PlatformName, RoomRef},
    };

    use super::*;

    #[tokio::test]
    async fn a_chart_becomes_a_picture_and_all_else_stays() {
        let platform = PlatformName::new("test");
        let chart = Chart {
            alt: "the last hour".to_owned(),
            title: "INC-1".to_owned(),
            readings: Vec::new(),
            captions: Vec::new(),
            mark: None,
            timezone: "nowhere".to_owned(),
        };
        let first_tried = Utc::now();
        let perform = |attachment: Option<Attachment>| Perform {
            id: EffectId { sequence: 1, index: 0 },
            platform: platform.clone(),
            action: Action::Say {
                thread: None,
                room: RoomRef::new(&platform, "ops"),
                answers: None,
                only_for: None,
                purpose: Purpose::Notice,
                message: Message::text("hello"),
                attachment: attachment.map(Box::new),
            },
            attempt: Attempt { key: "k".to_owned(), first_tried, number: 1 },
        };
        let sent = drawn(perform(Some(Attachment::Chart(chart)))).await;
        let Action::Say { attachment: Some(attachment), .. } = sent.action else { panic!("a picture") };
        let Attachment::Picture { name, alt, png, width, .. } = *attachment else { panic!("a picture") };
        assert_eq!((name.as_str(), alt.as_str(), width), ("health.png", "the last hour", 800));
        assert!(png.starts_with(b"\x89PNG"));
        assert_eq!(drawn(perform(None)).await, perform(None));
    }
}
