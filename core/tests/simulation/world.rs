//! One run: people talk, time passes, processes die, backups are restored, and in the end everything settles.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};
use sitrep_console::{
    CONFIGURED_ROOMS, Change, ConsolePlatform, Gesture, HOME_ROOM, PLATFORM, STAKEHOLDER_ROOM, SUPPORT_ROOM,
};
use sitrep_core::{
    event::{Event, IncidentEvent, Record, Subject, WorkspaceEvent},
    incident::{Incident, IncidentId, evolve},
    person::Person,
    policy::{PlatformPolicy, Policy},
    port::{Identity, Opened, Panel, Store},
    report::{self, Report, ReportId},
    room::{PlatformName, RoomRef},
    testing::{
        ALLOWED, Act, Dice, Doing, Driver, Faults, FaultyPlatform, FaultyStore, Ledger, LimitedPlatform,
        MemoryStore, People, Scene, SceneIncident, SceneRoom, Snapshot, Surroundings, Turn, Unsettled,
        VirtualClock, Weather, block_on,
    },
};

use crate::{
    machines::{self, Machines, Taken},
    sabotage::{Sabotage, SabotagedPlatform, SabotagedStore},
};

/// How many things happen in a run.
const EVENTS: usize = 130;
/// More turns than it ever takes to settle.
const TURNS_TO_SETTLE: usize = 50_000;
/// The workspace forgets keys older than this: a little more than the console trusts them for.
const KEYS_KEPT_FOR: Duration = Duration::hours(3);

/// What is left of a run, to be judged.
pub(crate) struct Run {
    pub seed: u64,
    pub policy: Policy,
    /// Everything that happened in the chat.
    pub log: Vec<Change>,
    /// Every commit that became durable.
    pub ledger: Ledger,
    /// What the store holds in the end.
    pub opened: Opened,
    /// The history of every incident, as it is in the store.
    pub histories: BTreeMap<IncidentId, Vec<Record>>,
    /// Every incident, replayed from that.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// Every report, replayed from its history.
    pub reports: BTreeMap<ReportId, Report>,
    /// What machines told and was taken.
    pub taken: Vec<Taken>,
    /// The incidents that the engine had in memory in the end.
    pub in_memory: Vec<Incident>,
    /// Those that a new engine had in memory after a restart.
    pub after_restart: Vec<Incident>,
    /// How much of the log there was before that restart.
    pub log_before_restart: usize,
    /// The keys of what the platform refused for good.
    pub refused: BTreeSet<String>,
    pub settled: Result<(), Unsettled>,
    pub now: DateTime<Utc>,
    pub journal: Vec<String>,
    /// What was tried although the platform had asked to wait.
    pub impatient: Vec<String>,
}

impl Run {
    /// Everything that happened, in the engine and in the chat.
    pub(crate) fn transcript(&self) -> String {
        let chat = self.log.iter().enumerate().map(|(index, change)| format!("{index}: {change:?}"));
        self.journal.iter().cloned().chain(chat).collect::<Vec<_>>().join("\n")
    }
}

/// Runs a seed, in fair hands or with a sabotage.
pub(crate) fn run(seed: u64, sabotage: Option<Sabotage>) -> Run {
    let mut world = World::new(seed, sabotage);
    world.driver.start();
    for _ in 0..EVENTS {
        world.something_happens();
    }
    world.end(seed)
}

/// Who may command, who is told, who is called for the worst.
pub(crate) fn policy() -> Policy {
    let platform = PlatformName::new(PLATFORM);
    let allow = ALLOWED.iter().map(|name| (*name).to_owned()).collect();
    let stakeholder_rooms = vec![RoomRef::new(&platform, STAKEHOLDER_ROOM)];
    let support_room = Some(RoomRef::new(&platform, SUPPORT_ROOM));
    let home_room = Some(RoomRef::new(&platform, HOME_ROOM));
    let panel = |title: &str, unit: &str| Panel {
        title: title.to_owned(),
        query: "up".to_owned(),
        unit: unit.to_owned(),
    };
    let health = vec![panel("Requests failing", "req/s"), panel("Latency", "s")];
    let mut policy = Policy { health, ..Policy::default() };
    for name in ["alice", "bob"] {
        policy.people.insert(name.to_owned(), vec![Person::new(&platform, name)]);
    }
    machines::expect(&mut policy);
    policy.severities[0].invite = vec!["bob".to_owned()];
    policy.platforms.insert(
        platform,
        PlatformPolicy { allow, stakeholder_rooms, support_room, home_room, ..PlatformPolicy::default() },
    );
    policy
}

struct World {
    driver: Driver,
    console: Arc<ConsolePlatform>,
    platform: Arc<FaultyPlatform>,
    memory: MemoryStore,
    store: Arc<FaultyStore>,
    clock: VirtualClock,
    faults: Faults,
    people: People,
    machines: Machines,
    dice: Dice,
    backup: Option<(u64, Snapshot)>,
    restores_left: u32,
    restores: u32,
    renews_incarnation: bool,
}

impl World {
    fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let mut dice = Dice::new(seed);
        let start =
            DateTime::<Utc>::UNIX_EPOCH + Duration::days(20_779) + Duration::minutes(dice.between(0, 10_000));
        let clock = VirtualClock::at(start);
        let now = clock.clone();
        let console = Arc::new(ConsolePlatform::in_memory(Arc::new(move || now.now())));
        let weather = Weather::forecast(&mut dice);
        let faults = Faults::new(dice.fork(), weather);
        let memory = MemoryStore::new(Identity { incarnation: "first".to_owned(), seed: "5e".repeat(32) });
        let forbidden = dice.chance(100).then(|| STAKEHOLDER_ROOM.to_owned());
        let sabotaged_platform =
            Arc::new(SabotagedPlatform::new(Arc::clone(&console), clock.clone(), sabotage));
        let sabotaged_store =
            Arc::new(SabotagedStore::new(memory.clone(), sabotaged_platform.delivered(), sabotage));
        let is_limited = dice.chance(400);
        let limited_platform = Arc::new(LimitedPlatform::new(sabotaged_platform, clock.clone(), is_limited));
        let platform = Arc::new(FaultyPlatform::new(limited_platform, faults.clone(), forbidden));
        let store = Arc::new(FaultyStore::new(sabotaged_store, faults.clone(), clock.clone()));
        let surroundings = Surroundings {
            store: store.clone(),
            platform: platform.clone(),
            clock: clock.clone(),
            faults: faults.clone(),
        };
        Self {
            driver: Driver::new(policy(), surroundings, dice.fork()),
            console,
            platform,
            memory,
            store,
            clock,
            faults,
            people: People::new(dice.fork()),
            machines: Machines::new(dice.fork()),
            backup: None,
            restores_left: if dice.chance(350) { 2 } else { 0 },
            restores: 0,
            renews_incarnation: sabotage != Some(Sabotage::OldIncarnation),
            dice,
        }
    }

    fn something_happens(&mut self) {
        match self.dice.weighted(&[560, 110, 120, 70, 25, 10, 25, 25, 30, 15, 20, 12, 90]) {
            12 => drop(self.machines.tell(&mut self.driver, self.clock.now())),
            0 => self.somebody_acts(),
            1 => {
                self.driver.turn_until_still();
            }
            2 => self.pass(Duration::seconds(1), 120),
            3 => self.pass(Duration::minutes(1), 90),
            4 => self.pass(Duration::hours(1), 30),
            5 => self.pass(Duration::days(1), 4),
            6 => {
                let unit = if self.dice.chance(500) { Duration::minutes(1) } else { Duration::hours(1) };
                let by = unit * i32::try_from(self.dice.between(1, 60)).unwrap_or(1);
                self.driver.jump(by);
            }
            7 => self.driver.die(),
            8 => self.driver.redeliver(),
            9 => self.console.forget_keys_before(self.clock.now() - KEYS_KEPT_FOR),
            10 => self.back_up(),
            _ => self.restore(),
        }
        if self.driver.engine().is_none() && self.dice.chance(300) {
            self.driver.start();
        }
    }

    fn pass(&mut self, unit: Duration, most: i64) {
        let by = unit * i32::try_from(self.dice.between(1, most)).unwrap_or(1);
        self.driver.pass(by);
    }

    fn somebody_acts(&mut self) {
        let doing = self.people.act(&self.scene());
        self.does(&doing);
        if let Act::Say(text) = &doing.act
            && let Some(act) = self.people.second_thought(text)
        {
            if self.dice.chance(500) {
                self.driver.listen();
                self.take_turns(12);
            }
            if self.dice.chance(300) {
                self.pass(Duration::seconds(1), 100);
            }
            self.does(&Doing { act, ..doing });
        }
    }

    fn does(&mut self, doing: &Doing) {
        let Doing { person, room, act } = doing;
        let done = match act {
            Act::Say(text) => self.console.say(person, room, text),
            Act::Edit(text) => self.console.does(person, room, &Gesture::Edit(text.clone())),
            Act::TakeBack => self.console.does(person, room, &Gesture::TakeBack),
            // It is put on any message, and taken off again.
            Act::Press("📌") => {
                let mark = self.console.does(person, room, &Gesture::Mark(String::new()));
                mark.or_else(|_| self.console.does(person, room, &Gesture::Unmark(String::new())))
            }
            Act::Press(key) => self.console.does(person, room, &Gesture::Press((*key).to_owned())),
            Act::Kick => self.console.does(person, room, &Gesture::Kick),
            Act::Invite => self.console.does(person, room, &Gesture::Invite),
        };
        // There may be nothing to change or to press.
        let Ok(index) = done else { return };
        self.driver.note(&format!("{index}: {person} in {room}: {act:?}"));
        if self.dice.chance(700) {
            self.driver.listen();
        }
        self.take_turns(12);
    }

    fn take_turns(&mut self, most: usize) {
        for _ in 0..self.dice.below(most) {
            if self.driver.turn() != Turn::Did {
                break;
            }
        }
    }

    fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        self.console.read(|chat| {
            let is_direct = |name: &str| ALLOWED.contains(&name) || name == sitrep_core::testing::STRANGER;
            for (name, room) in chat.rooms().filter(|(name, _)| !is_direct(name)) {
                scene.rooms.push(SceneRoom {
                    name: name.to_owned(),
                    members: room.private.then(|| room.members.clone()),
                    of_incident: !CONFIGURED_ROOMS.contains(&name),
                    without_sitrep: room.without_sitrep,
                });
            }
        });
        for entry in &self.store.ledger().entries {
            for fact in &entry.commit.facts {
                if let Event::Workspace(WorkspaceEvent::ReportNumbered { id }) = fact.record.event {
                    scene.reports.push(id.0);
                }
                if let (Subject::Incident(id), Event::Incident(IncidentEvent::Declared { private, .. })) =
                    (fact.subject, &fact.record.event)
                {
                    scene.incidents.push(SceneIncident { number: id.0, private: *private });
                }
            }
        }
        scene
    }

    fn back_up(&mut self) {
        let sequence = block_on(self.memory.open()).expect("the store opens").sequence;
        self.driver.note(&format!("is backed up after commit {sequence}"));
        self.backup = Some((sequence, self.memory.snapshot()));
    }

    /// The backup is restored, with some time to do it in.
    fn restore(&mut self) {
        if self.restores_left == 0 {
            return;
        }
        let Some((sequence, snapshot)) = self.backup.take() else { return };
        self.restores_left -= 1;
        self.driver.die();
        self.restores += 1;
        let incarnation =
            if self.renews_incarnation { format!("again{}", self.restores) } else { "first".to_owned() };
        self.memory.restore_from(&snapshot, &incarnation);
        self.store.ledger().restored(sequence);
        self.clock.advance(Duration::minutes(self.dice.between(2, 200)));
        self.driver.forget_heard();
        self.driver.note(&format!("is restored as of commit {sequence}"));
        self.driver.start();
    }

    /// The weather calms down, everything settles, and after a restart nothing has changed.
    fn end(mut self, seed: u64) -> Run {
        self.faults.calm();
        self.machines.calm();
        self.driver.note("the weather calms down");
        let mut settled = self.driver.settle(TURNS_TO_SETTLE);
        // Whoever was not told that it was taken tells it again.
        while settled.is_ok() && self.machines.tell(&mut self.driver, self.clock.now()) {
            settled = self.driver.settle(TURNS_TO_SETTLE);
        }
        let memory = |driver: &Driver| -> Vec<Incident> {
            driver.engine().map(|engine| engine.incidents().cloned().collect()).unwrap_or_default()
        };
        let in_memory = memory(&self.driver);
        let log_before_restart = self.console.read(|chat| chat.log().len());
        self.driver.die();
        self.driver.start();
        let settled = settled.and(self.driver.settle(TURNS_TO_SETTLE));
        let opened = block_on(self.store.open()).expect("the store opens");
        let log = self.console.read(|chat| chat.log().to_vec());
        let ledger = self.store.ledger().clone();
        let histories = self.histories(&ledger);
        Run {
            seed,
            policy: policy(),
            log,
            incidents: replayed(&histories),
            reports: self.reports(&ledger),
            taken: self.machines.taken().to_vec(),
            histories,
            ledger,
            opened,
            in_memory,
            after_restart: memory(&self.driver),
            log_before_restart,
            refused: self.platform.refused(),
            settled,
            now: self.clock.now(),
            journal: self.driver.journal().to_vec(),
            impatient: self.driver.impatient().to_vec(),
        }
    }

    /// Every report as the store has it.
    fn reports(&self, ledger: &Ledger) -> BTreeMap<ReportId, Report> {
        let facts = ledger.entries.iter().flat_map(|entry| &entry.commit.facts);
        let numbered = facts.filter_map(|fact| {
            let Event::Workspace(WorkspaceEvent::ReportNumbered { id }) = fact.record.event else {
                return None;
            };
            Some(id)
        });
        let load = |id| block_on(self.memory.load(Subject::Report(id))).expect("the store is readable");
        let replay = |id| {
            let records = load(id);
            let mut report = report::begin(id, records.first()?)?;
            records.iter().skip(1).for_each(|record| report::evolve(&mut report, record));
            Some((id, report))
        };
        numbered.filter_map(replay).collect()
    }

    /// Every incident's history as the store has it.
    fn histories(&self, ledger: &Ledger) -> BTreeMap<IncidentId, Vec<Record>> {
        let facts = ledger.entries.iter().flat_map(|entry| &entry.commit.facts);
        let ids: BTreeSet<IncidentId> = facts
            .filter_map(|fact| match fact.subject {
                Subject::Incident(id) => Some(id),
                Subject::Workspace
                | Subject::Report(_)
                | Subject::Rota
                | Subject::Changes(_)
                | Subject::Heartbeat(_) => None,
            })
            .collect();
        let load = |id| block_on(self.memory.load(Subject::Incident(id))).expect("the store is readable");
        ids.into_iter().map(|id| (id, load(id))).collect()
    }
}

fn replayed(histories: &BTreeMap<IncidentId, Vec<Record>>) -> BTreeMap<IncidentId, Incident> {
    let replay = |(id, records): (&IncidentId, &Vec<Record>)| {
        let mut incident = evolve::begin(*id, records.first()?)?;
        records.iter().skip(1).for_each(|record| evolve::evolve(&mut incident, record));
        Some((*id, incident))
    };
    histories.iter().filter_map(replay).collect()
}
