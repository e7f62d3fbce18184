//! Type, length, value: the framing that parameters (RFC 9260 section 3.2.1) and error causes (section
//! 3.3.10) share.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |             Type              |  Length, without the padding  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                             Value                             \
//! /                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                               |  Padding, 0 to 3 zero bytes   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use crate::cursor::{Full, Reader, Truncated, Writer, padding};

/// Bytes before the value.
pub(crate) const HEADER_LEN: usize = 4;

/// One type, length and value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) kind: u16,
    pub(crate) value: &'a [u8],
    pub(crate) bytes: &'a [u8],
}

/// Goes through what a sequence of them holds, and ends after the first that has a wrong length.
#[derive(Clone, Debug)]
pub(crate) struct Tlvs<'a> {
    reader: Reader<'a>,
}

impl<'a> Tlvs<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes) }
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Result<Tlv<'a>, Truncated>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(&[]));
        let item = take(&mut reader);
        if item.is_ok() {
            self.reader = reader;
        }
        Some(item)
    }
}

/// Takes one, with its padding, off the front.
fn take<'a>(reader: &mut Reader<'a>) -> Result<Tlv<'a>, Truncated> {
    let mut header = *reader;
    let kind = header.u16()?;
    let bytes = reader.bytes(usize::from(header.u16()?))?;
    let value = bytes.get(HEADER_LEN..).ok_or(Truncated)?;
    // The last one's padding may lie outside the length of the chunk (section 3.2).
    reader.bytes(padding(bytes.len()).min(reader.remaining()))?;
    Ok(Tlv { kind, value, bytes })
}

/// Writes parameters or error causes one behind the other.
///
/// The padding of each is written when the next one begins, because the length of a chunk does not count
/// the padding of its last parameter (section 3.2).
#[derive(Debug)]
pub struct ParameterWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
    start: usize,
}

impl<'w, 'b> ParameterWriter<'w, 'b> {
    /// Writes them to `writer` from its position on.
    #[must_use]
    pub const fn new(writer: &'w mut Writer<'b>) -> Self {
        let start = writer.position();
        Self { writer, start }
    }

    /// Writes one of type `kind` with the value that `value` writes. The positions of the [`Writer`] that
    /// `value` is given count from the beginning of the value.
    ///
    /// # Errors
    /// [`Full`] when it does not fit or `value` says so; nothing has been written then.
    pub fn parameter(
        &mut self,
        kind: u16,
        value: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let before = self.writer.position();
        let result = self.framed(kind, value);
        if result.is_err() {
            self.writer.truncate(before);
        }
        result
    }

    /// Copies one that is already encoded, or several.
    ///
    /// # Errors
    /// [`Full`] when they do not fit; nothing has been written then.
    pub fn encoded(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if bytes.is_empty() {
            return Ok(());
        }
        let before = self.writer.position();
        let result = self.writer.pad_from(self.start).and_then(|()| self.writer.bytes(bytes));
        if result.is_err() {
            self.writer.truncate(before);
        }
        result
    }

    /// How long the value of one more may be; `None` when not even an empty one fits.
    #[must_use]
    pub fn remaining(&self) -> Option<usize> {
        let used = padding(self.writer.position().wrapping_sub(self.start)).saturating_add(HEADER_LEN);
        let most = usize::from(u16::MAX).saturating_sub(HEADER_LEN);
        self.writer.remaining().checked_sub(used).map(|room| room.min(most))
    }

    fn framed(
        &mut self,
        kind: u16,
        value: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.writer.pad_from(self.start)?;
        let at = self.writer.position();
        self.writer.u16(kind)?;
        self.writer.u16(0)?;
        self.writer.nested(value)?;
        let length = self.writer.position().wrapping_sub(at);
        self.writer.patch_u16(at.saturating_add(2), u16::try_from(length).map_err(|_| Full)?)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{ParameterWriter, Tlv, Tlvs};
    use crate::cursor::{Full, Truncated, Writer};

    fn all(bytes: &[u8]) -> Vec<Result<Tlv<'_>, Truncated>> {
        Tlvs::new(bytes).collect()
    }

    #[test]
    fn padding_is_skipped_and_the_last_may_be_missing() {
        let first = Tlv { kind: 7, value: &[9], bytes: &[0, 7, 0, 5, 9] };
        let second = Tlv { kind: 8, value: &[], bytes: &[0, 8, 0, 4] };
        assert_eq!(all(&[0, 7, 0, 5, 9, 1, 1, 1, 0, 8, 0, 4]), [Ok(first), Ok(second)]);
        for missing in 0..4 {
            assert_eq!(all(&[0, 7, 0, 5, 9, 0, 0, 0][..8 - missing]), [Ok(first)]);
        }
    }

    #[test]
    fn a_wrong_length_ends_the_sequence() {
        for wrong in [&[0, 7][..], &[0, 7, 0, 3, 0, 8, 0, 4], &[0, 7, 0, 0], &[0, 7, 0, 9, 0, 8, 0, 4]] {
            assert_eq!(all(wrong), [Err(Truncated)]);
        }
    }

    #[test]
    fn writes_padding_between_but_not_behind() {
        let mut buffer = [0xff; 16];
        let mut writer = Writer::new(&mut buffer);
        let mut parameters = ParameterWriter::new(&mut writer);
        assert_eq!(parameters.parameter(7, |value| value.u8(9)), Ok(()));
        assert_eq!(parameters.remaining(), Some(4));
        assert_eq!(parameters.parameter(8, |value| value.zeros(5)), Err(Full));
        assert_eq!(parameters.encoded(&[0, 8, 0, 5, 1]), Ok(()));
        assert_eq!(parameters.remaining(), None);
        assert_eq!(writer.written(), [0, 7, 0, 5, 9, 0, 0, 0, 0, 8, 0, 5, 1]);
    }
}
