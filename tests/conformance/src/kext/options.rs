//! Options and notifications of the kext's socket, in the layout of netinet/sctp_uio.h.

use super::{ENOPROTOOPT, IPPROTO_SCTP, Kext, error_of, name};
use crate::build::integer;
use crate::fields::Field;
use crate::steps::span;
use crate::subject::{Played, Trouble};
use core::ffi::c_int;

const SOL_SOCKET: c_int = 0xffff;
const SO_RCVBUF: c_int = 0x1002;
const SO_ERROR: c_int = 0x1007;
const SCTP_RTOINFO: c_int = 1;
const SCTP_ASSOCINFO: c_int = 2;
const SCTP_INITMSG: c_int = 3;
const SCTP_NODELAY: c_int = 4;
const SCTP_PEER_ADDR_PARAMS: c_int = 0xa;
const SCTP_DELAYED_SACK: c_int = 0xf;
const SCTP_EVENT: c_int = 0x1e;
const SCTP_PARTIAL_DELIVERY_POINT: c_int = 0x11;
const SCTP_RECVRCVINFO: c_int = 0x1f;
const SCTP_STATUS: c_int = 0x100;
const SCTP_GET_PEER_ADDR_INFO: c_int = 0x101;
pub(super) const SCTP_GET_ASSOC_NUMBER: c_int = 0x104;
const SPP_HB_ENABLE: u32 = 1;
const SPP_HB_DISABLE: u32 = 2;
const SPP_PMTUD_DISABLE: u32 = 0x10;
const SCTP_ASSOC_CHANGE: u16 = 1;
const SCTP_SHUTDOWN_EVENT: u16 = 5;
/// Bytes of struct sockaddr_storage, struct sctp_paddrparams, sctp_paddrinfo and sctp_status.
const STORAGE: usize = 128;
const PADDRPARAMS: usize = STORAGE + 24;
const PADDRINFO: usize = STORAGE + 24;
const STATUS: usize = 24 + PADDRINFO;

/// sstat_state.
const STATES: [(u32, &str); 7] = [
    (0x02, "COOKIE-WAIT"),
    (0x04, "COOKIE-ECHOED"),
    (0x08, "ESTABLISHED"),
    (0x10, "SHUTDOWN-SENT"),
    (0x20, "SHUTDOWN-RECEIVED"),
    (0x40, "SHUTDOWN-ACK-SENT"),
    (0x80, "SHUTDOWN-PENDING"),
];

/// Bytes of struct sctpstat, and which of its 32-bit words is which of the engine's counters.
const SCTPSTAT: usize = 664;
const STATISTICS: [(&str, usize); 12] = [
    ("sctpActiveEstabs", 3),
    ("sctpPassiveEstabs", 6),
    ("sctpAborteds", 7),
    ("sctpShutdowns", 8),
    ("sctpOutOfBlues", 9),
    ("sctpChecksumErrors", 10),
    ("inDataDuplicates", 26),
    ("inBadVerificationTags", 100),
    ("inDataDropped", 113),
    ("inMalformedPackets", 157),
    ("inBadCookies", 158),
    ("outRepliesDropped", 163),
];

/// What SCTP_STATUS says.
pub(super) struct Status {
    pub(super) state: String,
    pub(super) fields: Vec<Field>,
}

/// 32 bits at a place.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

/// 16 bits at a place.
pub(super) fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|half| half.try_into().ok()).map_or(0, u16::from_ne_bytes)
}

/// A notification as scripts write it.
pub(super) fn notice_name(bytes: &[u8]) -> String {
    match (half(bytes, 0), half(bytes, 8)) {
        (SCTP_ASSOC_CHANGE, 1) => "Up".into(),
        (SCTP_ASSOC_CHANGE, 2) => "Lost".into(),
        (SCTP_ASSOC_CHANGE, 3) => "Restart".into(),
        (SCTP_ASSOC_CHANGE, 4) => "ShutdownComplete".into(),
        (SCTP_ASSOC_CHANGE, 5) => "CannotStart".into(),
        (SCTP_SHUTDOWN_EVENT, _) => "Shutdown".into(),
        (kind, _) => format!("notification {kind}"),
    }
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

fn halves(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

impl Kext {
    /// What the scripts take for granted: notifications, control data, and no probes of the path MTU.
    pub(super) fn prepare(&mut self) -> Result<(), String> {
        for kind in [SCTP_ASSOC_CHANGE, SCTP_SHUTDOWN_EVENT] {
            let mut event = words(&[0]);
            event.extend(halves(&[kind]));
            event.extend([1, 0]);
            self.try_set(SCTP_EVENT, &event).map_err(|error| format!("SCTP_EVENT: {error}"))?;
        }
        self.try_set(SCTP_RECVRCVINFO, &words(&[1])).map_err(|error| format!("SCTP_RECVRCVINFO: {error}"))?;
        let disabled = self.try_set(SCTP_PEER_ADDR_PARAMS, &path_parameters(0, SPP_PMTUD_DISABLE, 0));
        self.searches = disabled.is_err();
        Ok(())
    }

    fn set_at(&self, level: c_int, option: c_int, value: &[u8]) -> Result<(), c_int> {
        let Some(socket) = self.socket else { return Err(9) };
        let length = u32::try_from(value.len()).unwrap_or(0);
        // SAFETY: the value outlives the call.
        let result =
            unsafe { (self.library.bsd_setsockopt)(socket, level, option, value.as_ptr().cast(), length) };
        if result < 0 { Err(-result) } else { Ok(()) }
    }

    fn try_set(&self, option: c_int, value: &[u8]) -> Result<(), c_int> {
        self.set_at(IPPROTO_SCTP, option, value)
    }

    fn must_set(&self, what: &str, option: c_int, value: &[u8]) -> Played {
        self.try_set(option, value).map_err(|error| match error {
            ENOPROTOOPT => Trouble::Impossible(format!("no option sets {what}")),
            error => Trouble::Impossible(format!("the option refuses {what}: errno {error}")),
        })
    }

    /// Reads an option; `value` is what goes in.
    pub(super) fn option(&self, option: c_int, value: &[u8]) -> Played<Vec<u8>> {
        self.get_at(IPPROTO_SCTP, option, value).map_err(|error| match error {
            ENOPROTOOPT => Trouble::Impossible(format!("there is no option {option:#x}")),
            error => Trouble::Wrong(format!("option {option:#x}: errno {error}")),
        })
    }

    fn get_at(&self, level: c_int, option: c_int, value: &[u8]) -> Result<Vec<u8>, c_int> {
        let Some(socket) = self.socket else { return Err(9) };
        let mut bytes = value.to_vec();
        let mut length = u32::try_from(bytes.len()).unwrap_or(0);
        // SAFETY: the buffer and its length outlive the call.
        let result = unsafe {
            (self.library.bsd_getsockopt)(socket, level, option, bytes.as_mut_ptr().cast(), &raw mut length)
        };
        if result < 0 { Err(-result) } else { Ok(bytes) }
    }

    pub(super) fn socket_error(&self) -> Option<String> {
        let bytes = self.get_at(SOL_SOCKET, SO_ERROR, &[0; 4]).ok()?;
        error_of(-i64::from(word(&bytes, 0)))
    }

    /// `set NAME=VALUE`.
    pub(super) fn set_option(&self, what: &str, value: &str) -> Played {
        let millis = || span(value).map(|span| span.as_millis());
        match what {
            "no-delay" => self.must_set(what, SCTP_NODELAY, &words(&[u32::from(value == "yes")])),
            "receive-buffer" => {
                let set = self.set_at(SOL_SOCKET, SO_RCVBUF, &words(&[integer(value)?]));
                set.map_err(|error| Trouble::Impossible(format!("SO_RCVBUF {value}: errno {error}")))
            }
            "partial-delivery-point" => {
                self.must_set(what, SCTP_PARTIAL_DELIVERY_POINT, &words(&[integer(value)?]))
            }
            "heartbeat" if value == "off" => {
                // Without the option heartbeats go after half a minute, which few scripts wait.
                let _ = self.try_set(SCTP_PEER_ADDR_PARAMS, &path_parameters(0, SPP_HB_DISABLE, 0));
                Ok(())
            }
            "heartbeat" => {
                self.must_set(what, SCTP_PEER_ADDR_PARAMS, &path_parameters(millis()?, SPP_HB_ENABLE, 0))
            }
            "path-max-retransmits" => {
                self.must_set(what, SCTP_PEER_ADDR_PARAMS, &path_parameters(0, 0, integer(value)?))
            }
            "cookie-life" => self.must_set(what, SCTP_ASSOCINFO, &words(&[0, 0, 0, millis()?, 0])),
            "association-max-retransmits" => {
                let mut parameters = words(&[0, 0, 0, 0]);
                parameters.extend(halves(&[integer(value)?, 0]));
                self.must_set(what, SCTP_ASSOCINFO, &parameters)
            }
            "outbound-streams" => self.must_set(what, SCTP_INITMSG, &halves(&[integer(value)?, 0, 0, 0])),
            "inbound-streams" => self.must_set(what, SCTP_INITMSG, &halves(&[0, integer(value)?, 0, 0])),
            "max-init-retransmits" => self.must_set(what, SCTP_INITMSG, &halves(&[0, 0, integer(value)?, 0])),
            "rto-max" => {
                // RTO.Initial must not be above it.
                let initial = millis()?.min(1000);
                self.must_set(what, SCTP_RTOINFO, &words(&[0, initial, millis()?, 0]))
            }
            "rto-min" => self.must_set(what, SCTP_RTOINFO, &words(&[0, 0, 0, millis()?])),
            "sack-delay" => self.must_set(what, SCTP_DELAYED_SACK, &words(&[0, millis()?, 0])),
            what => Err(Trouble::Impossible(format!("no option sets {what}"))),
        }
    }

    /// The association with the peer, by whichever of its addresses is known.
    fn association(&self) -> Option<u32> {
        self.peers.iter().find_map(|peer| {
            let mut info = name(peer).to_vec();
            info.resize(PADDRINFO, 0);
            Some(word(&self.option(SCTP_GET_PEER_ADDR_INFO, &info).ok()?, STORAGE))
        })
    }

    pub(super) fn read_status(&self) -> Option<Status> {
        let mut status = words(&[self.association()?]);
        status.resize(STATUS, 0);
        let status = self.option(SCTP_STATUS, &status).ok()?;
        let state = STATES.iter().find(|(number, _)| *number == word(&status, 4))?.1.into();
        let primary = &status[24..];
        let fields = vec![
            Field::is("inbound-streams", half(&status, 16).to_string()),
            Field::is("outbound-streams", half(&status, 18).to_string()),
            Field::is("peer-window", word(&status, 8).to_string()),
            Field::is("cwnd", word(primary, STORAGE + 8).to_string()),
            Field::is("rto", format!("{}ms", word(primary, STORAGE + 16))),
            Field::is("unacknowledged", half(&status, 12).to_string()),
        ];
        Some(Status { state, fields })
    }

    /// A statistic of the kext: a word of struct sctpstat.
    pub(super) fn statistic(&self, what: &str) -> Played<u64> {
        let place = STATISTICS.iter().find(|(name, _)| *name == what);
        let (_, place) =
            place.ok_or_else(|| Trouble::Impossible("struct sctpstat has no such counter".into()))?;
        let mut bytes = [0_u8; SCTPSTAT];
        let mut length = bytes.len();
        // SAFETY: a string, and a buffer and its length that outlive the call.
        let error = unsafe {
            (self.library.host_sysctl)(
                c"net.sctp.stats".as_ptr(),
                bytes.as_mut_ptr().cast(),
                &raw mut length,
                core::ptr::null(),
                0,
            )
        };
        if error != 0 || length != SCTPSTAT {
            return Err(Trouble::Wrong(format!("net.sctp.stats: errno {error}, {length} bytes")));
        }
        Ok(word(&bytes, 4 * place).into())
    }
}

/// struct sctp_paddrparams for the paths to come.
fn path_parameters(heartbeat: u32, flags: u32, retransmits: u16) -> Vec<u8> {
    let mut bytes = vec![0; STORAGE];
    bytes.extend(words(&[0, heartbeat, 0, flags, 0]));
    bytes.extend(halves(&[retransmits]));
    bytes.resize(PADDRPARAMS, 0);
    bytes
}
