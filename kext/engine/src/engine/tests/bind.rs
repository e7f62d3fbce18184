//! Endpoints that are bound to some addresses (RFC 6458 section 9.1).

use super::addresses::{B2, echo, hosts, init, next, parameters};
use super::*;
use sctp_wire::Parameter;

/// A third address of host 1.
const B3: Address = Address::v4([203, 0, 113, 2], 0);
const PORT: u16 = 2000;

fn open(wire: &mut Wire, style: Style) -> EndpointId {
    wire.hosts[1].open(style, Family::V4, 7).unwrap()
}

/// An endpoint of host 1 that listens on port 2000 of these addresses.
fn bound(wire: &mut Wire, addresses: &[Address]) -> EndpointId {
    let id = open(wire, Style::OneToMany);
    bind_more(wire, id, addresses).unwrap();
    wire.hosts[1].listen(id, 1).unwrap();
    id
}

fn bind_more(wire: &mut Wire, id: EndpointId, addresses: &[Address]) -> Result<(), Error> {
    let addresses: Vec<Address> = addresses.iter().map(|address| address.with_port(PORT)).collect();
    wire.hosts[1].bind_more(id, &addresses)
}

/// What the INIT ACK to an INIT for this address lists; nothing when it is not an INIT ACK.
fn listed(wire: &mut Wire, destination: Address) -> Vec<[u8; 4]> {
    wire.hosts[1].input(wire.now, A, destination, 0, &init(&[]));
    let answer = next(wire, 1).unwrap();
    if answer[12] != 2 {
        return Vec::new();
    }
    let address = |one: &Parameter<'_>| match one {
        Parameter::Ipv4(bytes) => Some(*bytes),
        _ => None,
    };
    parameters(&answer).iter().filter_map(address).collect()
}

#[test]
fn section_5_1_2_an_init_ack_lists_what_is_bound_and_in_scope_and_nothing_else() {
    let private = Address::v4([10, 0, 0, 2], 0);
    let mut wire = hosts();
    wire.hosts[1].set_addresses(&[B, B2, B3, private]).unwrap();
    bound(&mut wire, &[B, B3, private]);
    // The peer is not on this site.
    assert_eq!(listed(&mut wire, B), [[192, 0, 2, 2], [203, 0, 113, 2]]);
    assert_eq!(listed(&mut wire, B3), [[192, 0, 2, 2], [203, 0, 113, 2]]);
    // Not bound: an ABORT.
    wire.hosts[1].input(wire.now, A, B2, 0, &init(&[]));
    assert_eq!(next(&mut wire, 1).unwrap()[12], 6);
}

#[test]
fn section_5_1_2_an_init_lists_what_is_bound_and_in_scope() {
    let mut wire = hosts();
    wire.hosts[1].set_addresses(&[B, B2, B3]).unwrap();
    let id = bound(&mut wire, &[B, B3]);
    wire.hosts[1].connect(wire.now, id, A.with_port(1000)).unwrap();
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[1].transmit(wire.now, &mut buffer).unwrap();
    let list = parameters(&buffer[..transmit.length]);
    assert!(
        list.starts_with(&[Parameter::Ipv4([192, 0, 2, 2]), Parameter::Ipv4([203, 0, 113, 2])]),
        "{list:?}"
    );
    // Which of the two it leaves from is the route's affair.
    assert!(transmit.source.is_any() && transmit.restricted);
    let may = |address: Address| wire.hosts[1].may_send_from(&transmit, &address);
    assert_eq!([B, B2, B3].map(may), [true, false, true]);
}

#[test]
fn packets_to_an_address_that_is_not_bound_are_not_the_associations() {
    let mut wire = hosts();
    wire.hosts[1].set_addresses(&[B, B2, B3]).unwrap();
    let id = bound(&mut wire, &[B, B3]);
    wire.hosts[1].connect(wire.now, id, A.with_port(1000)).unwrap();
    let key = wire.hosts[1].associations.key_at(0).unwrap();
    let found = |to: Address| wire.hosts[1].association_for(&A.with_port(1000), &to.with_port(PORT));
    assert_eq!([B, B2, B3].map(found), [Some(key), None, Some(key)]);
    // Nor by its tag.
    let tag = wire.association(1).local_tag;
    let tagged = |to: Address| wire.hosts[1].association_by_tag(tag, 1000, &to.with_port(PORT));
    assert_eq!([B, B2, B3].map(tagged), [Some(key), None, Some(key)]);
}

#[test]
fn two_endpoints_share_a_port_when_no_address_is_of_both() {
    let mut wire = hosts();
    wire.hosts[1].set_addresses(&[B, B2, B3]).unwrap();
    let left = bound(&mut wire, &[B, B3]);
    let other = open(&mut wire, Style::OneToMany);
    assert_eq!(bind_more(&mut wire, other, &[B2, B3]), Err(Error::AddressInUse));
    assert_eq!(wire.hosts[1].bind(other, Address::v4([0; 4], PORT)), Err(Error::AddressInUse));
    let right = bound(&mut wire, &[B2]);
    assert_eq!(bind_more(&mut wire, left, &[B2]), Err(Error::AddressInUse));
    // Each has an association with the same peer.
    for (id, to) in [(left, B), (right, B2)] {
        wire.hosts[1].connect(wire.now, id, A.with_port(1000)).unwrap();
        let key = wire.hosts[1].association_for(&A.with_port(1000), &to.with_port(PORT)).unwrap();
        assert_eq!(wire.hosts[1].associations.get(key).unwrap().endpoint, Some(id.into()));
    }
    assert_eq!(wire.hosts[1].associations(), 2);
    // What one gives up the other may have.
    wire.hosts[1].bind_less(left, &[B3]).unwrap();
    bind_more(&mut wire, right, &[B3]).unwrap();
    // But not to the same peer while the association is there that uses it.
    let third = open(&mut wire, Style::OneToMany);
    wire.hosts[1].bind_less(right, &[B3]).unwrap();
    bind_more(&mut wire, third, &[B3]).unwrap();
    assert_eq!(wire.hosts[1].connect(wire.now, third, A.with_port(1000)), Err(Error::AddressInUse));
}

#[test]
fn a_change_is_for_later_associations() {
    let mut wire = hosts();
    wire.hosts[1].set_addresses(&[B, B2, B3]).unwrap();
    let id = bound(&mut wire, &[B, B2]);
    wire.hosts[1].connect(wire.now, id, A.with_port(1000)).unwrap();
    next(&mut wire, 1).unwrap();
    bind_more(&mut wire, id, &[B3]).unwrap();
    wire.hosts[1].bind_less(id, &[B2]).unwrap();
    let found =
        |to: Address| wire.hosts[1].association_for(&A.with_port(1000), &to.with_port(PORT)).is_some();
    assert_eq!([B, B2, B3].map(found), [true, true, false]);
    wire.hosts[1].connect(wire.now, id, A.with_port(1001)).unwrap();
    let found =
        |to: Address| wire.hosts[1].association_for(&A.with_port(1001), &to.with_port(PORT)).is_some();
    assert_eq!([B, B2, B3].map(found), [true, false, true]);
    // A cookie that was given for an address that is not bound any more is refused.
    let mut wire = hosts();
    let id = bound(&mut wire, &[B, B2]);
    wire.hosts[1].input(wire.now, A, B2, 0, &init(&[]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].bind_less(id, &[B2]).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &super::addresses::echo(&init_ack));
    assert_eq!((wire.hosts[1].associations(), next(&mut wire, 1).unwrap()[12]), (0, 6));
}

#[test]
fn section_9_1_the_ports_of_a_list_are_one() {
    let mut wire = hosts();
    for (ports, result) in [
        ([0, 0], Ok(())),
        ([2000, 0], Ok(())),
        ([2001, 2001], Ok(())),
        ([0, 2002], Err(Error::Invalid)),
        ([2002, 2003], Err(Error::Invalid)),
    ] {
        let id = open(&mut wire, Style::OneToMany);
        let list = [B.with_port(ports[0]), B2.with_port(ports[1])];
        assert_eq!(wire.hosts[1].bind_more(id, &list), result, "{ports:?}");
        let port = wire.hosts[1].local_address(id).unwrap().port;
        match result {
            Ok(()) if ports[0] == 0 => assert!(port >= 49_152),
            Ok(()) => assert_eq!(port, ports[0]),
            Err(_) => assert_eq!(port, 0, "it is not bound"),
        }
    }
    let id = open(&mut wire, Style::OneToMany);
    wire.hosts[1].bind(id, B.with_port(3000)).unwrap();
    assert_eq!(wire.hosts[1].bind_more(id, &[B2, B3.with_port(3001)]), Err(Error::Invalid));
    assert_eq!(wire.hosts[1].bind_more(id, &[B2, B3.with_port(3000)]), Ok(()));
    assert_eq!(wire.hosts[1].bind_less(id, &[B2, B3.with_port(3001)]), Err(Error::Invalid));
    assert_eq!(wire.hosts[1].bind_less(id, &[B2, B3.with_port(3000)]), Ok(()));
    assert_eq!(wire.hosts[1].local_address(id), Ok(B.with_port(3000)));
}

#[test]
fn what_cannot_be_bound_leaves_all_as_it_was() {
    let mut wire = hosts();
    let (any, multicast) = (Address::v4([0; 4], 0), Address::v4([224, 0, 0, 1], 0));
    let v6 = Address::v6([0x20; 16], 0, 0);
    let id = open(&mut wire, Style::OneToMany);
    for (list, error) in [
        (&[][..], Error::Invalid),
        (&[B, any], Error::Invalid),
        (&[B, multicast], Error::AddressNotAvailable),
        (&[B, v6], Error::FamilyNotSupported),
    ] {
        assert_eq!(wire.hosts[1].bind_more(id, list), Err(error), "{list:?}");
        assert_eq!(wire.hosts[1].local_address(id).unwrap().port, 0);
    }
    assert_eq!(wire.hosts[1].bind_less(id, &[B]), Err(Error::AddressNotAvailable));
    bind_more(&mut wire, id, &[B, B]).unwrap();
    for (list, error) in [
        (&[][..], Error::Invalid),
        (&[B], Error::Invalid),
        (&[B2], Error::AddressNotAvailable),
        (&[any], Error::AddressNotAvailable),
        (&[v6], Error::FamilyNotSupported),
    ] {
        assert_eq!(wire.hosts[1].bind_less(id, list), Err(error), "{list:?}");
    }
    assert_eq!(wire.hosts[1].bind_more(id, &[any]), Err(Error::Invalid));
    assert_eq!(wire.hosts[1].bind_more(id, &[B]), Ok(()), "it is there already");
    // All addresses leave nothing to add or to take away.
    let all = wire.endpoint(1, Style::OneToMany, 3000);
    assert_eq!(wire.hosts[1].bind_more(all, &[B]), Err(Error::Invalid));
    assert_eq!(wire.hosts[1].bind_less(all, &[B]), Err(Error::Invalid));
    let all = open(&mut wire, Style::OneToMany);
    assert_eq!(wire.hosts[1].bind_more(all, &[any.with_port(3001)]), Ok(()));
    assert_eq!(wire.hosts[1].bind_more(all, &[B]), Err(Error::Invalid));
}

#[test]
fn section_9_1_the_addresses_of_a_connection_stay() {
    let mut wire = hosts();
    let (bind, other) = (B.with_port(PORT), [B2]);
    let id = open(&mut wire, Style::OneToOne);
    wire.hosts[1].bind(id, bind).unwrap();
    wire.hosts[1].bind_more(id, &other).unwrap();
    wire.hosts[1].connect(wire.now, id, A.with_port(1000)).unwrap();
    assert_eq!(wire.hosts[1].bind_less(id, &other), Err(Error::NotSupported));
    assert_eq!(wire.hosts[1].bind_more(id, &[B3]), Err(Error::NotSupported));
}

#[test]
fn an_accepted_endpoint_has_the_listeners_addresses() {
    let mut wire = hosts();
    let listener = open(&mut wire, Style::OneToOne);
    bind_more(&mut wire, listener, &[B, B2]).unwrap();
    wire.hosts[1].listen(listener, 1).unwrap();
    let client = wire.endpoint(0, Style::OneToOne, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(PORT)).unwrap();
    wire.run();
    let child = open(&mut wire, Style::OneToOne);
    wire.hosts[1].accept(wire.now, listener, child).unwrap();
    assert_eq!(wire.hosts[1].local_address(child), Ok(B.with_port(PORT)));
    let addresses = &wire.hosts[1].endpoint(child).unwrap().addresses;
    assert_eq!(addresses.listed(), [B, B2]);
    assert_eq!(wire.hosts[1].bind_less(child, &[B2]), Err(Error::NotSupported));
}

#[test]
fn a_port_is_shared_by_those_that_all_want_it_and_one_of_them_listens() {
    let mut wire = hosts();
    let ids = [(); 3].map(|()| open(&mut wire, Style::OneToOne));
    let engine = &mut wire.hosts[1];
    let any = Address::v4([0; 4], PORT);
    for id in &ids[..2] {
        engine.options(*id).unwrap().reuse_port = true;
        engine.bind(*id, any).unwrap();
    }
    assert_eq!(engine.bind(ids[2], any), Err(Error::AddressInUse));
    engine.listen(ids[0], 1).unwrap();
    assert_eq!(engine.listen(ids[1], 1), Err(Error::AddressInUse));
    engine.listen(ids[1], 0).unwrap();
    // Whichever listens is found, whatever the order in which they were bound.
    for turn in 0..2 {
        assert_eq!(engine.listener_for(&B.with_port(PORT)), Some(Key::from(ids[turn])));
        engine.listen(ids[turn], 0).unwrap();
        engine.listen(ids[1 - turn], 1).unwrap();
    }
}

#[test]
fn addresses_of_an_association_are_those_that_are_bound_or_in_use_even_out_of_scope() {
    // Behind a translator of addresses, say.
    let private = Address::v4([10, 0, 0, 2], 0);
    for (bound_to, expected) in [(private, 1), (Address::v4([0; 4], 0), 2)] {
        let mut wire = hosts();
        wire.hosts[1].set_addresses(&[B3, private]).unwrap();
        let id = bound(&mut wire, &[bound_to]);
        wire.hosts[1].input(wire.now, A, private, 0, &init(&[]));
        let cookie_echo = echo(&next(&mut wire, 1).unwrap());
        wire.hosts[1].input(wire.now, A, private, 0, &cookie_echo);
        let name = wire.hosts[1].association(id, Scope::from(3)).unwrap();
        let list: Vec<_> = wire.hosts[1].local_addresses(id, Scope::One(name)).unwrap().collect();
        assert!(list.iter().any(|own| own.same_host(&private)), "{list:?}");
        assert_eq!(list.len(), expected, "{list:?}");
    }
}
