//! How messages are sent.

use super::switch::switch;
use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::Error;
use ::sctp_engine::options::{SendDefaults, Switches};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_NODELAY, get: Some(get_nodelay), set: Some(set_nodelay) },
    switch::<{ Switches::EXPLICIT_EOR.bits() }>(contract::SCTP_EXPLICIT_EOR),
    Row { name: contract::SCTP_DEFAULT_SNDINFO, get: Some(get_sndinfo), set: Some(set_sndinfo) },
];

fn get_nodelay(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    u32::from(call.future()?.protocol.no_delay).write(room)
}

fn set_nodelay(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.change_everywhere(|settings| settings.protocol.no_delay = on)
}

fn get_sndinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_sndinfo::read(room)?;
    let defaults = call.settings(asked.snd_assoc_id)?.send_defaults;
    contract::sctp_sndinfo {
        snd_sid: defaults.stream,
        snd_flags: if defaults.unordered { unordered() } else { 0 },
        snd_ppid: defaults.ppid.to_be(),
        snd_context: defaults.context,
        snd_assoc_id: asked.snd_assoc_id,
    }
    .write(room)
}

fn set_sndinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sndinfo::read(bytes)?;
    let defaults = SendDefaults {
        stream: new.snd_sid,
        ppid: u32::from_be(new.snd_ppid),
        context: new.snd_context,
        unordered: new.snd_flags & unordered() != 0,
    };
    call.change(new.snd_assoc_id, |settings| {
        settings.send_defaults = defaults;
        Ok(())
    })
}

fn unordered() -> u16 {
    u16::try_from(contract::SCTP_UNORDERED).unwrap_or_default()
}
