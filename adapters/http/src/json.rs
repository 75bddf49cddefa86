//! JSON, read so that what is wrong with it can be said.
//!
//! A key that stands twice in an object is refused: readers differ in which of the two counts. So is more than
//! [`MOST_VALUES`], whose memory would be many times the body's, and nesting beyond serde_json's 128.
//!
//! [`At`] is a value and where it stands. What it says of where is made of names that sitrep asks for and of numbers, so
//! nothing that was sent comes back.

use std::{cell::Cell, fmt};

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, error::Category};

/// How many values there are at most in a body.
const MOST_VALUES: u32 = 100_000;

const TWICE: &str = "a key stands twice in an object";
const TOO_MANY: &str = "there are too many values";

/// What was expected, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unexpected(pub(crate) String);

/// Reads a body.
pub(crate) fn read(body: &[u8]) -> Result<Value, Unexpected> {
    let left = Cell::new(MOST_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = Strict(&left).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Unexpected(match error.classify() {
            Category::Eof if body.iter().all(u8::is_ascii_whitespace) => {
                "The body is empty; JSON was expected.".to_owned()
            }
            Category::Eof | Category::Io => "The body ends in the middle of its JSON.".to_owned(),
            Category::Data if error.to_string().starts_with(TWICE) => {
                format!("In the body, {TWICE}, at line {line}, column {column}.")
            }
            Category::Data if error.to_string().starts_with(TOO_MANY) => format!("In the body, {TOO_MANY}."),
            Category::Data | Category::Syntax => {
                format!("The body is no JSON that can be read, at line {line}, column {column}.")
            }
        })
    })
}

/// A value with no key twice, counted against what is left.
struct Strict<'a>(&'a Cell<u32>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.0.set(self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom(TOO_MANY))?);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Strict(self.0))? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = items.next_key::<String>()? {
            let value = items.next_value_seed(Strict(self.0))?;
            if all.insert(key, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(all))
    }
}

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<'a> {
    /// `Null` if there is none.
    value: &'a Value,
    path: String,
}

impl<'a> At<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// What a JSON pointer points at.
    pub(crate) fn pointed_at(&self, pointer: &str) -> Self {
        Self { value: self.value.pointer(pointer).unwrap_or(&Value::Null), path: pointer.to_owned() }
    }

    /// A field of an object. `name` must not come from the body: it is said what is wrong with it.
    pub(crate) fn field(&self, name: &str) -> Result<Self, Unexpected> {
        let Value::Object(fields) = self.value else { return Err(self.unlike("an object")) };
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Ok(Self { value: fields.get(name).unwrap_or(&Value::Null), path })
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.value.is_null()
    }

    /// A text with something in it.
    pub(crate) fn text(&self) -> Result<&'a str, Unexpected> {
        self.optional_text()?
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| self.unlike("a text that isn't empty"))
    }

    /// A text, if there is any; it may be empty.
    pub(crate) fn optional_text(&self) -> Result<Option<&'a str>, Unexpected> {
        match self.value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(self.unlike("a text"))
            }
        }
    }

    /// A text with something in it, a number, yes or no, as a text.
    pub(crate) fn word(&self) -> Result<String, Unexpected> {
        word(self.value)
            .filter(|word| !word.trim().is_empty())
            .ok_or_else(|| self.unlike("a text or a number"))
    }

    /// A whole number that isn't negative.
    pub(crate) fn number(&self) -> Result<u64, Unexpected> {
        self.value.as_u64().ok_or_else(|| self.unlike("a whole number"))
    }

    /// A time, if there is one that can be read. `0001-01-01T00:00:00Z` is Go's word for none.
    pub(crate) fn time(&self) -> Result<Option<DateTime<Utc>>, Unexpected> {
        let Some(text) = self.optional_text()? else { return Ok(None) };
        let with_zone = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        let time = with_zone.map(|time| time.with_timezone(&Utc)).ok();
        Ok(time.filter(|time| (1970..=9999).contains(&chrono::Datelike::year(time))))
    }

    /// The items of a list, none if there is no list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Unexpected> {
        let items = match self.value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(items) => items,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                return Err(self.unlike("a list"));
            }
        };
        let at = |(index, value)| Self { value, path: format!("{}[{index}]", self.path) };
        Ok(items.iter().enumerate().map(at).collect())
    }

    /// The texts, numbers, yes and no of an object by their keys, none if there is no object. What is nested in it is left
    /// out if that is allowed.
    pub(crate) fn words(&self, is_nested_fine: bool) -> Result<Vec<(&'a str, String)>, Unexpected> {
        let fields = match self.value {
            Value::Null => return Ok(Vec::new()),
            Value::Object(fields) => fields,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(self.unlike("an object of texts"));
            }
        };
        let mut words = Vec::new();
        for (key, value) in fields {
            match word(value) {
                Some(word) => words.push((key.as_str(), word)),
                None if value.is_null() || is_nested_fine => {}
                None => return Err(self.unlike("an object of texts")),
            }
        }
        Ok(words)
    }

    /// That something else was expected here.
    pub(crate) fn unlike(&self, expected: &str) -> Unexpected {
        if self.path.is_empty() {
            return Unexpected(format!("The body should be {expected}."));
        }
        let what = if self.is_missing() { "is missing: it" } else { "is something else: it" };
        Unexpected(format!("`{}` {what} should be {expected}.", self.path))
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_so) => Some(is_so.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(body: &[u8]) -> String {
        read(body).expect_err("refused").0
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        let no_json = "The body is no JSON that can be read, at line 1, column ";
        let bodies: [&[u8]; 10] = [
            b"hello",
            b"{\"a\": NaN}",
            b"{\"a\": 1e999}",
            b"{\"a\": \"\\ud800\"}",
            b"{'a': 1}",
            b"{\"a\": 1} trailing",
            b"{\"a\": \"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"{\"a\": 0123}",
            b"{\"a\": \"\n\"}",
        ];
        for body in bodies {
            let told = wrong(body);
            assert!(
                told.starts_with(no_json) || told.contains("at line 2"),
                "{told}: {}",
                String::from_utf8_lossy(body)
            );
        }
        assert_eq!(wrong(b" \n"), "The body is empty; JSON was expected.");
        assert_eq!(wrong(b"{\"a\": [1, "), "The body ends in the middle of its JSON.");
        assert_eq!(
            wrong(b"{\"a\": {\"b\": 1, \"b\": 2}}"),
            "In the body, a key stands twice in an object, at line 1, column 22."
        );
    }

    #[test]
    fn depth_and_number_have_an_end() {
        for bracket in ["[", "{\"a\":"] {
            let told = wrong(bracket.repeat(100_000).as_bytes());
            assert!(told.starts_with("The body is no JSON"), "{told}");
        }
        let zeros = format!("[{}0]", "0,".repeat(200_000));
        assert_eq!(wrong(zeros.as_bytes()), "In the body, there are too many values.");
    }

    #[test]
    fn what_is_wrong_is_said_with_where_and_without_what_was_sent() {
        let value =
            read(br#"{"alerts": [{"status": 5, "labels": {"secret": [1]}}], "empty": " "}"#).expect("JSON");
        let root = At::root(&value);
        let alert = &root.field("alerts").and_then(|alerts| alerts.items()).expect("a list")[0];
        let status = alert.field("status").and_then(|status| status.text().map(str::to_owned));
        assert_eq!(
            status,
            Err(Unexpected("`alerts[0].status` is something else: it should be a text.".to_owned()))
        );
        let labels = alert.field("labels").and_then(|labels| labels.words(false));
        assert_eq!(
            labels,
            Err(Unexpected(
                "`alerts[0].labels` is something else: it should be an object of texts.".to_owned()
            ))
        );
        let missing = root.field("groupKey").and_then(|key| key.text().map(str::to_owned));
        assert_eq!(
            missing,
            Err(Unexpected("`groupKey` is missing: it should be a text that isn't empty.".to_owned()))
        );
        assert!(root.field("empty").and_then(|key| key.text().map(str::to_owned)).is_err());
        assert_eq!(
            At::root(&Value::Null).field("x").expect_err("refused").0,
            "The body should be an object."
        );
    }

    #[test]
    fn times_are_read_as_senders_write_them() {
        let time = |text: &str| At::root(&Value::String(text.to_owned())).time().expect("a text");
        let expected = "2015-07-17T08:42:58.315Z".parse().ok();
        assert_eq!(time("2015-07-17T08:42:58.315+0000"), expected);
        assert_eq!(time("2015-07-17T10:42:58.315+02:00"), expected);
        for none in ["0001-01-01T00:00:00Z", "yesterday", ""] {
            assert_eq!(time(none), None);
        }
    }
}
