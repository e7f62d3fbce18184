//! What follows when the user changes a setting of an association that is there.

use super::Association;
use crate::options::Settings;

impl Association {
    /// Takes the settings over. Those of paths are for the paths to come.
    pub(crate) fn set(&mut self, mut settings: Settings) {
        // RFC 9260 section 3.3.2: what the peer was promised is not taken away.
        let promised = self.settings.protocol.receive_buffer;
        settings.protocol.receive_buffer = settings.protocol.receive_buffer.max(promised);
        self.settings = settings;
        self.apply_settings();
        for path in self.paths.iter_mut() {
            path.rto.set_parameters(settings.protocol.rto);
            let pmdcs = path.pmdcs();
            path.congestion.limit(settings.protocol.max_cwnd, pmdcs);
        }
    }

    /// Tells the sending half what it keeps of the settings.
    pub(crate) const fn apply_settings(&mut self) {
        let protocol = &self.settings.protocol;
        self.outbound.set_max_segment(protocol.max_segment);
        self.outbound.set_max_burst(protocol.max_burst);
    }
}
