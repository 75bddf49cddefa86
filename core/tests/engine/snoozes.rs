//! Putting off the question for news: an hour in all, until those who follow know that it is late.

use chrono::Duration;

use crate::bench::Bench;

#[test]
fn silence_is_told_however_often_the_question_is_put_off() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.wait(Duration::minutes(20));
    bench.settle();
    bench.hear("ops", "!snooze INC-1 1h");
    let said = bench.settle();
    assert!(said.iter().any(|(_, text)| text.starts_with("I ask about INC-1 again")), "{said:?}");
    bench.wait(Duration::minutes(60));
    bench.settle();
    bench.hear("ops", "!snooze INC-1");
    let said = bench.settle();
    assert!(said.iter().any(|(_, text)| text.starts_with("I can wait an hour at most")), "{said:?}");
    let mut told = Vec::new();
    for _ in 0..2 {
        bench.wait(Duration::minutes(5));
        told.extend(bench.settle());
    }
    let overdue = |(room, text): &(String, String)| room == "status" && text.contains("is overdue by 70");
    assert!(told.iter().any(overdue), "{told:?}");
    // Now they know, and it may be put off again.
    bench.wait(Duration::minutes(20));
    bench.settle();
    bench.hear("ops", "!snooze INC-1");
    let said = bench.settle();
    assert!(said.iter().any(|(_, text)| text.starts_with("I ask about INC-1 again")), "{said:?}");
}
