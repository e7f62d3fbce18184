//! The one error type: a line of text for the person who builds.

use core::fmt;
use std::path::Path;

/// What is wrong with an input, in one line.
#[derive(Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error that says `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// `cause`, about `file`.
    pub fn of(file: &Path, cause: impl fmt::Display) -> Self {
        Self(format!("{}: {cause}", file.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl core::error::Error for Error {}

/// `number` in the 32 bits that a format has for it.
pub(crate) fn field32(number: impl TryInto<u32>) -> Result<u32, Error> {
    number.try_into().map_err(|_| Error::new("a number does not fit into its 32-bit field"))
}
