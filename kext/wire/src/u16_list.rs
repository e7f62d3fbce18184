//! A list of two-byte numbers: types of addresses, types of parameters, stream identifiers.

/// A list of numbers in network byte order, as it stands in a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct U16List<'a>(&'a [[u8; 2]]);

impl<'a> U16List<'a> {
    /// The list of these numbers, each in network byte order (`u16::to_be_bytes`).
    #[must_use]
    pub const fn new(numbers: &'a [[u8; 2]]) -> Self {
        Self(numbers)
    }

    /// The list that `bytes` hold, unless half a number is left over.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks();
        rest.is_empty().then_some(Self(numbers))
    }

    /// The numbers in their order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.0.iter().map(|number| u16::from_be_bytes(*number))
    }

    /// Whether `number` is in the list.
    #[must_use]
    pub fn contains(&self, number: u16) -> bool {
        self.iter().any(|listed| listed == number)
    }

    /// How many numbers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no number.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list as it stands in a packet.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0.as_flattened()
    }
}
