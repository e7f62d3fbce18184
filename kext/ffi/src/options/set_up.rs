//! What associations begin with: time-outs, streams.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::time::Span;
use ::sctp_engine::{Error, RtoParameters};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_RTOINFO, get: Some(get_rtoinfo), set: Some(set_rtoinfo) },
    Row { name: contract::SCTP_INITMSG, get: Some(get_initmsg), set: Some(set_initmsg) },
];

fn keep<T: Default + PartialEq>(new: T, old: T) -> T {
    if new == T::default() { old } else { new }
}

fn get_rtoinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_rtoinfo::read(room)?;
    let rto = call.settings(asked.srto_assoc_id)?.protocol.rto;
    contract::sctp_rtoinfo {
        srto_initial: rto.initial.as_millis(),
        srto_max: rto.max.as_millis(),
        srto_min: rto.min.as_millis(),
        ..asked
    }
    .write(room)
}

fn set_rtoinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_rtoinfo::read(bytes)?;
    let span = |millis: u32, old: Span| Span::from_millis(u64::from(keep(millis, old.as_millis())));
    call.change_single(new.srto_assoc_id, |settings| {
        let old = settings.protocol.rto;
        let rto = RtoParameters {
            initial: span(new.srto_initial, old.initial),
            min: span(new.srto_min, old.min),
            max: span(new.srto_max, old.max),
        };
        if rto.min > rto.initial || rto.initial > rto.max {
            return Err(Error::Invalid);
        }
        settings.protocol.rto = rto;
        Ok(())
    })
}

fn get_initmsg(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let protocol = call.future()?.protocol;
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
    let protocol = &mut call.engine.options(call.endpoint)?.future.protocol;
    protocol.outbound_streams = keep(new.sinit_num_ostreams, protocol.outbound_streams);
    protocol.inbound_streams = keep(new.sinit_max_instreams, protocol.inbound_streams);
    protocol.max_init_retransmits = keep(new.sinit_max_attempts, protocol.max_init_retransmits);
    if new.sinit_max_init_timeo != 0 {
        protocol.max_init_timeout = Span::from_millis(u64::from(new.sinit_max_init_timeo));
    }
    Ok(())
}
