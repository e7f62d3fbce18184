//! Building the next packet (RFC 9260 section 6.10: control chunks go before DATA).

use super::heartbeat::INFO_LENGTH;
use super::{Association, Due, State};
use crate::address::Address;
use crate::counters::Again;
use crate::inbound::SackNeed;
use crate::options::IpHeader;
use crate::outbound::Sent;
use crate::path::{PathId, PathState};
use crate::time::Time;
use sctp_wire::{
    COMMON_HEADER_LEN, CommonHeader, ErrorChunk, Full, Heartbeat, Init, PacketWriter, Parameter, Parameters,
};

/// Bytes of a SACK chunk that may wait, which has neither gaps nor duplicates, and of an ECNE chunk in front of it.
const WAITING_SACK: usize = 16 + 8;
/// Bytes in front of the value of a chunk.
const CHUNK_HEADER: usize = 4;
/// Bytes of a HEARTBEAT chunk of ours, parameter header and padding included.
const HEARTBEAT_SIZE: usize = CHUNK_HEADER + 4 + INFO_LENGTH.next_multiple_of(4);

/// A packet in the caller's buffer.
pub(crate) struct Emitted {
    pub(crate) length: usize,
    /// The wildcard address: let the route choose.
    pub(crate) source: Address,
    /// It may choose one of the association's own addresses only.
    pub(crate) restricted: bool,
    pub(crate) destination: Address,
    /// The IP header is to say that congestion may be marked rather than signalled by loss: ECT(0) of RFC 3168.
    pub(crate) ecn_capable: bool,
    /// What the IP header says, but for ECN.
    pub(crate) ip: IpHeader,
    /// What in it was sent before.
    pub(crate) again: Again,
    /// Its DATA goes into a window that is closed (RFC 9260 section 6.1 rule A).
    pub(crate) window_probe: bool,
    /// Routers are not to fragment it, so that its loss tells of the path MTU.
    pub(crate) dont_fragment: bool,
}

impl Association {
    /// Whether [`Association::emit`] would have something.
    pub(crate) fn has_packet(&self, now: Time) -> bool {
        match self.state {
            State::CookieWait { .. } => self.due.contains(Due::INIT),
            State::CookieEchoed { .. } => self.due.intersects(Due::COOKIE_ECHO | Due::HEARTBEAT_ACK),
            State::Established
            | State::ShutdownPending
            | State::ShutdownSent
            | State::ShutdownReceived
            | State::ShutdownAckSent => {
                self.replies_due()
                    || self.probe_due()
                    || self.paths.iter().any(|path| path.heartbeat.due)
                    || self.data_path(now).is_some()
            }
        }
    }

    fn replies_due(&self) -> bool {
        self.control_due() || matches!(self.inbound.sack(), SackNeed::Now)
    }

    /// Whether something is due that goes where the last packet came from.
    fn control_due(&self) -> bool {
        !self.due.is_empty() || self.ecn.answer_due()
    }

    /// The path that DATA may go to now.
    fn data_path(&self, now: Time) -> Option<PathId> {
        match self.state {
            State::Established | State::ShutdownPending | State::ShutdownReceived => {
                self.outbound.can_send(now, &self.paths, self.primary, self.settings.protocol.no_delay)
            }
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::ShutdownSent
            | State::ShutdownAckSent => None,
        }
    }

    /// Writes the next packet, if there is one to send.
    pub(crate) fn emit(&mut self, now: Time, buffer: &mut [u8]) -> Option<Emitted> {
        let set_up = self.is_set_up();
        if !set_up && !self.has_packet(now) {
            return None;
        }
        let control_again = self.repeats();
        let handshake = self.due.intersects(Due::INIT | Due::COOKIE_ECHO);
        if self.probe_due()
            && !self.replies_due()
            && let Some(probe) = self.emit_probe(now, buffer)
        {
            return Some(probe);
        }
        let data = self.data_path(now);
        let heartbeat = if set_up && !self.replies_due() { self.take_heartbeat(now) } else { None };
        let id = match &heartbeat {
            Some((place, _)) => PathId(u8::try_from(*place).ok()?),
            None if handshake => self.setup_path,
            // Section 5.4: an answer to a heartbeat may go to an unconfirmed address, nothing else.
            None if self.due.contains(Due::HEARTBEAT_ACK) => self.reply_path,
            None if self.control_due() => self.control_path(),
            None if self.replies_due() => self.sack_path(),
            None => data?,
        };
        let answer_only = self.due.contains(Due::HEARTBEAT_ACK) && (!set_up || self.control_path() != id);
        let takes_sack = self.sack_path() == id;
        let header = self.header();
        // A chunk that was cut for a larger path MTU cannot be cut again, and a cookie not at all: IP has to fragment the
        // packet.
        let uncut =
            if handshake { self.cookie_echo_size() } else { self.outbound.oversized(id, &self.paths) };
        let needed = uncut.map_or(0, |size| size.saturating_add(COMMON_HEADER_LEN));
        let ip = self.settings.protocol.ip;
        let path = self.path_mut(id)?;
        let unconfirmed = path.state == PathState::Unconfirmed;
        if unconfirmed && heartbeat.is_none() && !handshake && !answer_only {
            // Section 5.4: it waits until the peer has answered from somewhere.
            return None;
        }
        let (remote, source, ip) = (path.remote, path.local.with_port(header.source_port), path.ip(&ip));
        let fits = usize::try_from(path.mtu.saturating_sub(remote.ip_header())).ok()?;
        let forbids_fragments = path.search.forbids_fragments();
        path.search.other_sent();
        let limit = if unconfirmed { fits } else { fits.max(needed) };
        let mut writer = PacketWriter::new(buffer, limit, header).ok()?;
        // What does not fit stays due and goes with the next packet.
        let _ = match heartbeat {
            Some((_, info)) => Heartbeat::new(&info).emit_request(&mut writer),
            None if handshake => self.emit_handshake(now, unconfirmed, &mut writer),
            None if answer_only => self.emit_heartbeat_ack(&mut writer),
            None => self.emit_control(takes_sack, &mut writer),
        };
        let mut sent = Sent::default();
        if data == Some(id) {
            let room = writer.remaining().saturating_sub(WAITING_SACK);
            if matches!(self.inbound.sack(), SackNeed::Delayed)
                && self.outbound.next_fits(id, &self.paths, room)
            {
                // Section 6.1: DATA takes a waiting SACK along; alone that goes no sooner for it (section 6.2).
                let _ = self.emit_sack(&mut writer);
            }
            sent = self.outbound.emit(now, id, &mut self.paths, self.settings.protocol.no_delay, &mut writer);
        }
        if writer.is_empty() {
            return None;
        }
        // RFC 3168 sections 6.1.4 to 6.1.6: neither control chunks alone nor retransmissions nor window probes.
        let ecn_capable =
            self.ecn.is_agreed() && sent.new > 0 && sent.again == 0 && !self.outbound.has_probe();
        let window_probe = sent != Sent::default() && self.outbound.has_probe();
        let again = Again { control: control_again, data: sent.again, fast: sent.fast };
        let length = writer.finish();
        let dont_fragment = forbids_fragments && length <= fits;
        let restricted = self.restricts(&source);
        Some(Emitted {
            length,
            source,
            restricted,
            destination: remote,
            ecn_capable,
            ip,
            again,
            window_probe,
            dont_fragment,
        })
    }

    /// Whether the route that is to choose another source than `source` may not take any.
    pub(super) fn restricts(&self, source: &Address) -> bool {
        source.is_any() && !self.local_addresses.are_all()
    }

    pub(super) const fn header(&self) -> CommonHeader {
        CommonHeader {
            source_port: self.local.port,
            destination_port: self.peer_port,
            verification_tag: self.peer_tag,
        }
    }

    /// Bytes of the COOKIE ECHO that is due, with header and padding.
    fn cookie_echo_size(&self) -> Option<usize> {
        match &self.state {
            State::CookieEchoed { cookie, .. } => {
                Some(CHUNK_HEADER.saturating_add(cookie.len()).next_multiple_of(4))
            }
            _ => None,
        }
    }

    /// INIT, or COOKIE ECHO with what goes beside it.
    fn emit_handshake(
        &mut self,
        now: Time,
        unconfirmed: bool,
        writer: &mut PacketWriter<'_>,
    ) -> Result<(), Full> {
        match &mut self.state {
            State::CookieEchoed { cookie, sent, .. } => {
                let size = CHUNK_HEADER.saturating_add(cookie.len()).next_multiple_of(4);
                if unconfirmed && writer.remaining() < size.saturating_add(HEARTBEAT_SIZE) {
                    // Section 5.4: not without a HEARTBEAT.
                    return Err(Full);
                }
                sctp_wire::CookieEcho { cookie }.emit(writer)?;
                *sent = now;
                self.due.remove(Due::COOKIE_ECHO);
                if unconfirmed && let Some((_, info)) = self.take_heartbeat(now) {
                    Heartbeat::new(&info).emit_request(writer)?;
                }
                // Section 3.2.2: what of the INIT ACK was not understood is reported here, or else after the COOKIE ACK.
                self.emit_error(writer)?;
            }
            State::CookieWait { .. } => {
                let init = Init {
                    initiate_tag: self.local_tag,
                    a_rwnd: self.settings.protocol.receive_buffer,
                    outbound_streams: self.settings.protocol.outbound_streams,
                    inbound_streams: self.inbound_streams,
                    initial_tsn: self.local_tsn,
                    parameters: Parameters::new(&self.address_list),
                };
                let (ecn, preservative) = (self.settings.protocol.ecn, self.preservative);
                let adaptation = self.settings.protocol.adaptation;
                init.emit_init(writer, |parameters| {
                    if ecn {
                        Parameter::EcnCapable.emit(parameters)?;
                    }
                    if let Some(code) = adaptation {
                        Parameter::AdaptationLayerIndication(code).emit(parameters)?;
                    }
                    match preservative {
                        0 => Ok(()),
                        millis => Parameter::CookiePreservative(millis).emit(parameters),
                    }
                })?;
                self.due.remove(Due::INIT);
            }
            State::Established
            | State::ShutdownPending
            | State::ShutdownSent
            | State::ShutdownReceived
            | State::ShutdownAckSent => {}
        }
        Ok(())
    }

    fn emit_control(&mut self, takes_sack: bool, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        if self.due.contains(Due::COOKIE_ACK) {
            sctp_wire::emit_cookie_ack(writer)?;
            self.due.remove(Due::COOKIE_ACK);
        }
        self.ecn.emit_answer(writer)?;
        self.emit_error(writer)?;
        self.emit_heartbeat_ack(writer)?;
        let enough = self.due.contains(Due::SHUTDOWN) && self.needs_no_sack();
        if takes_sack && !enough && matches!(self.inbound.sack(), SackNeed::Now) {
            self.emit_sack(writer)?;
        }
        if self.due.contains(Due::SHUTDOWN) {
            sctp_wire::Shutdown { cumulative_tsn: self.inbound.cumulative_tsn() }.emit(writer)?;
            self.due.remove(Due::SHUTDOWN);
            if enough {
                self.inbound.acknowledged();
                self.sack_at = Time::NEVER;
            }
        }
        if self.due.contains(Due::SHUTDOWN_ACK) {
            sctp_wire::emit_shutdown_ack(writer)?;
            self.due.remove(Due::SHUTDOWN_ACK);
        }
        Ok(())
    }

    fn emit_error(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        if self.due.contains(Due::ERROR) {
            ErrorChunk { causes: self.error_report.causes() }.emit(writer)?;
            self.error_report.clear();
            self.due.remove(Due::ERROR);
        }
        Ok(())
    }

    /// Section 9.2: a SHUTDOWN acknowledges as a SACK does, but tells nothing of gaps and duplicates, nor of a window that
    /// the peer takes for closed or nearly so.
    fn needs_no_sack(&self) -> bool {
        let known = self.advertised.saturating_sub(self.taken);
        self.inbound.is_plain() && known >= self.window() / 2
    }

    fn emit_heartbeat_ack(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        if self.due.contains(Due::HEARTBEAT_ACK) {
            self.heartbeat_replies.emit(writer)?;
            self.due.remove(Due::HEARTBEAT_ACK);
        }
        Ok(())
    }

    fn emit_sack(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        let window = self.window();
        // In front of the SACK: its reader must still know the chunk that the mark is about.
        self.ecn.emit_echo(writer)?;
        self.inbound.emit_sack(window, writer)?;
        self.advertised = window;
        self.taken = 0;
        self.sack_at = Time::NEVER;
        Ok(())
    }
}
