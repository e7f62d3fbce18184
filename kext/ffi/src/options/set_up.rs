//! What associations begin with: time-outs, streams.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::Error;
use ::sctp_engine::time::Span;

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_RTOINFO, get: Some(get_rtoinfo), set: Some(set_rtoinfo) },
    Row { name: contract::SCTP_INITMSG, get: Some(get_initmsg), set: Some(set_initmsg) },
];

fn keep<T: Default + PartialEq>(new: T, old: T) -> T {
    if new == T::default() { old } else { new }
}

fn get_rtoinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let rto = call.engine.options(call.endpoint)?.protocol.rto;
    contract::sctp_rtoinfo {
        srto_assoc_id: 0,
        srto_initial: rto.initial.as_millis(),
        srto_max: rto.max.as_millis(),
        srto_min: rto.min.as_millis(),
    }
    .write(room)
}

fn set_rtoinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_rtoinfo::read(bytes)?;
    let rto = &mut call.engine.options(call.endpoint)?.protocol.rto;
    let span = |millis: u32, old: Span| Span::from_millis(u64::from(keep(millis, old.as_millis())));
    let (initial, min, max) =
        (span(new.srto_initial, rto.initial), span(new.srto_min, rto.min), span(new.srto_max, rto.max));
    if min > initial || initial > max {
        return Err(Error::Invalid);
    }
    (rto.initial, rto.min, rto.max) = (initial, min, max);
    Ok(())
}

fn get_initmsg(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let protocol = call.engine.options(call.endpoint)?.protocol;
    contract::sctp_initmsg {
        sinit_num_ostreams: protocol.outbound_streams,
        sinit_max_instreams: protocol.inbound_streams,
        sinit_max_attempts: protocol.max_init_retransmits,
        sinit_max_init_timeo: u16::try_from(protocol.max_init_timeout.as_millis()).unwrap_or(u16::MAX),
    }
    .write(room)
}

fn set_initmsg(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_initmsg::read(bytes)?;
    let protocol = &mut call.engine.options(call.endpoint)?.protocol;
    protocol.outbound_streams = keep(new.sinit_num_ostreams, protocol.outbound_streams);
    protocol.inbound_streams = keep(new.sinit_max_instreams, protocol.inbound_streams);
    protocol.max_init_retransmits = keep(new.sinit_max_attempts, protocol.max_init_retransmits);
    if new.sinit_max_init_timeo != 0 {
        protocol.max_init_timeout = Span::from_millis(u64::from(new.sinit_max_init_timeo));
    }
    Ok(())
}
