//! How messages are sent.

use super::switch::switch;
use super::{Call, Plain, Row, value};
use crate::contract;
use ::sctp_engine::options::{Scheduler, SendDefaults, SendFlags, Switches};
use ::sctp_engine::{Error, Scope};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_NODELAY, get: Some(get_nodelay), set: Some(set_nodelay) },
    switch::<{ Switches::EXPLICIT_EOR.bits() }>(contract::SCTP_EXPLICIT_EOR),
    switch::<{ Switches::DISABLE_FRAGMENTS.bits() }>(contract::SCTP_DISABLE_FRAGMENTS),
    Row {
        name: contract::SCTP_MAXSEG,
        get: Some(|call, room| value::get(call, room, |settings| settings.protocol.max_segment)),
        set: Some(|call, bytes| {
            value::set_single(call, bytes, |settings, bytes| {
                settings.protocol.max_segment = bytes;
                Ok(())
            })
        }),
    },
    Row {
        name: contract::SCTP_MAX_BURST,
        get: Some(|call, room| value::get(call, room, |settings| settings.protocol.max_burst)),
        set: Some(|call, bytes| {
            value::set(call, bytes, |settings, packets| {
                settings.protocol.max_burst = packets;
                Ok(())
            })
        }),
    },
    Row {
        name: contract::SCTP_STREAM_SCHEDULER,
        get: Some(|call, room| value::get(call, room, |settings| number_of(settings.protocol.scheduler))),
        set: Some(|call, bytes| {
            value::set(call, bytes, |settings, number| {
                settings.protocol.scheduler = scheduler(number)?;
                Ok(())
            })
        }),
    },
    Row {
        name: contract::SCTP_STREAM_SCHEDULER_VALUE,
        get: Some(get_stream_value),
        set: Some(set_stream_value),
    },
    Row { name: contract::SCTP_DEFAULT_SEND_PARAM, get: Some(get_sndrcvinfo), set: Some(set_sndrcvinfo) },
    Row { name: contract::SCTP_DEFAULT_SNDINFO, get: Some(get_sndinfo), set: Some(set_sndinfo) },
    Row { name: contract::SCTP_DEFAULT_PRINFO, get: Some(get_prinfo), set: Some(set_prinfo) },
];

/// The bits of snd_flags and sinfo_flags that are a policy of PR-SCTP.
const POLICY: u16 = 0xf;

const fn number_of(scheduler: Scheduler) -> u32 {
    match scheduler {
        Scheduler::Default => contract::SCTP_SS_DEFAULT,
        Scheduler::RoundRobin => contract::SCTP_SS_RR,
        Scheduler::RoundRobinPacket => contract::SCTP_SS_RR_PKT,
        Scheduler::Priority => contract::SCTP_SS_PRIO,
        Scheduler::FairBandwidth => contract::SCTP_SS_FB,
        Scheduler::FirstCome => contract::SCTP_SS_FCFS,
    }
}

fn scheduler(number: u32) -> Result<Scheduler, Error> {
    Ok(match number {
        contract::SCTP_SS_DEFAULT => Scheduler::Default,
        contract::SCTP_SS_RR => Scheduler::RoundRobin,
        contract::SCTP_SS_RR_PKT => Scheduler::RoundRobinPacket,
        contract::SCTP_SS_PRIO => Scheduler::Priority,
        contract::SCTP_SS_FB => Scheduler::FairBandwidth,
        contract::SCTP_SS_FCFS => Scheduler::FirstCome,
        _ => return Err(Error::Invalid),
    })
}

fn get_stream_value(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_stream_value::read(room)?;
    let stream_value =
        call.engine.stream_value(call.endpoint, Scope::from(asked.assoc_id), asked.stream_id)?;
    contract::sctp_stream_value { stream_value, ..asked }.write(room)
}

fn set_stream_value(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_stream_value::read(bytes)?;
    let scope = Scope::from(new.assoc_id);
    call.engine.set_stream_value(call.endpoint, scope, new.stream_id, new.stream_value)
}

fn get_nodelay(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    u32::from(call.future()?.protocol.no_delay).write(room)
}

fn set_nodelay(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.change_everywhere(|settings| settings.protocol.no_delay = on)
}

fn policy(number: u16) -> Result<u16, Error> {
    if u32::from(number) <= contract::SCTP_PR_SCTP_RTX { Ok(number) } else { Err(Error::Invalid) }
}

fn flags(bits: u16) -> Result<SendFlags, Error> {
    SendFlags::from_bits(bits & !POLICY).ok_or(Error::Invalid)
}

/// A stream of an association that is there must be one of its streams; those to come are not known yet.
fn set_defaults(
    call: &mut Call<'_>,
    assoc_id: u32,
    stream: u16,
    change: impl Fn(&mut SendDefaults),
) -> Result<(), Error> {
    if let Ok(name) = call.engine.association(call.endpoint, Scope::from(assoc_id)) {
        let streams = call.engine.status(call.endpoint, Scope::One(name))?.outbound_streams;
        if stream >= streams {
            return Err(Error::Invalid);
        }
    }
    call.change(assoc_id, |settings| {
        change(&mut settings.send_defaults);
        Ok(())
    })
}

fn get_sndinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_sndinfo::read(room)?;
    let defaults = call.settings(asked.snd_assoc_id)?.send_defaults;
    contract::sctp_sndinfo {
        snd_sid: defaults.stream,
        snd_flags: defaults.flags.bits(),
        snd_ppid: defaults.ppid.to_be(),
        snd_context: defaults.context,
        snd_assoc_id: asked.snd_assoc_id,
    }
    .write(room)
}

fn set_sndinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sndinfo::read(bytes)?;
    let flags = flags(new.snd_flags)?;
    set_defaults(call, new.snd_assoc_id, new.snd_sid, |defaults| {
        (defaults.stream, defaults.flags) = (new.snd_sid, flags);
        (defaults.ppid, defaults.context) = (u32::from_be(new.snd_ppid), new.snd_context);
    })
}

fn get_sndrcvinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_sndrcvinfo::read(room)?;
    let defaults = call.settings(asked.sinfo_assoc_id)?.send_defaults;
    contract::sctp_sndrcvinfo {
        sinfo_stream: defaults.stream,
        sinfo_flags: defaults.flags.bits() | defaults.policy,
        sinfo_ppid: defaults.ppid.to_be(),
        sinfo_context: defaults.context,
        sinfo_timetolive: defaults.policy_value,
        // What is known of received messages alone.
        sinfo_ssn: 0,
        sinfo_tsn: 0,
        sinfo_cumtsn: 0,
        sinfo_keynumber: 0,
        sinfo_keynumber_valid: 0,
        ..asked
    }
    .write(room)
}

fn set_sndrcvinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sndrcvinfo::read(bytes)?;
    let (flags, policy) = (flags(new.sinfo_flags)?, policy(new.sinfo_flags & POLICY)?);
    set_defaults(call, new.sinfo_assoc_id, new.sinfo_stream, |defaults| {
        *defaults = SendDefaults {
            stream: new.sinfo_stream,
            ppid: u32::from_be(new.sinfo_ppid),
            context: new.sinfo_context,
            flags,
            policy,
            policy_value: new.sinfo_timetolive,
        };
    })
}

fn get_prinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_default_prinfo::read(room)?;
    let defaults = call.settings(asked.pr_assoc_id)?.send_defaults;
    contract::sctp_default_prinfo { pr_policy: defaults.policy, pr_value: defaults.policy_value, ..asked }
        .write(room)
}

fn set_prinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_default_prinfo::read(bytes)?;
    let policy = policy(new.pr_policy)?;
    call.change(new.pr_assoc_id, |settings| {
        (settings.send_defaults.policy, settings.send_defaults.policy_value) = (policy, new.pr_value);
        Ok(())
    })
}
