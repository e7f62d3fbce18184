//! What comes with received messages, and which notifications.

use super::switch::{get_switch, set_switch, switch};
use super::{Call, Plain, Row, value};
use crate::contract;
use ::sctp_engine::address::Family;
use ::sctp_engine::options::{Events, MAX_SACK_DELAY, Switches};
use ::sctp_engine::time::Span;
use ::sctp_engine::{Error, Scope, Style};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_EVENTS, get: Some(get_events), set: Some(set_events) },
    Row { name: contract::SCTP_EVENT, get: Some(get_event), set: Some(set_event) },
    Row {
        name: contract::SCTP_CONTEXT,
        get: Some(|call, room| value::get(call, room, |settings| settings.context)),
        set: Some(|call, bytes| {
            value::set(call, bytes, |settings, context| {
                settings.context = context;
                Ok(())
            })
        }),
    },
    Row { name: contract::SCTP_DELAYED_SACK, get: Some(get_sack), set: Some(set_sack) },
    switch::<{ Switches::RECVRCVINFO.bits() }>(contract::SCTP_RECVRCVINFO),
    switch::<{ Switches::RECVNXTINFO.bits() }>(contract::SCTP_RECVNXTINFO),
    switch::<{ Switches::USE_EXT_RCVINFO.bits() }>(contract::SCTP_USE_EXT_RCVINFO),
    Row { name: contract::SCTP_I_WANT_MAPPED_V4_ADDR, get: Some(get_mapped), set: Some(set_mapped) },
];

fn get_events(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let events = call.future()?.events;
    let on = |event: Events| u8::from(events.contains(event));
    contract::sctp_event_subscribe {
        sctp_data_io_event: on(Events::DATA_IO),
        sctp_association_event: on(Events::ASSOCIATION),
        sctp_address_event: on(Events::ADDRESS),
        sctp_send_failure_event: on(Events::SEND_FAILURE),
        sctp_peer_error_event: on(Events::PEER_ERROR),
        sctp_shutdown_event: on(Events::SHUTDOWN),
        sctp_partial_delivery_event: on(Events::PARTIAL_DELIVERY),
        sctp_adaptation_layer_event: on(Events::ADAPTATION),
        sctp_authentication_event: on(Events::AUTHENTICATION),
        sctp_sender_dry_event: on(Events::SENDER_DRY),
        sctp_stream_reset_event: on(Events::STREAM_RESET),
    }
    .write(room)
}

/// What a program has subscribed to by SCTP_EVENT alone stays.
fn set_events(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let bytes = bytes.get(..size_of::<contract::sctp_event_subscribe>()).ok_or(Error::Invalid)?;
    let mut events = Events::empty();
    for (event, byte) in Events::SUBSCRIBE.iter().zip(bytes) {
        events.set(event, *byte != 0);
    }
    call.change_everywhere(|settings| {
        settings.events.remove(Events::SUBSCRIBE);
        settings.events.insert(events);
    })?;
    if events.contains(Events::SENDER_DRY) {
        // Where there may be many associations this tells nothing (RFC 6458 section 6.1.9).
        call.engine.tell_if_dry(call.endpoint, Scope::Current);
    }
    Ok(())
}

/// The subscription of a notification type (RFC 6458 section 6.2.2).
fn event_of(kind: u16) -> Result<Events, Error> {
    let table = [
        (contract::SCTP_ASSOC_CHANGE, Events::ASSOCIATION),
        (contract::SCTP_PEER_ADDR_CHANGE, Events::ADDRESS),
        (contract::SCTP_REMOTE_ERROR, Events::PEER_ERROR),
        (contract::SCTP_SEND_FAILED, Events::SEND_FAILURE),
        (contract::SCTP_SHUTDOWN_EVENT, Events::SHUTDOWN),
        (contract::SCTP_ADAPTATION_INDICATION, Events::ADAPTATION),
        (contract::SCTP_PARTIAL_DELIVERY_EVENT, Events::PARTIAL_DELIVERY),
        (contract::SCTP_AUTHENTICATION_EVENT, Events::AUTHENTICATION),
        (contract::SCTP_STREAM_RESET_EVENT, Events::STREAM_RESET),
        (contract::SCTP_SENDER_DRY_EVENT, Events::SENDER_DRY),
        (contract::SCTP_ASSOC_RESET_EVENT, Events::ASSOCIATION_RESET),
        (contract::SCTP_STREAM_CHANGE_EVENT, Events::STREAM_CHANGE),
        (contract::SCTP_SEND_FAILED_EVENT, Events::SEND_FAILED),
    ];
    let mut rows = table.into_iter();
    match rows.find(|(number, _)| *number == u32::from(kind)) {
        Some((_, event)) => Ok(event),
        // It comes with any other subscription (RFC 6458 section 6.1.10).
        None if u32::from(kind) == contract::SCTP_NOTIFICATIONS_STOPPED_EVENT => Err(Error::NotSupported),
        None => Err(Error::Invalid),
    }
}

fn get_event(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let mut asked = contract::sctp_event::read(room)?;
    let event = event_of(asked.se_type)?;
    asked.se_on = u8::from(call.settings(asked.se_assoc_id)?.events.contains(event));
    asked.write(room)
}

fn set_event(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_event::read(bytes)?;
    let event = event_of(new.se_type)?;
    let scope = Scope::from(new.se_assoc_id);
    let storm = event == Events::SENDER_DRY && matches!(scope, Scope::Current | Scope::All);
    if storm && call.needs(Style::OneToMany).is_ok() {
        // RFC 6458 section 6.1.9: each association that has nothing to send would tell so at once.
        return Err(Error::NotSupported);
    }
    call.change(new.se_assoc_id, |settings| {
        settings.events.set(event, new.se_on != 0);
        Ok(())
    })?;
    if event == Events::SENDER_DRY && new.se_on != 0 {
        call.engine.tell_if_dry(call.endpoint, scope);
    }
    Ok(())
}

fn get_sack(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_sack_info::read(room)?;
    let protocol = call.settings(asked.sack_assoc_id)?.protocol;
    contract::sctp_sack_info {
        sack_delay: protocol.sack_delay.as_millis(),
        sack_freq: protocol.sack_frequency,
        ..asked
    }
    .write(room)
}

fn set_sack(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sack_info::read(bytes)?;
    let delay = Span::from_millis(u64::from(new.sack_delay));
    if delay > MAX_SACK_DELAY {
        return Err(Error::Invalid);
    }
    call.change(new.sack_assoc_id, |settings| {
        if new.sack_delay != 0 {
            settings.protocol.sack_delay = delay;
        }
        if new.sack_freq != 0 {
            settings.protocol.sack_frequency = new.sack_freq;
        }
        Ok(())
    })
}

const MAPPED: u16 = Switches::MAPPED_V4_ADDR.bits();

/// An endpoint of family V4 has nothing to map (RFC 6458 section 8.1.15).
fn takes_mapped(call: &mut Call<'_>) -> Result<(), Error> {
    if call.engine.family(call.endpoint)? == Family::V6 { Ok(()) } else { Err(Error::Invalid) }
}

fn get_mapped(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    takes_mapped(call)?;
    get_switch::<MAPPED>(call, room)
}

fn set_mapped(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    takes_mapped(call)?;
    set_switch::<MAPPED>(call, bytes)
}
