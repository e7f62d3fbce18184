//! Medians, ratios and the table.

use std::fmt::Write as _;
use std::fs;

/// The rates of one workload, one a round.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: Vec<f64>,
    pub(crate) theirs: Vec<f64>,
}

/// The rates with many associations; `theirs` is empty where usrsctp was not measured.
pub(crate) struct Scale {
    pub(crate) associations: usize,
    pub(crate) ours: Vec<f64>,
    /// Packets that the engine took for a message.
    pub(crate) packets: f64,
    pub(crate) theirs: Vec<f64>,
}

/// The middle value; 0 of nothing.
fn median(rates: &[f64]) -> f64 {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// 1234567 as 1,234,567.
fn grouped(rate: f64) -> String {
    let digits = format!("{rate:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Name and number of the processors, and the kernel.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{} ({count} processors), Linux {}", model.unwrap_or("unknown processor"), kernel.trim())
}

/// The result as Markdown.
pub(crate) fn table(rows: &[Row], scale: &[Scale], rounds: usize) -> String {
    let mut text = String::from("# Engine and usrsctp in memory, one thread\n\n");
    let mut line = |line: &str| text.push_str(&format!("{line}\n"));
    line(&format!(
        "Machine: {}. Medians of {rounds} rounds that take turns; the range in brackets.",
        machine()
    ));
    line("");
    line("| workload | unit | engine | usrsctp | engine / usrsctp |");
    line("|---|---|---:|---:|---:|");
    for row in rows {
        line(&format!(
            "| {} | {} | {} | {} | {} |",
            row.name,
            row.unit,
            with_range(&row.ours),
            with_range(&row.theirs),
            ratio(&row.ours, &row.theirs),
        ));
    }
    line("");
    let Some(first) = scale.first() else { return text };
    line(
        "One message of 64 bytes at a time, over an association picked at random, each of which carried two before.",
    );
    line(
        "Every look-up takes the same number of steps however many there are; with more of them fewer are in the",
    );
    line(
        "processor's caches, and a packet costs more. Both ends are in this process: each has as many associations, and",
    );
    line(
        "they share the caches. With more associations there is less to bundle, and a SACK goes alone when its time is",
    );
    line(
        "over before the next message comes: hence the packets, of both ends. \"Slower\" compares with the first row.",
    );
    line("");
    line(
        "| associations | engine, messages/s | slower | packets a message | a packet slower | usrsctp, messages/s | slower | engine / usrsctp |",
    );
    line("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for row in scale {
        let slower = median(&first.ours) / median(&row.ours);
        line(&format!(
            "| {} | {} | {slower:.2} | {:.2} | {:.2} | {} | {} | {} |",
            row.associations,
            with_range(&row.ours),
            row.packets,
            slower * first.packets / row.packets,
            with_range(&row.theirs),
            ratio(&first.theirs, &row.theirs),
            ratio(&row.ours, &row.theirs),
        ));
    }
    text
}

fn ratio(ours: &[f64], theirs: &[f64]) -> String {
    if theirs.is_empty() { String::from("-") } else { format!("{:.2}", median(ours) / median(theirs)) }
}

fn with_range(rates: &[f64]) -> String {
    if rates.is_empty() {
        return String::from("not measured");
    }
    let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let most = rates.iter().copied().fold(0.0, f64::max);
    let mut text = grouped(median(rates));
    let _ = write!(text, " [{} - {}]", grouped(least), grouped(most));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(&[9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(median(&[]).abs() < f64::EPSILON);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(999.0), "999");
        assert_eq!(grouped(1000.0), "1,000");
    }
}
