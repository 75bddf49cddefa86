//! Files that go with messages.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{Answered, Bot};
use crate::permission;
use crate::view::Message;

/// The beginning of a picture, three pixels wide and two high.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02";

impl Bot {
    /// Sends a form with files beside it.
    fn send(&self, method: &str, path: &str, form: &Value, files: &[(&str, &[u8])]) -> Answered {
        let mut body = Vec::new();
        for (at, (name, content)) in files.iter().enumerate() {
            let head = format!(
                "--x\r\nContent-Disposition: form-data; name=\"files[{at}]\"; filename=\"{name}\"\r\n\
                 Content-Type: image/png\r\n\r\n"
            );
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        let head = "--x\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n";
        body.extend(format!("{head}{form}\r\n--x--\r\n").into_bytes());
        let mut headers = HeaderMap::new();
        let token = format!("Bot {}", self.server.state().application.token);
        headers.insert("authorization", HeaderValue::from_str(&token).unwrap());
        headers.insert("content-type", HeaderValue::from_static("multipart/form-data; boundary=x"));
        self.arrive(method, path, headers, Bytes::from(body))
    }

    fn newest(&self) -> Message {
        self.person("alice").reads("ops").unwrap().pop().unwrap()
    }
}

#[test]
fn a_file_is_in_its_message_and_stays_until_it_is_left_out() {
    let bot = Bot::new();
    let form = json!({ "content": "see", "attachments": [
        { "id": "0", "filename": "the chart.png", "description": "requests failing" },
    ] });
    let posted = bot.send("POST", &bot.messages("ops"), &form, &[("x.png", PICTURE)]).ok();
    let shown = bot.newest().attachments;
    assert_eq!((shown[0].name.as_str(), shown[0].size), ("the_chart.png", Some((3, 2))));
    assert_eq!(
        (shown[0].description.as_deref(), shown[0].content.as_slice()),
        (Some("requests failing"), PICTURE)
    );
    let known = posted.body["attachments"][0].clone();
    assert_eq!((known["width"].as_u64(), known["url"].as_str()), (Some(3), Some(shown[0].address.as_str())));
    let path = format!("{}/{}", bot.messages("ops"), posted.id());
    bot.patch(&path, json!({ "content": "look" })).ok();
    assert_eq!(bot.newest().attachments, shown, "an edit keeps them");
    bot.send("PATCH", &path, &json!({}), &[("more.png", PICTURE)]).ok();
    assert_eq!(bot.newest().attachments.len(), 2);
    bot.patch(&path, json!({ "attachments": [{ "id": known["id"] }] })).ok();
    assert_eq!(bot.newest().attachments, shown);
    bot.patch(&path, json!({ "attachments": [] })).ok();
    assert_eq!(bot.newest().attachments, []);
    bot.in_order();
}

#[test]
fn a_file_takes_a_permission_and_has_a_limit() {
    let bot = Bot::new();
    let send =
        |form: &Value, content: &[u8]| bot.send("POST", &bot.messages("ops"), form, &[("x.png", content)]);
    send(&json!({}), PICTURE).ok();
    send(&json!({}), &vec![0; (10 << 20) + 1]).refused(413, 40005);
    bot.revoke(permission::ATTACH_FILES);
    send(&json!({}), PICTURE).refused(403, 50013);
    bot.in_order();
    send(&json!({ "attachments": [{ "id": "7" }] }), PICTURE).refused(400, 50035);
    bot.in_disorder("ATTACHMENT_NOT_FOUND");
}
