use std::time::{Duration, Instant};

use serenity::all::{ErrorResponse, HttpError};
use sitrep_fake_discord::{Fault, Scope};

use super::Stage;

const MESSAGES: &str = "/channels/*/messages";
const SECOND: Duration = Duration::from_secs(1);

impl Stage {
    fn say(&self, text: &str) -> Result<(), Box<serenity::Error>> {
        Ok(self.runtime.block_on(self.channel("ops").say(&self.http, text)).map(drop)?)
    }

    fn said(&self) -> usize {
        self.discord.messages("ops").len()
    }
}

fn response(error: Box<serenity::Error>) -> ErrorResponse {
    let serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) = *error else { panic!("{error:?}") };
    response
}

#[test]
fn a_reply_is_lost_after_the_deed() {
    let stage = Stage::new();
    stage.discord.faults().lose_reply("POST", MESSAGES, 1);
    assert!(matches!(*stage.say("x").unwrap_err(), serenity::Error::Http(HttpError::Request(_))));
    assert_eq!((stage.said(), stage.statuses("POST", "/messages")), (1, vec![0]));
    stage.say("y").unwrap();
    assert_eq!((stage.said(), stage.discord.faults().left()), (2, 0));
}

#[test]
fn a_connection_is_cut_before_the_deed() {
    let stage = Stage::new();
    stage.discord.faults().cut_before("*", "/channels/**", 1);
    assert!(stage.say("x").is_err());
    assert_eq!((stage.said(), stage.statuses("POST", "/messages")), (0, vec![0]));
}

#[test]
fn a_request_is_refused_as_often_as_was_asked_for_and_others_are_not() {
    let stage = Stage::new();
    stage.discord.faults().refuse("POST", MESSAGES, 2, (500, 0));
    stage.discord.faults().refuse("POST", MESSAGES, 1, (403, 50013));
    stage.runtime.block_on(stage.http.get_current_user()).unwrap();
    assert_eq!(response(stage.say("x").unwrap_err()).status_code, 500);
    assert_eq!(response(stage.say("x").unwrap_err()).status_code, 500);
    assert_eq!(response(stage.say("x").unwrap_err()).error.code, 50013);
    stage.say("x").unwrap();
    assert_eq!(stage.said(), 1);
}

#[test]
fn the_limiter_waits_out_each_form_of_a_limit() {
    let limits = [
        Fault::Limit(Scope::User, SECOND),
        Fault::Limit(Scope::Shared, SECOND),
        Fault::Limit(Scope::Global, SECOND),
        Fault::Cloudflare(SECOND),
    ];
    for limit in limits {
        let stage = Stage::new();
        stage.discord.faults().on("POST", MESSAGES, 1, limit.clone());
        let begun = Instant::now();
        stage.say("x").unwrap();
        assert!(begun.elapsed() >= SECOND, "{limit:?}");
        assert_eq!(stage.statuses("POST", "/messages"), [429, 200], "{limit:?}");
    }
}

#[test]
fn what_is_slow_is_carried_out_even_if_nobody_waits_for_it() {
    let stage = Stage::new();
    stage.discord.faults().slow("POST", MESSAGES, 1, SECOND);
    stage.discord.faults().on("POST", MESSAGES, 1, Fault::SlowReply(Duration::from_secs(60)));
    for text in ["carried out later", "answered later"] {
        let saying = stage.channel("ops").say(&stage.http, text);
        stage.runtime.block_on(async { tokio::time::timeout(SECOND / 5, saying).await }).unwrap_err();
    }
    let begun = Instant::now();
    while stage.said() < 2 {
        assert!(begun.elapsed() < 30 * SECOND);
        std::thread::sleep(Duration::from_millis(20));
    }
}
