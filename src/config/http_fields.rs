//! `[http.sources.NAME.fields]`: where what is told stands in JSON that has no format known here.

use super::diagnose::Wrong;
use super::section::Section;
use super::shape::Shape;

pub(super) const FIELDS: Shape = Shape {
    keys: &[
        ("group", "\"/id\""),
        ("title", "\"/message\""),
        ("state", "\"/status\""),
        ("resolved", "[\"ok\", \"resolved\"]"),
        ("link", "\"/url\""),
        ("labels", "\"/labels\""),
    ],
    ..Shape::new("http.sources.NAME.fields")
};

/// What says in a generic payload that it is over, unless other words are named.
const RESOLVED: [&str; 2] = ["ok", "resolved"];

/// Where what is told stands in JSON: pointers (RFC 6901), none of them empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) group: String,
    pub(crate) title: String,
    /// `None`: everything that is told is wrong, and nothing is ever over.
    pub(crate) state: Option<String>,
    /// What stands at `state` when it is over.
    pub(crate) resolved: Vec<String>,
    pub(crate) link: Option<String>,
    pub(crate) labels: Option<String>,
}

pub(super) fn read(section: &Section<'_>) -> Fields {
    for key in ["group", "title"] {
        section.require(key);
    }
    if section.place_of("resolved").is_some() && section.place_of("state").is_none() {
        let help = format!("add {}, where it stands", FIELDS.example("state"));
        section.report("resolved", Wrong::new("`resolved` belongs to a `state`", help));
    } else if section.is_empty_list("resolved") {
        let help = format!("for example {}", FIELDS.example("resolved"));
        section.report("resolved", Wrong::new("`resolved` is empty: nothing would ever be over", help));
    }
    let usual = || RESOLVED.map(str::to_owned).to_vec();
    Fields {
        group: section.parsed("group", pointer).unwrap_or_default(),
        title: section.parsed("title", pointer).unwrap_or_default(),
        state: section.parsed("state", pointer),
        resolved: section.parsed_list("resolved", |word| Ok(word.trim().to_owned())).unwrap_or_else(usual),
        link: section.parsed("link", pointer),
        labels: section.parsed("labels", pointer),
    }
}

/// A pointer into JSON (RFC 6901).
fn pointer(text: &str) -> Result<String, Wrong> {
    let help = "it begins with / and has a / before each name or number, as in /alert/message or /items/0";
    if !text.starts_with('/') {
        return Err(Wrong::new(format!("`{text}` does not say where in the JSON it stands"), help));
    }
    match text.split('~').skip(1).all(|after| after.starts_with(['0', '1'])) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("`{text}` has a ~ that stands for nothing"),
            "in a name, ~ is written ~0 and / is written ~1",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn pointers() {
        for text in ["/id", "/alert/message", "/items/0", "/a~1b", "/~0", "/a b"] {
            assert_eq!(pointer(text).as_deref(), Ok(text));
        }
        for text in ["", "id", "$.id", ".id", "/a~", "/a~2"] {
            assert!(pointer(text).is_err(), "{text:?} is refused");
        }
    }
}
