//! Keys that a schema doesn't know.
//!
//! A value's schema may be one of several. Those that its `type` rules out are left aside; a key that any of the others
//! knows is known. So is one that says nothing (null, an empty list, false) and belongs to one of those left aside:
//! libraries write out every key that a thing of any type has.

use serde_json::Value;

use super::Breach;

/// The keys in `value`, at any depth, of which this schema says nothing.
pub(super) fn unknown(document: &Value, schema: &Value, value: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    walk(document, &[schema], value, &mut Vec::new(), &mut found);
    found
}

fn walk(
    document: &Value,
    schemas: &[&Value],
    value: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<Breach>,
) {
    let mut plain = Vec::new();
    for schema in schemas {
        flatten(document, schema, &mut plain);
    }
    match value {
        Value::Object(object) => {
            let of_any_type = plain.clone();
            plain.retain(|schema| fits(document, schema, value));
            if plain.iter().all(|schema| {
                schema.get("properties").is_none() && schema.get("additionalProperties").is_none()
            }) {
                return;
            }
            for (key, value) in object {
                let of_key: Vec<&Value> = plain
                    .iter()
                    .filter_map(|schema| {
                        let known = schema.get("properties").and_then(|all| all.get(key));
                        known.or_else(|| {
                            schema.get("additionalProperties").filter(|it| **it != Value::Bool(false))
                        })
                    })
                    .collect();
                path.push(key.clone());
                let elsewhere =
                    || of_any_type.iter().any(|it| it.pointer(&format!("/properties/{key}")).is_some());
                if of_key.is_empty() && says_nothing(value) && elsewhere() {
                    // Discord passes over it too.
                } else if of_key.is_empty() {
                    let message = "the description knows no such key here".to_owned();
                    found.push(Breach { path: path.clone(), code: "UNKNOWN_KEY", message });
                } else {
                    walk(document, &of_key, value, path, found);
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            let of_items: Vec<&Value> = plain.iter().filter_map(|schema| schema.get("items")).collect();
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                walk(document, &of_items, item, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn says_nothing(value: &Value) -> bool {
    value.is_null() || *value == Value::Bool(false) || value.as_array().is_some_and(Vec::is_empty)
}

/// The schema without references and unions: everything that it may be.
fn flatten<'a>(document: &'a Value, schema: &'a Value, plain: &mut Vec<&'a Value>) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        if let Some(target) = document.pointer(name.trim_start_matches('#')) {
            flatten(document, target, plain);
        }
        return;
    }
    plain.push(schema);
    for union in ["allOf", "anyOf", "oneOf"] {
        for choice in schema.get(union).and_then(Value::as_array).into_iter().flatten() {
            flatten(document, choice, plain);
        }
    }
}

/// Whether the kind of thing that the value says it is (its `type`) may be this.
fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    let (Some(wanted), Some(kind)) = (schema.pointer("/properties/type"), value.get("type")) else {
        return true;
    };
    let mut plain = Vec::new();
    flatten(document, wanted, &mut plain);
    let allowed = plain.iter().find_map(|it| it.get("enum").and_then(Value::as_array));
    allowed.is_none_or(|allowed| allowed.contains(kind))
}
