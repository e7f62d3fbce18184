//! What a peer can make a receiver hold whose user reads nothing.
#![allow(missing_docs, reason = "a test crate has no public items")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{Conditions, Network, Node, Pair, Transfer, Workload};
use std::alloc::System;

thread_local! {
    /// The host whose memory counts.
    static RECEIVER: Cell<Option<Node>> = const { Cell::new(None) };
    /// Whether its engine is running on this thread.
    static IN_ENGINE: Cell<bool> = const { Cell::new(false) };
    /// Bytes that it holds, and the most it ever held.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// The system's memory, with an account of what engines have of it.
struct Counting;

/// Counts what engines take and give back.
fn account(taken: usize, given_back: usize) {
    if IN_ENGINE.get() {
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

/// What the engine of a receiver holds at most when a peer sends messages of four bytes that nobody reads.
fn held_by_unread_messages(receive_buffer: u32, loss: u64) -> usize {
    let mut network = Network::new(1);
    let protocol = Protocol { receive_buffer, ..Protocol::default() };
    let conditions = Conditions::lossy(loss);
    let pair = Pair::connect(&mut network, protocol, |network| network.set_all_conditions(conditions));
    let workload = Workload { messages: 60_000, largest: 4, send_buffer: usize::MAX, ..Workload::default() };
    let mut transfer = Transfer::new(1, workload, pair.client, pair.server);
    assert!(transfer.send(&mut network));
    HELD.set(0);
    MOST.set(0);
    RECEIVER.set(Some(pair.server.0));
    network.set_around(|node, inside| IN_ENGINE.set(inside && RECEIVER.get() == Some(node)));
    network.rest(Span::from_secs(600));
    network.set_around(|_, _| {});
    IN_ENGINE.set(false);
    MOST.get()
}

#[test]
fn unread_messages_of_any_size_take_little_more_memory_than_the_buffer() {
    for loss in [0, 5] {
        for buffer in [20_000, 100_000] {
            let most = held_by_unread_messages(buffer, loss);
            let allowed = usize::try_from(buffer).unwrap().saturating_mul(2);
            assert!(most <= allowed, "{most} bytes for a buffer of {buffer}");
        }
    }
}
