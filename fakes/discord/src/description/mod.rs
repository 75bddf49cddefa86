//! Discord's public description of its interface, and whether a request or an answer is as it says.
//!
//! - The description (`api/openapi.json`) is looser than the documentation in places; `tightened.rs` changes those.
//! - It lets unknown keys pass. Here they are a breach: a misspelt key would do nothing on a real Discord, and no test
//!   would notice.
//! - Compiling all of it takes long. What is needed for one operation is compiled when it is first used, for the whole
//!   process.

mod keys;
mod schema;
mod tightened;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Something that isn't as the description says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Breach {
    /// Where, from the root: object keys and array indexes.
    pub path: Vec<String>,
    /// Discord's word for the kind of breach.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Breach {
    /// Something wrong there.
    pub fn at(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.iter().map(|&part| part.to_owned()).collect(), code, message: message.into() }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.path.join("."), self.message, self.code)
    }
}

/// The breaches as Discord puts them into its answer: a tree with `_errors` at its leaves.
pub fn tree(breaches: &[Breach]) -> Value {
    let mut root = json!({});
    for breach in breaches {
        let mut at = &mut root;
        for part in &breach.path {
            let object =
                at.as_object_mut().map(|object| object.entry(part.clone()).or_insert_with(|| json!({})));
            let Some(next) = object else { return root };
            at = next;
        }
        let error = json!({ "code": breach.code, "message": breach.message });
        match at.get_mut("_errors").and_then(Value::as_array_mut) {
            Some(errors) => errors.push(error),
            None => at["_errors"] = json!([error]),
        }
    }
    root
}

/// One operation of the description: a method on a path.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// `GET` and so on.
    pub method: &'a str,
    /// The path as the description writes it, such as `/channels/{channel_id}`.
    pub path: &'a str,
}

impl Operation<'_> {
    fn described(&self) -> Option<&'static Value> {
        schema::document()["paths"].get(self.path)?.get(self.method.to_lowercase())
    }

    /// Whether there is such an operation.
    pub fn exists(&self) -> bool {
        self.described().is_some()
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What is wrong with a request's body.
    pub fn body(&self, body: &Value) -> Vec<Breach> {
        let content = self.described().and_then(|it| it["requestBody"]["content"].get("application/json"));
        match content.map(|content| &content["schema"]) {
            Some(schema) => {
                let mut breaches = schema::check(&format!("{} body", self.name()), schema, body);
                breaches.extend(keys::unknown(schema::document(), schema, body));
                breaches
            }
            None if body.is_null() => Vec::new(),
            None => vec![Breach::at(&[], "UNEXPECTED_BODY", "this takes no body")],
        }
    }

    /// What is wrong with a request's query.
    pub fn query(&self, query: &BTreeMap<String, String>) -> Vec<Breach> {
        let parameters = self.described().and_then(|it| it["parameters"].as_array());
        let known = parameters.into_iter().flatten().filter(|it| it["in"] == "query");
        let known: BTreeMap<&str, &Value> = known.filter_map(|it| Some((it["name"].as_str()?, it))).collect();
        let mut breaches = Vec::new();
        for (key, text) in query {
            let Some(parameter) = known.get(key.as_str()) else {
                breaches.push(Breach::at(&[key], "UNKNOWN_PARAMETER", "this isn't asked for here"));
                continue;
            };
            let value = typed(&parameter["schema"], text);
            let found = schema::check(&format!("{} query {key}", self.name()), &parameter["schema"], &value);
            breaches.extend(found.into_iter().map(|breach| Breach { path: vec![key.clone()], ..breach }));
        }
        for (key, parameter) in known {
            if parameter["required"] == true && !query.contains_key(key) {
                breaches.push(Breach::at(&[key], "BASE_TYPE_REQUIRED", "This field is required"));
            }
        }
        breaches
    }

    /// What is wrong with an answer: its status, and what it says.
    pub fn answer(&self, status: u16, body: Option<&Value>) -> Vec<Breach> {
        let Some(responses) = self.described().map(|it| &it["responses"]) else { return Vec::new() };
        let Some(response) = responses.get(status.to_string()) else {
            return vec![Breach::at(
                &[],
                "UNKNOWN_STATUS",
                format!("the description has no answer {status}"),
            )];
        };
        match (response["content"].get("application/json").map(|content| &content["schema"]), body) {
            (Some(schema), Some(body)) => schema::check(&format!("{} {status}", self.name()), schema, body),
            (Some(_), None) => vec![Breach::at(&[], "BASE_TYPE_REQUIRED", "an answer without a body")],
            (None, Some(_)) => vec![Breach::at(&[], "UNEXPECTED_BODY", "an answer with a body")],
            (None, None) => Vec::new(),
        }
    }
}

/// A parameter's text as the type that the description gives it.
fn typed(schema: &Value, text: &str) -> Value {
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|it| it == kind))
    };
    if is("integer") {
        return text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number));
    }
    if is("boolean") {
        return match text {
            "true" | "True" | "1" => json!(true),
            "false" | "False" | "0" => json!(false),
            _ => json!(text),
        };
    }
    json!(text)
}

/// A value without the keys that are null: Discord takes null for absent in many requests.
pub fn without_nulls(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
