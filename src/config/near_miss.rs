//! "Did you mean": the known names that are close to what was typed.

/// Jaro-Winkler similarity from which two names are taken for one, misspelt.
const CLOSE: f64 = 0.85;

/// The question to ask about `typed`, if some of `known` are close.
pub(super) fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let closest = closest(typed, known);
    (!closest.is_empty()).then(|| format!("did you mean {}?", one_of(&closest)))
}

/// The names among `known` that are closest to `typed`, if any is close. There are several if they are
/// equally close: of `sev5` nobody can say which severity was meant.
pub(super) fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.to_lowercase();
    let mut best = CLOSE;
    let mut closest: Vec<&str> = Vec::new();
    for name in known {
        let similarity = strsim::jaro_winkler(&typed, &name.to_lowercase());
        if similarity > best {
            closest.clear();
        }
        if similarity >= best {
            best = similarity;
            closest.push(name);
        }
    }
    closest
}

/// Names as in "`a`, `b` or `c`".
pub(super) fn one_of<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [all_but_last @ .., last] => format!("{} or {last}", all_but_last.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn offers_what_is_close_and_nothing_else() {
        let known = ["update_every", "acknowledge_within", "sev1", "sev2"];
        let table = [
            ("update_evry", Some("did you mean `update_every`?")),
            ("UPDATE_EVERY", Some("did you mean `update_every`?")),
            ("acknowlege_within", Some("did you mean `acknowledge_within`?")),
            ("sev5", Some("did you mean `sev1` or `sev2`?")),
            ("banana", None),
            ("", None),
        ];
        for (typed, expected) in table {
            assert_eq!(did_you_mean(typed, known).as_deref(), expected, "for {typed}");
        }
    }
}
