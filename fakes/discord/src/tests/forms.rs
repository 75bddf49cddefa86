//! A form that isn't as it must be is refused, and remembered as a violation.

use serde_json::{Value, json};

use super::Bot;

/// Refused with an error at that place.
#[track_caller]
fn refused(body: Value, at: &str) {
    let bot = Bot::new();
    let answered = bot.post(&bot.messages("ops"), body).refused(400, 50035);
    let errors = answered.body["errors"].pointer(at);
    assert!(errors.is_some_and(|errors| errors["_errors"][0]["code"].is_string()), "{:?}", answered.body);
    assert_eq!(bot.violations().len(), 1, "{:?}", bot.violations());
}

#[track_caller]
fn taken(body: Value) {
    let bot = Bot::new();
    bot.post(&bot.messages("ops"), body).ok();
    bot.in_order();
}

fn button(custom_id: &str) -> Value {
    json!({ "type": 2, "style": 1, "label": "Acknowledge", "custom_id": custom_id })
}

fn row(buttons: &[Value]) -> Value {
    json!({ "content": "x", "components": [{ "type": 1, "components": buttons }] })
}

#[test]
fn content_has_at_most_2000_characters() {
    taken(json!({ "content": "ä".repeat(2000) }));
    refused(json!({ "content": "ä".repeat(2001) }), "/content");
}

#[test]
fn a_message_says_something() {
    let bot = Bot::new();
    bot.post(&bot.messages("ops"), json!({ "content": "   " })).refused(400, 50006);
    bot.in_disorder("50006");
}

#[test]
fn embeds_keep_to_their_limits() {
    let embed = |embed: Value| json!({ "embeds": [embed] });
    taken(embed(json!({ "title": "t".repeat(256), "description": "d".repeat(4096) })));
    refused(embed(json!({ "title": "t".repeat(257) })), "/embeds/0/title");
    refused(embed(json!({ "description": "d".repeat(4097) })), "/embeds/0/description");
    refused(
        embed(json!({ "fields": [{ "name": "n".repeat(257), "value": "v" }] })),
        "/embeds/0/fields/0/name",
    );
    refused(
        embed(json!({ "fields": [{ "name": "n", "value": "v".repeat(1025) }] })),
        "/embeds/0/fields/0/value",
    );
    refused(embed(json!({ "fields": [{ "name": "n", "value": " " }] })), "/embeds/0/fields/0/value");
    let field = json!({ "name": "n", "value": "v" });
    refused(embed(json!({ "fields": vec![field; 26] })), "/embeds/0/fields");
    let long = json!({ "description": "d".repeat(3001) });
    refused(json!({ "embeds": [long, long] }), "/embeds");
    refused(embed(json!({ "color": 1 })), "/embeds/0");
}

#[test]
fn buttons_keep_to_their_limits() {
    let many = |count: usize| (0..count).map(|at| button(&at.to_string())).collect::<Vec<_>>();
    taken(row(&many(5)));
    refused(row(&many(6)), "/components/0");
    refused(row(&[button(&"c".repeat(101))]), "/components/0");
    refused(
        row(&[json!({ "type": 2, "style": 1, "label": "l".repeat(81), "custom_id": "c" })]),
        "/components/0",
    );
    refused(row(&[button("same"), button("same")]), "/components/0/components/1/custom_id");
    refused(row(&[json!({ "type": 2, "style": 1, "label": "l" })]), "/components/0/components/0/custom_id");
    refused(
        row(&[json!({ "type": 2, "style": 5, "label": "l", "custom_id": "c" })]),
        "/components/0/components/0/url",
    );
    refused(row(&[json!({ "type": 2, "style": 1, "custom_id": "c" })]), "/components/0/components/0/label");
    taken(row(&[json!({ "type": 2, "style": 5, "label": "Meeting", "url": "https://meet.example/x" })]));
    let rows: Vec<Value> =
        (0..6).map(|at| json!({ "type": 1, "components": [button(&at.to_string())] })).collect();
    refused(json!({ "content": "x", "components": rows }), "/components/5");
}

#[test]
fn a_nonce_has_at_most_25_characters() {
    taken(json!({ "content": "x", "nonce": "n".repeat(25), "enforce_nonce": true }));
    refused(json!({ "content": "x", "nonce": "n".repeat(26) }), "/nonce");
    refused(json!({ "content": "x", "enforce_nonce": true }), "/nonce");
}

#[test]
fn unknown_keys_are_a_breach_at_any_depth() {
    refused(json!({ "content": "x", "allow_mentions": {} }), "/allow_mentions");
    refused(json!({ "content": "x", "allowed_mentions": { "parses": [] } }), "/allowed_mentions/parses");
    refused(json!({ "embeds": [{ "title": "t", "subtitle": "s" }] }), "/embeds/0/subtitle");
    let mut odd = button("c");
    odd["customid"] = json!("c");
    refused(row(&[odd]), "/components/0/components/0/customid");
}

#[test]
fn mentions_are_allowed_one_way_or_the_other() {
    refused(
        json!({ "content": "x", "allowed_mentions": { "parse": ["users"], "users": ["1"] } }),
        "/allowed_mentions/users",
    );
    refused(json!({ "content": "x", "allowed_mentions": { "parse": ["user"] } }), "/allowed_mentions");
}

#[test]
fn flags_that_are_not_the_bots_to_set_are_a_breach() {
    taken(json!({ "content": "x", "flags": 4 }));
    refused(json!({ "content": "x", "flags": 64 }), "/flags");
}

#[test]
fn permission_bits_are_strings() {
    let bot = Bot::new();
    let path = format!("{}/permissions/{}", bot.path("ops"), bot.person("bob").id());
    bot.put(&path, json!({ "type": 1, "allow": 1024, "deny": "0" })).refused(400, 50035);
    bot.in_disorder("allow");
    bot.put(&path, json!({ "type": 1, "allow": "1024", "deny": "0" })).ok();
}

#[test]
fn queries_are_as_described() {
    let bot = Bot::new();
    bot.get(&format!("{}?limit=101", bot.messages("ops"))).refused(400, 50035);
    bot.get(&format!("{}?newest=1", bot.messages("ops"))).refused(400, 50035);
    assert_eq!(bot.violations().len(), 2);
}

#[test]
fn what_does_not_exist_is_a_breach_to_ask_for() {
    let bot = Bot::new();
    assert_eq!(bot.get("/channels").status, 404);
    assert_eq!(bot.delete("/users/@me").status, 405);
    assert_eq!(bot.violations().len(), 2);
}
