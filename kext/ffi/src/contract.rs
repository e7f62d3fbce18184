//! The contract with the shim as bindgen read it, and the proof that our functions have the types it declares.
#![allow(
    missing_docs,
    non_camel_case_types,
    non_upper_case_globals,
    non_snake_case,
    dead_code,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::undocumented_unsafe_blocks,
    clippy::std_instead_of_core,
    clippy::disallowed_methods,
    reason = "generated from C headers, whose names and comments are C's"
)]

include!(concat!(env!("OUT_DIR"), "/contract.rs"));

/// Each pair has one type, or this does not compile. The wildcards stand for the parameters.
macro_rules! same_types {
    ($($module:ident: $name:ident($($parameter:tt),*);)*) => {
        $(const _: () = {
            let _: [unsafe extern "C" fn($($parameter),*) -> _; 2] = [$name, crate::$module::$name];
        };)*
    };
}

same_types! {
    lifetime: sctp_engine_create(_);
    lifetime: sctp_engine_destroy(_);
    lifetime: sctp_engine_associations(_);
    lifetime: sctp_engine_quiesce(_, _);
    io: sctp_engine_input(_, _, _, _, _, _, _);
    io: sctp_engine_input_refused(_);
    io: sctp_engine_icmp(_, _, _);
    io: sctp_engine_transmit_failed(_, _, _, _);
    io: sctp_engine_timer(_, _);
    io: sctp_engine_set_addresses(_, _, _);
    io: sctp_engine_has_transmit(_);
    io: sctp_engine_transmit(_, _, _, _, _);
    io: sctp_engine_may_send_from(_, _, _);
    io: sctp_engine_next_update(_, _);
    io: sctp_engine_deadline(_);
    sockets: sctp_engine_open(_, _, _, _, _);
    sockets: sctp_engine_close(_, _, _, _);
    sockets: sctp_engine_bind(_, _, _);
    sockets: sctp_engine_bind_more(_, _, _, _);
    sockets: sctp_engine_bind_less(_, _, _, _);
    sockets: sctp_engine_listen(_, _, _);
    sockets: sctp_engine_connect(_, _, _, _, _, _, _);
    sockets: sctp_engine_begin(_, _, _, _);
    sockets: sctp_engine_accept(_, _, _, _);
    sockets: sctp_engine_taken(_, _);
    sockets: sctp_engine_peel_off(_, _, _, _, _);
    sockets: sctp_engine_refuse(_, _, _);
    sockets: sctp_engine_shutdown(_, _, _);
    sockets: sctp_engine_flush(_, _, _);
    sockets: sctp_engine_set_send_buffer(_, _, _, _);
    sockets: sctp_engine_set_receive_buffer(_, _, _, _);
    sockets: sctp_engine_local_address(_, _, _);
    sockets: sctp_engine_peer_address(_, _, _);
    transfer: sctp_engine_send(_, _, _, _, _);
    transfer: sctp_engine_send_room(_, _, _, _);
    transfer: sctp_engine_receive(_, _, _, _, _);
    transfer: sctp_engine_unreceive(_, _, _, _, _);
    transfer: sctp_engine_consumed(_, _, _, _);
    options: sctp_engine_get_option(_, _, _, _, _);
    options: sctp_engine_set_option(_, _, _, _, _, _);
    options: sctp_engine_get_ip_option(_, _, _, _, _, _);
    options: sctp_engine_set_ip_option(_, _, _, _, _, _, _);
    statistics: sctp_engine_statistics(_, _);
    statistics: sctp_engine_reset_statistics(_, _);
    list: sctp_engine_list(_, _, _, _, _, _);
    variables: sctp_engine_variable(_, _, _);
    variables: sctp_engine_set_variable(_, _, _);
    variables: sctp_engine_socket_buffers(_, _, _);
    message: sctp_message_create(_, _, _);
    message: sctp_message_span(_, _, _);
    message: sctp_message_destroy(_);
}
