//! Scripts against the built kext: the test host loads it, the memory link carries packets, time is virtual, and the
//! user's calls are those of a BSD program.
//!
//! There is one kernel in a process, so each script is played in a process of its own.

mod library;
mod options;
mod wire;

use crate::engine::data_fields;
use crate::fields::Field;
use crate::host::{LOCAL, Sent};
use crate::subject::{Call, Heard, Played, Subject, Trouble};
use crate::symbols::Symbols;
use core::ffi::{c_int, c_void};
use core::ptr::{null, null_mut};
use library::{Library, MessageHeader, Part};
use sctp_engine::Style;
use sctp_engine::address::Address;
use sctp_engine::time::Span;
use sctp_wire::{Packet, chunk_type};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::CString;

const AF_INET: c_int = 2;
const SOCK_STREAM: c_int = 1;
const SOCK_SEQPACKET: c_int = 5;
const IPPROTO_SCTP: c_int = 132;
const F_SETFL: c_int = 4;
const O_NONBLOCK: i64 = 4;
const MSG_DONTWAIT: c_int = 0x80;
const MSG_NOSIGNAL: c_int = 0x8_0000;
/// The same bit, on its way out.
const MSG_EOR: c_int = 0x8;
const MSG_NOTIFICATION: c_int = 0x8_0000;
const SCTP_SNDINFO: u32 = 4;
const SCTP_RCVINFO: u32 = 5;
const SCTP_EOF: u16 = 0x100;
const SCTP_ABORT: u16 = 0x200;
const SCTP_UNORDERED: u16 = 0x400;
const SCTP_SACK_IMMEDIATELY: u16 = 0x4000;
const EINPROGRESS: c_int = 36;
const ENOPROTOOPT: c_int = 42;

/// Darwin's numbers, under the names that scripts use.
const ERRORS: [(c_int, &str); 6] =
    [(22, "Invalid"), (32, "Pipe"), (53, "Aborted"), (54, "Reset"), (60, "TimedOut"), (61, "Refused")];

/// The kext in the test host, with one socket.
pub(crate) struct Kext {
    library: Library,
    socket: Option<c_int>,
    /// A part of a message was read, and not its end.
    within_message: bool,
    symbols: Symbols,
    sent: VecDeque<Sent>,
    fragments: BTreeMap<u16, Vec<u8>>,
    /// Where packets came from: the peer's addresses, the newest first.
    peers: Vec<Address>,
    /// No option turns the search for the path MTU off: its probes are left aside.
    searches: bool,
}

/// Whether a packet is a probe of the path MTU: a HEARTBEAT with PAD behind it.
fn is_search(bytes: &[u8]) -> bool {
    let kinds = Packet::parse(bytes)
        .map(|packet| packet.chunks().flatten().map(|chunk| chunk.kind).collect::<Vec<_>>());
    kinds.is_ok_and(|kinds| kinds == [chunk_type::HEARTBEAT, chunk_type::PAD])
}

/// struct sockaddr_in of Darwin.
fn name(address: &Address) -> [u8; 16] {
    let mut name = [0; 16];
    (name[0], name[1]) = (16, 2);
    name[2..4].copy_from_slice(&address.port.to_be_bytes());
    name[4..8].copy_from_slice(&address.bytes[..4]);
    name
}

/// The name of the error that a call gave, if it is one.
fn error_of(result: i64) -> Option<String> {
    let number = c_int::try_from(-result).ok().filter(|number| *number > 0)?;
    let known = ERRORS.iter().find(|(error, _)| *error == number);
    Some(known.map_or_else(|| format!("errno {number}"), |(_, name)| (*name).into()))
}

impl Kext {
    /// Loads the kext and opens the socket.
    ///
    /// # Errors
    /// What failed.
    pub(crate) fn start(library: &str, kext: &str) -> Result<Self, String> {
        let library = Library::open(library)?;
        let path = CString::new(kext).map_err(|error| error.to_string())?;
        let mut error = [0_u8; 256];
        // SAFETY: strings and a buffer that outlive the calls.
        unsafe {
            (library.host_clock_set_virtual)(true);
            (library.host_random_seed)(7);
            (library.host_memory_link_addresses)(c"192.0.2.1".as_ptr(), 1500);
            (library.host_memory_link_attach)(wire::take, null_mut());
            if (library.host_start)(path.as_ptr(), error.as_mut_ptr().cast(), error.len()) != 0 {
                return Err(String::from_utf8_lossy(&error).trim_end_matches('\0').into());
            }
        }
        let mut kext = Self {
            library,
            socket: None,
            within_message: false,
            symbols: Symbols::default(),
            sent: VecDeque::new(),
            fragments: BTreeMap::new(),
            peers: vec![crate::host::PEER],
            searches: false,
        };
        kext.open(Style::OneToMany)?;
        Ok(kext)
    }

    fn open(&mut self, style: Style) -> Result<(), String> {
        let kind = if style == Style::OneToMany { SOCK_SEQPACKET } else { SOCK_STREAM };
        let any = name(&Address::v4([0; 4], LOCAL.port));
        // SAFETY: plain numbers, and a name that outlives the call.
        let (socket, bound) = unsafe {
            let socket = (self.library.bsd_socket)(AF_INET, kind, IPPROTO_SCTP);
            (self.library.bsd_fcntl)(socket, F_SETFL, O_NONBLOCK);
            (socket, (self.library.bsd_bind)(socket, any.as_ptr().cast(), 16))
        };
        if socket < 0 || bound < 0 {
            return Err(format!("no socket: {socket}, {bound}"));
        }
        self.socket = Some(socket);
        self.prepare()
    }

    fn descriptor(&self) -> Played<c_int> {
        self.socket.ok_or_else(|| Trouble::Impossible("the socket is closed".into()))
    }

    /// Waits until the kernel has done what there is to do, and takes what it sent.
    fn flush(&mut self) {
        // SAFETY: no arguments.
        unsafe { (self.library.host_settle)() };
        for ([a, b, c, d], bytes) in wire::left(&mut self.fragments) {
            if self.searches && is_search(&bytes) {
                continue;
            }
            self.symbols.learn(&bytes);
            let port = bytes.get(2..4).map_or(0, |port| u16::from_be_bytes([port[0], port[1]]));
            self.sent.push_back(Sent { bytes, destination: Address::v4([a, b, c, d], port) });
        }
    }

    fn send(&self, socket: c_int, call: &Call, flags: u16, bytes: &[u8]) -> i64 {
        let to = name(&call.to);
        let mut control = Vec::new();
        for word in [12 + 16, 132, SCTP_SNDINFO] {
            control.extend(word.to_ne_bytes());
        }
        control.extend(call.stream.to_ne_bytes());
        control.extend(flags.to_ne_bytes());
        control.extend(call.ppid.to_be_bytes());
        control.extend([0; 8]);
        let part = Part { bytes: bytes.as_ptr().cast_mut().cast(), length: bytes.len() };
        let header = MessageHeader {
            name: to.as_ptr().cast(),
            name_length: 16,
            parts: &raw const part,
            part_count: 1,
            control: control.as_mut_ptr().cast(),
            control_length: u32::try_from(control.len()).unwrap_or(0),
            flags: 0,
        };
        // SAFETY: the header points at what outlives the call; the bytes of a send are only read.
        unsafe { (self.library.bsd_sendmsg)(socket, &raw const header, MSG_NOSIGNAL) }
    }
}

impl Subject for Kext {
    fn symbols(&mut self) -> &mut Symbols {
        &mut self.symbols
    }

    fn sent(&mut self) -> &mut VecDeque<Sent> {
        &mut self.sent
    }

    fn arrive(&mut self, source: Address, destination: Address, bytes: &[u8]) {
        self.peers.retain(|peer| *peer != source);
        self.peers.insert(0, source);
        let packet = wire::packet(source, destination, bytes);
        // SAFETY: the packet outlives the call, which copies it.
        unsafe { (self.library.host_link_inject)(packet.as_ptr().cast(), packet.len()) };
        self.flush();
    }

    fn pass(&mut self, span: Span) {
        // SAFETY: a number.
        unsafe { (self.library.host_clock_advance)(span.0) };
        self.flush();
    }

    fn call(&mut self, call: &Call) -> Played<Option<String>> {
        let socket = self.descriptor()?;
        let to = name(&call.to);
        let result = match call.name.as_str() {
            "listen" => {
                let backlog = c_int::try_from(call.backlog).unwrap_or(c_int::MAX);
                // SAFETY: numbers.
                i64::from(unsafe { (self.library.bsd_listen)(socket, backlog) })
            }
            "connect" => {
                // SAFETY: the name outlives the call.
                let result = unsafe { (self.library.bsd_connect)(socket, to.as_ptr().cast(), 16) };
                i64::from(if result == -EINPROGRESS { 0 } else { result })
            }
            "send" => {
                let unordered = if call.unordered { SCTP_UNORDERED } else { 0 };
                let immediate = if call.immediate { SCTP_SACK_IMMEDIATELY } else { 0 };
                self.send(socket, call, unordered | immediate, &call.bytes)
            }
            "shutdown" => self.send(socket, call, SCTP_EOF, &[]),
            "abort" => self.send(socket, call, SCTP_ABORT, &[]),
            "close" => {
                self.socket = None;
                // SAFETY: a number.
                i64::from(unsafe { (self.library.bsd_close)(socket) })
            }
            name => return Err(format!("{name} is no call").into()),
        };
        self.flush();
        Ok(error_of(result))
    }

    fn set(&mut self, name: &str, value: &str) -> Played {
        let done = self.set_option(name, value);
        self.flush();
        done
    }

    fn restyle(&mut self, style: Style) -> Played {
        if let Some(socket) = self.socket.take() {
            // SAFETY: a number.
            unsafe { (self.library.bsd_close)(socket) };
        }
        self.flush();
        Ok(self.open(style)?)
    }

    fn state(&mut self) -> Played<String> {
        self.descriptor()?;
        Ok(self.read_status().map_or_else(|| "CLOSED".into(), |status| status.state))
    }

    fn associations(&mut self) -> Played<u32> {
        self.descriptor()?;
        let bytes = self.option(options::SCTP_GET_ASSOC_NUMBER, &[0; 4])?;
        Ok(options::word(&bytes, 0))
    }

    fn errors(&mut self) -> Vec<String> {
        self.socket_error().into_iter().collect()
    }

    fn hear(&mut self) -> Option<Heard> {
        let socket = self.socket?;
        let (mut bytes, mut control) = (vec![0_u8; 300_000], [0_u8; 256]);
        let part = Part { bytes: bytes.as_mut_ptr().cast(), length: bytes.len() };
        let mut header = MessageHeader {
            name: null(),
            name_length: 0,
            parts: &raw const part,
            part_count: 1,
            control: control.as_mut_ptr().cast::<c_void>(),
            control_length: 256,
            flags: 0,
        };
        // SAFETY: the header points at buffers that outlive the call.
        let length = unsafe { (self.library.bsd_recvmsg)(socket, &raw mut header, MSG_DONTWAIT) };
        self.flush();
        let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
        let bytes = &bytes[..length];
        if header.flags & MSG_NOTIFICATION != 0 {
            return Some(Heard::Notice(options::notice_name(bytes)));
        }
        let info = &control[12..];
        let ends = header.flags & MSG_EOR != 0;
        let part = match (core::mem::replace(&mut self.within_message, !ends), ends) {
            (false, true) => "whole",
            (false, false) => "first",
            (true, false) => "next",
            (true, true) => "last",
        };
        if options::word(&control, 8) != SCTP_RCVINFO {
            return Some(Heard::Data(data_fields(bytes, 0, 0, false, part)));
        }
        let unordered = options::half(info, 4) & SCTP_UNORDERED != 0;
        let ppid = u32::from_be(options::word(info, 8));
        Some(Heard::Data(data_fields(bytes, options::half(info, 0), ppid, unordered, part)))
    }

    fn counter(&mut self, name: &str) -> Played<u64> {
        self.statistic(name)
    }

    fn status(&mut self) -> Played<Vec<Field>> {
        Ok(self.read_status().ok_or("no association")?.fields)
    }
}
