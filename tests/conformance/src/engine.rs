//! Scripts against the engine.

use crate::build::integer;
use crate::fields::Field;
use crate::host::{Host, Sent};
use crate::steps::span;
use crate::subject::{Call, Heard, Played, Subject};
use crate::symbols::Symbols;
use sctp_engine::address::Address;
use sctp_engine::time::Span;
use sctp_engine::{Close, Delivery, Error, Item, Message, Notification, Rest, SendInfo, Style};
use std::collections::VecDeque;

/// The state as RFC 9260 writes it.
pub(crate) fn state_name(host: &Host) -> String {
    host.state().map_or_else(
        || "CLOSED".into(),
        |state| {
            let mut name = String::new();
            for letter in format!("{state:?}").chars() {
                if letter.is_ascii_uppercase() && !name.is_empty() {
                    name.push('-');
                }
                name.push(letter.to_ascii_uppercase());
            }
            name
        },
    )
}

/// A notification as scripts write it.
pub(crate) fn notice_name(notification: &Notification) -> String {
    match notification {
        Notification::AssociationChange { change, .. } => format!("{change:?}"),
        Notification::Shutdown => "Shutdown".into(),
        other => format!("{other:?}"),
    }
}

fn debug(error: Error) -> String {
    format!("{error:?}")
}

impl Subject for Host {
    fn symbols(&mut self) -> &mut Symbols {
        &mut self.symbols
    }

    fn sent(&mut self) -> &mut VecDeque<Sent> {
        &mut self.sent
    }

    fn arrive(&mut self, source: Address, destination: Address, bytes: &[u8]) {
        self.input(source, destination, bytes);
    }

    fn pass(&mut self, span: Span) {
        self.wait(span);
    }

    fn call(&mut self, call: &Call) -> Played<Option<String>> {
        let (now, endpoint, engine) = (self.now, self.endpoint, &mut self.engine);
        let to = SendInfo { to: call.to, ..SendInfo::default() };
        let result = match call.name.as_str() {
            "listen" => engine.listen(endpoint, call.backlog),
            "connect" => engine.connect(now, endpoint, call.to).map(|_| ()),
            "send" => {
                let info = SendInfo {
                    stream: call.stream,
                    ppid: call.ppid,
                    unordered: call.unordered,
                    immediate: call.immediate,
                    ..to
                };
                let message = Message::new(call.bytes.clone());
                engine.send(now, endpoint, &info, message).map_err(|(error, _)| error)
            }
            "shutdown" => engine.finish(now, endpoint, &to),
            "abort" => engine.abort(endpoint, &to, &Message::default()),
            "close" => {
                engine.close(now, endpoint, Close::Graceful);
                Ok(())
            }
            name => return Err(format!("{name} is no call").into()),
        };
        self.flush();
        Ok(result.err().map(debug))
    }

    fn set(&mut self, name: &str, value: &str) -> Played {
        let (now, endpoint) = (self.now, self.endpoint);
        match name {
            "no-delay" => {
                let set = self.engine.change_everywhere(now, endpoint, |settings| {
                    settings.protocol.no_delay = value == "yes";
                    Ok(())
                });
                set.map_err(debug)?;
                self.flush();
                return Ok(());
            }
            "receive-buffer" => {
                return Ok(self.engine.set_receive_buffer(now, endpoint, integer(value)?).map_err(debug)?);
            }
            "partial-delivery-point" => {
                let options = self.engine.options(endpoint).map_err(debug)?;
                options.partial_delivery_point = Some(integer(value)?);
                return Ok(());
            }
            _ => {}
        }
        let protocol = &mut self.engine.options(endpoint).map_err(debug)?.future.protocol;
        match name {
            "heartbeat" => {
                protocol.path.heartbeats = value != "off";
                if protocol.path.heartbeats {
                    protocol.path.heartbeat_interval = span(value)?;
                }
            }
            "pmtud" => protocol.path.pmtud = value == "on",
            "cookie-life" => protocol.cookie_life = span(value)?,
            "outbound-streams" => protocol.outbound_streams = integer(value)?,
            "inbound-streams" => protocol.inbound_streams = integer(value)?,
            "max-init-retransmits" => protocol.max_init_retransmits = integer(value)?,
            "association-max-retransmits" => protocol.association_max_retransmits = integer(value)?,
            "path-max-retransmits" => protocol.path.max_retransmits = integer(value)?,
            "rto-max" => protocol.rto.max = span(value)?,
            "rto-min" => protocol.rto.min = span(value)?,
            "sack-delay" => protocol.sack_delay = span(value)?,
            name => return Err(format!("{name} cannot be set").into()),
        }
        Ok(())
    }

    fn restyle(&mut self, style: Style) -> Played {
        let symbols = self.symbols.clone();
        *self = Self::new(style);
        self.symbols = symbols;
        Ok(())
    }

    fn state(&mut self) -> Played<String> {
        Ok(state_name(self))
    }

    fn associations(&mut self) -> Played<u32> {
        Ok(self.engine.associations())
    }

    fn errors(&mut self) -> Vec<String> {
        self.errors.drain(..).map(debug).collect()
    }

    fn hear(&mut self) -> Option<Heard> {
        let received = self.engine.receive(self.endpoint).ok()?;
        let Item::Data(delivery) = &received.queued.item else {
            let Item::Notification(notification) = &received.queued.item else { return self.hear() };
            return Some(Heard::Notice(notice_name(notification)));
        };
        let mut bytes = Vec::new();
        while bytes.len() < delivery.message.remaining() {
            bytes.extend_from_slice(delivery.message.span(bytes.len()));
        }
        let heard =
            data_fields(&bytes, delivery.stream, delivery.ppid, delivery.unordered, part_name(delivery));
        self.engine.consumed(self.now, self.endpoint, &received.queued);
        self.flush();
        Some(Heard::Data(heard))
    }

    fn counter(&mut self, name: &str) -> Played<u64> {
        let counters = self.engine.counters();
        let mut all = (0..).map_while(|index| counters.nth(index));
        let found = all.find(|(known, _)| known.to_string_lossy() == name);
        Ok(found.ok_or("no such counter")?.1)
    }

    fn status(&mut self) -> Played<Vec<Field>> {
        let status = Self::status(self).ok_or("no association")?;
        Ok(vec![
            Field::is("inbound-streams", status.inbound_streams.to_string()),
            Field::is("outbound-streams", status.outbound_streams.to_string()),
            Field::is("peer-window", status.peer_window.to_string()),
            Field::is("cwnd", status.primary.cwnd.to_string()),
            Field::is("rto", format!("{}ms", status.primary.rto.as_millis())),
            Field::is("unacknowledged", status.unacknowledged.to_string()),
        ])
    }
}

/// Which part of its message a delivery is.
const fn part_name(delivery: &Delivery) -> &'static str {
    match (delivery.first, delivery.rest) {
        (true, Rest::Nothing) => "whole",
        (true, Rest::Follows) => "first",
        (false, Rest::Follows) => "next",
        (false, Rest::Nothing) => "last",
        (_, Rest::Lost { .. }) => "lost",
    }
}

/// A message, or a part of one, as scripts write it.
pub(crate) fn data_fields(bytes: &[u8], stream: u16, ppid: u32, unordered: bool, part: &str) -> Vec<Field> {
    vec![
        Field::is("text", String::from_utf8_lossy(bytes)),
        Field::is("len", bytes.len().to_string()),
        Field::is("stream", stream.to_string()),
        Field::is("ppid", ppid.to_string()),
        Field::is("unordered", if unordered { "yes" } else { "no" }),
        Field::is("part", part),
    ]
}
