//! Serial numbers, which wrap around and so have no order in the usual sense (RFC 9260 section 1.6,
//! RFC 1982).

/// Defines one kind of serial number. They deliberately have no `Ord`: `<` would be wrong across the wrap.
macro_rules! serial_number {
    ($(#[$doc:meta])* $name:ident, $int:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
        pub struct $name(pub $int);

        impl $name {
            /// Half of the number space: the distance at which neither number is before the other.
            const HALF: $int = 1 << (<$int>::BITS - 1);

            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                self.add(1)
            }

            /// The number before this one.
            #[must_use]
            pub const fn previous(self) -> Self {
                Self(self.0.wrapping_sub(1))
            }

            /// The number `n` after this one.
            #[must_use]
            pub const fn add(self, n: $int) -> Self {
                Self(self.0.wrapping_add(n))
            }

            /// How many steps lead from `earlier` up to this number.
            #[must_use]
            pub const fn distance_from(self, earlier: Self) -> $int {
                self.0.wrapping_sub(earlier.0)
            }

            /// Whether this number comes before `other`. Of two numbers half the number space apart
            /// neither is before the other (RFC 1982 section 3.2).
            #[must_use]
            pub const fn before(self, other: Self) -> bool {
                let ahead = other.distance_from(self);
                ahead != 0 && ahead < Self::HALF
            }

            /// Whether this number comes after `other`.
            #[must_use]
            pub const fn after(self, other: Self) -> bool {
                other.before(self)
            }

            /// Whether this number is `other` or comes before it.
            #[must_use]
            pub const fn at_or_before(self, other: Self) -> bool {
                self.0 == other.0 || self.before(other)
            }

            /// Whether this number is `other` or comes after it.
            #[must_use]
            pub const fn at_or_after(self, other: Self) -> bool {
                other.at_or_before(self)
            }
        }
    };
}

serial_number! {
    /// A Transmission Sequence Number: counts DATA chunks.
    Tsn, u32
}

serial_number! {
    /// A Stream Sequence Number: counts the ordered messages of one stream.
    Ssn, u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ssn, Tsn};

    #[test]
    fn wraps() {
        assert_eq!(Tsn(u32::MAX).next(), Tsn(0));
        assert_eq!(Tsn(0).previous(), Tsn(u32::MAX));
        assert!(Tsn(u32::MAX).before(Tsn(0)));
        assert!(Ssn(0).after(Ssn(u16::MAX)));
        assert_eq!(Ssn(3).distance_from(Ssn(u16::MAX)), 4);
    }

    #[test]
    fn half_the_space_apart_is_neither_before_nor_after() {
        assert!(!Tsn(5).before(Tsn(0x8000_0005)) && !Tsn(5).after(Tsn(0x8000_0005)));
        assert!(Tsn(5).before(Tsn(0x8000_0004)) && Tsn(5).after(Tsn(0x8000_0006)));
        assert!(!Ssn(5).before(Ssn(0x8005)) && !Ssn(5).after(Ssn(0x8005)));
    }

    proptest! {
        #[test]
        fn order(start: u32, step in 1..0x8000_0000_u32) {
            let (a, b) = (Tsn(start), Tsn(start).add(step));
            prop_assert_eq!(b.distance_from(a), step);
            prop_assert!(a.before(b) && a.at_or_before(b) && b.after(a) && b.at_or_after(a));
            prop_assert!(!b.before(a) && !b.at_or_before(a) && !a.after(b) && !a.at_or_after(b));
        }

        #[test]
        fn equal(start: u16) {
            let a = Ssn(start);
            prop_assert!(a.at_or_before(a) && a.at_or_after(a) && !a.before(a) && !a.after(a));
            prop_assert_eq!(a.next().previous(), a);
        }
    }
}
