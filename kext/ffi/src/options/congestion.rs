//! Congestion control.

use super::{Call, Plain, Row, value};
use crate::contract;
use ::sctp_engine::{Error, Scope};

pub(super) const ROWS: &[Row] = &[
    Row {
        name: contract::SCTP_ECN_SUPPORTED,
        get: Some(|call, room| value::get(call, room, |settings| settings.protocol.ecn.into())),
        set: Some(|call, bytes| {
            value::set_future(call, bytes, |settings, on| {
                settings.protocol.ecn = on != 0;
                Ok(())
            })
        }),
    },
    Row {
        name: contract::SCTP_MAX_CWND,
        get: Some(|call, room| value::get(call, room, |settings| settings.protocol.max_cwnd)),
        set: Some(|call, bytes| {
            value::set_single(call, bytes, |settings, limit| {
                settings.protocol.max_cwnd = limit;
                Ok(())
            })
        }),
    },
    Row {
        name: contract::SCTP_PLUGGABLE_CC,
        get: Some(|call, room| value::get(call, room, |_| contract::SCTP_CC_RFC2581)),
        set: Some(|call, bytes| {
            value::set(call, bytes, |_, module| {
                only(module, contract::SCTP_CC_RFC2581, contract::SCTP_CC_RTCC)
            })
        }),
    },
    Row {
        name: contract::SCTP_CMT_ON_OFF,
        get: Some(|call, room| value::get(call, room, |_| contract::SCTP_CMT_OFF)),
        set: Some(|call, bytes| {
            value::set(call, bytes, |_, kind| only(kind, contract::SCTP_CMT_OFF, contract::SCTP_CMT_MAX))
        }),
    },
    Row { name: contract::SCTP_CC_OPTION, get: Some(get_option), set: Some(set_option) },
];

/// Of the modules up to `last` there is but one.
const fn only(asked: u32, only: u32, last: u32) -> Result<(), Error> {
    match asked {
        _ if asked == only => Ok(()),
        _ if asked <= last => Err(Error::NotSupported),
        _ => Err(Error::Invalid),
    }
}

/// The one module has no options.
fn option(call: &Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let asked = contract::sctp_cc_option::read(bytes)?;
    call.engine.association(call.endpoint, Scope::from(asked.aid_value.assoc_id))?;
    Err(Error::NotSupported)
}

fn get_option(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    option(call, room).map(|()| 0)
}

fn set_option(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    option(call, bytes)
}
