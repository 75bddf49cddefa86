//! One entry of a calendar: when it is, how it recurs, and whom it names.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use crate::{
    lines::Line,
    moment::{Length, Moment},
    zone::Zones,
};

/// The most texts that an entry may name somebody by, and how long each may be.
const MOST_NAMES: usize = 20;
const LONGEST_NAME: usize = 200;

/// An entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) uid: String,
    /// Which occurrence of the entry with the same `uid` it stands for.
    pub(crate) instead_of: Option<Moment>,
    pub(crate) is_cancelled: bool,
    pub(crate) begin: Moment,
    pub(crate) length: Length,
    pub(crate) rules: Vec<String>,
    /// Further beginnings, as clocks show them in the zone of `begin`.
    pub(crate) further: BTreeSet<NaiveDateTime>,
    /// Beginnings that are left out.
    pub(crate) left_out: BTreeSet<NaiveDateTime>,
    /// Days on which it is left out.
    pub(crate) days_left_out: BTreeSet<NaiveDate>,
    /// Whom it may mean, the likeliest first.
    pub(crate) who: Vec<String>,
}

impl Entry {
    /// `None` if it can't be read, or has no beginning.
    pub(crate) fn read(lines: &[Line], zones: &Zones) -> Option<Self> {
        let find = |name: &str| lines.iter().find(|line| line.name == name);
        let moment = |name: &str| find(name).and_then(|line| Moment::read(&line.value, line, zones));
        let begin = moment("DTSTART")?;
        let length = match (find("DTEND"), find("DURATION")) {
            (Some(line), _) => {
                let end = Moment::read(&line.value, line, zones)?;
                Length::Shown(end.shown_in(begin.zone) - begin.local).bounded()?
            }
            (None, Some(line)) => Length::read(&line.value)?,
            (None, None) if begin.is_day => Length::Shown(Duration::days(1)),
            (None, None) => return None,
        };
        let uid = find("UID").map(|line| line.value.clone()).unwrap_or_default();
        let mut entry = Self {
            uid,
            instead_of: moment("RECURRENCE-ID"),
            is_cancelled: find("STATUS").is_some_and(|line| line.value.eq_ignore_ascii_case("CANCELLED")),
            begin,
            length,
            rules: lines.iter().filter(|line| line.name == "RRULE").map(|line| line.value.clone()).collect(),
            further: BTreeSet::new(),
            left_out: BTreeSet::new(),
            days_left_out: BTreeSet::new(),
            who: who(lines),
        };
        for line in lines.iter().filter(|line| line.name == "RDATE" || line.name == "EXDATE") {
            // A period begins with its beginning.
            let values = line.value.split(',').filter_map(|value| value.split('/').next());
            for moment in values.filter_map(|value| Moment::read(value, line, zones)) {
                entry.take(moment, line.name == "RDATE");
            }
        }
        Some(entry)
    }

    fn take(&mut self, moment: Moment, is_further: bool) {
        let local = moment.shown_in(self.begin.zone);
        if is_further {
            self.further.insert(local);
        } else if moment.is_day && !self.begin.is_day {
            self.days_left_out.insert(local.date());
        } else {
            self.left_out.insert(local);
        }
    }

    /// Leaves out the occurrence that another entry stands for.
    pub(crate) fn leave_out(&mut self, instead_of: Moment) {
        self.take(instead_of, false);
    }

    pub(crate) fn is_left_out(&self, begin: NaiveDateTime) -> bool {
        self.left_out.contains(&begin) || self.days_left_out.contains(&begin.date())
    }

    /// When an occurrence that begins then ends.
    pub(crate) fn end_of(&self, begin: NaiveDateTime) -> DateTime<Utc> {
        self.length.after(begin, self.begin.zone)
    }
}

/// Those who attend, by address and by name, and what it is called.
fn who(lines: &[Line]) -> Vec<String> {
    let mut who: Vec<String> = Vec::new();
    let mut add = |text: String| {
        let text: String = text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        if !text.is_empty() && who.len() < MOST_NAMES && !who.contains(&text) {
            who.push(text);
        }
    };
    let is_param = |line: &Line, name: &str, values: &[&str]| {
        line.param(name).is_some_and(|value| values.iter().any(|other| value.eq_ignore_ascii_case(other)))
    };
    for line in lines.iter().filter(|line| line.name == "ATTENDEE") {
        let is_thing = is_param(line, "CUTYPE", &["RESOURCE", "ROOM"]);
        if is_thing || is_param(line, "PARTSTAT", &["DECLINED"]) {
            continue;
        }
        let address = line.value.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"));
        add(address.map_or(line.value.clone(), |(_, address)| address.to_owned()));
        if let Some(name) = line.param("CN") {
            add(name.to_owned());
        }
    }
    if let Some(summary) = lines.iter().find(|line| line.name == "SUMMARY") {
        add(summary.text());
    }
    who
}
