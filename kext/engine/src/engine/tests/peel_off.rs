//! Associations that are peeled off into an endpoint of their own (RFC 6458 section 9.2).

use super::parts::{Read, Site, bytes};
use super::*;
use crate::inbound::Rest;
use crate::notification::{Change, Notification};
use crate::options::Interleave;
use sctp_wire::Ssn;

const LEVELS: [Interleave; 3] = [Interleave::Nothing, Interleave::Associations, Interleave::Streams];

fn whole(client: u16, length: usize, seed: usize) -> Read {
    Read::Bytes(1000 + client, bytes(&message(length, seed)), Rest::Nothing)
}

impl Site {
    /// The name of the server's association with a client.
    fn association(&self, client: u16) -> AssociationId {
        let peer = A.with_port(1000 + client);
        self.wire.hosts[1].association_of(self.server.into(), &peer).unwrap().into()
    }

    /// Peels the association with a client off, and reads from there from now on; returns the old endpoint.
    fn peel_off(&mut self, client: u16) -> EndpointId {
        let association = self.association(client);
        let child = self.wire.hosts[1].open(Style::OneToOne, Family::V4, 9).unwrap();
        self.wire.hosts[1].peel_off(self.wire.now, self.server, association, child).unwrap();
        core::mem::replace(&mut self.server, child)
    }

    /// Answers over an endpoint of the server.
    fn answer(&mut self, from: EndpointId, info: &SendInfo) -> Result<(), Error> {
        let result = self.wire.hosts[1].send(self.wire.now, from, info, message(30, 3));
        self.wire.run();
        result.map_err(|(error, _)| error)
    }
}

#[test]
fn what_waits_moves_in_its_order_and_the_rest_stays_in_its_order() {
    let mut site = Site::new(Interleave::Associations);
    for seed in 0..5 {
        site.send(usize::from(seed % 2 == 1), message(100 + seed, seed), 0);
        site.wire.advance(Span::from_millis(250));
    }
    assert_eq!(site.readable(), 510);
    let parent = site.peel_off(0);
    assert_eq!((site.readable(), site.wire.hosts[1].associations()), (306, 2));
    site.send(0, message(10, 9), 0);
    let waiting = [whole(0, 100, 0), whole(0, 102, 2), whole(0, 104, 4), whole(0, 10, 9)];
    assert_eq!(site.read_all(usize::MAX), waiting);
    site.server = parent;
    assert_eq!(site.readable(), 204);
    assert_eq!(site.read_all(usize::MAX), [whole(1, 101, 1), whole(1, 103, 3)]);
    for index in 0..2 {
        let engine = &site.wire.hosts[1];
        assert_eq!(engine.associations.get(engine.associations.key_at(index).unwrap()).unwrap().unread, 0);
    }
}

#[test]
fn notifications_that_wait_move_too() {
    let mut site = Site::new(Interleave::Associations);
    site.subscribe(Events::SHUTDOWN);
    let key = site.association(0).into();
    site.wire.hosts[1].notify(key, Notification::Shutdown);
    site.send(1, message(10, 2), 0);
    let parent = site.peel_off(0);
    let notified = |id: EndpointId| site.wire.hosts[1].endpoint(id).unwrap().inbox.notified();
    assert_eq!((notified(parent), notified(site.server) > 0), (0, true));
    assert_eq!(site.read_all(usize::MAX), [Read::Told(Notification::Shutdown)]);
    site.server = parent;
    assert_eq!(site.read_all(usize::MAX), [whole(1, 10, 2)]);
}

#[test]
fn a_message_in_parts_goes_on_at_the_new_endpoint() {
    for interleave in LEVELS {
        // Bytes read before: nothing, a piece, all there is.
        for before in [0, 3000, usize::MAX] {
            let mut site = Site::new(interleave);
            site.send(0, message(50_000, 1), 0);
            let mut all = Vec::new();
            if before > 0 {
                let Some(Read::Bytes(1000, first, Rest::Follows)) = site.read(before) else {
                    panic!("no part")
                };
                all = first;
            }
            site.send(1, message(10, 2), 0);
            let parent = site.peel_off(0);
            all.extend(site.read_to_end(2000));
            assert_eq!(all, bytes(&message(50_000, 1)), "{interleave:?} {before}");
            assert_eq!(site.readable(), 0);
            // Level 0 holds it back no longer: what was begun is elsewhere.
            site.server = parent;
            assert_eq!(site.read_all(usize::MAX), [whole(1, 10, 2)]);
        }
    }
}

#[test]
fn parts_of_an_association_that_stays_are_found_at_their_new_place() {
    for interleave in LEVELS {
        let mut site = Site::new(interleave);
        site.send(0, message(10, 2), 0);
        site.send(1, message(50_000, 1), 7);
        let child = {
            let parent = site.peel_off(0);
            core::mem::replace(&mut site.server, parent)
        };
        let before = site.readable();
        site.wire.hosts[0].close(site.wire.now, site.clients[1], Close::Abort);
        site.wire.run();
        // That its end is missing stands behind the part, not before it.
        let Some(Read::Bytes(1001, part, Rest::Lost { tell: true })) = site.read(usize::MAX) else {
            panic!("no part")
        };
        assert_eq!(part.len(), before);
        let lost = Notification::PartialDelivery { stream: 7, ssn: Ssn(0) };
        assert_eq!(site.read(usize::MAX), Some(Read::Told(lost)));
        site.server = child;
        assert_eq!(site.read_all(usize::MAX), [whole(0, 10, 2)]);
    }
}

#[test]
fn the_new_endpoint_has_the_data_both_ways_and_the_notifications() {
    let mut site = Site::new(Interleave::Associations);
    let (first, second) = (site.association(0), site.association(1));
    let parent = site.peel_off(0);
    let child = site.server;
    let engine = &mut site.wire.hosts[1];
    assert_eq!(engine.associations_of(parent).unwrap().collect::<Vec<_>>(), [second]);
    assert_eq!(engine.associations_of(child).unwrap().collect::<Vec<_>>(), [first]);
    assert_eq!(engine.peer_address(child), Ok(A.with_port(1000)));
    assert_eq!(engine.local_address(child), Ok(B.with_port(2000)));
    let update = site.wire.update(1, child);
    assert!(update.connected && !update.connecting && !update.end_of_file && !update.send_closed);

    assert_eq!(site.answer(child, &SendInfo::default()), Ok(()));
    assert_eq!(site.wire.read(0, site.clients[0]), Some((bytes(&message(30, 3)), 0)));
    assert_eq!(site.answer(parent, &to(0, 1001)), Ok(()));
    assert_eq!(site.wire.read(0, site.clients[1]), Some((bytes(&message(30, 3)), 0)));
    // The peer has one association with this port (RFC 9260 section 1.3), and it is not the old endpoint's.
    assert_eq!(site.answer(parent, &to(0, 1000)), Err(Error::AddressInUse));
    let named = SendInfo { association: Some(first), ..SendInfo::default() };
    assert_eq!(site.answer(parent, &named), Err(Error::NoSuchAssociation));

    site.wire.hosts[0].close(site.wire.now, site.clients[0], Close::Abort);
    site.wire.run();
    let Some(Read::Told(Notification::AssociationChange { change: Change::Lost, .. })) = site.read(1) else {
        panic!("the abort is not told")
    };
    let update = site.wire.update(1, child);
    assert_eq!((update.error, update.end_of_file, update.connected), (Some(Error::Reset), true, false));
    site.server = parent;
    assert_eq!(site.read(1), None);
}

#[test]
fn bytes_to_be_acknowledged_are_counted_where_the_association_is() {
    let mut site = Site::new(Interleave::Associations);
    let parent = site.server;
    for (client, length) in [(1000, 5000), (1001, 700)] {
        site.wire.hosts[1].send(site.wire.now, parent, &to(0, client), message(length, 1)).unwrap();
    }
    assert_eq!(site.wire.update(1, parent).send_bytes, 5700);
    site.peel_off(0);
    site.wire.hosts[1].changed.push(Key::from(parent).index);
    assert_eq!(site.wire.update(1, parent).send_bytes, 700);
    site.wire.hosts[1].changed.push(Key::from(site.server).index);
    assert_eq!(site.wire.update(1, site.server).send_bytes, 5000);
    site.wire.run();
    site.wire.advance(Span::from_millis(500));
    assert_eq!(site.wire.update(1, site.server).send_bytes, 0);
    assert_eq!(site.wire.read(0, site.clients[0]).unwrap().0.len(), 5000);
}

#[test]
fn either_endpoint_may_be_closed_without_the_other() {
    for close_child in [true, false] {
        let mut site = Site::new(Interleave::Associations);
        let parent = site.peel_off(0);
        let (gone, left, client) =
            if close_child { (site.server, parent, 1) } else { (parent, site.server, 0) };
        site.wire.hosts[1].close(site.wire.now, gone, Close::Graceful);
        site.wire.run();
        assert_eq!((site.wire.hosts[1].associations(), site.wire.hosts[1].counters().shut_down), (1, 1));
        site.server = left;
        site.send(client, message(20, 1), 0);
        assert_eq!(site.read_all(usize::MAX), [whole(u16::try_from(client).unwrap(), 20, 1)]);
    }
}

#[test]
fn an_association_that_ends_shows_that_at_once() {
    let mut site = Site::new(Interleave::Associations);
    // The client has shut down and waits for what the server has under way.
    site.wire.hosts[1].send(site.wire.now, site.server, &to(0, 1000), message(300_000, 1)).unwrap();
    site.wire.run();
    let info = SendInfo { finish: true, ..to(1, 2000) };
    site.wire.hosts[0].send(site.wire.now, site.clients[0], &info, message(10, 1)).unwrap();
    site.wire.run();
    site.peel_off(0);
    let update = site.wire.update(1, site.server);
    assert!(update.connected && update.end_of_file && update.send_closed);
    assert_eq!(site.answer(site.server, &SendInfo::default()), Err(Error::Pipe));
}

#[test]
fn rfc_6458_section_9_2_what_is_refused_changes_nothing() {
    let mut site = Site::new(Interleave::Associations);
    site.send(0, message(10, 1), 0);
    let (now, parent, association) = (site.wire.now, site.server, site.association(0));
    let engine = &mut site.wire.hosts[1];
    let fresh = engine.open(Style::OneToOne, Family::V4, 9).unwrap();
    let v6 = engine.open(Style::OneToOne, Family::V6, 9).unwrap();
    let many = engine.open(Style::OneToMany, Family::V4, 9).unwrap();
    let bound = engine.open(Style::OneToOne, Family::V4, 9).unwrap();
    engine.bind(bound, Address::v4([0; 4], 3000)).unwrap();
    for other in [v6, many, bound, EndpointId(0)] {
        assert_eq!(engine.peel_off(now, parent, association, other), Err(Error::Invalid));
    }
    for name in [0, 1, 2, association.0 ^ 1 << 20, u32::MAX] {
        let nobody = engine.peel_off(now, parent, AssociationId(name), fresh);
        assert_eq!(nobody, Err(Error::NoSuchAssociation), "{name}");
    }
    assert_eq!(engine.peel_off(now, many, association, fresh), Err(Error::NoSuchAssociation));
    assert_eq!(engine.peel_off(now, fresh, association, fresh), Err(Error::NotSupported));
    assert_eq!(engine.peel_off(now, EndpointId(0), association, fresh), Err(Error::Invalid));
    let begun = engine.connect(now, many, A.with_port(7777)).unwrap();
    assert_eq!(engine.peel_off(now, many, begun, fresh), Err(Error::NotConnected));
    assert_eq!(engine.associations_of(parent).unwrap().count(), 2);
    assert_eq!(site.read_all(usize::MAX), [whole(0, 10, 1)]);

    let engine = &mut site.wire.hosts[1];
    assert_eq!(engine.peel_off(now, parent, association, fresh), Ok(()));
    let again = engine.open(Style::OneToOne, Family::V4, 9).unwrap();
    assert_eq!(engine.peel_off(now, fresh, association, again), Err(Error::NotSupported));
    assert_eq!(engine.peel_off(now, parent, association, again), Err(Error::NoSuchAssociation));
    let second = site.association(1);
    assert_eq!(site.wire.hosts[1].peel_off(now, parent, second, fresh), Err(Error::Invalid));
}
