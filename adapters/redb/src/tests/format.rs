//! What the file holds, row by row. A change here is a change that files out in the world have to survive.

use redb::{ReadableDatabase, ReadableTable};
use sitrep_core::{
    event::Subject,
    port::{Commit, Store},
    testing::store_contract::{due, fact, full_commit, incident},
};

use super::{open, run};
use crate::{
    disk,
    tables::{ALL_BY_BYTES, ALL_BY_TEXT},
};

#[test]
fn rows_are_written_like_this() {
    let rows = rows_after(&Commit {
        live: vec![incident(300), Subject::Workspace],
        facts: vec![fact(incident(300), 1, "two", Some("words")), fact(Subject::Workspace, 1, "one", None)],
        ..full_commit(1)
    });
    let expected = [
        r#"facts i\x00\x00\x00\x00\x00\x00\x01,\x00\x00\x00\x00\x00\x00\x00\x01 {"v":1,"at":"2023-11-14T22:13:21.123456789Z","by":{"platform":"test","handle":"alice"},"message":"$event","event":{"room":{"dropped":{"what":"two"}}}}"#,
        r#"facts w\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01 {"v":1,"at":"2023-11-14T22:13:21.123456789Z","by":{"platform":"test","handle":"alice"},"event":{"room":{"dropped":{"what":"one"}}}}"#,
        r#"words i\x00\x00\x00\x00\x00\x00\x01,\x00\x00\x00\x00\x00\x00\x00\x01 {"v":1,"words":"words"}"#,
        r#"live i\x00\x00\x00\x00\x00\x00\x01, {"v":1}"#,
        r#"live w\x00\x00\x00\x00\x00\x00\x00\x00 {"v":1}"#,
        r#"dues i\x00\x00\x00\x00\x00\x00\x00\x01o {"v":1,"at":"2023-11-14T22:14:50.123456789Z"}"#,
        r#"dues i\x00\x00\x00\x00\x00\x00\x00\x01p {"v":1,"at":"2023-11-14T22:14:20.123456789Z"}"#,
        r#"effects \x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00 {"v":1,"key":"abcd2345-1-0","created_at":"2023-11-14T22:13:20.123456789Z","effect":{"say":{"platform":"test","place":{"room":{"platform":"test","room":"!room:example.org"}},"purpose":"answer","answers":{"room":{"platform":"test","room":"!room:example.org"},"id":"$event"},"stale_at":"2023-11-14T22:23:20.123456789Z","message":[{"plain":[{"text":"hello"},{"bold":"!"},{"mention":{"platform":"test","handle":"bob"}}]}]}}}"#,
        r#"meta sequence {"v":1,"sequence":1}"#,
        r#"meta store {"v":1,"format":4,"kind":"service","incarnation":"abcd2345","seed":"5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e","backup":false}"#,
        r#"seen ["test","$message-1"] {"v":1,"at":"2023-11-14T22:13:23.123456789Z","about":7,"carried_out":true}"#,
        r#"positions ["test","sync"] {"v":1,"token":"1"}"#,
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_deadline_is_small() {
    use sitrep_core::schedule::DueKind;
    let longest = due(incident(u64::MAX), DueKind::UpdatePromptAgain, 60);
    let row = crate::key::of_due(longest.key).len()
        + crate::tables::encode(&crate::tables::MomentRow { v: 1, at: longest.at }).unwrap().len();
    assert!(row <= 60, "{row} bytes");
}

/// Every row of every table after a commit, as text.
fn rows_after(commit: &Commit) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    run(open(&path).unwrap().commit(commit)).unwrap();
    let database = disk::builder().open(&path).unwrap();
    let transaction = database.begin_read().unwrap();
    let mut rows = Vec::new();
    let mut show = |table: String, key: &[u8], value: &[u8]| {
        rows.push(format!("{table} {} {}", key.escape_ascii(), std::str::from_utf8(value).unwrap()));
    };
    for table in ALL_BY_BYTES {
        for row in transaction.open_table(table).unwrap().iter().unwrap() {
            let (key, value) = row.unwrap();
            show(redb::TableHandle::name(&table).to_owned(), key.value(), value.value());
        }
    }
    for table in ALL_BY_TEXT {
        for row in transaction.open_table(table).unwrap().iter().unwrap() {
            let (key, value) = row.unwrap();
            show(redb::TableHandle::name(&table).to_owned(), key.value().as_bytes(), value.value());
        }
    }
    rows.into_iter().map(|row| row.replace("\\\"", "\"")).collect()
}
