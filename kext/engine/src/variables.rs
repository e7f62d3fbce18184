//! What an administrator may set: what new sockets begin with, and what holds for the whole host.
//!
//! This table is the only place where names, bounds and defaults stand. Names, units and meaning are those of FreeBSD's
//! `net.inet.sctp`; where a bound or a default differs, a remark says why.

use crate::error::Error;
use crate::options::{IpSettings, PathSettings, Protocol, Scheduler};
use crate::path::{RtoParameters, WindowParameters};
use crate::time::Span;
use core::ffi::CStr;

/// The largest count of bytes that a socket buffer of the kernel can have.
const MOST_BYTES: u32 = i32::MAX.unsigned_abs();

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name, as in `net.sctp.NAME`.
    pub name: &'static CStr,
    /// A line for people.
    pub description: &'static CStr,
    /// The least value that is taken.
    pub least: u32,
    /// The greatest value that is taken.
    pub greatest: u32,
}

macro_rules! variables {
    ($($(#[$remark:meta])* $field:ident: $least:literal..=$greatest:expr, $default:literal, $description:literal;)*) => {
        /// The values.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct Variables {
            $($(#[$remark])* pub(crate) $field: u32,)*
        }

        const TABLE: &[Variable] = &[$(Variable {
            name: match CStr::from_bytes_with_nul(concat!(stringify!($field), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            },
            description: $description,
            least: $least,
            greatest: $greatest,
        }),*];

        impl Variables {
            /// The defaults.
            pub(crate) const DEFAULT: Self = Self { $($field: $default,)* };

            fn values(&mut self) -> [&mut u32; TABLE.len()] {
                [$(&mut self.$field),*]
            }
        }
    };
}

variables! {
    /// FreeBSD: from 0, which nothing can be sent from, to more than a socket buffer can hold; 262144.
    sendspace: 1..=MOST_BYTES, 233_016, c"Send buffer of a new socket, bytes";
    /// FreeBSD: as above. An a_rwnd below 1500 is refused by the peer (RFC 9260 section 3.3.2).
    recvspace: 1500..=MOST_BYTES, 233_016, c"Receive buffer of a new socket, bytes";
    ecn_enable: 0..=1, 1, c"Offer Explicit Congestion Notification";
    delayed_sack_time: 0..=u32::MAX, 200, c"How long a SACK may wait, ms; 500 at most counts";
    sack_freq: 0..=u32::MAX, 2, c"Packets with DATA after which a SACK is sent at once";
    heartbeat_interval: 0..=u32::MAX, 30_000, c"HB.interval, ms";
    /// FreeBSD: from 0, which would be a search without end.
    pmtu_raise_time: 1..=u32::MAX, 600, c"Time from one search for the path MTU to the next, s";
    shutdown_guard_time: 0..=u32::MAX, 0, c"How long a shutdown may take, s; 0: five times RTO.Max";
    /// FreeBSD: from 0, with which no cookie would ever be good.
    secret_lifetime: 60..=u32::MAX, 3600, c"How long a key signs state cookies, s; it checks them as long again";
    /// FreeBSD, for the three: from 0, a time-out that never waits.
    rto_max: 1..=u32::MAX, 60_000, c"RTO.Max, ms";
    rto_min: 1..=u32::MAX, 1000, c"RTO.Min, ms";
    rto_initial: 1..=u32::MAX, 1000, c"RTO.Initial, ms";
    init_rto_max: 0..=u32::MAX, 60_000, c"The longest wait between two INITs, ms; 0: RTO.Max";
    valid_cookie_life: 1000..=3_600_000, 60_000, c"Valid.Cookie.Life, ms";
    /// FreeBSD, for the three: up to 4294967295, of which 16 bits count.
    init_rtx_max: 0..=65_535, 8, c"Max.Init.Retransmits";
    assoc_rtx_max: 0..=65_535, 10, c"Association.Max.Retrans";
    path_rtx_max: 0..=65_535, 5, c"Path.Max.Retrans";
    /// FreeBSD: 65535, that is off. RFC 7829 section 3.2 recommends 0.
    path_pf_threshold: 0..=65_535, 0, c"PotentiallyFailed.Max.Retrans";
    incoming_streams: 1..=65_535, 2048, c"Streams that a peer may use";
    outgoing_streams: 1..=65_535, 10, c"Streams asked for";
    /// FreeBSD: up to 4294967295; 3.
    initial_cwnd: 0..=65_535, 0, c"Packets that a congestion window begins with; 0: what RFC 9260 says";
    /// FreeBSD: from 0, a window that never opens, to 4294967295; 2. RFC 9260 section 7.2.1 recommends 1.
    abc_l_var: 1..=65_535, 1, c"Packets by which one SACK opens the window in slow start";
    maxburst: 0..=u32::MAX, 4, c"Max.Burst, packets; 0: no limit";
    blackhole: 0..=2, 0, c"1: no ABORT answers an INIT to a closed port; 2: nor anything else out of the blue";
}

/// At most 16 bits, as the table has it.
fn short(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn millis(value: u32) -> Span {
    Span::from_millis(value.into())
}

fn seconds(value: u32) -> Span {
    Span::from_secs(value.into())
}

impl Variables {
    /// The `index`-th row and its value.
    pub(crate) fn get(&self, index: u32) -> Option<(Variable, u32)> {
        let index = usize::try_from(index).ok()?;
        let mut copy = *self;
        Some((*TABLE.get(index)?, copy.values().get(index).map(|value| **value)?))
    }

    /// Sets the `index`-th value.
    pub(crate) fn set(&mut self, index: u32, value: u32) -> Result<(), Error> {
        let index = usize::try_from(index).map_err(|_| Error::Invalid)?;
        let row = TABLE.get(index).ok_or(Error::Invalid)?;
        let mut values = self.values();
        let place = values.get_mut(index).ok_or(Error::Invalid)?;
        if value < row.least || value > row.greatest {
            return Err(Error::Invalid);
        }
        **place = value;
        Ok(())
    }

    /// How long one key signs state cookies.
    pub(crate) fn secret_lifetime(&self) -> Span {
        seconds(self.secret_lifetime)
    }

    /// Whether an INIT to a port that nobody listens on gets no answer.
    pub(crate) const fn hides_closed_ports(&self) -> bool {
        self.blackhole > 0
    }

    /// Whether no other packet out of the blue is answered with an ABORT either.
    pub(crate) const fn hides_all(&self) -> bool {
        self.blackhole > 1
    }

    fn rto(&self) -> RtoParameters {
        RtoParameters {
            initial: millis(self.rto_initial),
            min: millis(self.rto_min),
            max: millis(self.rto_max),
        }
    }

    fn path(&self) -> PathSettings {
        PathSettings {
            max_retransmits: short(self.path_rtx_max),
            potentially_failed_max_retransmits: short(self.path_pf_threshold),
            heartbeats: true,
            heartbeat_interval: millis(self.heartbeat_interval),
            pmtud: true,
            pmtu_raise: seconds(self.pmtu_raise_time),
            mtu: 1500,
            chunk_room: 0,
            dscp: None,
            flow_label: None,
        }
    }

    /// What a new endpoint begins with.
    pub(crate) fn protocol(&self) -> Protocol {
        Protocol {
            rto: self.rto(),
            window: WindowParameters { initial: short(self.initial_cwnd), limit: short(self.abc_l_var) },
            cookie_life: millis(self.valid_cookie_life),
            max_init_retransmits: short(self.init_rtx_max),
            max_init_timeout: millis(self.init_rto_max),
            association_max_retransmits: short(self.assoc_rtx_max),
            path: self.path(),
            ip: IpSettings::default(),
            shutdown_guard: seconds(self.shutdown_guard_time),
            sack_delay: millis(self.delayed_sack_time),
            outbound_streams: short(self.outgoing_streams),
            inbound_streams: short(self.incoming_streams),
            no_delay: false,
            ecn: self.ecn_enable != 0,
            adaptation: None,
            max_segment: 0,
            sack_frequency: self.sack_freq,
            max_burst: self.maxburst,
            scheduler: Scheduler::Default,
            max_cwnd: 0,
            autoclose: 0,
            receive_buffer: self.recvspace,
        }
    }
}

impl Default for RtoParameters {
    fn default() -> Self {
        Variables::DEFAULT.rto()
    }
}

impl Default for PathSettings {
    fn default() -> Self {
        Variables::DEFAULT.path()
    }
}

impl Default for Protocol {
    fn default() -> Self {
        Variables::DEFAULT.protocol()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_within_its_bounds_and_every_row_says_what_it_is() {
        let variables = Variables::DEFAULT;
        let mut rows = 0;
        while let Some((row, value)) = variables.get(rows) {
            assert!(row.least <= value && value <= row.greatest, "{:?}", row.name);
            assert!(!row.name.is_empty() && row.description.count_bytes() > 8, "{:?}", row.name);
            rows += 1;
        }
        assert_eq!(rows as usize, TABLE.len());
    }

    #[test]
    fn a_value_out_of_bounds_changes_nothing() {
        let mut variables = Variables::DEFAULT;
        for index in 0..TABLE.len() as u32 {
            let (row, before) = variables.get(index).unwrap();
            let outside = [row.least.checked_sub(1), row.greatest.checked_add(1)];
            for value in outside.into_iter().flatten() {
                assert_eq!(variables.set(index, value), Err(Error::Invalid), "{:?} {value}", row.name);
                assert_eq!(variables.get(index).unwrap().1, before);
            }
            for value in [row.least, row.greatest] {
                assert_eq!(variables.set(index, value), Ok(()));
                assert_eq!(variables.get(index).unwrap().1, value);
            }
        }
        assert_eq!(variables.set(TABLE.len() as u32, 0), Err(Error::Invalid));
        assert!(variables.get(TABLE.len() as u32).is_none());
    }
}
