//! A form as somebody fills it in.

use serde_json::{Value, json};

use super::component::fields;
use super::refused;
use crate::person::Refused;
use crate::state::interaction::Interaction;

/// The number of the answer that is a form.
const FORM: u8 = 9;
/// Text may be so long, where the field does not say less.
const LONGEST_TEXT: u64 = 4000;

/// What the bot is told of the form that answered this interaction.
pub(super) fn filled(shown: &Interaction, values: &[(&str, &str)]) -> Result<Value, Refused> {
    let form = shown.answer.as_ref().filter(|answer| answer.kind == FORM).map(|answer| &answer.data);
    let form = form.ok_or_else(|| refused("no form is shown"))?;
    let all = fields(form);
    for (name, _) in values {
        if !all.iter().any(|(_, field, label)| is(name, field, *label)) {
            return Err(refused(format!("the form has no field {name}")));
        }
    }
    let mut rows = Vec::new();
    for (row, field, label) in all {
        let typed = values.iter().find(|(name, _)| is(name, field, label)).map(|(_, value)| *value);
        let value = typed.or_else(|| field["value"].as_str()).unwrap_or_default();
        check(field, label.unwrap_or("a field"), value)?;
        let field = json!({ "type": 4, "custom_id": field["custom_id"], "value": value, "id": 0 });
        rows.push(if row["component"].is_object() {
            json!({ "type": row["type"], "component": field, "id": 0 })
        } else {
            json!({ "type": 1, "components": [field], "id": 0 })
        });
    }
    Ok(json!({ "custom_id": form["custom_id"], "components": rows }))
}

fn is(name: &str, field: &Value, label: Option<&str>) -> bool {
    let name = name.to_lowercase();
    let names = [field["custom_id"].as_str(), label];
    names.into_iter().flatten().any(|one| one.to_lowercase().contains(&name))
}

fn check(field: &Value, label: &str, value: &str) -> Result<(), Refused> {
    let long = value.chars().count() as u64;
    if long == 0 {
        return if field["required"] == false {
            Ok(())
        } else {
            Err(refused(format!("{label} is required")))
        };
    }
    let least = field["min_length"].as_u64().unwrap_or(0);
    let most = field["max_length"].as_u64().unwrap_or(LONGEST_TEXT);
    if (least..=most).contains(&long) {
        Ok(())
    } else {
        Err(refused(format!("{label} takes {least} to {most} characters")))
    }
}
