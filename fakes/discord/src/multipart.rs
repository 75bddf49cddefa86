//! A body of several parts: the form as JSON in `payload_json`, and files beside it in `files[0]`, `files[1]` and so on
//! ("Uploading Files", Discord's reference).

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde_json::Value;

/// A file that came with a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Its media type, as it was sent.
    pub kind: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// What such a body holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Parts {
    pub(crate) form: Value,
    pub(crate) files: BTreeMap<u64, Upload>,
}

/// The boundary between the parts, if there are several.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get("content-type")?.to_str().ok()?.strip_prefix("multipart/form-data")?;
    let parameters = kind.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let found = parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    found.map(|(_, value)| value.trim_matches('"').to_owned())
}

/// Takes a body apart.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(body: &[u8], boundary: &str) -> Result<Parts, String> {
    let line = format!("--{boundary}").into_bytes();
    let mut parts = Parts::default();
    let mut at = find(body, &line).ok_or("a body of several parts without any")? + line.len();
    while let Some(rest) = body.get(at..).filter(|rest| !rest.starts_with(b"--")) {
        let head = find(rest, b"\r\n\r\n").ok_or("a part without an end of its headers")?;
        let begin = head + 4;
        let end =
            find(&rest[begin..], &[b"\r\n", line.as_slice()].concat()).ok_or("a part without an end")?;
        let headers = String::from_utf8_lossy(&rest[..head]).into_owned();
        part(&mut parts, &headers, &rest[begin..begin + end])?;
        at += begin + end + 2 + line.len();
    }
    Ok(parts)
}

fn part(parts: &mut Parts, headers: &str, content: &[u8]) -> Result<(), String> {
    let name = parameter(headers, "name").ok_or("a part without a name")?;
    if name == "payload_json" {
        parts.form = serde_json::from_slice(content).map_err(|error| format!("payload_json: {error}"))?;
        return Ok(());
    }
    let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
    let number = number.ok_or_else(|| format!("a part called {name}, of which nobody knows anything"))?;
    let file = parameter(headers, "filename").filter(|file| !file.is_empty());
    let kind = headers.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
    });
    let upload = Upload {
        name: file.ok_or_else(|| format!("{name} has no file name"))?,
        kind: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
        content: content.to_vec(),
    };
    let before = parts.files.insert(number, upload);
    if before.is_some() { Err(format!("{name} is there twice")) } else { Ok(()) }
}

/// A parameter of the header `Content-Disposition`.
fn parameter(headers: &str, name: &str) -> Option<String> {
    let disposition =
        headers.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
    let wanted = format!("; {name}=\"");
    let (_, rest) = disposition.split_once(&wanted)?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    within.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_and_its_files_are_told_apart() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\none\r\ntwo\r\n--x\r\nContent-Disposition: form-data; \
                    name=\"payload_json\"\r\n\r\n{\"content\":\"hi\"}\r\n--x--\r\n";
        let read = read(body.as_bytes(), "x").unwrap();
        assert_eq!(read.form, json!({ "content": "hi" }));
        let file = Upload { name: "a.png".into(), kind: "image/png".into(), content: b"one\r\ntwo".into() };
        assert_eq!(read.files, [(0, file)].into());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let with = |part: &str| format!("--x\r\nContent-Disposition: form-data; {part}\r\n\r\nx\r\n--x--");
        for body in [
            String::new(),
            "--x\r\nno end".to_owned(),
            with("name=\"payload_json\""),
            with("name=\"picture\"; filename=\"a.png\""),
            with("name=\"files[0]\""),
        ] {
            assert!(read(body.as_bytes(), "x").is_err(), "{body}");
        }
    }
}
