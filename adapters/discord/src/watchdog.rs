//! Keeps sitrep connected to the gateway, whatever becomes of a connection.
//!
//! - **Liveness is our own.** A connection counts for as long as it greets, beats and brings what REST knows of: every
//!   half minute the last messages of the rooms that matter are compared with those that were heard (`probe.rs`).
//! - A connection that is lost is followed by another, after a pause that grows. Each begins a session, of which Discord
//!   allows a thousand a day: they are counted, and never more than a handful a minute.
//! - Before that it is asked whether Discord answers at all, and where its gateway is. Another server in the place of
//!   Discord never leads to Discord itself.
//! - What only a person can help with ends it, with a sentence. Without the right to read messages it goes on: slash
//!   commands and mentions still work.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serenity::{all::GatewayIntents, gateway::GatewayError, http::Route};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    client::Call,
    failure::Failure,
    gateway::{Ended, Line, Plan},
    hearing,
    intake::{Intake, Link},
    probe,
};

/// How often a connection is looked after.
const TEND_EVERY: Duration = Duration::from_millis(250);
/// How often it is compared with what REST knows; and how soon at first, when it is least to be trusted.
const PROBE_EVERY: Duration = Duration::from_secs(30);
const PROBE_FIRST_AFTER: Duration = Duration::from_secs(5);
/// After so long a connection was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);
/// The longest pause between two connections.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How many sessions may begin in a minute, and in a day (Discord: 1000).
const A_MINUTE: usize = 5;
const A_DAY: usize = 900;
/// How many of Discord's own count must be left.
const RESERVE: u64 = 5;

/// What becomes of the connection next.
enum Next {
    Again(String),
    WithoutContent,
    Over(String),
}

/// Keeps connected until only a person can help.
pub(crate) async fn keep(intake: Arc<Intake>) {
    let mut budget = Budget::default();
    let mut failures = 0_u32;
    loop {
        budget.wait(&intake).await;
        let began = Instant::now();
        match connection(&intake, &mut budget).await {
            Next::Over(sentence) => {
                tracing::error!("{sentence}");
                return intake.set_over(sentence);
            }
            Next::WithoutContent => without_content(&intake),
            Next::Again(why) => {
                let was_good = began.elapsed() > GOOD_AFTER;
                failures = if was_good { 0 } else { failures.saturating_add(1) };
                tracing::debug!("Disconnected from Discord's gateway: {why}");
                intake.set_down(why);
                sleep(pause_after(failures)).await;
            }
        }
    }
}

/// Half a second to begin with, twice as long each time; not in step with others.
fn pause_after(failures: u32) -> Duration {
    let jitter = Duration::from_millis(u64::from(chrono::Utc::now().timestamp_subsec_millis() % 500));
    (Duration::from_millis(500) * 2_u32.pow(failures.min(7))).min(LONGEST_PAUSE) + jitter
}

fn without_content(intake: &Intake) {
    intake.account.reads_content.store(false, Ordering::Relaxed);
    tracing::warn!(
        "Discord doesn't let sitrep read messages, so that commands such as !incident are not seen: slash commands, \
         buttons and mentions (@sitrep incident ...) work. To have the others too, switch on Message Content Intent \
         on the page Bot of the application at https://discord.com/developers/applications, and restart sitrep."
    );
}

fn intents(intake: &Intake) -> GatewayIntents {
    let account = &intake.account;
    let mut intents = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::GUILD_MESSAGE_REACTIONS
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::DIRECT_MESSAGE_REACTIONS;
    intents.set(GatewayIntents::MESSAGE_CONTENT, account.reads_content.load(Ordering::Relaxed));
    intents.set(GatewayIntents::GUILD_VOICE_STATES, account.settings.meetings);
    intents
}

/// One connection, from asking where the gateway is to its end.
async fn connection(intake: &Arc<Intake>, budget: &mut Budget) -> Next {
    let address = match gateway(intake).await {
        Ok(gateway) => {
            budget.note_left(&gateway.session_start_limit);
            gateway.url
        }
        Err(Failure::LoggedOut) => return Next::Over(intake.account.token_refused()),
        Err(failure) => {
            return Next::Again(format!("Discord can't be heard: {}.", failure.words()));
        }
    };
    let is_another = intake.account.settings.api.is_some();
    if is_another && is_discords(&address) {
        return Next::Again(
            "The server at `api_address` names Discord's own gateway, and sitrep doesn't go there. Have it name its own."
                .to_owned(),
        );
    }
    if budget.is_spent() {
        return Next::Again("Discord lets sitrep begin no more sessions today.".to_owned());
    }
    budget.note();
    let ears = Arc::clone(intake);
    let mut line = Line::open(Plan {
        address,
        token: intake.account.settings.token.clone(),
        intents: intents(intake),
        http: intake.account.client.http(),
        ear: Arc::new(move |event| hearing::hear(&ears, event)),
        may_call: if is_another { |at| at.starts_with("ws") && !is_discords(at) } else { is_discords },
    });
    tend(intake, &mut line).await
}

/// Looks after a connection until it ends.
async fn tend(intake: &Arc<Intake>, line: &mut Line) -> Next {
    let mut probe_at = Instant::now() + PROBE_FIRST_AFTER;
    let mut probe = JoinSet::new();
    let mut was_up = false;
    loop {
        sleep(TEND_EVERY).await;
        match line.ended() {
            Some(Ended::Refused(error)) => return refused(intake, &error),
            Some(Ended::Lost(why)) => return lost(&why),
            None => {}
        }
        if intake.account.client.is_logged_out() {
            return Next::Over(intake.account.token_refused());
        }
        if let Some(why) = line.tend().await {
            return lost(&why);
        }
        if was_up && !line.is_up() {
            intake.set_down("Discord's gateway has hung up; sitrep is resuming the session.".to_owned());
        }
        was_up = line.is_up();
        if was_up && probe.is_empty() && intake.link() == Link::Up && Instant::now() > probe_at {
            let account = Arc::clone(&intake.account);
            probe.spawn(async move { probe::is_deaf(&account).await });
            probe_at = Instant::now() + PROBE_EVERY;
        }
        // Beside: a connection is looked after whatever is asked meanwhile.
        if let Some(Ok(true)) = probe.try_join_next() {
            return lost("it left something out");
        }
    }
}

fn lost(why: &str) -> Next {
    Next::Again(format!("Discord's gateway is gone: {why}."))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all others are worth another try")]
fn refused(intake: &Intake, error: &GatewayError) -> Next {
    match error {
        GatewayError::InvalidAuthentication => Next::Over(intake.account.token_refused()),
        GatewayError::DisallowedGatewayIntents if intake.account.reads_content.load(Ordering::Relaxed) => {
            Next::WithoutContent
        }
        GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents => Next::Over(
            "Discord refuses what sitrep wants to hear of (its intents). Update sitrep: Discord has changed."
                .to_owned(),
        ),
        error => Next::Again(format!("Discord's gateway refused: {error}.")),
    }
}

#[derive(Deserialize)]
struct Gateway {
    url: String,
    session_start_limit: Allowance,
}

/// How many sessions may still begin, and in how many milliseconds there are more.
#[derive(Deserialize)]
struct Allowance {
    remaining: u64,
    reset_after: u64,
}

async fn gateway(intake: &Intake) -> Result<Gateway, Failure> {
    intake.account.client.ask(Call::get(Route::GatewayBot)).await
}

/// Whether an address is Discord's own.
fn is_discords(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next().unwrap_or_default();
    ["discord.gg", "discord.com"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")))
}

/// How many sessions have begun.
#[derive(Default)]
struct Budget {
    begun: VecDeque<Instant>,
    /// Until when Discord allows no more.
    spent_until: Option<Instant>,
}

impl Budget {
    fn note(&mut self) {
        self.begun.push_back(Instant::now());
    }

    fn note_left(&mut self, allowance: &Allowance) {
        let is_spent = allowance.remaining <= RESERVE;
        let reset = Duration::from_millis(allowance.reset_after.min(86_400_000));
        self.spent_until = is_spent.then(|| Instant::now() + reset);
    }

    fn is_spent(&self) -> bool {
        self.spent_until.is_some_and(|until| Instant::now() < until)
    }

    /// How long to wait before the next may begin.
    fn due_in(&self, now: Instant) -> Duration {
        let after = |count: usize, period: Duration| {
            let oldest = self.begun.len().checked_sub(count).and_then(|at| self.begun.get(at));
            oldest.map_or(Duration::ZERO, |at| (*at + period).saturating_duration_since(now))
        };
        let of_discord =
            self.spent_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        after(A_MINUTE, Duration::from_secs(60))
            .max(after(A_DAY, Duration::from_secs(86_400)))
            .max(of_discord)
    }

    async fn wait(&mut self, intake: &Intake) {
        let pause = self.due_in(Instant::now());
        while self.begun.len() > A_DAY {
            self.begun.pop_front();
        }
        if pause.is_zero() {
            return;
        }
        if pause > LONGEST_PAUSE {
            let minutes = pause.as_secs().div_ceil(60);
            intake.set_down(format!(
                "Discord lets sitrep begin only so many sessions a day, and they are used up: it goes on in {minutes} \
                 min. Something must be ending them; the log says what."
            ));
        }
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_begin_a_few_a_minute() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        for _ in 0..A_MINUTE {
            assert_eq!(budget.due_in(now), Duration::ZERO);
            budget.begun.push_back(now);
        }
        assert_eq!(budget.due_in(now), Duration::from_secs(60));
        assert_eq!(budget.due_in(now + Duration::from_secs(61)), Duration::ZERO);
        for _ in 0..A_DAY {
            budget.begun.push_back(now);
        }
        let later = now + Duration::from_secs(3600);
        assert_eq!(budget.due_in(later), Duration::from_secs(23 * 3600));
    }

    #[test]
    fn discords_own_count_is_obeyed() {
        let mut budget = Budget::default();
        budget.note_left(&Allowance { remaining: 900, reset_after: 1000 });
        assert!(!budget.is_spent());
        budget.note_left(&Allowance { remaining: 3, reset_after: 600_000 });
        assert!(budget.is_spent());
        assert!(budget.due_in(Instant::now()) > Duration::from_secs(500));
    }

    #[test]
    fn discords_own_gateway_is_known() {
        let cases = [
            ("wss://gateway.discord.gg", true),
            ("wss://gateway-us-east1-b.discord.gg/?v=10", true),
            ("wss://discord.com:443/x", true),
            ("ws://127.0.0.1:1234", false),
            ("wss://notdiscord.gg", false),
            ("wss://discord.gg.example.org", false),
        ];
        for (address, expected) in cases {
            assert_eq!(is_discords(address), expected, "{address}");
        }
    }

    #[test]
    fn pauses_grow() {
        assert!(pause_after(0) <= Duration::from_secs(1));
        assert!(pause_after(3) >= Duration::from_secs(4));
        assert!(pause_after(50) <= LONGEST_PAUSE + Duration::from_secs(1));
    }
}
