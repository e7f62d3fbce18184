//! The contract with the shim as bindgen read it, and the proof that our functions have the types it declares.
#![expect(
    missing_docs,
    non_camel_case_types,
    non_upper_case_globals,
    non_snake_case,
    dead_code,
    unreachable_pub,
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
        $(const _: [unsafe extern "C" fn($($parameter),*) -> _; 2] = [$name, crate::$module::$name];)*
    };
}
