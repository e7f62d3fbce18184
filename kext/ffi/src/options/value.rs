//! Options whose value is a struct sctp_assoc_value.

use super::{Call, Plain};
use crate::contract::sctp_assoc_value;
use ::sctp_engine::Error;
use ::sctp_engine::options::Settings;

/// Gets what `of` says of the association that the value names, or of those to come.
pub(super) fn get(
    call: &mut Call<'_>,
    room: &mut [u8],
    of: impl FnOnce(&Settings) -> u32,
) -> Result<usize, Error> {
    let asked = sctp_assoc_value::read(room)?;
    let assoc_value = of(&call.settings(asked.assoc_id)?);
    sctp_assoc_value { assoc_value, ..asked }.write(room)
}

/// Sets it for all that the value names.
pub(super) fn set(
    call: &mut Call<'_>,
    bytes: &[u8],
    to: impl Fn(&mut Settings, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    let new = sctp_assoc_value::read(bytes)?;
    call.change(new.assoc_id, |settings| to(settings, new.assoc_value))
}

/// Sets it for one association, or for those to come.
pub(super) fn set_single(
    call: &mut Call<'_>,
    bytes: &[u8],
    to: impl Fn(&mut Settings, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    let new = sctp_assoc_value::read(bytes)?;
    call.change_single(new.assoc_id, |settings| to(settings, new.assoc_value))
}

/// Sets it for associations to come: what is agreed on in set-up cannot be changed for one that is there.
pub(super) fn set_future(
    call: &mut Call<'_>,
    bytes: &[u8],
    to: impl Fn(&mut Settings, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    let new = sctp_assoc_value::read(bytes)?;
    call.needs_future(new.assoc_id)?;
    call.change_single(new.assoc_id, |settings| to(settings, new.assoc_value))
}
