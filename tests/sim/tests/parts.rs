//! Messages larger than every buffer, delivered in parts (RFC 9260 section 6.9).
#![allow(missing_docs, reason = "a test crate has no public items")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{
    Conditions, Network, Node, Pair, Random, Transfer, Workload, for_each_seed, run_transfers, share,
};
use std::alloc::System;

const LIMIT: Span = Span::from_secs(1_000_000);

thread_local! {
    /// The host whose engine runs on this thread, and the one whose memory counts.
    static RUNNING: Cell<Option<Node>> = const { Cell::new(None) };
    static COUNTED: Cell<Option<Node>> = const { Cell::new(None) };
    /// Bytes that it holds, and the most it ever held.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// The system's memory, with an account of what one engine has of it.
struct Counting;

fn account(taken: usize, given_back: usize) {
    if COUNTED.get().is_some() && RUNNING.get() == COUNTED.get() {
        HELD.set(HELD.get().saturating_add(taken).saturating_sub(given_back));
        MOST.set(MOST.get().max(HELD.get()));
    }
}

// SAFETY: every block comes from and goes back to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        account(layout.size(), 0);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        account(0, layout.size());
        // SAFETY: the block came from the system's allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        account(size, layout.size());
        // SAFETY: as for `alloc` and `dealloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static MEMORY: Counting = Counting;

fn protocol(receive_buffer: u32) -> Protocol {
    Protocol {
        receive_buffer,
        association_max_retransmits: 1000,
        max_init_retransmits: 100,
        ..Protocol::default()
    }
}

/// Messages of which every second one is of up to `largest` bytes.
fn long(messages: u32, largest: u64) -> Workload {
    Workload { messages, largest, large: 500, unordered: 300, send_buffer: usize::MAX, ..Workload::default() }
}

/// How many seeds there are of ten megabytes unless more are asked for.
const SEEDS: u64 = 2;

#[test]
fn ten_megabytes_cross_the_default_buffers_in_both_directions() {
    for_each_seed(SEEDS, |seed| {
        let mut network = Network::new(seed);
        let conditions = Conditions::lossy(seed % 2);
        let pair = Pair::connect(&mut network, Protocol::default(), |network| {
            network.set_all_conditions(conditions);
        });
        let bytes = u64::from(share(seed, SEEDS, 10_000_000));
        let workload = Workload { messages: 1, smallest: bytes, ..long(1, bytes + 1) };
        let mut transfers = [
            Transfer::new(seed, workload, pair.client, pair.server),
            Transfer::new(!seed, workload, pair.server, pair.client),
        ];
        run_transfers(&mut network, LIMIT, &mut transfers);
    });
}

#[test]
fn long_messages_over_a_bad_network_into_small_buffers_come_whole() {
    for_each_seed(40, |seed| {
        let mut random = Random::new(seed);
        let mut network = Network::new(seed);
        let buffer = u32::try_from(4_000 + random.below(40_000)).unwrap();
        let conditions = Conditions::lossy(random.below(8));
        let pair = Pair::connect(&mut network, protocol(buffer), |network| {
            network.set_all_conditions(conditions);
        });
        let mut transfers = [
            Transfer::new(seed, long(40, 100_000), pair.client, pair.server),
            Transfer::new(!seed, long(40, 100_000), pair.server, pair.client),
        ];
        run_transfers(&mut network, LIMIT, &mut transfers);
    });
}

/// What an engine holds at most of a message in parts whose fragments have `segment` bytes (0 for all that fits), and
/// what is left of that in the end.
fn held(segment: u32, buffer: u32, loss: u64, reads: bool) -> (usize, usize) {
    let mut network = Network::new(3);
    let protocol = Protocol { max_segment: segment, ..protocol(buffer) };
    let conditions = Conditions::lossy(loss);
    let pair = Pair::connect(&mut network, protocol, |network| network.set_all_conditions(conditions));
    let workload = Workload { messages: 1, smallest: 300_000, ..long(1, 300_001) };
    let mut transfer = Transfer::new(3, workload, pair.client, pair.server);
    // What an association keeps for good, such as room in its tables, is there after the first message.
    let mut first =
        Transfer::new(4, Workload { messages: 50, ..Workload::default() }, pair.client, pair.server);
    run_transfers(&mut network, LIMIT, core::slice::from_mut(&mut first));
    HELD.set(1 << 30);
    MOST.set(0);
    COUNTED.set(Some(pair.server.0));
    network.set_around(|node, inside| RUNNING.set(inside.then_some(node)));
    if reads {
        run_transfers(&mut network, LIMIT, core::slice::from_mut(&mut transfer));
    } else {
        transfer.send(&mut network);
        network.rest(Span::from_secs(600));
    }
    network.set_around(|_, _| {});
    RUNNING.set(None);
    COUNTED.set(None);
    ((MOST.get()).saturating_sub(1 << 30), HELD.get().saturating_sub(1 << 30))
}

#[test]
fn a_message_in_parts_takes_little_more_memory_than_the_buffer() {
    for loss in [0, 3] {
        for buffer in [20_000, 100_000] {
            for segment in [0, 16, 400] {
                for reads in [true, false] {
                    let (most, left) = held(segment, buffer, loss, reads);
                    let allowed = usize::try_from(buffer).unwrap() * 2;
                    assert!(most <= allowed, "{most} bytes of {buffer}: {segment} {loss} {reads}");
                    assert!(!reads || left <= 4096, "{left} bytes are left: {segment} {loss}");
                }
            }
        }
    }
}
