//! Packs the relocations of a release.
//!
//! A program that can be loaded anywhere carries a list of every address in it, which is read as a whole at each start:
//! 2.7 MiB of the release as it is usually written, 50 KiB when packed (`DT_RELR`). The C library has to understand it,
//! as glibc does since 2.36; so it is done only where the program is built for this machine and its glibc does. What is
//! built there asks for such a glibc wherever it is taken, and an older one refuses it with a sentence.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    let is_for_here = env::var("TARGET").ok() == env::var("HOST").ok();
    if is("PROFILE", "release")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is_for_here
        && glibc() >= Some((2, 36))
    {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's glibc, if it can be found out.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = version.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
