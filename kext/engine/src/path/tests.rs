//! Tests of what a path calculates by itself.

use super::*;
use crate::address::Family;
use crate::time::Span;

/// What RFC 9260 recommends.
const WINDOW: WindowParameters = WindowParameters { initial: 0, limit: 1 };

fn rto() -> Rto {
    Rto::new(&RtoParameters::default())
}

#[test]
fn section_6_3_1_c1_to_c3() {
    let fine = RtoParameters { min: Span::from_millis(1), ..RtoParameters::default() };
    let mut rto = Rto::new(&fine);
    assert_eq!(rto.current(), Span::from_secs(1));
    rto.measure(Span::from_millis(100));
    // 100 + 4 * 50.
    assert_eq!(rto.current(), Span::from_millis(300));
    rto.measure(Span::from_millis(180));
    // RTTVAR = 3/4 * 50 + 1/4 * 80 = 57.5; SRTT = 7/8 * 100 + 1/8 * 180 = 110.
    assert_eq!(rto.current(), Span::from_millis(110 + 4 * 57 + 2));
}

#[test]
fn section_6_3_1_c6_and_c7_the_bounds() {
    let mut rto = rto();
    rto.measure(Span::from_millis(3));
    assert_eq!(rto.current(), Span::from_secs(1));
    for _ in 0..200 {
        rto.measure(Span(u64::MAX));
    }
    assert_eq!(rto.current(), Span::from_secs(60));
}

#[test]
fn section_6_3_1_g1_rttvar_is_never_less_than_the_granularity() {
    let mut rto = Rto::new(&RtoParameters { min: Span::ZERO, ..RtoParameters::default() });
    for _ in 0..100 {
        rto.measure(Span::ZERO);
    }
    assert_eq!(rto.current(), Span::from_millis(4));
}

#[test]
fn section_6_3_3_e2_backing_off_and_coming_back() {
    let mut rto = rto();
    let steps: [u64; 8] = core::array::from_fn(|_| {
        rto.backoff();
        rto.current().0 / 1_000_000_000
    });
    assert_eq!(steps, [2, 4, 8, 16, 32, 60, 60, 60]);
    rto.measure(Span::from_millis(200));
    assert_eq!(rto.current(), Span::from_secs(1));
    assert_eq!(
        (rto.doubled(0), rto.doubled(3), rto.doubled(255)),
        (Span::from_secs(1), Span::from_secs(8), Span::from_secs(60))
    );
}

#[test]
fn section_7_2_1_the_initial_window() {
    for (family, pmdcs, cwnd) in [
        (Family::V4, 1468, 4404),
        (Family::V6, 1448, 4344),
        (Family::V4, 544, 2176),
        (Family::V4, 16352, 32704),
    ] {
        assert_eq!(Congestion::new(family, pmdcs, WINDOW).cwnd(), cwnd, "{family:?} {pmdcs}");
    }
}

#[test]
fn section_1_5_pmdcs() {
    let mut path = Path::new(Address::v4([1; 4], 1), Address::default(), &Protocol::default());
    for (family, mtu, pmdcs) in [
        (Family::V4, 1500, 1468),
        (Family::V6, 1500, 1448),
        (Family::V4, 1499, 1464),
        (Family::V4, 0, 544),
        (Family::V4, u32::MAX, 65_500),
    ] {
        (path.remote.family, path.mtu) = (family, mtu);
        assert_eq!(path.pmdcs(), pmdcs);
    }
}

#[test]
fn section_7_2_3_a_loss_does_not_open_a_small_window() {
    let mut congestion = Congestion::new(Family::V4, 1468, WINDOW);
    congestion.on_loss(1468);
    assert_eq!((congestion.cwnd(), congestion.ssthresh()), (4404, 4 * 1468));
}

#[test]
fn section_6_4_the_choice_of_a_path() {
    use PathState::{Active, Inactive, PotentiallyFailed, Unconfirmed};
    for (states, wanted, uses, after_timeout) in [
        ([Active, Active, Active], 0, 0, 1),
        ([Active, Inactive, Active], 0, 0, 2),
        ([Active, Inactive, Active], 2, 2, 0),
        ([Active, Inactive, Unconfirmed], 1, 0, 0),
        ([Inactive, Unconfirmed, Inactive], 2, 2, 2),
        ([Inactive, Unconfirmed, Inactive], 1, 0, 0),
        ([Active, Unconfirmed, Unconfirmed], 0, 0, 0),
        ([Unconfirmed, Unconfirmed, Unconfirmed], 1, 1, 1),
        ([PotentiallyFailed, Active, Inactive], 0, 1, 1),
        ([PotentiallyFailed, Inactive, Unconfirmed], 1, 0, 0),
        ([PotentiallyFailed, PotentiallyFailed, Inactive], 1, 1, 1),
    ] {
        let path = |state| {
            let new = Path::new(Address::default(), Address::default(), &Protocol::default());
            Path { state, ..new }
        };
        let paths = states.map(path);
        assert_eq!(usable(&paths, PathId(wanted)), PathId(uses), "{states:?}");
        assert_eq!(alternate(&paths, PathId(wanted)), PathId(after_timeout), "{states:?}");
    }
}

#[test]
fn section_7_2_1_the_window_begins_and_grows_as_it_is_told() {
    let mut congestion = Congestion::new(Family::V4, 1000, WindowParameters { initial: 10, limit: 3 });
    assert_eq!(congestion.cwnd(), 10_000);
    for (acked, grown) in [(2500, 12_500), (5000, 15_500)] {
        let used = congestion.cwnd();
        congestion.on_acked(acked, used, 1000, false);
        assert_eq!(congestion.cwnd(), grown);
    }
    congestion.reinitialize(Family::V4, 1000);
    assert_eq!(congestion.cwnd(), 10_000);
}

#[test]
fn section_7_2_2_what_is_acknowledged_while_the_window_is_not_used_counts_for_one_step_at_most() {
    let mut congestion = Congestion::new(Family::V4, 1000, WINDOW);
    congestion.add_flight(100);
    congestion.on_loss(1000);
    let full = congestion.cwnd();
    congestion.on_acked(1000, full, 1000, false);
    let cwnd = congestion.cwnd();
    assert_eq!(cwnd, full.wrapping_add(1000), "slow start ends behind ssthresh");
    congestion.on_acked(u32::MAX, 0, 1000, false);
    assert_eq!(congestion.cwnd(), cwnd);
    for _ in 0..2 {
        congestion.on_acked(4, u32::MAX, 1000, false);
        assert_eq!(congestion.cwnd(), cwnd.wrapping_add(1000));
    }
}

#[test]
fn rfc_7829_section_3_2_how_a_path_fails_and_comes_back() {
    use crate::notification::AddressChange;
    use PathState::{Active, Inactive, PotentiallyFailed, Unconfirmed};
    let path = |state| {
        let new = Path::new(Address::default(), Address::default(), &Protocol::default());
        Path { state, ..new }
    };
    for (begin, alone, after_one, after_six) in [
        (Active, false, PotentiallyFailed, Inactive),
        // The only path there is cannot be avoided.
        (Active, true, Active, Inactive),
        (Unconfirmed, false, Unconfirmed, Unconfirmed),
    ] {
        let mut path = path(begin);
        let told: [Option<AddressChange>; 7] = core::array::from_fn(|count| {
            let told = path.on_error(alone);
            match count {
                0 => assert_eq!(path.state, after_one),
                5 => assert_eq!(path.state, after_six),
                _ => {}
            }
            told
        });
        let unreachable = Some(AddressChange::Unreachable);
        assert_eq!(told, [None, None, None, None, None, unreachable, None], "{begin:?}");
        assert_eq!(path.errors, 6, "section 8.3: the counter stops above Path.Max.Retrans");
        assert!(!path.is_probed(), "given up, so probed less often");
        let back = if begin == Unconfirmed { AddressChange::Confirmed } else { AddressChange::Available };
        assert_eq!((path.on_answer(), path.state, path.errors), (Some(back), Active, 0));
    }
    let mut failing = path(Active);
    assert_eq!((failing.on_error(false), failing.is_probed()), (None, true));
    assert_eq!(
        (failing.on_answer(), failing.state),
        (None, Active),
        "what was never told needs no taking back"
    );
}

#[test]
fn rfc_7829_section_7_the_user_chooses_when_a_path_has_potentially_failed() {
    for (limit, states) in [(1, [false, true, true]), (2, [false, false, true]), (5, [false, false, false])] {
        let new = Path::new(Address::default(), Address::default(), &Protocol::default());
        let mut path = Path { state: PathState::Active, ..new };
        path.settings.potentially_failed_max_retransmits = limit;
        let failed = states.map(|_| {
            path.on_error(false);
            path.state == PathState::PotentiallyFailed
        });
        assert_eq!(failed, states, "{limit}");
    }
}
