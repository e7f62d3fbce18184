//! Options that are on or off for a whole socket, as an int.

use super::{Call, Plain, Row};
use ::sctp_engine::Error;
use ::sctp_engine::options::Switches;

/// The row of a switch, named by its bit.
pub(super) const fn switch<const BIT: u16>(name: u32) -> Row {
    Row { name, get: Some(get_switch::<BIT>), set: Some(set_switch::<BIT>) }
}

pub(super) fn get_switch<const BIT: u16>(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let on = call.engine.options(call.endpoint)?.switches.contains(Switches::from_bits_truncate(BIT));
    u32::from(on).write(room)
}

pub(super) fn set_switch<const BIT: u16>(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.engine.options(call.endpoint)?.switches.set(Switches::from_bits_truncate(BIT), on);
    Ok(())
}
