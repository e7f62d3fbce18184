//! Explicit Congestion Notification (RFC 4960 appendix A; RFC 3168 for the bits in the IP header).
//!
//! A router marks a packet instead of dropping it. The receiver echoes that with ECNE until the sender says with CWR
//! that it has reduced its window.

use super::{Association, Disposition};
use crate::counters::{Counters, bump};
use sctp_wire::{Cwr, Ecne, Full, PacketWriter, Tsn};

/// A mark that the sender was not yet heard to have answered.
#[derive(Clone, Copy, Debug)]
struct Echo {
    /// The lowest TSN of the packet that came marked first.
    first: Tsn,
    /// The lowest TSN of the newest packet that came marked.
    newest: Tsn,
}

/// What one association knows of marks, in both directions.
#[derive(Debug)]
pub(crate) struct Ecn {
    agreed: bool,
    /// As receiver: goes with every SACK.
    echo: Option<Echo>,
    /// As sender: the CWR to be sent.
    answer: Option<Cwr>,
}

impl Ecn {
    /// No marks, and none expected.
    pub(crate) const fn new() -> Self {
        Self { agreed: false, echo: None, answer: None }
    }

    /// Whether both sides take part.
    pub(crate) const fn is_agreed(&self) -> bool {
        self.agreed
    }

    /// Whether a CWR is to be sent.
    pub(crate) const fn answer_due(&self) -> bool {
        self.answer.is_some()
    }

    /// Adds the CWR that is due.
    pub(crate) fn emit_answer(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        if let Some(answer) = self.answer {
            answer.emit(writer)?;
            self.answer = None;
        }
        Ok(())
    }

    /// Adds an ECNE for a mark that was not answered.
    pub(crate) fn emit_echo(&self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        self.echo.map_or(Ok(()), |echo| Ecne { lowest_tsn: echo.first }.emit(writer))
    }
}

impl Association {
    /// No marks yet. `agreed` if both sides gave the parameter ECN Capable.
    pub(crate) fn agree_on_ecn(&mut self, agreed: bool) {
        self.ecn = Ecn { agreed, ..Ecn::new() };
        for path in self.paths.iter_mut() {
            path.reduced = None;
        }
    }

    /// A packet with DATA, `lowest` the lowest TSN in it, came with the mark Congestion Experienced.
    pub(crate) fn on_mark(&mut self, lowest: Tsn) {
        if !self.ecn.agreed {
            return;
        }
        match &mut self.ecn.echo {
            Some(echo) => echo.newest = lowest,
            None => {
                self.ecn.echo = Some(Echo { first: lowest, newest: lowest });
                // The sooner the sender knows, the shorter the queue.
                self.inbound.want_sack_now();
            }
        }
    }

    /// CWR: the sender has reduced its window for what was marked up to this TSN.
    pub(crate) fn on_cwr(&mut self, cwr: Cwr) -> Disposition {
        let later = |echo: &Echo| echo.newest.after(cwr.lowest_tsn);
        if let Some(echo) = self.ecn.echo
            && cwr.lowest_tsn.at_or_after(echo.first)
        {
            self.ecn.echo =
                Some(echo).filter(later).map(|echo| Echo { first: echo.newest, newest: echo.newest });
        }
        Disposition::Continue
    }

    /// ECNE: reduces the window of the path that the chunk went to, once for a window of data, and answers each time.
    pub(crate) fn on_ecne(&mut self, ecne: Ecne, counters: &mut Counters) -> Disposition {
        let next = self.outbound.next_tsn();
        // A TSN that was never sent is nothing an honest peer reports.
        if !self.ecn.agreed || ecne.lowest_tsn.at_or_after(next) {
            return Disposition::Continue;
        }
        self.ecn.answer = Some(Cwr { lowest_tsn: ecne.lowest_tsn });
        let id = self.outbound.path_of(ecne.lowest_tsn);
        let Some(path) = self.path_mut(id) else { return Disposition::Continue };
        // One from half the number space ago seems to lie ahead: it says nothing any more.
        let known = path.reduced.filter(|reduced| reduced.before(next));
        if known.is_none_or(|reduced| ecne.lowest_tsn.after(reduced)) {
            path.reduced = Some(next.previous());
            bump(&mut counters.ecn_reductions);
            self.outbound.on_congestion(id, &mut self.paths);
        }
        Disposition::Continue
    }
}
