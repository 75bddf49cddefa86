//! A picture or file that goes with a message: one message with the file in it.
//!
//! - The form goes beside the file in a body of several parts, and names it ("Uploading Files", Discord's reference).
//! - **What can't be attached costs nothing else**: the words are said without it, and say so.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::{
    all::CreateAttachment,
    http::{Multipart, MultipartUpload},
};
use sitrep_core::{args, message::catalogue::Words, port::Attachment};

use crate::{
    failure::{Failure, code},
    render::shortened,
};

/// How large a file may be on a server that nobody has paid for ("Uploading Files": 10 MiB).
const LARGEST: usize = 10 << 20;
/// How long an answer to a message with a file is waited for.
pub(crate) const SENDING: Duration = Duration::from_secs(40);
/// How long the words may be for those who can't see a picture.
const DESCRIPTION: usize = 1_000;
/// How many characters a file's name may have: Discord takes more, and people don't.
const NAME: usize = 100;

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    name: String,
    /// What it says to those who can't see it.
    description: Option<String>,
    content: Vec<u8>,
}

impl Upload {
    /// What is attached. Figures are drawn before they come here.
    pub(crate) fn of(attachment: &Attachment) -> Option<Self> {
        match attachment {
            Attachment::Chart(_) => None,
            Attachment::Picture { name, alt, png, .. } => Some(Self {
                name: plain(name),
                description: Some(shortened(alt, DESCRIPTION)).filter(|alt| !alt.is_empty()),
                content: png.clone(),
            }),
            Attachment::File { name, content, .. } => {
                Some(Self { name: plain(name), description: None, content: content.clone().into_bytes() })
            }
        }
    }

    /// Why it can't be sent at all; a sentence.
    pub(crate) fn trouble(&self, words: &Words) -> Option<String> {
        (self.content.len() > LARGEST).then(|| self.too_large(words))
    }

    /// Whether the file is why Discord refused, as a sentence: the words may be said without it.
    pub(crate) fn is_blamed(&self, failure: &Failure, words: &Words) -> Option<String> {
        let is_size = matches!(failure, Failure::Intercepted(413)) || failure.is(&[code::TOO_LARGE]);
        if is_size {
            return Some(self.too_large(words));
        }
        // It may be another permission that is missing. Then the words are refused as well.
        let is_forbidden = failure.is(&[code::NO_PERMISSION]);
        is_forbidden.then(|| words.phrase("adapter.not_allowed", args![name = self.name.as_str()]))
    }

    fn too_large(&self, words: &Words) -> String {
        words.phrase("adapter.too_large", args![name = self.name.as_str()])
    }

    /// A form and the file, as they are sent.
    pub(crate) fn beside(self, form: Option<Value>) -> Multipart {
        let mut form = form.unwrap_or_else(|| json!({}));
        let mut listed = json!({ "id": "0", "filename": self.name });
        if let Some(description) = &self.description {
            listed["description"] = description.as_str().into();
        }
        form["attachments"] = json!([listed]);
        Multipart {
            upload: MultipartUpload::Attachments(vec![CreateAttachment::bytes(self.content, self.name)]),
            fields: Vec::new(),
            payload_json: Some(form.to_string()),
        }
    }
}

/// A name that Discord keeps as it is.
fn plain(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let plain: String = name.chars().map(keep).collect();
    let start = plain.len().saturating_sub(NAME);
    if plain.is_empty() { "file".to_owned() } else { plain[start..].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(name: &str, alt: &str, bytes: usize) -> Upload {
        let (name, alt, png) = (name.to_owned(), alt.to_owned(), vec![0; bytes]);
        Upload::of(&Attachment::Picture { name, alt, png, width: 1, height: 1 }).unwrap()
    }

    #[test]
    fn a_picture_is_named_and_described() {
        let upload = picture("the chart.png", &"ä".repeat(2_000), 3);
        let whole = upload.beside(Some(json!({ "content": "hello" })));
        let form: Value = serde_json::from_str(&whole.payload_json.unwrap()).unwrap();
        assert_eq!((&form["content"], &form["attachments"][0]["id"]), (&json!("hello"), &json!("0")));
        assert_eq!(form["attachments"][0]["filename"], "the_chart.png");
        let described = form["attachments"][0]["description"].as_str().unwrap();
        assert!(described.chars().count() <= 1_024);
        let MultipartUpload::Attachments(files) = whole.upload else { panic!() };
        assert_eq!((files[0].filename.as_str(), files[0].data.len()), ("the_chart.png", 3));
        assert_eq!(plain(""), "file");
        assert!(plain(&format!("{}.png", "x".repeat(400))).ends_with("x.png"));
    }

    #[test]
    fn what_is_too_large_is_said() {
        assert_eq!(picture("a.png", "", LARGEST).trouble(&Words::default()), None);
        assert!(
            picture("a.png", "", LARGEST + 1).trouble(&Words::default()).unwrap().contains("larger than")
        );
    }
}
