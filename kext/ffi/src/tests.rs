//! The C face used as the shim uses it: two engines, packets carried by hand.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    reason = "a test may stop at an overflow and at the end of memory"
)]

use crate::contract::*;
use crate::{address, io, lifetime, message, options, sockets, transfer};
use core::ffi::{c_int, c_void};
use core::mem::{size_of, zeroed};
use core::ptr;

mod scopes;

const NOW: u64 = 1_000_000_000;

struct Host {
    engine: *mut sctp_engine,
    address: sctp_address,
    endpoint: sctp_endpoint,
}

impl Drop for Host {
    fn drop(&mut self) {
        // SAFETY: made by sctp_engine_create, used by nobody else.
        unsafe { lifetime::sctp_engine_destroy(self.engine) }
    }
}

fn ipv4(last: u8, port: u16) -> sctp_address {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&[192, 0, 2, last]);
    sctp_address { family: 4, reserved: 0, port, scope: 0, bytes }
}

/// A host with a one-to-many endpoint that listens on port 5000.
fn host(last: u8) -> Host {
    let host = host_of(SCTP_ONE_TO_MANY as c_int, last);
    // SAFETY: the engine lives.
    assert_eq!(unsafe { sockets::sctp_engine_listen(host.engine, host.endpoint, 1) }, 0);
    host
}

/// A host with an endpoint that is bound to port 5000.
fn host_of(style: c_int, last: u8) -> Host {
    // SAFETY: every pointer lives as long as its call.
    unsafe {
        let engine = lifetime::sctp_engine_create([last; 32].as_ptr());
        assert!(!engine.is_null());
        let mut endpoint = 0;
        assert_eq!(sockets::sctp_engine_open(engine, style, 4, ptr::null_mut(), &mut endpoint), 0);
        let any = sctp_address { bytes: [0; 16], ..ipv4(0, 5000) };
        assert_eq!(sockets::sctp_engine_bind(engine, endpoint, &any), 0);
        Host { engine, address: ipv4(last, 5000), endpoint }
    }
}

/// Carries packets until both fall silent.
fn carry(hosts: [&Host; 2]) {
    let mut buffer = [0_u8; 1500];
    for step in 0.. {
        let (from, to) = (hosts[step % 2], hosts[(step + 1) % 2]);
        // SAFETY: every pointer lives as long as its call.
        unsafe {
            while io::sctp_engine_has_transmit(from.engine) {
                let mut out = zeroed();
                let length =
                    io::sctp_engine_transmit(from.engine, NOW, buffer.as_mut_ptr(), buffer.len(), &mut out);
                if length > 0 {
                    let (source, destination) = (&from.address, &out.destination);
                    io::sctp_engine_input(to.engine, NOW, source, destination, 0, buffer.as_ptr(), length);
                }
            }
            if !io::sctp_engine_has_transmit(to.engine) && step > 0 {
                return;
            }
        }
    }
}

fn send(host: &Host, to: &Host, bytes: &[u8]) -> c_int {
    // SAFETY: numbers only.
    let mut info: sctp_send = unsafe { zeroed() };
    info.to = to.address;
    info.stream = 3;
    info.ppid = 7_u32.to_be();
    info.flags = SCTP_ENGINE_UNORDERED as u16;
    send_as(host, &info, bytes)
}

/// A message without control data.
fn send_plain(host: &Host, assoc_id: u32, bytes: &[u8]) -> c_int {
    // SAFETY: numbers only.
    let info = unsafe { sctp_send { assoc_id, use_defaults: true, ..zeroed() } };
    send_as(host, &info, bytes)
}

fn send_as(host: &Host, info: &sctp_send, bytes: &[u8]) -> c_int {
    // SAFETY: every pointer lives as long as its call; the message is taken over or destroyed.
    unsafe {
        let (mut held, mut place) = (ptr::null_mut(), ptr::null_mut());
        assert_eq!(message::sctp_message_create(bytes.len(), &mut held, &mut place), 0);
        place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        let error = transfer::sctp_engine_send(host.engine, NOW, host.endpoint, info, held);
        if error != 0 {
            message::sctp_message_destroy(held);
        }
        error
    }
}

/// The next message or notification, read whole.
fn receive(host: &Host) -> Result<(sctp_receive, Vec<u8>), c_int> {
    // SAFETY: every pointer lives as long as its call; the message is given back.
    unsafe {
        let (mut held, mut info) = (ptr::null_mut(), zeroed::<sctp_receive>());
        let error = transfer::sctp_engine_receive(host.engine, NOW, host.endpoint, &mut held, &mut info);
        if error != 0 {
            return Err(error);
        }
        let mut bytes = Vec::new();
        while bytes.len() < info.length {
            let mut length = 0;
            let span = message::sctp_message_span(held, bytes.len(), &mut length);
            assert!(!span.is_null());
            bytes.extend_from_slice(core::slice::from_raw_parts(span, length));
        }
        transfer::sctp_engine_consumed(host.engine, NOW, host.endpoint, held);
        Ok((info, bytes))
    }
}

fn set<T>(host: &Host, name: u32, value: &T, length: usize) -> c_int {
    let value = ptr::from_ref(value).cast::<c_void>();
    // SAFETY: value points to a T, which is at least as long as the tests say.
    unsafe { options::sctp_engine_set_option(host.engine, NOW, host.endpoint, name as c_int, value, length) }
}

fn get<T>(host: &Host, name: u32, value: &mut T, length: &mut usize) -> c_int {
    let value = ptr::from_mut(value).cast::<c_void>();
    // SAFETY: as for set.
    unsafe { options::sctp_engine_get_option(host.engine, host.endpoint, name as c_int, value, length) }
}

#[test]
fn a_message_goes_from_one_engine_to_the_other() {
    let (left, right) = (host(1), host(2));
    let on = 1_u32;
    assert_eq!(set(&right, SCTP_RECVRCVINFO, &on, 4), 0);
    let bytes: Vec<u8> = (0..5000_u32).map(|at| (at % 251) as u8).collect();
    assert_eq!(send(&left, &right, &bytes), 0);
    carry([&left, &right]);
    let (info, seen) = receive(&right).unwrap();
    assert_eq!(seen, bytes);
    assert_eq!((info.stream, info.ppid, info.flags), (3, 7_u32.to_be(), SCTP_ENGINE_UNORDERED as u16));
    assert_eq!((info.from.bytes, info.from.port), (left.address.bytes, 5000));
    assert!(info.end_of_record && info.want_rcvinfo && !info.notification && info.assoc_id > 2);
    assert_eq!(receive(&right).unwrap_err(), 35);
}

#[test]
fn what_was_not_read_is_read_next() {
    let (left, right) = (host(1), host(2));
    assert_eq!(send(&left, &right, b"abcdef"), 0);
    carry([&left, &right]);
    // SAFETY: every pointer lives as long as its call; the message is given back.
    unsafe {
        let (mut held, mut info) = (ptr::null_mut(), zeroed::<sctp_receive>());
        assert_eq!(transfer::sctp_engine_receive(right.engine, NOW, right.endpoint, &mut held, &mut info), 0);
        transfer::sctp_engine_unreceive(right.engine, NOW, right.endpoint, held, 4);
    }
    assert_eq!(receive(&right).unwrap().1, b"ef");
}

#[test]
fn notifications_have_the_layout_of_the_header() {
    let (left, right) = (host(1), host(2));
    let event = sctp_event { se_assoc_id: 0, se_type: SCTP_ASSOC_CHANGE as u16, se_on: 1 };
    assert_eq!(set(&right, SCTP_EVENT, &event, size_of::<sctp_event>()), 0);
    assert_eq!(send(&left, &right, b"x"), 0);
    carry([&left, &right]);
    let (info, bytes) = receive(&right).unwrap();
    assert!(info.notification);
    assert!(bytes.len() >= size_of::<sctp_assoc_change>());
    // SAFETY: long enough, and any bytes are a value of numbers.
    let change = unsafe { bytes.as_ptr().cast::<sctp_assoc_change>().read_unaligned() };
    assert_eq!((u32::from(change.sac_type), u32::from(change.sac_state)), (SCTP_ASSOC_CHANGE, SCTP_COMM_UP));
    assert_eq!(change.sac_length as usize, bytes.len());
    assert_eq!((change.sac_outbound_streams, change.sac_inbound_streams), (10, 10));
    assert_eq!(change.sac_assoc_id, info.assoc_id);
}

#[test]
fn options_refuse_short_values_and_unknown_names() {
    let host = host(1);
    let (mut value, mut length) = ([0_u64; 64], 512);
    for name in [SCTP_RTOINFO, SCTP_INITMSG, SCTP_NODELAY, SCTP_EVENT, SCTP_RECVRCVINFO, SCTP_DEFAULT_SNDINFO]
    {
        assert_eq!(set(&host, name, &value, 3), 22, "option {name:#x}");
    }
    for name in [SCTP_RTOINFO, SCTP_INITMSG, SCTP_NODELAY, SCTP_EVENTS, SCTP_STATUS, SCTP_GET_ASSOC_NUMBER] {
        length = 3;
        assert_eq!(get(&host, name, &mut value, &mut length), 22, "option {name:#x}");
    }
    assert_eq!(set(&host, 0x7fff, &value, 512), 42);
    assert_eq!(get(&host, 0x7fff, &mut value, &mut length), 42);
    // Read only, write only, and without an association.
    assert_eq!(set(&host, SCTP_STATUS, &value, 512), 102);
    length = 512;
    assert_eq!(get(&host, SCTP_AUTH_CHUNK, &mut value, &mut length), 102);
    length = 512;
    assert_eq!(get(&host, SCTP_STATUS, &mut value, &mut length), 22);
}

#[test]
fn options_that_were_set_are_read_back() {
    let host = host(1);
    let rto = sctp_rtoinfo { srto_assoc_id: 0, srto_initial: 2000, srto_max: 0, srto_min: 500 };
    assert_eq!(set(&host, SCTP_RTOINFO, &rto, size_of::<sctp_rtoinfo>()), 0);
    // SAFETY: numbers only.
    let mut seen: sctp_rtoinfo = unsafe { zeroed() };
    let mut length = size_of::<sctp_rtoinfo>();
    assert_eq!(get(&host, SCTP_RTOINFO, &mut seen, &mut length), 0);
    assert_eq!((seen.srto_initial, seen.srto_max, seen.srto_min), (2000, 60_000, 500));
    let upside_down = sctp_rtoinfo { srto_assoc_id: 0, srto_initial: 1, srto_max: 0, srto_min: 0 };
    assert_eq!(set(&host, SCTP_RTOINFO, &upside_down, size_of::<sctp_rtoinfo>()), 22);
}

#[test]
fn addresses_keep_their_meaning_in_a_sockaddr_storage() {
    let v4 = address::from_c(&ipv4(9, 1234));
    assert_eq!(address::from_storage(&address::to_storage(&v4)), Some(v4));
    let v6 = sctp_engine_address_v6();
    assert_eq!(address::from_storage(&address::to_storage(&v6)), Some(v6));
    // SAFETY: numbers only.
    assert_eq!(address::from_storage(&unsafe { zeroed() }), Some(Default::default()));
}

fn sctp_engine_address_v6() -> ::sctp_engine::address::Address {
    address::from_c(&sctp_address { family: 6, reserved: 0, port: 80, scope: 3, bytes: [0xfe; 16] })
}
