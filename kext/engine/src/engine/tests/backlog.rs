//! How many associations may wait until a listener's user takes them.

use super::*;

/// Calls the listener at port 2000 of host 1 from a fresh endpoint of host 0. Whether that came up.
fn call(wire: &mut Wire, port: u16) -> bool {
    let id = wire.endpoint(0, Style::OneToOne, port);
    wire.hosts[0].connect(wire.now, id, B.with_port(2000)).unwrap();
    wire.run();
    let update = wire.update(0, id);
    assert_eq!(update.connected, update.error.is_none());
    assert_eq!(update.error.unwrap_or(Error::Refused), Error::Refused);
    update.connected
}

#[test]
fn an_association_waits_until_the_user_takes_it() {
    let mut wire = Wire::new();
    let listener = wire.endpoint(1, Style::OneToOne, 2000);
    wire.hosts[1].listen(listener, 2).unwrap();
    assert!(call(&mut wire, 1) && call(&mut wire, 2) && !call(&mut wire, 3));
    // An endpoint of its own is not enough.
    for context in 0..2 {
        let child = wire.hosts[1].open(Style::OneToOne, Family::V4, context).unwrap();
        wire.hosts[1].accept(wire.now, listener, child).unwrap();
        assert!(!call(&mut wire, 20 + u16::try_from(context).unwrap()));
    }
    wire.hosts[1].taken(listener);
    assert!(call(&mut wire, 5) && !call(&mut wire, 6));
    // Those that could not be given one leave room.
    wire.hosts[1].refuse(listener);
    assert!(call(&mut wire, 7) && !call(&mut wire, 8));
    wire.hosts[1].listen(listener, 3).unwrap();
    assert!(call(&mut wire, 9) && !call(&mut wire, 10));
}
