//! What is not TOML, and where the carets stand.

use super::refused;

#[test]
fn what_is_not_toml() {
    refused(
        "timezone = Europe/Berlin\n[incident\n",
        r#"
sitrep.toml:1:12: this cannot be read: string values must be quoted, expected literal string
    timezone = Europe/Berlin
               ^^^^^^^^^^^^^
help: put the text in "quotes"

sitrep.toml:2:10: this cannot be read: unclosed table, expected `]`
    [incident
             ^
help: end the name of the section with ]
"#,
    );
    refused(
        "data_dir = \"a\"\ndata_dir = \"b\"\n",
        r#"
sitrep.toml:2:1: this cannot be read: duplicate key
    data_dir = "b"
    ^^^^^^^^
help: a key or section may be given once: keep one of them
"#,
    );
    refused(
        "timezone = \"UTC",
        r#"
sitrep.toml:1:16: this cannot be read: invalid basic string, expected `"`
    timezone = "UTC
                   ^
help: end the text with the quote that it begins with
"#,
    );
    refused(
        "timezone\n",
        r#"
sitrep.toml:1:9: this cannot be read: key with no value, expected `=`
    timezone
            ^
help: write key = value
"#,
    );
}

/// Under tabs, behind characters of several bytes, and at ends of lines that Windows writes.
#[test]
fn carets_line_up() {
    refused(
        "[people]\n\"größe\" = [\"alice\"]\n",
        r#"
sitrep.toml:2:12: `alice` names nobody
    "größe" = ["alice"]
               ^^^^^^^
help: write @name:server for Matrix, discord:NUMBER for Discord, or an e-mail address
"#,
    );
    refused(
        "[incident]\r\n\tprivate\t= \"no\"\r\n",
        r#"
sitrep.toml:2:12: `private` must be true or false, not text
    	private	= "no"
    	       	  ^^^^
help: for example private = false
"#,
    );
}
