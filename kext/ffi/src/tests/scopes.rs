//! Whom an option is about.

use super::*;

const FUTURE: u32 = SCTP_FUTURE_ASSOC;
const CURRENT: u32 = SCTP_CURRENT_ASSOC;
const ALL: u32 = SCTP_ALL_ASSOC;

fn set_context(host: &Host, assoc_id: u32, context: u32) -> c_int {
    let value = sctp_assoc_value { assoc_id, assoc_value: context };
    set(host, SCTP_CONTEXT, &value, size_of::<sctp_assoc_value>())
}

fn context(host: &Host, assoc_id: u32) -> Result<u32, c_int> {
    let mut value = sctp_assoc_value { assoc_id, assoc_value: 0 };
    let mut length = size_of::<sctp_assoc_value>();
    match get(host, SCTP_CONTEXT, &mut value, &mut length) {
        0 => Ok(value.assoc_value),
        error => Err(error),
    }
}

/// Two hosts with an association; its name on the first.
fn joined() -> (Host, Host, u32) {
    let (left, right) = (host(1), host(2));
    assert_eq!(send(&right, &left, b"x"), 0);
    carry([&right, &left]);
    let name = receive(&left).unwrap().0.assoc_id;
    (left, right, name)
}

#[test]
fn associations_to_come_those_there_are_both_or_one() {
    let (left, _right, one) = joined();
    for (scope, future, now) in [(FUTURE, 1, 0), (CURRENT, 1, 2), (one, 1, 3), (ALL, 4, 4), (FUTURE, 5, 4)] {
        assert_eq!(set_context(&left, scope, future.max(now)), 0);
        assert_eq!((context(&left, FUTURE), context(&left, one)), (Ok(future), Ok(now)), "scope {scope}");
    }
    for many in [CURRENT, ALL] {
        assert_eq!(context(&left, many), Err(22));
    }
    for stranger in [u32::MAX, one ^ 8, one.wrapping_add(1 << 20)] {
        assert_eq!((context(&left, stranger), set_context(&left, stranger, 9)), (Err(2), 2));
    }
}

#[test]
fn an_association_begins_with_what_its_endpoint_has_and_is_left_alone_then() {
    let (left, right) = (host(1), host(2));
    assert_eq!(set_context(&left, FUTURE, 7), 0);
    assert_eq!(send(&right, &left, b"x"), 0);
    carry([&right, &left]);
    let info = receive(&left).unwrap().0;
    assert_eq!(info.context, 7);
    assert_eq!(set_context(&left, FUTURE, 8), 0);
    assert_eq!(context(&left, info.assoc_id), Ok(7));
}

#[test]
fn a_one_to_one_endpoint_has_no_choice() {
    let style = SCTP_ONE_TO_ONE as c_int;
    let (client, server) = (host_of(style, 1), host(2));
    for scope in [FUTURE, CURRENT, ALL, 77] {
        assert_eq!(set_context(&client, scope, 10 + scope), 0);
        assert_eq!(context(&client, scope ^ 1), Ok(10 + scope));
    }
    let mut name = 0;
    // SAFETY: every pointer lives as long as its call.
    let error = unsafe {
        sockets::sctp_engine_connect(
            client.engine,
            NOW,
            client.endpoint,
            &server.address,
            1,
            false,
            &mut name,
        )
    };
    assert_eq!(error, 0);
    assert_eq!(context(&client, FUTURE), Ok(87));
    assert_eq!(set_context(&client, FUTURE, 5), 0);
    assert_eq!(context(&client, name), Ok(5));
}

#[test]
fn messages_without_control_data_take_the_defaults_of_their_association() {
    let (left, right, one) = joined();
    let defaults = |assoc_id, stream| sctp_sndinfo {
        snd_sid: stream,
        snd_flags: 0,
        snd_ppid: 0,
        snd_context: 0,
        snd_assoc_id: assoc_id,
    };
    for value in [defaults(FUTURE, 1), defaults(one, 2)] {
        assert_eq!(set(&left, SCTP_DEFAULT_SNDINFO, &value, size_of::<sctp_sndinfo>()), 0);
    }
    assert_eq!(send_plain(&left, one, b"y"), 0);
    carry([&left, &right]);
    assert_eq!(receive(&right).unwrap().0.stream, 2);
}
