use serde_json::{Value, json};

use super::Bot;

fn path(bot: &Bot) -> String {
    format!("/applications/{}/guilds/{}/commands", bot.id(), bot.guild())
}

fn command(name: &str) -> Value {
    json!({ "name": name, "description": "Does it", "type": 1 })
}

fn with_options(options: Value) -> Value {
    json!([{ "name": "x", "description": "Does it", "type": 1, "options": options }])
}

#[test]
fn an_overwrite_keeps_what_is_known_and_drops_what_is_not_there() {
    let bot = Bot::new();
    let first = bot.put(&path(&bot), json!([command("incident"), command("ack")])).ok().body;
    let second = bot.put(&path(&bot), json!([command("incident"), command("status")])).ok().body;
    let id = |all: &Value, name: &str| {
        all.as_array().unwrap().iter().find(|it| it["name"] == name).map(|it| it["id"].clone())
    };
    assert_eq!(id(&first, "incident"), id(&second, "incident"));
    assert_eq!((second.as_array().unwrap().len(), id(&second, "ack")), (2, None));
    assert_eq!(bot.server.state().command_creates.len(), 3, "what is known is not made anew");
    let ack = bot.post(&path(&bot), command("ack")).ok();
    assert_eq!(ack.status, 201);
    bot.patch(&format!("{}/{}", path(&bot), ack.id()), json!({ "description": "Another" })).ok();
    bot.delete(&format!("{}/{}", path(&bot), ack.id())).ok();
    bot.get(&format!("{}/{}", path(&bot), ack.id())).refused(404, 10063);
    bot.put(&format!("/applications/{}/commands", bot.id()), json!([command("everywhere")])).ok();
    assert_eq!(bot.get(&path(&bot)).ok().body.as_array().unwrap().len(), 2, "the guild's own only");
    bot.in_order();
}

#[test]
fn two_hundred_new_ones_a_day() {
    let bot = Bot::new();
    let batch = |at: usize| (0..100).map(|it| command(&format!("c{at}-{it}"))).collect::<Value>();
    bot.put(&path(&bot), batch(0)).ok();
    bot.put(&path(&bot), batch(1)).ok();
    bot.put(&path(&bot), batch(1)).ok();
    bot.put(&path(&bot), json!([command("one-more")])).refused(400, 30034);
    bot.advance(24 * 3600);
    bot.put(&path(&bot), json!([command("one-more")])).ok();
    bot.in_order();
}

#[test]
fn a_hundred_in_all() {
    let bot = Bot::new();
    let many: Value = (0..101).map(|it| command(&format!("c{it}"))).collect();
    bot.put(&path(&bot), many).refused(400, 30032);
}

#[test]
fn definitions_keep_to_the_rules() {
    let text = |name: &str, required: bool| json!({ "type": 3, "name": name, "description": "d", "required": required });
    let both = json!({
        "type": 3, "name": "a", "description": "d", "autocomplete": true, "choices": [{ "name": "n", "value": "v" }],
    });
    let wrong = [
        json!([command("Incident")]),
        json!([command("two words")]),
        json!([command("same"), command("same")]),
        json!([{ "name": "x", "type": 1, "description": "" }]),
        with_options(json!([text("a", false), text("b", true)])),
        with_options(json!([text("a", false), text("a", false)])),
        with_options(json!([both])),
        json!([{ "name": "x", "description": "d".repeat(101), "type": 1 }]),
        json!([{ "name": "x", "description": "d", "type": 1, "default_member_permissions": 8 }]),
    ];
    for wrong in wrong {
        let bot = Bot::new();
        bot.put(&path(&bot), wrong).refused(400, 50035);
        assert_eq!(bot.violations().len(), 1);
    }
    let bot = Bot::new();
    bot.put(&path(&bot), with_options(json!([text("a", true), text("b", false)]))).ok();
    bot.in_order();
}
