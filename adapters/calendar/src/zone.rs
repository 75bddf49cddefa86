//! Zones as calendars name them: as IANA does, with a prefix before that, as Windows does, or by what they are.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::lines::{Calendar, ZoneLines};

/// Names that Windows and Outlook use, with the region that stands for them (CLDR, windowsZones).
const WINDOWS: &[(&str, &str)] = &[
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("AUS Central Standard Time", "Australia/Darwin"),
    ("Alaskan Standard Time", "America/Anchorage"),
    ("Arab Standard Time", "Asia/Riyadh"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Argentina Standard Time", "America/Buenos_Aires"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Canada Central Standard Time", "America/Regina"),
    ("Cen. Australia Standard Time", "Australia/Adelaide"),
    ("Central America Standard Time", "America/Guatemala"),
    ("Central Asia Standard Time", "Asia/Almaty"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Standard Time", "America/Chicago"),
    ("Central Standard Time (Mexico)", "America/Mexico_City"),
    ("China Standard Time", "Asia/Shanghai"),
    ("E. Africa Standard Time", "Africa/Nairobi"),
    ("E. Australia Standard Time", "Australia/Brisbane"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Eastern Standard Time", "America/New_York"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("FLE Standard Time", "Europe/Kiev"),
    ("GMT Standard Time", "Europe/London"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("India Standard Time", "Asia/Kolkata"),
    ("Iran Standard Time", "Asia/Tehran"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Korea Standard Time", "Asia/Seoul"),
    ("Mountain Standard Time", "America/Denver"),
    ("Nepal Standard Time", "Asia/Katmandu"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("Newfoundland Standard Time", "America/St_Johns"),
    ("Pacific SA Standard Time", "America/Santiago"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Pakistan Standard Time", "Asia/Karachi"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("SA Pacific Standard Time", "America/Bogota"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Taipei Standard Time", "Asia/Taipei"),
    ("Tasmania Standard Time", "Australia/Hobart"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("US Eastern Standard Time", "America/Indianapolis"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("UTC", "UTC"),
    ("W. Australia Standard Time", "Australia/Perth"),
    ("W. Central Africa Standard Time", "Africa/Lagos"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("West Asia Standard Time", "Asia/Tashkent"),
];

/// The zones of one calendar.
pub(crate) struct Zones {
    /// That of times that name none.
    pub(crate) usual: Tz,
    by_id: BTreeMap<String, Tz>,
}

impl Zones {
    /// `configured` is for a calendar that doesn't say its own; `now` is when offsets are compared.
    pub(crate) fn of(calendar: &Calendar, configured: Tz, now: DateTime<Utc>) -> Self {
        let usual = calendar.zone.as_deref().and_then(named).unwrap_or(configured);
        let mut by_id = BTreeMap::new();
        for zone in &calendar.zones {
            let meant = named(&zone.id)
                .or_else(|| zone.location.as_deref().and_then(named))
                .or_else(|| like(zone, usual, now.year()));
            by_id.extend(meant.map(|tz| (zone.id.clone(), tz)));
        }
        Self { usual, by_id }
    }

    /// The zone that is named; the usual one if nobody knows it.
    pub(crate) fn get(&self, id: Option<&str>) -> Tz {
        let Some(id) = id else { return self.usual };
        self.by_id.get(id).copied().or_else(|| named(id)).unwrap_or(self.usual)
    }
}

/// By a name of IANA, whatever stands before it (`/mozilla.org/20050126_1/Europe/Berlin`), or one of Windows.
fn named(id: &str) -> Option<Tz> {
    let id = id.trim().trim_matches('"');
    let windows = |name: &str| {
        let (_, region) = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name))?;
        region.parse::<Tz>().ok()
    };
    let mut rest = id;
    loop {
        if let Some(tz) = TZ_VARIANTS.into_iter().find(|tz| tz.name().eq_ignore_ascii_case(rest)) {
            return Some(tz);
        }
        rest = match rest.split_once('/') {
            Some((_, rest)) => rest,
            None => return windows(id),
        };
    }
}

/// A region whose clocks show the same in January and July: the usual one if it does.
fn like(zone: &ZoneLines, usual: Tz, year: i32) -> Option<Tz> {
    let standard = offset(zone.standard.as_deref().or(zone.summer.as_deref())?)?;
    let summer = zone.summer.as_deref().and_then(offset).unwrap_or(standard);
    let shows = |tz: &Tz| {
        let at = |month| {
            let noon = Utc.with_ymd_and_hms(year, month, 15, 12, 0, 0).single()?;
            Some(tz.offset_from_utc_datetime(&noon.naive_utc()).fix().local_minus_utc())
        };
        let (Some(january), Some(july)) = (at(1), at(7)) else { return false };
        (january.min(july), january.max(july)) == (standard.min(summer), standard.max(summer))
    };
    let well_known = ["Europe/Berlin", "Europe/London", "Europe/Helsinki"].into_iter();
    let well_known = well_known.filter_map(|name| name.parse().ok());
    std::iter::once(usual).chain(well_known).chain(TZ_VARIANTS).find(shows)
}

/// "+0100", in seconds.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.trim().split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = (digits.get(0..2)?.parse::<i32>().ok()?, digits.get(2..4)?.parse::<i32>().ok()?);
    Some(sign * (hours * 3600 + minutes * 60))
}
