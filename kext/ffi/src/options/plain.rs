//! Structures of netinet/sctp.h and sctp_uio.h as bytes.

use crate::contract;
use ::sctp_engine::Error;
use core::mem::size_of;

/// A C structure of numbers only: every pattern of bytes is a value.
///
/// # Safety
/// Only for `repr(C)` types without padding that matters, pointers, references or bools.
pub(crate) unsafe trait Plain: Sized {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() < size_of::<Self>() {
            return Err(Error::Invalid);
        }
        // SAFETY: long enough, and any bytes are a value; read_unaligned asks no alignment.
        Ok(unsafe { bytes.as_ptr().cast::<Self>().read_unaligned() })
    }

    fn write(self, room: &mut [u8]) -> Result<usize, Error> {
        if room.len() < size_of::<Self>() {
            return Err(Error::Invalid);
        }
        // SAFETY: long enough; write_unaligned asks no alignment.
        unsafe { room.as_mut_ptr().cast::<Self>().write_unaligned(self) };
        Ok(size_of::<Self>())
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(
            // SAFETY: numbers only.
            unsafe impl Plain for $type {}
        )*
    };
}

plain!(
    i32,
    u32,
    u8,
    contract::sctp_add_streams,
    contract::sctp_assoc_value,
    contract::sctp_assocparams,
    contract::sctp_authchunks,
    contract::sctp_authkey,
    contract::sctp_authkeyid,
    contract::sctp_cc_option,
    contract::sctp_default_prinfo,
    contract::sctp_hmacalgo,
    contract::sctp_paddrparams,
    contract::sctp_paddrthlds,
    contract::sctp_pcbinfo,
    contract::sctp_prstatus,
    contract::sctp_reset_streams,
    contract::sctp_sack_info,
    contract::sctp_setadaptation,
    contract::sctp_setpeerprim,
    contract::sctp_setprim,
    contract::sctp_udpencaps,
    contract::sctp_sndrcvinfo,
    contract::sctp_sockstat,
    contract::sctp_timeouts,
    contract::sctp_rtoinfo,
    contract::sctp_initmsg,
    contract::sctp_event_subscribe,
    contract::sctp_event,
    contract::sctp_paddrinfo,
    contract::sctp_sndinfo,
    contract::sctp_stream_value,
    contract::sctp_status,
    contract::xsctp_inpcb,
    contract::xsctp_laddr,
    contract::xsctp_raddr,
    contract::xsctp_tcb
);
