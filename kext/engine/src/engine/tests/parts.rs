//! Messages that are delivered in parts (RFC 9260 section 6.9, RFC 6458 section 8.1.20).

use super::*;
use crate::inbound::Rest;
use crate::notification::{Change, Notification};
use crate::options::{Interleave, Settings};
use sctp_wire::Ssn;

/// Bytes of the server's receive buffer; half of it is the partial delivery point.
const BUFFER: u32 = 10_000;

/// What a user reads.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// Bytes of a message that came from this port.
    Bytes(u16, Vec<u8>, Rest),
    Told(Notification),
}

/// A server with a small buffer that hears of everything, and clients on ports 1000 and 1001 with associations to it.
pub(super) struct Site {
    pub(super) wire: Wire,
    pub(super) server: EndpointId,
    pub(super) clients: [EndpointId; 2],
}

impl Site {
    pub(super) fn new(interleave: Interleave) -> Self {
        let mut wire = Wire::new();
        let server = wire.endpoint(1, Style::OneToMany, 2000);
        let options = wire.hosts[1].options(server).unwrap();
        options.future.protocol.receive_buffer = BUFFER;
        options.interleave = interleave;
        wire.hosts[1].listen(server, 1).unwrap();
        let clients = [1000, 1001].map(|port| wire.endpoint(0, Style::OneToMany, port));
        for client in clients {
            wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
        }
        wire.run();
        wire.advance(Span::from_secs(20));
        let mut site = Self { wire, server, clients };
        site.subscribe(Events::ASSOCIATION | Events::PARTIAL_DELIVERY);
        site
    }

    pub(super) fn subscribe(&mut self, events: Events) {
        let (now, server) = (self.wire.now, self.server);
        let set = |settings: &mut Settings| {
            settings.events = events;
            Ok(())
        };
        self.wire.hosts[1].change_everywhere(now, server, set).unwrap();
    }

    pub(super) fn send(&mut self, client: usize, message: Message, stream: u16) {
        let info = SendInfo { stream, ..to(1, 2000) };
        self.wire.hosts[0].send(self.wire.now, self.clients[client], &info, message).unwrap();
        self.wire.run();
    }

    /// Reads up to `most` bytes of what is next.
    pub(super) fn read(&mut self, most: usize) -> Option<Read> {
        let received = self.wire.hosts[1].receive(self.server).ok()?;
        let (now, port) = (self.wire.now, received.from.port);
        let read = match &received.queued.item {
            Item::Data(delivery) => {
                let whole = bytes(&delivery.message);
                if whole.len() > most {
                    let read = Read::Bytes(port, whole[..most].to_vec(), Rest::Follows);
                    self.wire.hosts[1].unreceive(now, self.server, received.queued, most);
                    self.wire.run();
                    return Some(read);
                }
                Read::Bytes(port, whole, delivery.rest)
            }
            Item::Notification(notification) => Read::Told(notification.clone()),
            Item::LaidOut(_) => panic!("nothing is laid out here"),
        };
        self.wire.hosts[1].consumed(now, self.server, &received.queued);
        self.wire.run();
        Some(read)
    }

    /// Everything that can be read without time passing, no more than `most` bytes in a piece.
    pub(super) fn read_all(&mut self, most: usize) -> Vec<Read> {
        core::iter::from_fn(|| self.read(most)).collect()
    }

    /// Reads on until a message ends, and returns the rest of it.
    pub(super) fn read_to_end(&mut self, most: usize) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..10_000 {
            match self.read(most) {
                Some(Read::Bytes(_, bytes, rest)) => {
                    all.extend(bytes);
                    if rest == Rest::Nothing {
                        return all;
                    }
                }
                Some(Read::Told(notification)) => panic!("{notification:?}"),
                None => self.wire.advance(Span::from_millis(300)),
            }
        }
        panic!("{} bytes and no end", all.len());
    }

    pub(super) fn readable(&mut self) -> usize {
        self.wire.hosts[1].changed.push(Key::from(self.server).index);
        self.wire.update(1, self.server).receive_bytes
    }
}

pub(super) fn bytes(message: &Message) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < message.remaining() {
        all.extend_from_slice(message.span(all.len()));
    }
    all
}

#[test]
fn a_message_of_any_length_crosses_a_small_buffer() {
    for interleave in [Interleave::Nothing, Interleave::Associations, Interleave::Streams] {
        for most in [usize::MAX, 4000, 100] {
            let mut site = Site::new(interleave);
            site.send(0, message(300_000, 3), 0);
            assert_eq!(site.read_to_end(most), bytes(&message(300_000, 3)), "{interleave:?} {most}");
            let key = site.wire.hosts[1].associations.key_at(0).unwrap();
            let association = site.wire.hosts[1].associations.get(key).unwrap();
            assert_eq!(
                (association.unread, association.inbound.held_bytes(), association.part),
                (0, 0, None)
            );
            assert_eq!((site.readable(), site.wire.hosts[1].counters().aborted), (0, 0));
        }
    }
}

#[test]
fn rfc_6458_section_8_1_21_a_message_as_long_as_the_point_comes_whole() {
    let mut site = Site::new(Interleave::Associations);
    site.send(0, message(5000, 1), 0);
    assert_eq!(site.read(usize::MAX), Some(Read::Bytes(1000, bytes(&message(5000, 1)), Rest::Nothing)));
    site.wire.hosts[1].options(site.server).unwrap().partial_delivery_point = Some(9000);
    site.send(0, message(9000, 1), 0);
    assert_eq!(site.read(usize::MAX), Some(Read::Bytes(1000, bytes(&message(9000, 1)), Rest::Nothing)));
    site.wire.hosts[1].options(site.server).unwrap().partial_delivery_point = Some(100);
    site.send(0, message(50_000, 1), 0);
    let Some(Read::Bytes(1000, first, Rest::Follows)) = site.read(usize::MAX) else { panic!("no part") };
    assert!(first.len() >= 100 && bytes(&message(50_000, 1)).starts_with(&first));
}

#[test]
fn rfc_6458_section_8_1_20_other_associations_are_read_in_between() {
    for interleave in [Interleave::Associations, Interleave::Streams] {
        let mut site = Site::new(interleave);
        site.send(0, message(50_000, 1), 0);
        let Some(Read::Bytes(1000, mut all, Rest::Follows)) = site.read(usize::MAX) else {
            panic!("no part")
        };
        site.send(1, message(10, 2), 0);
        let read = site.read_all(usize::MAX);
        let other = Read::Bytes(1001, bytes(&message(10, 2)), Rest::Nothing);
        assert!(read.contains(&other), "{read:?}");
        for part in read {
            if let Read::Bytes(1000, bytes, _) = part {
                all.extend(bytes);
            }
        }
        assert_eq!(all, bytes(&message(50_000, 1)));
    }
}

#[test]
fn rfc_6458_section_8_1_20_level_0_lets_nothing_in_between() {
    let mut site = Site::new(Interleave::Nothing);
    site.send(0, message(50_000, 1), 0);
    let Some(Read::Bytes(1000, mut all, Rest::Follows)) = site.read(3000) else { panic!("no part") };
    site.send(1, message(10, 2), 0);
    site.wire.hosts[0].close(site.wire.now, site.clients[1], Close::Abort);
    site.wire.run();
    loop {
        match site.read(3000) {
            Some(Read::Bytes(1000, bytes, rest)) => {
                all.extend(bytes);
                if rest == Rest::Nothing {
                    break;
                }
            }
            None => {
                // The other association's message waits all the time, and the socket is not readable.
                assert_eq!(site.readable(), 0);
                site.wire.advance(Span::from_millis(300));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(all, bytes(&message(50_000, 1)));
    // The message, and a struct sctp_assoc_change with an ABORT chunk that has a cause.
    assert_eq!(site.readable(), 10 + 20 + 8);
    assert_eq!(site.read(usize::MAX), Some(Read::Bytes(1001, bytes(&message(10, 2)), Rest::Nothing)));
    let Some(Read::Told(Notification::AssociationChange { change: Change::Lost, .. })) = site.read(1) else {
        panic!("the abort is not told")
    };
    assert_eq!(site.read(1), None);
}

#[test]
fn a_level_may_change_while_a_message_is_read() {
    let mut site = Site::new(Interleave::Nothing);
    site.send(0, message(50_000, 1), 0);
    assert!(site.read(3000).is_some());
    site.send(1, message(10, 2), 0);
    site.wire.hosts[1].options(site.server).unwrap().interleave = Interleave::Associations;
    let other = Read::Bytes(1001, bytes(&message(10, 2)), Rest::Nothing);
    // What was returned comes first, whatever the level.
    assert!(matches!(site.read(usize::MAX), Some(Read::Bytes(1000, _, Rest::Follows))));
    assert_eq!(site.read(usize::MAX), Some(other));
    site.wire.hosts[1].options(site.server).unwrap().interleave = Interleave::Nothing;
    assert!(bytes(&message(50_000, 1)).ends_with(&site.read_to_end(usize::MAX)));
}

/// Of a message that is lost, the bytes up to its end and what the user is told then.
fn read_lost(site: &mut Site, most: usize) -> (Vec<u8>, Vec<Read>) {
    let mut all = Vec::new();
    let mut told = Vec::new();
    for read in site.read_all(most) {
        match read {
            Read::Bytes(1000, bytes, rest) => {
                assert!(rest != Rest::Nothing && told.is_empty(), "{told:?}");
                all.extend(bytes);
            }
            other => told.push(other),
        }
    }
    (all, told)
}

#[test]
fn rfc_6458_section_6_1_7_an_abort_in_the_middle_is_told_behind_what_came() {
    for interleave in [Interleave::Nothing, Interleave::Associations, Interleave::Streams] {
        // Bytes read before the abort: nothing, a piece, all there is.
        for before in [0, 3000, usize::MAX] {
            for wanted in [true, false] {
                let mut site = Site::new(interleave);
                if !wanted {
                    site.subscribe(Events::ASSOCIATION);
                }
                site.send(0, message(50_000, 1), 7);
                let mut all = Vec::new();
                if before > 0 {
                    let Some(Read::Bytes(1000, bytes, Rest::Follows)) = site.read(before) else {
                        panic!("no part")
                    };
                    all = bytes;
                }
                site.wire.hosts[0].close(site.wire.now, site.clients[0], Close::Abort);
                site.wire.run();
                let (rest, told) = read_lost(&mut site, usize::MAX);
                all.extend(rest);
                assert!(all.len() >= 5000 && bytes(&message(50_000, 1)).starts_with(&all));
                let event = Notification::PartialDelivery { stream: 7, ssn: Ssn(0) };
                assert_eq!(told.first() == Some(&Read::Told(event)), wanted, "{told:?}");
                let lost = matches!(
                    told.last(),
                    Some(Read::Told(Notification::AssociationChange { change: Change::Lost, .. }))
                );
                assert!(lost, "{told:?}");
                assert_eq!(told.len(), 1 + usize::from(wanted));
                assert_eq!((site.readable(), site.wire.hosts[1].associations()), (0, 1));
            }
        }
    }
}

#[test]
fn an_abort_in_the_middle_is_told_before_what_waited_for_the_end() {
    let mut site = Site::new(Interleave::Nothing);
    site.send(0, message(50_000, 1), 0);
    assert!(site.read(3000).is_some());
    site.send(1, message(10, 2), 0);
    site.wire.hosts[0].close(site.wire.now, site.clients[0], Close::Abort);
    site.wire.run();
    let (_, told) = read_lost(&mut site, usize::MAX);
    assert_eq!(told[0], Read::Told(Notification::PartialDelivery { stream: 0, ssn: Ssn(0) }));
    assert_eq!(told[1], Read::Bytes(1001, bytes(&message(10, 2)), Rest::Nothing));
}

#[test]
fn a_restart_in_the_middle_is_told_behind_what_came() {
    let mut site = Site::new(Interleave::Associations);
    site.send(0, message(50_000, 1), 0);
    assert!(site.read(3000).is_some());
    site.wire.hosts[0] = Engine::new([3; 32]).unwrap();
    site.clients[0] = site.wire.endpoint(0, Style::OneToMany, 1000);
    site.send(0, message(20, 4), 0);
    site.wire.advance(Span::from_secs(2));
    let (bytes_before, told) = {
        let mut before = Vec::new();
        let mut told = Vec::new();
        while let Some(read) = site.read(usize::MAX) {
            match read {
                Read::Bytes(1000, bytes, rest) if rest != Rest::Nothing => before.extend(bytes),
                other => told.push(other),
            }
        }
        (before, told)
    };
    assert!(!bytes_before.is_empty());
    assert_eq!(told[0], Read::Told(Notification::PartialDelivery { stream: 0, ssn: Ssn(0) }));
    let restart =
        matches!(told[1], Read::Told(Notification::AssociationChange { change: Change::Restart, .. }));
    assert!(restart, "{told:?}");
    assert_eq!(told[2], Read::Bytes(1000, bytes(&message(20, 4)), Rest::Nothing));
}

#[test]
fn a_closed_socket_takes_the_rest_of_a_long_message_in() {
    let mut site = Site::new(Interleave::Associations);
    site.send(0, message(100_000, 1), 0);
    assert!(site.read(3000).is_some());
    site.wire.hosts[1].close(site.wire.now, site.server, Close::Graceful);
    site.wire.run();
    site.wire.advance(Span::from_secs(60));
    assert_eq!(site.wire.hosts[1].counters().shut_down, 2);
    assert_eq!((site.wire.hosts[0].associations(), site.wire.hosts[1].associations()), (0, 0));
}

#[test]
fn what_nobody_wants_to_read_is_thrown_away_in_parts() {
    let mut site = Site::new(Interleave::Nothing);
    site.send(0, message(100_000, 1), 0);
    assert!(site.read(3000).is_some());
    site.send(1, message(10, 2), 0);
    for _ in 0..100 {
        site.wire.hosts[1].flush(site.wire.now, site.server);
        site.wire.run();
        site.wire.advance(Span::from_millis(300));
    }
    assert_eq!(site.readable(), 0);
    site.send(0, message(10, 3), 0);
    assert_eq!(site.read(usize::MAX), Some(Read::Bytes(1000, bytes(&message(10, 3)), Rest::Nothing)));
}
