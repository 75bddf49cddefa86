//! The lines of an iCalendar text: what is folded is unfolded, and each line is a name, parameters and a value.
//!
//! A line that is none is passed over. Of components, only those that matter here are told apart.

/// The most entries that are read.
pub(crate) const MOST_ENTRIES: usize = 10_000;
/// The most lines of one entry that are read; those after are passed over.
const MOST_LINES: usize = 4_000;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// In capitals.
    pub(crate) name: String,
    params: Vec<(String, String)>,
    pub(crate) value: String,
}

impl Line {
    /// A parameter, by its name in capitals.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value as people read it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next() {
                Some('n' | 'N') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            }
        }
        text.trim().to_owned()
    }

    fn read(line: &str) -> Option<Self> {
        let mut in_quotes = false;
        let mut parts: Vec<&str> = Vec::new();
        let mut begin = 0;
        let mut value = None;
        for (at, c) in line.char_indices() {
            match c {
                '"' => in_quotes = !in_quotes,
                ';' | ':' if !in_quotes => {
                    parts.push(&line[begin..at]);
                    begin = at + 1;
                    if c == ':' {
                        value = Some(&line[begin..]);
                        break;
                    }
                }
                _ => {}
            }
        }
        let (name, params) = parts.split_first()?;
        let params = params.iter().filter_map(|param| {
            let (name, value) = param.split_once('=')?;
            Some((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        });
        let value = value?.trim().to_owned();
        Some(Self { name: name.trim().to_ascii_uppercase(), params: params.collect(), value })
    }
}

/// What a zone is said to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ZoneLines {
    pub(crate) id: String,
    /// The name of the region, where it is said.
    pub(crate) location: Option<String>,
    /// The offsets of standard and summer time, as they are written.
    pub(crate) standard: Option<String>,
    pub(crate) summer: Option<String>,
}

/// A calendar, as lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// The zone that the whole calendar is in, where it says so.
    pub(crate) zone: Option<String>,
    pub(crate) zones: Vec<ZoneLines>,
    pub(crate) entries: Vec<Vec<Line>>,
}

impl Calendar {
    /// Reads a text.
    ///
    /// # Errors
    /// A sentence, if it is no calendar, or one with too many entries.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut calendar = Self::default();
        let mut inside: Vec<String> = Vec::new();
        let mut is_one = false;
        for line in unfolded(text) {
            let Some(line) = Line::read(&line) else { continue };
            match line.name.as_str() {
                "BEGIN" => {
                    let name = line.value.to_ascii_uppercase();
                    is_one |= name == "VCALENDAR";
                    if name == "VEVENT" {
                        if calendar.entries.len() == MOST_ENTRIES {
                            return Err(format!("it has more than {MOST_ENTRIES} entries"));
                        }
                        calendar.entries.push(Vec::new());
                    } else if name == "VTIMEZONE" {
                        calendar.zones.push(ZoneLines::default());
                    }
                    inside.push(name);
                }
                "END" => {
                    let name = line.value.to_ascii_uppercase();
                    let at = inside.iter().rposition(|begun| *begun == name);
                    inside.truncate(at.unwrap_or(inside.len()));
                }
                _ => calendar.take(&inside, line),
            }
        }
        if is_one { Ok(calendar) } else { Err("what it gave is not a calendar".to_owned()) }
    }

    fn take(&mut self, inside: &[String], line: Line) {
        let (outer, inner) = match inside {
            [.., outer, inner] => (outer.as_str(), inner.as_str()),
            [inner] => ("", inner.as_str()),
            [] => return,
        };
        match (outer, inner) {
            (_, "VEVENT") => {
                if let Some(entry) = self.entries.last_mut().filter(|entry| entry.len() < MOST_LINES) {
                    entry.push(line);
                }
            }
            (_, "VCALENDAR") if line.name == "X-WR-TIMEZONE" => self.zone = Some(line.value),
            (_, "VTIMEZONE") | ("VTIMEZONE", "STANDARD" | "DAYLIGHT") => {
                let Some(zone) = self.zones.last_mut() else { return };
                match (inner, line.name.as_str()) {
                    ("VTIMEZONE", "TZID") => zone.id = line.value,
                    ("VTIMEZONE", "X-LIC-LOCATION") => zone.location = Some(line.value),
                    ("STANDARD", "TZOFFSETTO") => zone.standard = Some(line.value),
                    ("DAYLIGHT", "TZOFFSETTO") => zone.summer = Some(line.value),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// A line that begins with white space belongs to the one before.
fn unfolded(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.push_str(&more[1..]);
        }
        Some(line)
    })
}
