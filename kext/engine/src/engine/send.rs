//! Sending (RFC 6458 sections 3.1.4, 4.1.8 and 5.3).

use super::calls::Close;
use super::{AssociationId, EndpointId, Engine};
use crate::address::{Address, Family};
use crate::association::Association;
use crate::counters::bump;
use crate::endpoint::Style;
use crate::error::Error;
use crate::memory;
use crate::message::Message;
use crate::options::{SendDefaults, SendFlags, Settings, Switches};
use crate::outbound::{EnqueueError, OutMessage, full_length};
use crate::path::Path;
use crate::slab::Key;
use crate::time::{Span, Time};
use alloc::vec::Vec;

/// Messages that may wait at an association with a limited send buffer: each takes some memory beside its bytes.
const MOST_MESSAGES: usize = 4096;

/// A send buffer with less room than this is full, for who waits until he can write: SO_SNDLOWAT of a fresh socket.
const LEAST_ROOM: usize = 2048;

/// Bytes of an ABORT before the user's reason: the headers of chunk and cause (RFC 9260 section 3.3.10.12).
const REASON_HEADERS: usize = 4 + 4;

/// Where a message goes, and how (RFC 6458 section 5.3.4).
#[derive(Clone, Copy, Debug, Default)]
pub struct SendInfo {
    /// The peer's address; family `None`: by `association`, or the only one there is.
    pub to: Address,
    /// The association; `None`: by address.
    pub association: Option<AssociationId>,
    /// The stream.
    pub stream: u16,
    /// The payload protocol identifier, opaque.
    pub ppid: u32,
    /// Given back with notifications about the message.
    pub context: u32,
    /// Deliver without regard to order (RFC 9260 section 6.6).
    pub unordered: bool,
    /// Ask the peer to acknowledge at once (RFC 7053).
    pub immediate: bool,
    /// Send to `to` rather than to the primary path.
    pub to_this_address: bool,
    /// Shut the association down after the message.
    pub finish: bool,
    /// No control data came: the association's [`SendDefaults`] hold instead of what stands here.
    pub use_defaults: bool,
    /// With SCTP_EXPLICIT_EOR: the message ends here (SCTP_EOR, RFC 6458 section 8.1.26).
    pub end_of_record: bool,
    /// More of the same call follows: `end_of_record` and `finish` are for its last piece.
    pub more: bool,
}

impl SendInfo {
    pub(super) fn or(&self, defaults: &SendDefaults) -> Self {
        if self.more {
            let info = Self { more: false, ..*self }.or(defaults);
            return Self { end_of_record: false, finish: false, ..info };
        }
        if !self.use_defaults {
            return *self;
        }
        let SendDefaults { stream, ppid, context, flags, .. } = *defaults;
        Self {
            stream,
            ppid,
            context,
            unordered: flags.contains(SendFlags::UNORDERED),
            immediate: flags.contains(SendFlags::SACK_IMMEDIATELY),
            to_this_address: flags.contains(SendFlags::ADDR_OVER) && self.to.family != Family::None,
            finish: self.finish || flags.contains(SendFlags::EOF),
            end_of_record: self.end_of_record || flags.contains(SendFlags::EOR),
            ..*self
        }
    }
}

/// What is asked of an association that a message sets up, and nothing to one that is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetUp<'a> {
    /// SCTP_INIT (RFC 6458 section 5.3.1); zero: as SCTP_INITMSG has it.
    pub outbound_streams: u16,
    /// See `outbound_streams`.
    pub inbound_streams: u16,
    /// See `outbound_streams`.
    pub max_attempts: u16,
    /// See `outbound_streams`.
    pub max_timeout: Span,
    /// SCTP_DSTADDRV4 and SCTP_DSTADDRV6: where else the peer can be reached, at the same port (sections 5.3.9, 5.3.10).
    pub further: &'a [Address],
}

impl SetUp<'_> {
    /// The settings of the new association.
    fn apply(&self, settings: &Settings) -> Settings {
        let mut settings = *settings;
        let protocol = &mut settings.protocol;
        for (asked, field) in [
            (self.outbound_streams, &mut protocol.outbound_streams),
            (self.inbound_streams, &mut protocol.inbound_streams),
            (self.max_attempts, &mut protocol.max_init_retransmits),
        ] {
            if asked != 0 {
                *field = asked;
            }
        }
        if self.max_timeout != Span::ZERO {
            protocol.max_init_timeout = self.max_timeout;
        }
        settings
    }
}

/// How much the association of a message takes now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendRoom {
    /// The association; `None` if the message would set it up.
    pub association: Option<AssociationId>,
    /// Bytes.
    pub bytes: usize,
    /// SCTP_EXPLICIT_EOR is on: a message may come in several calls.
    pub explicit: bool,
}

/// Where a message goes.
enum Target {
    There(Key),
    /// To this address, where there is no association yet.
    New(Address),
}

impl Engine {
    /// Sends a message, setting the association up first where there is none with the peer.
    ///
    /// # Errors
    /// The message comes back with one of [`Engine::send_from`].
    pub fn send(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        mut message: Message,
    ) -> Result<(), (Error, Message)> {
        self.send_from(now, id, info, &SetUp::default(), &mut message).map_err(|error| (error, message))
    }

    /// As [`Engine::send`], for an association that is set up as `set_up` wants. The message is taken out of its place on
    /// success only.
    ///
    /// # Errors
    /// [`Error::Pipe`] after a shutdown; [`Error::NotConnected`], [`Error::DestinationRequired`] or
    /// [`Error::NoSuchAssociation`] when nobody is named; [`Error::WouldBlock`] when the send buffer has no room now, and
    /// [`Error::MessageTooLong`] when it never has; [`Error::Invalid`] for a message without bytes, a stream that was not
    /// negotiated, an address that is not the peer's, or while a message on another stream was not ended;
    /// [`Error::NoMemory`]; those of [`Engine::connect`].
    pub fn send_from(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        set_up: &SetUp<'_>,
        message: &mut Message,
    ) -> Result<(), Error> {
        if message.length() == 0 {
            // RFC 9260 section 3.3.1: there is no DATA chunk without user data.
            return Err(Error::Invalid);
        }
        let info = SendInfo { to: info.to.normalized(), ..*info };
        let options = self.endpoint(id)?.options;
        let explicit = options.switches.contains(Switches::EXPLICIT_EOR);
        if !explicit && message.length() > options.send_limit() {
            return Err(Error::MessageTooLong);
        }
        let target = self.target(id, &info, set_up)?;
        let key = match target {
            Target::There(key) => key,
            Target::New(peer) => self.set_up(now, id, peer, &info, set_up, message.length())?,
        };
        let result = self.enqueue(now, id, key, &info, message);
        if result.is_err() && matches!(target, Target::New(_)) {
            // A message that cannot be sent must not leave an association behind. Nothing of it was sent yet.
            self.remove_association(key);
        }
        self.settle(now, key);
        result
    }

    fn enqueue(
        &mut self,
        now: Time,
        id: EndpointId,
        key: Key,
        info: &SendInfo,
        message: &mut Message,
    ) -> Result<(), Error> {
        let options = self.endpoint(id)?.options;
        let explicit = options.switches.contains(Switches::EXPLICIT_EOR);
        let association = self.associations.get_mut(key).ok_or(Error::Invalid)?;
        let info = info.or(&association.settings.send_defaults);
        if !association.takes_data() {
            return Err(Error::Pipe);
        }
        let path = if info.to_this_address {
            let known = association.peer_port == info.to.port || info.to.port == 0;
            Some(association.path_to(&info.to).filter(|_| known).ok_or(Error::Invalid)?)
        } else {
            None
        };
        let whole = options.switches.contains(Switches::DISABLE_FRAGMENTS);
        if whole && message.length() > association.outbound.full_length(&association.paths) {
            return Err(Error::MessageTooLong);
        }
        if association.send_room(options.send_limit()) < message.length() {
            return Err(Error::WouldBlock);
        }
        let queued = association.outbound.enqueue(OutMessage {
            bytes: core::mem::take(message).into_bytes(),
            stream: info.stream,
            ppid: info.ppid,
            context: info.context,
            unordered: info.unordered,
            immediate: info.immediate,
            path,
            begins: true,
            // The end of the association is that of the message, too.
            ends: !explicit || info.end_of_record || info.finish,
        });
        queued.map_err(|(error, refused)| {
            *message = Message::new(refused.bytes);
            match error {
                EnqueueError::NoMemory => Error::NoMemory,
                EnqueueError::BadStream | EnqueueError::Unfinished => Error::Invalid,
            }
        })?;
        if info.finish {
            association.begin_shutdown(now);
        }
        self.count_flags(&info);
        Ok(())
    }

    fn count_flags(&mut self, info: &SendInfo) {
        let counters = &mut self.counters;
        if info.unordered {
            bump(&mut counters.sends_unordered);
        }
        if info.finish {
            bump(&mut counters.sends_with_eof);
        }
        if info.unordered || info.finish || info.immediate || info.to_this_address {
            bump(&mut counters.sends_with_flags);
        }
    }

    /// The association that a message goes to.
    fn target(&self, id: EndpointId, info: &SendInfo, set_up: &SetUp<'_>) -> Result<Target, Error> {
        let endpoint = self.endpoint(id)?;
        let single = endpoint.style == Style::OneToOne;
        if single && endpoint.backlog > 0 {
            return Err(Error::Invalid);
        }
        if endpoint.send_closed {
            return Err(Error::Pipe);
        }
        if let Some(key) = endpoint.only_association().filter(|_| single) {
            return Ok(Target::There(key));
        }
        if let Some(name) = info.association.filter(|_| !single) {
            let key = Key::from(name);
            let ours = self.associations.get(key).is_some_and(|found| found.endpoint == Some(id.into()));
            return if ours { Ok(Target::There(key)) } else { Err(Error::NoSuchAssociation) };
        }
        if info.to.family == Family::None {
            return match endpoint.only_association() {
                _ if single => Err(Error::NotConnected),
                Some(key) => Ok(Target::There(key)),
                None => Err(Error::DestinationRequired),
            };
        }
        let further = set_up.further.iter().map(|address| address.normalized().with_port(info.to.port));
        let found =
            core::iter::once(info.to).chain(further).find_map(|peer| self.association_of(id.into(), &peer));
        Ok(found.map_or(Target::New(info.to), Target::There))
    }

    /// Sets the association up that a message needs.
    fn set_up(
        &mut self,
        now: Time,
        id: EndpointId,
        peer: Address,
        info: &SendInfo,
        set_up: &SetUp<'_>,
        length: usize,
    ) -> Result<Key, Error> {
        let options = self.endpoint(id)?.options;
        let settings = set_up.apply(&options.future);
        if info.or(&settings.send_defaults).stream >= settings.protocol.outbound_streams {
            return Err(Error::Invalid);
        }
        let path = Path::new(peer, Address::default(), &settings.protocol);
        let whole = options.switches.contains(Switches::DISABLE_FRAGMENTS);
        if whole && length > full_length(&[path], settings.protocol.max_segment) {
            return Err(Error::MessageTooLong);
        }
        let mut peers = heapless::Vec::<Address, { crate::path::MAX_PATHS }>::new();
        for address in core::iter::once(&peer).chain(set_up.further) {
            let address = address.normalized().with_port(peer.port);
            if !peers.contains(&address) {
                // Beyond MAX_PATHS they are not used.
                let _ = peers.push(address);
            }
        }
        self.associate(now, id, &peers, settings)
    }

    /// What the association of a message takes now.
    ///
    /// # Errors
    /// As [`Engine::send_from`] finds it.
    pub fn send_room(&self, id: EndpointId, info: &SendInfo, set_up: &SetUp<'_>) -> Result<SendRoom, Error> {
        let info = SendInfo { to: info.to.normalized(), ..*info };
        let options = self.endpoint(id)?.options;
        let limit = options.send_limit();
        let key = match self.target(id, &info, set_up)? {
            Target::There(key) => Some(key),
            Target::New(_) => None,
        };
        let association = key.and_then(|key| self.associations.get(key));
        Ok(SendRoom {
            association: key.map(AssociationId::from),
            bytes: association.map_or(limit, |association| association.send_room(limit)),
            explicit: options.switches.contains(Switches::EXPLICIT_EOR),
        })
    }

    /// SCTP_EOF: shuts down the association that a message without bytes goes to.
    ///
    /// # Errors
    /// As [`Engine::send_from`] finds the association, which is not set up for this; [`Error::Aborted`] if a message was
    /// not ended, which ends the association by an ABORT.
    pub fn finish(&mut self, now: Time, id: EndpointId, info: &SendInfo) -> Result<(), Error> {
        let key = self.existing(id, info)?;
        self.count_flags(&SendInfo { finish: true, ..*info });
        if self.shut_down(now, key) { Ok(()) } else { Err(Error::Aborted) }
    }

    /// SCTP_ABORT: ends an association at once. The peer is told the reason.
    ///
    /// # Errors
    /// As [`Engine::finish`] finds the association; [`Error::MessageTooLong`] for a reason that no packet to the peer
    /// has room for; [`Error::NoMemory`].
    pub fn abort(&mut self, id: EndpointId, info: &SendInfo, reason: &Message) -> Result<(), Error> {
        let key = self.existing(id, info)?;
        self.abort_with(key, reason)
    }

    fn abort_with(&mut self, key: Key, reason: &Message) -> Result<(), Error> {
        let association = self.associations.get(key).ok_or(Error::NoSuchAssociation)?;
        let smallest = association.paths.iter().map(Path::chunk_room).min();
        let room = usize::try_from(smallest.unwrap_or(0)).map_err(|_| Error::Invalid)?;
        if reason.length() > room.saturating_sub(REASON_HEADERS) {
            return Err(Error::MessageTooLong);
        }
        let mut bytes = Vec::new();
        while reason.length() > bytes.len() {
            let next = reason.span(bytes.len());
            memory::append(&mut bytes, next)?;
        }
        self.abort_association(key, Error::Aborted, bytes);
        bump(&mut self.counters.sends_with_abort);
        bump(&mut self.counters.sends_with_flags);
        Ok(())
    }

    fn existing(&self, id: EndpointId, info: &SendInfo) -> Result<Key, Error> {
        let info = SendInfo { to: info.to.normalized(), ..*info };
        match self.target(id, &info, &SetUp::default())? {
            Target::There(key) => Ok(key),
            Target::New(_) => Err(Error::NoSuchAssociation),
        }
    }

    /// SCTP_SENDALL: the same message to all associations of a one-to-many endpoint, and then what `end` says. Those
    /// that do not take it are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::MessageTooLong`] when it fits no send buffer.
    pub fn send_all(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        message: &Message,
        end: Option<Close>,
    ) -> Result<(), Error> {
        let options = self.endpoint(id)?.options;
        if message.length() > options.send_limit() {
            return Err(Error::MessageTooLong);
        }
        let finish = info.finish || end == Some(Close::Graceful);
        let info =
            SendInfo { to: Address::default(), to_this_address: false, end_of_record: true, finish, ..*info };
        // Associations that end change places with those behind them.
        let mut left = self.endpoint(id)?.associations.len();
        while let Some(place) = left.checked_sub(1) {
            left = place;
            let Some(key) = self.endpoint(id)?.associations.get(place).copied() else { continue };
            if end == Some(Close::Abort) {
                let _ = self.abort_with(key, message);
                continue;
            }
            if message.length() > 0
                && let Ok(bytes) = memory::copy(message.span(0))
            {
                let _ = self.enqueue(now, id, key, &info, &mut Message::new(bytes));
                self.settle(now, key);
            } else if finish {
                let _ = self.shut_down(now, key);
            }
        }
        Ok(())
    }
}

impl Association {
    /// Bytes that the send buffer of `limit` bytes has room for; each association has one of its own.
    fn send_room(&self, limit: usize) -> usize {
        let crowded = limit < usize::MAX && self.outbound.kept_messages() >= MOST_MESSAGES;
        if crowded { 0 } else { limit.saturating_sub(self.outbound.buffered_bytes()) }
    }

    /// Whether who waits until he can write goes on waiting.
    pub(super) fn is_full(&self, limit: usize) -> bool {
        self.send_room(limit) < LEAST_ROOM.min(limit / 2)
    }
}
