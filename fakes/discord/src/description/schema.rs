//! The description's schemas, compiled one operation at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};

use super::{Breach, tightened};

static DOCUMENT: OnceLock<Value> = OnceLock::new();
static COMPILED: OnceLock<Mutex<BTreeMap<String, Arc<Validator>>>> = OnceLock::new();

/// The description, tightened.
pub(super) fn document() -> &'static Value {
    DOCUMENT.get_or_init(|| {
        let mut document =
            serde_json::from_str(include_str!("../../api/openapi.json")).unwrap_or_else(|error| {
                unreachable!("the description that is compiled in is JSON: {error}");
            });
        tightened::tighten(&mut document);
        document
    })
}

/// What is wrong with a value, by a schema of the description.
pub(super) fn check(name: &str, schema: &Value, value: &Value) -> Vec<Breach> {
    compiled(name, schema)
        .iter_errors(value)
        .map(|error| {
            let path = error.instance_path().as_str().split('/').filter(|part| !part.is_empty());
            let (code, message) = worded(error.kind(), &error.to_string());
            let mut path: Vec<String> = path.map(str::to_owned).collect();
            if let ValidationErrorKind::Required { property } = error.kind() {
                path.extend(property.as_str().map(str::to_owned));
            }
            Breach { path, code, message }
        })
        .collect()
}

/// The breach in Discord's words.
fn worded(kind: &ValidationErrorKind, plain: &str) -> (&'static str, String) {
    let short: String = plain.chars().take(300).collect();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "of many kinds, the few that have a word of their own"
    )]
    match kind {
        ValidationErrorKind::MaxLength { limit } => {
            ("BASE_TYPE_MAX_LENGTH", format!("Must be {limit} or fewer in length."))
        }
        ValidationErrorKind::MinLength { limit } => {
            ("BASE_TYPE_MIN_LENGTH", format!("Must be {limit} or more in length."))
        }
        ValidationErrorKind::MaxItems { limit } => {
            ("BASE_TYPE_MAX_LENGTH", format!("Must be {limit} or fewer in length."))
        }
        ValidationErrorKind::MinItems { limit } => {
            ("BASE_TYPE_MIN_LENGTH", format!("Must be {limit} or more in length."))
        }
        ValidationErrorKind::Required { .. } => ("BASE_TYPE_REQUIRED", "This field is required".to_owned()),
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            ("BASE_TYPE_CHOICES", short)
        }
        ValidationErrorKind::Maximum { .. } | ValidationErrorKind::ExclusiveMaximum { .. } => {
            ("NUMBER_TYPE_MAX", short)
        }
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::ExclusiveMinimum { .. } => {
            ("NUMBER_TYPE_MIN", short)
        }
        ValidationErrorKind::AnyOf { .. }
        | ValidationErrorKind::OneOfMultipleValid { .. }
        | ValidationErrorKind::OneOfNotValid { .. } => ("UNION_TYPE_CHOICES", short),
        _ => ("BASE_TYPE_BAD_TYPE", short),
    }
}

fn compiled(name: &str, schema: &Value) -> Arc<Validator> {
    let compiled = COMPILED.get_or_init(Mutex::default);
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    let found = compiled.entry(name.to_owned()).or_insert_with(|| {
        let alone = alone(schema);
        let built = jsonschema::draft202012::options().should_validate_formats(true).build(&alone);
        Arc::new(built.unwrap_or_else(|error| unreachable!("the description of {name} is a schema: {error}")))
    });
    Arc::clone(found)
}

/// A schema with everything that it refers to, and nothing else.
fn alone(schema: &Value) -> Value {
    let all = &document()["components"]["schemas"];
    let mut needed = BTreeSet::new();
    let mut todo = vec![schema];
    while let Some(next) = todo.pop() {
        match next {
            Value::Object(object) => {
                if let Some(name) =
                    object.get("$ref").and_then(Value::as_str).and_then(|it| it.rsplit('/').next())
                    && needed.insert(name)
                {
                    todo.push(&all[name]);
                }
                todo.extend(object.values());
            }
            Value::Array(items) => todo.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let definitions: Map<_, _> =
        needed.into_iter().map(|name| (name.to_owned(), moved(&all[name]))).collect();
    json!({ "$defs": definitions, "allOf": [moved(schema)] })
}

/// A schema whose references point to definitions beside it.
fn moved(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let moved = object.iter().map(|(key, value)| {
                let value = match (key.as_str(), value.as_str().and_then(|it| it.rsplit('/').next())) {
                    ("$ref", Some(name)) => json!(format!("#/$defs/{name}")),
                    _ => moved(value),
                };
                (key.clone(), value)
            });
            Value::Object(moved.collect())
        }
        Value::Array(items) => items.iter().map(moved).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}
