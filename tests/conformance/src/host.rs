//! The engine under test, its one endpoint and the clock.

use crate::symbols::Symbols;
use sctp_engine::address::{Address, Family};
use sctp_engine::options::Events;
use sctp_engine::time::{Span, Time};
use sctp_engine::{AssociationStatus, EndpointId, Engine, Error, Scope, StateName, Style};
use std::collections::VecDeque;

/// The engine's host.
pub(crate) const LOCAL: Address = Address::v4([192, 0, 2, 1], 1000);
/// The script's host.
pub(crate) const PEER: Address = Address::v4([192, 0, 2, 2], 2000);

/// A packet that the engine sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The SCTP packet.
    pub bytes: Vec<u8>,
    /// Where to.
    pub destination: Address,
}

/// One engine with one endpoint.
#[derive(Debug)]
pub struct Host {
    /// The engine.
    pub engine: Engine,
    /// Its endpoint; gone once closed.
    pub endpoint: EndpointId,
    /// The time.
    pub now: Time,
    /// What the engine sent and nobody looked at.
    pub sent: VecDeque<Sent>,
    /// Errors that sockets were given.
    pub errors: Vec<Error>,
    /// What the script knows of both sides.
    pub symbols: Symbols,
}

impl Host {
    /// A host with an endpoint that is bound to port 1000 and subscribed to all notifications.
    ///
    /// # Panics
    /// Without memory.
    #[must_use]
    pub fn new(style: Style) -> Self {
        let mut engine = Engine::new([7; 32]).expect("memory");
        let endpoint = engine.open(style, Family::V4, 1).expect("an endpoint");
        engine.bind(endpoint, Address::v4([0; 4], LOCAL.port)).expect("a free port");
        let options = engine.options(endpoint).expect("the endpoint");
        options.future.events = Events::ASSOCIATION | Events::SHUTDOWN;
        // Probes would stand between the packets that the scripts are about.
        options.future.protocol.path.pmtud = false;
        let now = Time(1_000_000_000_000);
        let (sent, errors, symbols) = (VecDeque::new(), Vec::new(), Symbols::default());
        Self { engine, endpoint, now, sent, errors, symbols }
    }

    /// A packet comes in. What is due then is done at once, as a kernel does.
    pub fn input(&mut self, source: Address, destination: Address, bytes: &[u8]) {
        self.engine.input(self.now, source, destination, 0, bytes);
        self.flush();
        self.wait(Span::ZERO);
    }

    /// Takes all that the engine has to say.
    pub fn flush(&mut self) {
        let mut buffer = [0; 65_536];
        while let Some(transmit) = self.engine.transmit(self.now, &mut buffer) {
            let bytes = buffer[..transmit.length].to_vec();
            self.symbols.learn(&bytes);
            self.sent.push_back(Sent { bytes, destination: transmit.destination });
        }
        while let Some(update) = self.engine.next_update() {
            self.errors.extend(update.error);
        }
    }

    /// Lets time pass.
    ///
    /// # Panics
    /// When the engine asks to be called now for ever.
    pub fn wait(&mut self, span: Span) {
        let end = self.now.plus(span);
        let mut calls = 0;
        while self.engine.deadline() <= end {
            calls += 1;
            assert!(calls < 100_000, "the clock stands still");
            self.now = self.now.max(self.engine.deadline());
            self.engine.on_timer(self.now);
            self.flush();
        }
        self.now = end;
    }

    /// The state of the association; `None` when there is none.
    #[must_use]
    pub fn state(&self) -> Option<StateName> {
        self.status().map(|status| status.state)
    }

    /// How the association stands; `None` when there is none.
    #[must_use]
    pub fn status(&self) -> Option<AssociationStatus> {
        let name = self.engine.associations_of(self.endpoint).ok()?.next()?;
        self.engine.status(self.endpoint, Scope::One(name)).ok()
    }
}
