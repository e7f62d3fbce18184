//! How messages are sent.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::Error;
use ::sctp_engine::options::SendDefaults;

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_NODELAY, get: Some(get_nodelay), set: Some(set_nodelay) },
    Row { name: contract::SCTP_DEFAULT_SNDINFO, get: Some(get_sndinfo), set: Some(set_sndinfo) },
];

fn get_nodelay(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    u32::from(call.engine.options(call.endpoint)?.protocol.no_delay).write(room)
}

fn set_nodelay(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.engine.set_no_delay(call.now, call.endpoint, on)
}

fn get_sndinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let defaults = call.engine.options(call.endpoint)?.send_defaults;
    contract::sctp_sndinfo {
        snd_sid: defaults.stream,
        snd_flags: if defaults.unordered { unordered() } else { 0 },
        snd_ppid: defaults.ppid.to_be(),
        snd_context: defaults.context,
        snd_assoc_id: 0,
    }
    .write(room)
}

fn set_sndinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sndinfo::read(bytes)?;
    call.engine.options(call.endpoint)?.send_defaults = SendDefaults {
        stream: new.snd_sid,
        ppid: u32::from_be(new.snd_ppid),
        context: new.snd_context,
        unordered: new.snd_flags & unordered() != 0,
    };
    Ok(())
}

fn unordered() -> u16 {
    u16::try_from(contract::SCTP_UNORDERED).unwrap_or_default()
}
