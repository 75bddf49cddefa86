use serde_json::{Value, json};

use super::{Bot, world};

fn strict() -> Bot {
    let bot = Bot::of(world().channel("support"));
    bot.server.state().limits.enforced = true;
    bot
}

#[test]
fn a_bucket_is_described_and_kept_to_for_each_channel() {
    let bot = strict();
    for left in (0..5).rev() {
        let answered = bot.post(&bot.messages("ops"), json!({ "content": "x" })).ok();
        assert_eq!(answered.header("x-ratelimit-limit"), Some("5"));
        assert_eq!(answered.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
    }
    let limited = bot.post(&bot.messages("ops"), json!({ "content": "x" }));
    assert_eq!((limited.status, limited.header("x-ratelimit-scope")), (429, Some("user")));
    assert_eq!((&limited.body["global"], &limited.body["code"]), (&json!(false), &Value::Null));
    assert!(limited.body["retry_after"].as_f64().unwrap() <= 5.0);
    assert!(limited.header("retry-after").is_some() && limited.header("x-ratelimit-reset-after").is_some());
    bot.post(&bot.messages("support"), json!({ "content": "x" })).ok();
    bot.advance(5);
    bot.post(&bot.messages("ops"), json!({ "content": "x" })).ok();
}

#[test]
fn fifty_a_second_in_all() {
    let bot = strict();
    let paths = ["/users/@me", "/users/@me/guilds", "/gateway", "/gateway/bot", "/applications/@me"];
    // The clock stands nearly still between these.
    for path in paths.iter().cycle().take(50) {
        bot.get(path).ok();
    }
    let limited = bot.get("/oauth2/applications/@me");
    assert_eq!((limited.status, &limited.body["global"]), (429, &json!(true)));
    assert_eq!(
        (limited.header("x-ratelimit-global"), limited.header("x-ratelimit-scope")),
        (Some("true"), Some("global"))
    );
    bot.advance(1);
    bot.get("/oauth2/applications/@me").ok();
}

#[test]
fn a_wrong_token_opens_nothing() {
    let bot = Bot::new();
    let answered = bot.ask_as("Bot wrong", "GET", "/users/@me", &Value::Null);
    assert_eq!((answered.status, &answered.body["message"]), (401, &json!("401: Unauthorized")));
}

#[test]
fn who_goes_on_after_many_refusals_is_in_breach_once() {
    let bot = Bot::new();
    bot.server.state().limits.ledger_bound = 10;
    for _ in 0..9 {
        bot.ask_as("Bot wrong", "GET", "/users/@me", &Value::Null);
    }
    bot.in_order();
    for _ in 0..5 {
        bot.ask_as("Bot wrong", "GET", "/users/@me", &Value::Null);
    }
    assert_eq!(bot.violations().len(), 1);
    bot.in_disorder("banned");
}

#[test]
fn refusals_of_long_ago_and_shared_limits_do_not_count() {
    let bot = Bot::new();
    bot.server.state().limits.ledger_bound = 5;
    for _ in 0..8 {
        bot.ask_as("Bot wrong", "GET", "/users/@me", &Value::Null);
        bot.advance(200);
    }
    for topic in 0..9 {
        bot.patch(&bot.path("ops"), json!({ "topic": topic.to_string() }));
    }
    bot.in_order();
}
