//! Messages that are delivered in parts.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::Error;
use ::sctp_engine::options::Interleave;

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_FRAGMENT_INTERLEAVE, get: Some(get_interleave), set: Some(set_interleave) },
    Row { name: contract::SCTP_PARTIAL_DELIVERY_POINT, get: Some(get_point), set: Some(set_point) },
];

fn get_interleave(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    match call.engine.options(call.endpoint)?.interleave {
        Interleave::Nothing => contract::SCTP_FRAG_LEVEL_0,
        Interleave::Associations => contract::SCTP_FRAG_LEVEL_1,
        Interleave::Streams => contract::SCTP_FRAG_LEVEL_2,
    }
    .write(room)
}

/// Level 2 is taken without a subscription to what tells the streams apart, which RFC 6458 section 8.1.20 would refuse:
/// programs written for FreeBSD set it first.
fn set_interleave(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    call.engine.options(call.endpoint)?.interleave = match u32::read(bytes)? {
        contract::SCTP_FRAG_LEVEL_0 => Interleave::Nothing,
        contract::SCTP_FRAG_LEVEL_1 => Interleave::Associations,
        contract::SCTP_FRAG_LEVEL_2 => Interleave::Streams,
        _ => return Err(Error::Invalid),
    };
    Ok(())
}

fn get_point(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.engine.options(call.endpoint)?.delivery_point().write(room)
}

fn set_point(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let (point, options) = (u32::read(bytes)?, call.engine.options(call.endpoint)?);
    if point > options.future.protocol.receive_buffer {
        return Err(Error::Invalid);
    }
    options.partial_delivery_point = Some(point);
    Ok(())
}
