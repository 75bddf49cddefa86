//! Signs of life: while they come nothing is said, and when they stop somebody hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, TOKEN};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![test("alerts::no_sign_of_life_is_reported", beats)]
}

const PATH: &str = "/heartbeat/nightly-backup";

/// Beats for as long as it is held.
struct Heart {
    goes_on: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), Failed>>>,
}

impl Heart {
    fn beating(machine: &Machine) -> Heart {
        let (machine, goes_on) = (machine.clone(), Arc::new(AtomicBool::new(true)));
        let may_go_on = Arc::clone(&goes_on);
        let thread = thread::spawn(move || {
            while may_go_on.load(Ordering::SeqCst) {
                machine.told(PATH, "")?;
                thread::sleep(Duration::from_millis(500));
            }
            Ok(())
        });
        Heart { goes_on, thread: Some(thread) }
    }

    fn stop(mut self) -> Result<(), Failed> {
        self.goes_on.store(false, Ordering::SeqCst);
        let thread = self.thread.take().ok_or("it was stopped")?;
        thread.join().map_err(|_| Failed::from("the heart panicked"))?
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.goes_on.store(false, Ordering::SeqCst);
    }
}

fn beats() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let section =
        format!("[heartbeat.nightly-backup]\nevery = \"2s\"\ngrace = \"3s\"\ntoken = \"{TOKEN}\"\n");
    let _sitrep = guild.sitrep(&[machine.section(), section].concat())?;
    let heart = Heart::beating(&machine);
    thread::sleep(Duration::from_secs(7));
    assert!(guild.said_in("support").is_empty(), "{}", guild.transcript());
    heart.stop()?;
    let line = guild.hear_words("support", "no sign of life from nightly-backup")?;
    assert!(plain(&line).contains("REP-1") && plain(&line).contains("Missed "), "{line:?}");
    let heart = Heart::beating(&machine);
    guild.hear("support", "that it is back", |message| {
        message.id == line.id && plain(message).contains("It is back since ")
    })?;
    heart.stop()?;
    // One that comes and goes is told each time it goes.
    let missed_again = |message: &sitrep_fake_discord::Message| {
        plain(message).contains("no sign of life") && plain(message).contains("Missed ")
    };
    guild.hear("support", "that it stopped again", missed_again)?;
    assert_eq!(machine.tell("/heartbeat/unknown", "")?, 401);
    let wrong = [("authorization", "Bearer a-token-that-is-another-one")];
    assert_eq!(machine.send(("POST", PATH), &wrong, "")?.0, 401);
    guild.is_content()
}
