//! Figures: medians, percentiles, and what the process has used.

use std::{error::Error, fs, time::Duration};

/// The middle one.
pub(crate) fn median(figures: &[f64]) -> f64 {
    percentile(figures, 50)
}

/// The smallest figure that so many percent of all do not exceed.
pub(crate) fn percentile(figures: &[f64], percent: usize) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// Whether this is a real run (`cargo bench`) and not a check that the benchmark works (`cargo test --benches`).
pub(crate) fn is_real_run() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What this process's living threads have had of the processors, and how long they waited for one while they could
/// have run.
#[derive(Clone, Copy, Default)]
pub(crate) struct Processor {
    pub(crate) used: Duration,
    pub(crate) waited: Duration,
}

impl Processor {
    /// Up to now.
    pub(crate) fn so_far() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut so_far = Self::default();
        for thread in fs::read_dir("/proc/self/task")? {
            // A thread may end in between.
            let Ok(line) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let mut fields = line.split_whitespace().map(str::parse::<u64>);
            so_far.used += Duration::from_nanos(fields.next().ok_or("schedstat is empty")??);
            so_far.waited += Duration::from_nanos(fields.next().ok_or("schedstat is too short")??);
        }
        Ok(so_far)
    }

    /// Since an earlier moment.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            used: self.used.saturating_sub(earlier.used),
            waited: self.waited.saturating_sub(earlier.waited),
        }
    }
}

/// The memory of this process that is no file's, in bytes.
pub(crate) fn memory_bytes() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .ok_or("no RssAnon in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// All of this process's memory that is resident, in bytes.
pub(crate) fn resident_bytes() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split_whitespace().nth(1).ok_or("statm is too short")?.parse()?;
    Ok(pages * 4096)
}
