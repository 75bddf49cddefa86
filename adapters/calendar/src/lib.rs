//! Who is on duty, from a calendar.
