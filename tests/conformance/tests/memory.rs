//! What strangers can make the engine keep, and how long they can make it work (RFC 5062; INIT floods).
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::std_instead_of_core,
    reason = "a test crate has no public items, and may stop at the end of memory"
)]

use sctp_conformance::{Host, PacketText, begin, packet_bytes, play_line};
use sctp_engine::address::Address;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread holds.
    static HELD: Cell<i64> = const { Cell::new(0) };
    /// Allocations by this thread.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// The system's memory, counted.
struct Counting;

fn count(bytes: i64) {
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
    if bytes > 0 {
        let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
    }
}

fn size(layout: Layout) -> i64 {
    i64::try_from(layout.size()).unwrap_or(i64::MAX)
}

// SAFETY: every block comes from and goes back to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(size(layout));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-size(layout));
        // SAFETY: the block came from the system's allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static MEMORY: Counting = Counting;

const LOCAL: Address = Address::v4([192, 0, 2, 1], 0);

/// Gives the engine one packet from each of many addresses, and takes its answers as a network would. Returns how many
/// those were, and how often memory was allocated meanwhile.
fn flood_counted(host: &mut Host, line: &str, packets: u32) -> (u64, u64) {
    let text = PacketText::parse(line).unwrap();
    let bytes = packet_bytes(&text, &host.symbols, (2000, 1000)).unwrap();
    let mut buffer = [0; 2048];
    let mut answers = 0;
    let calls = CALLS.get();
    for number in 0..packets {
        let [_, b, c, d] = number.to_be_bytes();
        host.engine.input(host.now, Address::v4([11, b, c, d], 0), LOCAL, 0, &bytes);
        while host.engine.transmit(host.now, &mut buffer).is_some() {
            answers += 1;
        }
    }
    (answers, CALLS.get() - calls)
}

fn flood(host: &mut Host, line: &str, packets: u32) -> u64 {
    flood_counted(host, line, packets).0
}

#[test]
fn security_30_a_million_inits_leave_nothing_behind_and_allocate_nothing() {
    let mut host = begin("listening");
    let held = HELD.get();
    let packets = 1_000_000;
    let line = "[tag=0] INIT param=0xc001:0102 ipv4=198.51.100.1";
    assert_eq!(flood_counted(&mut host, line, packets), (u64::from(packets), 0));
    assert!(HELD.get() - held < 4096);
    assert_eq!(host.engine.associations(), 0);
}

#[test]
fn security_23_strangers_get_no_more_than_a_thousand_answers_a_second() {
    for line in ["[tag=5] DATA tsn=0 text=x", "[tag=5] SHUTDOWN-ACK", "[tag=0] INIT"] {
        let mut host = begin("closed");
        assert_eq!(flood(&mut host, line, 5000), 1000, "{line}");
        host.now = host.now.plus(sctp_engine::time::Span::from_millis(500));
        assert_eq!(flood(&mut host, line, 5000), 500, "{line}");
        host.now = host.now.plus(sctp_engine::time::Span::from_secs(3600));
        assert_eq!(flood(&mut host, line, 5000), 1000, "{line}");
        host.engine.set_stranger_replies(0);
        assert_eq!(flood(&mut host, line, 10), 0, "{line}");
    }
}

#[test]
fn security_17_a_flood_of_forged_cookies_leaves_nothing_behind() {
    let mut host = begin("listening");
    play_line(&mut host, "> [tag=0] INIT").unwrap();
    host.sent.clear();
    host.symbols.cookie[40] ^= 0x80;
    let answers = flood(&mut host, "COOKIE-ECHO", 20_000);
    assert_eq!((answers, host.engine.associations()), (0, 0));
    assert_eq!(host.engine.counters().bad_cookies, 20_000);
}

#[test]
fn security_18_a_full_accept_queue_refuses_and_is_empty_in_the_end() {
    let mut host = Host::new(sctp_engine::Style::OneToOne);
    host.engine.listen(host.endpoint, 5).unwrap();
    let held = HELD.get();
    for port in 1..200_u16 {
        let ports = format!("source-port={port}");
        play_line(&mut host, &format!("> [tag=0 {ports}] INIT")).unwrap();
        host.sent.clear();
        play_line(&mut host, &format!("> [{ports}] COOKIE-ECHO")).unwrap();
        host.sent.clear();
    }
    assert_eq!(host.engine.associations(), 5);
    host.engine.close(host.now, host.endpoint, sctp_engine::Close::Abort);
    host.flush();
    host.sent.clear();
    assert_eq!((host.engine.associations(), host.engine.endpoints()), (0, 0));
    // A page of the table of associations is kept: 16 of them, less than 2 KB each.
    assert!(HELD.get() - held < 32_768, "{} bytes are left", HELD.get() - held);
}

#[test]
fn security_21_fragments_that_never_end_stay_within_the_window() {
    let mut host = begin("server");
    let held = HELD.get();
    for tsn in 0..4000 {
        // Every second TSN is missing, so nothing ever becomes a message.
        let line = format!("> DATA tsn={} stream={} flags=B len=1000", tsn * 2 + 1, tsn % 10);
        play_line(&mut host, &line).unwrap();
        host.sent.clear();
    }
    assert!(HELD.get() - held < 3 * 233_016, "{} bytes are held", HELD.get() - held);
}

#[test]
fn security_21_one_byte_messages_stay_within_the_window() {
    let mut host = begin("server");
    let held = HELD.get();
    for tsn in 0..20_000_u32 {
        let line = format!("> DATA tsn={tsn} flags=UBE text=x");
        play_line(&mut host, &line).unwrap();
        host.sent.clear();
    }
    assert!(HELD.get() - held < 3 * 233_016, "{} bytes are held", HELD.get() - held);
}

#[test]
fn security_24_a_packet_of_tiny_chunks_allocates_no_more_than_one_of_large_ones() {
    // Work is counted by what it allocates: 350 chunks of four bytes make no more of it than one of 1400 would.
    for chunk in
        ["CHUNK-0x80", "CHUNK-0xc5", "HEARTBEAT info=x", "SACK cum=-1", "COOKIE-ACK", "ERROR", "ECNE", "CWR"]
    {
        let mut host = begin("server");
        let line = format!("> {chunk}{}", format!(" | {chunk}").repeat(80));
        play_line(&mut host, &line).unwrap();
        host.sent.clear();
        let text = PacketText::parse(line.trim_start_matches("> ")).unwrap();
        let bytes = packet_bytes(&text, &host.symbols, (2000, 1000)).unwrap();
        let calls = CALLS.get();
        host.engine.input(host.now, Address::v4([192, 0, 2, 2], 0), LOCAL, 0, &bytes);
        assert!(CALLS.get() - calls <= 12, "{chunk}: {} allocations", CALLS.get() - calls);
    }
}
