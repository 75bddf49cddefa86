//! Alerts in, pages out.
