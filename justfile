# The few commands that people need. `just` lists them; each is one line of shell that works without just as well.

_default:
    @just --list

# The console: a whole workspace in the terminal.
run *arguments:
    cargo run -- {{arguments}}

# Every test, as in the README.
test *arguments:
    cargo test {{arguments}}

# What is quick: everything but the tests that need a Matrix server.
quick:
    SITREP_WITHOUT_SYNAPSE=1 cargo test

# One seed of the simulation again, with everything that happened.
seed number:
    SITREP_SIM_SEED={{number}} cargo test -p sitrep-core --test simulation seeds -- --nocapture

# More seeds than a usual run has.
seeds count="5000":
    SITREP_SIM_SEEDS={{count}} cargo test -p sitrep-core --test simulation seeds

# The form of the code.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Look at changed snapshots one by one (cargo install cargo-insta).
review:
    cargo insta review

# What the pipeline runs, in full.
ci:
    bash .ci/run

# The binary for an installation.
release:
    cargo build --release --locked
