//! The engine beside Debian's usrsctp. Both have two endpoints in this process, joined by a queue in memory, on one
//! thread, with the same parameters and with checksums; the measurements take turns.
//!
//! ```text
//! sctp-bench [--rounds N] [--seconds S] [--only NAME] [--ours]
//! sctp-bench --simulate ASSOCIATIONS MESSAGES
//! ```
//!
//! The second form is for a simulator of caches, which counts what `Scattered::simulated` does.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    reason = "a measurement that goes wrong ends"
)]

mod clock;
mod ours;
mod pair;
mod report;
mod theirs;
mod workload;

use ours::{OurListener, Ours};
use pair::{Packets, Pair};
use report::{Row, Scale};
use sctp_engine::time::Span;
use std::process::ExitCode;
use theirs::{TheirListener, Theirs};
use workload::Scattered;

/// What a row of the table measures.
#[derive(Clone, Copy)]
enum Workload {
    OneWay(usize),
    RoundTrips(usize),
    SetUps,
}

/// Bytes of a small message.
const SMALL: usize = 64;

const WORKLOADS: [(&str, &str, Workload); 5] = [
    ("one way, 64 B", "messages/s", Workload::OneWay(SMALL)),
    ("one way, 1400 B", "messages/s", Workload::OneWay(1400)),
    ("one way, 64 KiB", "messages/s", Workload::OneWay(65_536)),
    ("round trips, 64 B", "round trips/s", Workload::RoundTrips(SMALL)),
    ("set-up and shutdown", "associations/s", Workload::SetUps),
];

/// Numbers of associations, and whether usrsctp is measured too: the time it takes to set them up grows with the square
/// of their number, most of an hour for the last row.
const SCALE: [(usize, bool); 3] = [(1, true), (1000, true), (100_000, false)];

struct Arguments {
    rounds: usize,
    seconds: f64,
    only: String,
    ours: bool,
}

impl Arguments {
    fn read() -> Option<Self> {
        let mut arguments = Self { rounds: 5, seconds: 0.5, only: String::new(), ours: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--rounds" => arguments.rounds = words.next()?.parse().ok().filter(|rounds| *rounds > 0)?,
                "--seconds" => arguments.seconds = words.next()?.parse().ok()?,
                "--only" => arguments.only = words.next()?,
                "--ours" => arguments.ours = true,
                _ => return None,
            }
        }
        Some(arguments)
    }
}

/// One measurement of the engine.
fn measure_ours(workload: Workload, seconds: f64, packets: &mut Packets) -> f64 {
    match workload {
        Workload::SetUps => workload::set_ups(&mut OurListener::open(), seconds),
        Workload::OneWay(_) | Workload::RoundTrips(_) => {
            measure(workload, &mut Ours::open(1, false), seconds, packets)
        }
    }
}

/// One measurement of usrsctp.
fn measure_theirs(workload: Workload, seconds: f64, packets: &mut Packets) -> f64 {
    match workload {
        Workload::SetUps => workload::set_ups(&mut TheirListener::open(), seconds),
        Workload::OneWay(_) | Workload::RoundTrips(_) => {
            measure(workload, &mut Theirs::open(1, false), seconds, packets)
        }
    }
}

fn measure(workload: Workload, pair: &mut dyn Pair, seconds: f64, packets: &mut Packets) -> f64 {
    let rate = match workload {
        Workload::OneWay(length) => workload::one_way(pair, length, seconds),
        Workload::RoundTrips(length) => workload::round_trips(pair, length, seconds),
        Workload::SetUps => 0.0,
    };
    *packets = pair.packets();
    rate
}

fn rows(arguments: &Arguments) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, unit, workload) in WORKLOADS {
        if !name.contains(&arguments.only) {
            continue;
        }
        let mut row = Row { name, unit, ours: Vec::new(), theirs: Vec::new() };
        let (mut ours, mut theirs) = (Packets::default(), Packets::default());
        for _ in 0..arguments.rounds {
            row.ours.push(measure_ours(workload, arguments.seconds, &mut ours));
            if !arguments.ours {
                row.theirs.push(measure_theirs(workload, arguments.seconds, &mut theirs));
            }
        }
        eprintln!("{name}: longest packet {} and {} bytes", ours.longest, theirs.longest);
        rows.push(row);
    }
    rows
}

fn scale(arguments: &Arguments) -> Vec<Scale> {
    let mut rows = Vec::new();
    if !"scale".contains(&arguments.only) {
        return rows;
    }
    for (associations, both) in SCALE {
        let mut row = Scale { associations, ours: Vec::new(), packets: 0.0, theirs: Vec::new() };
        // They stay open, and take turns on what is open: setting them up is not what is measured.
        let mut ours = Ours::open(associations, true);
        let mut theirs = (both && !arguments.ours).then(|| Theirs::open(associations, true));
        let mut over_ours = Scattered::new(&mut ours, associations, SMALL);
        let mut over_theirs = theirs.as_mut().map(|theirs| Scattered::new(theirs, associations, SMALL));
        let before = (ours.packets().count, over_ours.sent());
        for _ in 0..arguments.rounds {
            row.ours.push(over_ours.for_seconds(&mut ours, arguments.seconds));
            if let (Some(theirs), Some(over_theirs)) = (&mut theirs, &mut over_theirs) {
                row.theirs.push(over_theirs.for_seconds(theirs, arguments.seconds));
            }
        }
        row.packets = ratio(ours.packets().count - before.0, over_ours.sent() - before.1);
        rows.push(row);
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn ratio(count: u64, of: u64) -> f64 {
    count as f64 / of as f64
}

/// Carries messages over an association picked at random each time, for whoever watches.
fn simulate(associations: usize, messages: u64) {
    clock::move_by(Span(1));
    let mut ours = Ours::open(associations, true);
    Scattered::new(&mut ours, associations, SMALL).simulated(&mut ours, messages);
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [option, associations, messages] = words.as_slice()
        && option == "--simulate"
        && let (Ok(associations), Ok(messages)) = (associations.parse(), messages.parse())
    {
        simulate(associations, messages);
        return ExitCode::SUCCESS;
    }
    let Some(arguments) = Arguments::read() else {
        eprintln!("usage: sctp-bench [--rounds N] [--seconds S] [--only NAME] [--ours]; see --help");
        return ExitCode::from(2);
    };
    let (rows, scale) = (rows(&arguments), scale(&arguments));
    print!("{}", report::table(&rows, &scale, arguments.rounds));
    ExitCode::SUCCESS
}
