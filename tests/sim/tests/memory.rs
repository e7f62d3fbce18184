//! Memory that is refused, again and again: nothing panics, nothing is lost, and nothing comes twice.
#![allow(missing_docs, reason = "a test crate has no public items")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::null_mut;
use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{Conditions, Network, Pair, Random, Transfer, Workload, for_each_seed, run_transfers};
use std::alloc::System;

thread_local! {
    /// Whether an engine is running on this thread.
    static IN_ENGINE: Cell<bool> = const { Cell::new(false) };
    /// Of 1000 allocations by an engine, how many are refused.
    static REFUSED: Cell<u64> = const { Cell::new(0) };
    static DICE: Cell<u64> = const { Cell::new(0) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's memory, some of which is refused to engines.
struct Stingy;

fn refuses() -> bool {
    if !IN_ENGINE.get() || REFUSED.get() == 0 {
        return false;
    }
    let mut dice = Random::new(DICE.get());
    let refused = dice.chance(REFUSED.get());
    DICE.set(dice.number());
    COUNT.set(COUNT.get().saturating_add(u64::from(refused)));
    refused
}

// SAFETY: every block comes from and goes back to the system's allocator; a null pointer is a refusal.
unsafe impl GlobalAlloc for Stingy {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        if refuses() { null_mut() } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the block came from the system's allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as for `alloc` and `dealloc`.
        if refuses() { null_mut() } else { unsafe { System.realloc(pointer, layout, size) } }
    }
}

#[global_allocator]
static MEMORY: Stingy = Stingy;

#[test]
fn everything_arrives_though_memory_is_refused_now_and_then() {
    for_each_seed(30, |seed| {
        let mut network = Network::new(seed);
        let protocol =
            Protocol { association_max_retransmits: 1000, max_init_retransmits: 100, ..Protocol::default() };
        let pair =
            Pair::connect(&mut network, protocol, |network| network.set_all_conditions(Conditions::lossy(2)));
        network.set_around(|_, inside| IN_ENGINE.set(inside));
        DICE.set(seed);
        COUNT.set(0);
        REFUSED.set(20 + seed % 60 * 3);
        let workload = Workload { messages: 200, ..Workload::default() };
        let mut transfers = [
            Transfer::new(seed, workload, pair.client, pair.server),
            Transfer::new(!seed, workload, pair.server, pair.client),
        ];
        run_transfers(&mut network, Span::from_secs(1_000_000), &mut transfers);
        REFUSED.set(0);
        assert!(COUNT.get() > 0, "no memory was refused");
    });
}
