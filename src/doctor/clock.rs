//! Whether this machine and the homeserver agree what time it is. Promises fall due by our clock, and what people said
//! is dated by theirs.

use chrono::{TimeDelta, Utc};
use sitrep_core::port::Finding;

use super::web;

/// Further apart than this, and "30 minutes ago" is wrong for somebody.
const LARGEST_DIFFERENCE: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn check(homeserver: Option<&str>) -> Vec<Finding> {
    let Some(homeserver) = homeserver else { return Vec::new() };
    let began = Utc::now();
    let answer = web::ask(&format!("{homeserver}/_matrix/client/versions")).await;
    let ended = Utc::now();
    let date = match answer {
        Ok(answer) => answer.date,
        // That it can't be reached is the platform's to say.
        Err(_) => None,
    };
    let Some(date) = date else {
        return vec![Finding::note(
            "Clock: the homeserver doesn't say what time it has",
            "Make sure that both machines get their time from the network",
        )];
    };
    // It was written down between the two, and shows whole seconds.
    let (behind, ahead) = (began - date - TimeDelta::seconds(1), date - ended);
    let difference = behind.max(ahead).max(TimeDelta::zero());
    if difference <= LARGEST_DIFFERENCE {
        return vec![Finding::ok("Clock: this machine and the homeserver agree")];
    }
    let direction = if behind > ahead { "ahead of" } else { "behind" };
    vec![Finding::problem(
        format!("Clock: this machine is {} s {direction} the homeserver", difference.num_seconds()),
        "Have both machines get their time from the network, with systemd: timedatectl set-ntp true",
    )]
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::super::web::tests::server;
    use super::*;

    async fn with_date(header: &str) -> Finding {
        let answer = format!("HTTP/1.1 200 OK\r\n{header}content-length: 2\r\nconnection: close\r\n\r\n{{}}");
        let homeserver = server(answer).await;
        check(Some(&homeserver)).await.pop().expect("a finding")
    }

    #[tokio::test]
    async fn clocks_that_differ_are_told() {
        let shifted = |seconds: i64| {
            let date = Utc::now() + TimeDelta::seconds(seconds);
            format!("date: {}\r\n", date.format("%a, %d %b %Y %H:%M:%S GMT"))
        };
        assert_eq!(with_date(&shifted(0)).await.level, Level::Ok);
        assert_eq!(with_date(&shifted(-20)).await.level, Level::Ok);
        let slow = with_date(&shifted(300)).await;
        assert!(slow.level == Level::Problem && slow.what.contains("behind"), "{slow}");
        let fast = with_date(&shifted(-300)).await;
        assert!(fast.level == Level::Problem && fast.what.contains("ahead of"), "{fast}");
        assert_eq!(with_date("").await.level, Level::Note);
        assert!(check(None).await.is_empty());
    }
}
