//! What associations begin with, and when they end.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::time::Span;
use ::sctp_engine::{Error, RtoParameters, Scope, Style};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_RTOINFO, get: Some(get_rtoinfo), set: Some(set_rtoinfo) },
    Row { name: contract::SCTP_ASSOCINFO, get: Some(get_associnfo), set: Some(set_associnfo) },
    Row { name: contract::SCTP_INITMSG, get: Some(get_initmsg), set: Some(set_initmsg) },
    Row { name: contract::SCTP_AUTOCLOSE, get: Some(get_autoclose), set: Some(set_autoclose) },
    Row { name: contract::SCTP_ADAPTATION_LAYER, get: Some(get_adaptation), set: Some(set_adaptation) },
    Row { name: contract::SCTP_REUSE_PORT, get: Some(get_reuse_port), set: Some(set_reuse_port) },
    Row { name: contract::SCTP_LISTEN_FIX, get: None, set: Some(set_listen_fix) },
];

/// The bounds of Valid.Cookie.Life, milliseconds: FreeBSD's.
const COOKIE_LIFE: core::ops::RangeInclusive<u32> = 1_000..=3_600_000;

/// Zero leaves a value as it is.
fn keep<T: Default + PartialEq>(new: T, old: T) -> T {
    if new == T::default() { old } else { new }
}

fn span(millis: u32, old: Span) -> Span {
    if millis == 0 { old } else { Span::from_millis(u64::from(millis)) }
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

fn get_associnfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_assocparams::read(room)?;
    let protocol = call.settings(asked.sasoc_assoc_id)?.protocol;
    let status = call.engine.status(call.endpoint, Scope::from(asked.sasoc_assoc_id)).ok();
    contract::sctp_assocparams {
        sasoc_peer_rwnd: status.map_or(0, |status| status.peer_window),
        sasoc_local_rwnd: status.map_or(protocol.receive_buffer, |status| status.local_window),
        sasoc_cookie_life: protocol.cookie_life.as_millis(),
        sasoc_asocmaxrxt: protocol.association_max_retransmits,
        sasoc_number_peer_destinations: status.map_or(0, |status| status.paths),
        ..asked
    }
    .write(room)
}

fn set_associnfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_assocparams::read(bytes)?;
    let life = match new.sasoc_cookie_life {
        0 => 0,
        life => life.clamp(*COOKIE_LIFE.start(), *COOKIE_LIFE.end()),
    };
    call.change_single(new.sasoc_assoc_id, |settings| {
        let protocol = &mut settings.protocol;
        protocol.cookie_life = span(life, protocol.cookie_life);
        protocol.association_max_retransmits =
            keep(new.sasoc_asocmaxrxt, protocol.association_max_retransmits);
        Ok(())
    })
}

fn get_initmsg(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let protocol = call.future()?.protocol;
    let longest =
        if protocol.max_init_timeout == Span::ZERO { protocol.rto.max } else { protocol.max_init_timeout };
    contract::sctp_initmsg {
        sinit_num_ostreams: protocol.outbound_streams,
        sinit_max_instreams: protocol.inbound_streams,
        sinit_max_attempts: protocol.max_init_retransmits,
        sinit_max_init_timeo: u16::try_from(longest.as_millis()).unwrap_or(u16::MAX),
    }
    .write(room)
}

fn set_initmsg(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_initmsg::read(bytes)?;
    let protocol = &mut call.engine.options(call.endpoint)?.future.protocol;
    protocol.outbound_streams = keep(new.sinit_num_ostreams, protocol.outbound_streams);
    protocol.inbound_streams = keep(new.sinit_max_instreams, protocol.inbound_streams);
    protocol.max_init_retransmits = keep(new.sinit_max_attempts, protocol.max_init_retransmits);
    protocol.max_init_timeout = span(u32::from(new.sinit_max_init_timeo), protocol.max_init_timeout);
    Ok(())
}

/// One-to-many only (RFC 6458 section 8.1.8).
fn get_autoclose(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.needs(Style::OneToMany)?;
    call.future()?.protocol.autoclose.write(room)
}

/// As [`get_autoclose`].
fn set_autoclose(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let seconds = u32::read(bytes)?;
    call.needs(Style::OneToMany)?;
    call.change_everywhere(|settings| settings.protocol.autoclose = seconds)
}

fn get_reuse_port(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.needs(Style::OneToOne)?;
    u32::from(call.engine.options(call.endpoint)?.reuse_port).write(room)
}

/// Only before the socket has a port (RFC 6458 section 8.1.27).
fn set_reuse_port(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    call.needs(Style::OneToOne)?;
    call.needs_no_port()?;
    call.engine.options(call.endpoint)?.reuse_port = u32::read(bytes)? != 0;
    Ok(())
}

fn get_adaptation(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let ssb_adaptation_ind = call.future()?.protocol.adaptation.unwrap_or(0);
    contract::sctp_setadaptation { ssb_adaptation_ind }.write(room)
}

/// From the first time it is set, every INIT and INIT ACK has the indication (RFC 6458 section 8.1.10).
fn set_adaptation(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_setadaptation::read(bytes)?;
    call.engine.options(call.endpoint)?.future.protocol.adaptation = Some(new.ssb_adaptation_ind);
    Ok(())
}

/// For programs that were written for an older stack: listen needs no fixing here.
fn set_listen_fix(call: &mut Call<'_>, _: &[u8]) -> Result<(), Error> {
    call.needs(Style::OneToMany)
}
