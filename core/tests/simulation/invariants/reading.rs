//! What an answer says, read as a person reads it.

use sitrep_core::incident::{IncidentId, Severity};

/// What an answer told the person who typed the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is declared.
    Declared,
    /// You have it, and perhaps lead.
    YouHaveIt { leads: bool },
    /// You lead.
    YouLead,
    /// Somebody leads from now on.
    Leads(String),
    /// Nobody leads any more.
    NobodyLeads,
    /// Somebody belongs to it from now on: they have a role, or are to take over.
    Joins(String),
    /// The severity is this now, and was that.
    SeverityIs { now: Severity, was: Severity },
    /// It is called this now.
    IsCalled,
    /// It is resolved.
    Resolved,
    /// Its harm has stopped.
    Mitigated,
    /// It ended for another reason, or nothing more is owed.
    Closed,
    /// It goes on.
    Reopened,
    /// Refused: it is over.
    IsOver,
    /// Refused: it isn't over.
    IsNotOver,
    /// Refused: somebody has it already.
    HasAlready,
    /// Refused: somebody leads already.
    LeadsAlready(String),
    /// Refused: the severity is this already.
    SeverityAlready(Severity),
    /// Refused: there is none that this person may know of.
    NoSuch,
    /// Something that changes nothing.
    Nothing,
}

/// Which incident an answer is about and what it told; `None` when it names none.
pub(crate) fn read(answer: &str) -> Option<(IncidentId, Told)> {
    let id = number_in(answer)?;
    let name = id.to_string();
    let after = answer.strip_prefix(&name);
    let told = if let Some(rest) = after {
        read_about(rest)
    } else if answer.starts_with("Thank you: you have") {
        Told::YouHaveIt { leads: answer.contains("and you lead") }
    } else if answer == format!("You lead {name}.") {
        Told::YouLead
    } else if let Some(who) = answer.strip_suffix(&format!(" leads {name} from now on.")) {
        Told::Leads(who.trim_start_matches('@').to_owned())
    } else if answer.starts_with(&format!("Nobody leads {name} now.")) {
        Told::NobodyLeads
    } else if let Some(who) = whoever_joins(answer, &name) {
        Told::Joins(who.to_owned())
    } else if let Some(who) = answer.strip_suffix(&format!(" leads {name} already.")) {
        Told::LeadsAlready(who.to_owned())
    } else if answer == format!("The title of {name} is corrected.") {
        Told::IsCalled
    } else if answer.ends_with(&format!("acknowledged {name} already.")) {
        Told::HasAlready
    } else if answer.starts_with(&format!("There is no {name} ")) {
        Told::NoSuch
    } else {
        Told::Nothing
    };
    Some((id, told))
}

/// Who has a role from now on, or is asked to take over.
fn whoever_joins<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let given = || {
        let (who, role) = answer.strip_suffix(&format!(" of {name} from now on."))?.split_once(" is ")?;
        matches!(role, "comms lead" | "scribe" | "responder").then_some(who.trim_start_matches('@'))
    };
    let (who, _) = answer
        .strip_prefix("I have asked ")
        .and_then(|rest| rest.split_once(&format!(" to take over {name}.")))
        .or_else(|| Some((given()?, "")))?;
    Some(who)
}

/// What follows the number.
fn read_about(rest: &str) -> Told {
    let words: Vec<&str> = rest.split([' ', ',', '.']).collect();
    match words.as_slice() {
        ["", "is" | "was", "declared", ..] => Told::Declared,
        ["", "is", "called", "now:", ..] => Told::IsCalled,
        ["", "is", "resolved", "after", ..] => Told::Resolved,
        ["", "is", "mitigated:", ..] => Told::Mitigated,
        ["", "is", "open", "again", ..] => Told::Reopened,
        ["", "is", "closed:", "nothing", ..]
        | ["", "was", "a", "false", "alarm", "", "and", "is", "closed", "", ..] => Told::Closed,
        ["", "goes", "on", "as", ..] if rest.contains("is closed here.") => Told::Closed,
        ["", "goes", "on", "as", ..]
        | ["", "is", "closed:", "it", ..]
        | ["", "was", "resolved", ..]
        | ["", "was", "a", "false", "alarm", "", "and", "is", "closed", "since", ..] => Told::IsOver,
        ["", "is", "still", "open", ..] | ["", "is", "open", "", ..] => Told::IsNotOver,
        ["", "is", level, "already", ..] => {
            Severity::parse(level).map_or(Told::Nothing, Told::SeverityAlready)
        }
        ["", "is", now, "now", "", "it", "was", was, ..] => {
            match (Severity::parse(now), Severity::parse(was)) {
                (Some(now), Some(was)) => Told::SeverityIs { now, was },
                (Some(_) | None, _) => Told::Nothing,
            }
        }
        _ => Told::Nothing,
    }
}

/// The first number of an incident in a text.
fn number_in(text: &str) -> Option<IncidentId> {
    let start = text.find("INC-")?;
    let number = &text[start + 4..];
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok().map(IncidentId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_answers() {
        let id = |number| IncidentId(number);
        let cases = [
            ("INC-3 is declared (SEV2): x. Everything happens in #y.", Some((id(3), Told::Declared))),
            ("INC-3 is declared, privately. You are invited to its room.", Some((id(3), Told::Declared))),
            ("Thank you: you have INC-12, and you lead.", Some((id(12), Told::YouHaveIt { leads: true }))),
            ("You lead INC-1.", Some((id(1), Told::YouLead))),
            ("@bob leads INC-1 from now on.", Some((id(1), Told::Leads("bob".to_owned())))),
            ("@bob is comms lead of INC-1 from now on.", Some((id(1), Told::Joins("bob".to_owned())))),
            (
                "I have asked bob to take over INC-1. Until they accept, it stays with you.",
                Some((id(1), Told::Joins("bob".to_owned()))),
            ),
            ("You are scribe of INC-1.", Some((id(1), Told::Nothing))),
            ("Nobody leads INC-1 now. `!lead me` takes the lead.", Some((id(1), Told::NobodyLeads))),
            (
                "INC-1 is SEV1 now, it was SEV2. Next update by 11:13 UTC.",
                Some((id(1), Told::SeverityIs { now: Severity::Sev1, was: Severity::Sev2 })),
            ),
            ("INC-1 is SEV4 already.", Some((id(1), Told::SeverityAlready(Severity::Sev4)))),
            (
                "INC-1 was resolved today 10:53 UTC. If it goes on: `!reopen INC-1 WHY`",
                Some((id(1), Told::IsOver)),
            ),
            ("INC-1 was a false alarm, and is closed. Better one too many.", Some((id(1), Told::Closed))),
            ("INC-1 was a false alarm, and is closed since today 10:53 UTC.", Some((id(1), Told::IsOver))),
            ("INC-1 goes on as INC-2 (x), and is closed here.", Some((id(1), Told::Closed))),
            ("INC-1 goes on as INC-2: `!status INC-2`.", Some((id(1), Told::IsOver))),
            ("INC-1 is closed: nothing more is owed. Thank you.", Some((id(1), Told::Closed))),
            ("INC-1 is closed: it ended today 10:53 UTC.", Some((id(1), Told::IsOver))),
            ("INC-1 is open again. I am telling everybody", Some((id(1), Told::Reopened))),
            ("INC-1 is open. `!status` shows how it stands.", Some((id(1), Told::IsNotOver))),
            ("INC-1 is mitigated: the harm has stopped.", Some((id(1), Told::Mitigated))),
            ("INC-1 is resolved after 5 minutes. Thank you", Some((id(1), Told::Resolved))),
            ("Nothing is open.", None),
        ];
        for (answer, expected) in cases {
            assert_eq!(read(answer), expected, "{answer}");
        }
    }
}
