//! What each line of a script does.

use crate::build::{integer, packet_bytes, payload};
use crate::fields::{Field, PacketText, fields, words};
use crate::host::{Host, LOCAL, PEER};
use crate::read::packet_text;
use crate::script::Step;
use sctp_engine::address::Address;
use sctp_engine::time::Span;
use sctp_engine::{Close, Item, Message, Notification, SendInfo, Style};

pub(crate) fn play(host: &mut Host, step: &Step) -> Result<(), String> {
    let rest = step.rest.as_str();
    if matches!(step.verb.as_str(), ">" | "call" | "wait" | "silence") && !host.sent.is_empty() {
        return Err(unexpected(host));
    }
    match step.verb.as_str() {
        ">" => packet_in(host, rest),
        "<" => packet_out(host, rest),
        "call" => call(host, rest),
        "wait" => {
            host.wait(span(rest)?);
            Ok(())
        }
        "silence" => Ok(()),
        "ignore" => {
            host.sent.clear();
            Ok(())
        }
        "style" => {
            let symbols = host.symbols.clone();
            *host = Host::new(if rest == "one-to-one" { Style::OneToOne } else { Style::OneToMany });
            host.symbols = symbols;
            Ok(())
        }
        "set" => set(host, rest),
        "peer" => peer(host, rest),
        "remember" => {
            host.symbols.remember(rest);
            Ok(())
        }
        "recall" => host.symbols.return_to(rest),
        "state" => same("state", rest, &state_name(host)),
        "associations" => same("associations", rest, &host.engine.associations().to_string()),
        "notice" => notice(host, rest),
        "error" => {
            let errors: Vec<_> = host.errors.drain(..).map(|error| format!("{error:?}")).collect();
            same("error", rest, &errors.join(" "))
        }
        "read" => read(host, rest),
        "counter" => counter(host, rest),
        "status" => status(host, rest),
        verb => Err(format!("{verb} is nothing that a script can do")),
    }
}

fn same(what: &str, wanted: &str, actual: &str) -> Result<(), String> {
    if wanted == actual {
        Ok(())
    } else {
        Err(difference(&[format!("{what} {wanted}")], &[format!("{what} {actual}")]))
    }
}

fn difference(wanted: &[String], actual: &[String]) -> String {
    let wanted = wanted.iter().map(|line| format!("\n    - {line}"));
    wanted.chain(actual.iter().map(|line| format!("\n    + {line}"))).collect()
}

fn unexpected(host: &Host) -> String {
    let sent: Vec<_> =
        host.sent.iter().map(|sent| format!("< {}", packet_text(&sent.bytes, &host.symbols))).collect();
    format!("nobody expected{}", difference(&[], &sent))
}

/// The state as RFC 9260 writes it.
pub(crate) fn state_name(host: &Host) -> String {
    host.state().map_or_else(
        || "CLOSED".into(),
        |state| {
            let mut name = String::new();
            for letter in format!("{state:?}").chars() {
                if letter.is_ascii_uppercase() && !name.is_empty() {
                    name.push('-');
                }
                name.push(letter.to_ascii_uppercase());
            }
            name
        },
    )
}

fn host_address(text: Option<&str>, default: Address) -> Result<Address, String> {
    let Some(text) = text else { return Ok(default) };
    let bytes: Result<Vec<u8>, _> = text.split('.').map(integer).collect();
    let bytes: [u8; 4] = bytes?.try_into().map_err(|_| format!("{text} is no address"))?;
    Ok(Address::v4(bytes, default.port))
}

fn packet_in(host: &mut Host, text: &str) -> Result<(), String> {
    let text = PacketText::parse(text)?;
    let source = host_address(text.field("from"), PEER)?;
    let destination = host_address(text.field("to"), LOCAL)?;
    let bytes = packet_bytes(&text, &host.symbols, (PEER.port, LOCAL.port))?;
    for _ in 0..text.field("times").map_or(Ok(1), integer::<u32>)? {
        host.input(source, destination, &bytes);
    }
    Ok(())
}

fn packet_out(host: &mut Host, text: &str) -> Result<(), String> {
    let wanted = PacketText::parse(text)?;
    let Some(sent) = host.sent.pop_front() else { return Err("nothing was sent".into()) };
    let mut actual = packet_text(&sent.bytes, &host.symbols);
    let [a, b, c, d, ..] = sent.destination.bytes;
    let size = sent.bytes.len().to_string();
    let tag =
        u32::from_be_bytes(sent.bytes.get(4..8).and_then(|tag| tag.try_into().ok()).unwrap_or_default());
    let tag_good = host.symbols.tag(wanted.field("tag").unwrap_or("peer"))? == tag;
    let around_good = wanted.fields.iter().all(|field| match field.name.as_str() {
        "to" => field.value == format!("{a}.{b}.{c}.{d}"),
        "size" => field.admits(&size),
        _ => true,
    });
    let ports_good =
        sent.bytes.get(..4) == Some(&[[3, 232], [7, 208]].concat()[..]) && sent.destination.port == PEER.port;
    let chunks_good = wanted.chunks.len() == actual.chunks.len()
        && wanted.chunks.iter().zip(&actual.chunks).all(|(wanted, actual)| wanted.describes(actual));
    if tag_good && around_good && ports_good && chunks_good {
        return Ok(());
    }
    actual.fields.push(Field::is("size", size));
    if !ports_good {
        actual.fields.push(Field::is("ports", "wrong"));
    }
    let rest = host.sent.iter().map(|sent| packet_text(&sent.bytes, &host.symbols));
    let lines: Vec<_> = [actual].into_iter().chain(rest).map(|packet| format!("< {packet}")).collect();
    Err(difference(&[format!("< {wanted}")], &lines))
}

fn call(host: &mut Host, text: &str) -> Result<(), String> {
    let words = words(text);
    let name = words.first().map(String::as_str).unwrap_or_default();
    let arguments = fields(text.strip_prefix(name).unwrap_or_default())?;
    let find =
        |name: &str| arguments.iter().find(|field| field.name == name).map(|field| field.value.as_str());
    let to = SendInfo { to: host_address(find("to"), PEER)?, ..SendInfo::default() };
    let (now, endpoint, engine) = (host.now, host.endpoint, &mut host.engine);
    let result = match name {
        "listen" => engine.listen(endpoint, find("backlog").map_or(Ok(5), integer::<u32>)?),
        "connect" => engine.connect(now, endpoint, PEER).map(|_| ()),
        "send" => {
            let bytes = match find("len") {
                Some(length) => payload(integer(length)?),
                None => find("text").unwrap_or("hello").as_bytes().to_vec(),
            };
            let info = SendInfo {
                stream: find("stream").map_or(Ok(0), integer)?,
                ppid: find("ppid").map_or(Ok(0), integer)?,
                unordered: find("unordered").is_some(),
                immediate: find("immediate").is_some(),
                ..to
            };
            engine.send(now, endpoint, &info, Message::new(bytes)).map_err(|(error, _)| error)
        }
        "shutdown" => engine.finish(now, endpoint, &to, Close::Graceful),
        "abort" => engine.finish(now, endpoint, &to, Close::Abort),
        "close" => {
            engine.close(now, endpoint, Close::Graceful);
            Ok(())
        }
        _ => return Err(format!("{name} is no call")),
    };
    host.flush();
    match (find("error"), result) {
        (None, Ok(())) => Ok(()),
        (Some(wanted), Err(error)) => same("error", wanted, &format!("{error:?}")),
        (Some(wanted), Ok(())) => Err(format!("no error {wanted}")),
        (None, Err(error)) => Err(format!("refused: {error:?}")),
    }
}

fn span(text: &str) -> Result<Span, String> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or("a time needs a unit")?;
    let count: u64 = integer(&text[..unit])?;
    match &text[unit..] {
        "us" => Ok(Span::from_micros(count)),
        "ms" => Ok(Span::from_millis(count)),
        "s" => Ok(Span::from_secs(count)),
        unit => Err(format!("{unit} is no unit of time")),
    }
}

fn set(host: &mut Host, text: &str) -> Result<(), String> {
    for field in fields(text)? {
        let (now, endpoint, value) = (host.now, host.endpoint, field.value.as_str());
        if field.name == "no-delay" {
            let set = host.engine.change_everywhere(now, endpoint, |settings| {
                settings.protocol.no_delay = value == "yes";
                Ok(())
            });
            set.map_err(|error| format!("{error:?}"))?;
            host.flush();
            continue;
        }
        if field.name == "receive-buffer" {
            let done = host.engine.set_receive_buffer(now, endpoint, integer(value)?);
            done.map_err(|error| format!("{error:?}"))?;
            continue;
        }
        let protocol =
            &mut host.engine.options(endpoint).map_err(|error| format!("{error:?}"))?.future.protocol;
        match field.name.as_str() {
            "heartbeat" => {
                protocol.path.heartbeats = value != "off";
                if protocol.path.heartbeats {
                    protocol.path.heartbeat_interval = span(value)?;
                }
            }
            "pmtud" => protocol.path.pmtud = value == "on",
            "cookie-life" => protocol.cookie_life = span(value)?,
            "outbound-streams" => protocol.outbound_streams = integer(value)?,
            "inbound-streams" => protocol.inbound_streams = integer(value)?,
            "max-init-retransmits" => protocol.max_init_retransmits = integer(value)?,
            "association-max-retransmits" => protocol.association_max_retransmits = integer(value)?,
            "path-max-retransmits" => protocol.path.max_retransmits = integer(value)?,
            "rto-max" => protocol.rto.max = span(value)?,
            "rto-min" => protocol.rto.min = span(value)?,
            "sack-delay" => protocol.sack_delay = span(value)?,
            name => return Err(format!("{name} cannot be set")),
        }
    }
    Ok(())
}

fn peer(host: &mut Host, text: &str) -> Result<(), String> {
    for field in fields(text)? {
        let value = u32::try_from(crate::fields::number(&field.value)?).map_err(|_| "out of range")?;
        match field.name.as_str() {
            "tag" => host.symbols.peer_tag = value,
            "tsn" => host.symbols.peer_tsn = value,
            name => return Err(format!("a peer has no {name}")),
        }
    }
    Ok(())
}

/// A notification as scripts write it.
pub(crate) fn notice_name(notification: &Notification) -> String {
    match notification {
        Notification::AssociationChange { change, .. } => format!("{change:?}"),
        Notification::Shutdown => "Shutdown".into(),
        #[allow(unreachable_patterns, reason = "other kinds may be added")]
        other @ Notification::PeerAddressChange(_) => format!("{other:?}"),
    }
}

fn notice(host: &mut Host, wanted: &str) -> Result<(), String> {
    let received = host.engine.receive(host.endpoint);
    let Ok(received) = received else {
        return if wanted == "none" { Ok(()) } else { Err("no notification".into()) };
    };
    let Item::Notification(notification) = &received.queued.item else {
        return Err("data, no notification".into());
    };
    same("notice", wanted, &notice_name(notification))
}

fn read(host: &mut Host, wanted: &str) -> Result<(), String> {
    loop {
        let Ok(received) = host.engine.receive(host.endpoint) else {
            return if wanted == "nothing" { Ok(()) } else { Err("nothing to read".into()) };
        };
        let Item::Data(delivery) = &received.queued.item else { continue };
        let mut bytes = Vec::new();
        while bytes.len() < delivery.message.remaining() {
            bytes.extend_from_slice(delivery.message.span(bytes.len()));
        }
        let actual = [
            Field::is("text", String::from_utf8_lossy(&bytes)),
            Field::is("len", bytes.len().to_string()),
            Field::is("stream", delivery.stream.to_string()),
            Field::is("ppid", delivery.ppid.to_string()),
            Field::is("unordered", if delivery.unordered { "yes" } else { "no" }),
        ];
        host.engine.consumed(host.now, host.endpoint, &received.queued);
        host.flush();
        return compare("read", wanted, &actual);
    }
}

fn compare(what: &str, wanted: &str, actual: &[Field]) -> Result<(), String> {
    let good = fields(wanted)?
        .iter()
        .all(|field| actual.iter().any(|found| found.name == field.name && field.admits(&found.value)));
    let shown: Vec<_> = actual.iter().map(Field::to_string).collect();
    if good {
        Ok(())
    } else {
        Err(difference(&[format!("{what} {wanted}")], &[format!("{what} {}", shown.join(" "))]))
    }
}

/// `counter NAME=VALUE`, since the engine was made.
fn counter(host: &Host, text: &str) -> Result<(), String> {
    let counters = host.engine.counters();
    let all: Vec<_> = (0..)
        .map_while(|index| counters.nth(index))
        .map(|(name, value)| Field::is(&name.to_string_lossy(), value.to_string()))
        .collect();
    let wanted = fields(text)?;
    for field in &wanted {
        let found = all.iter().find(|counter| counter.name == field.name).ok_or("no such counter")?;
        compare("counter", &field.to_string(), core::slice::from_ref(found))?;
    }
    Ok(())
}

fn status(host: &Host, text: &str) -> Result<(), String> {
    let status = host.status().ok_or("no association")?;
    let actual = [
        Field::is("inbound-streams", status.inbound_streams.to_string()),
        Field::is("outbound-streams", status.outbound_streams.to_string()),
        Field::is("peer-window", status.peer_window.to_string()),
        Field::is("cwnd", status.primary.cwnd.to_string()),
        Field::is("rto", format!("{}ms", status.primary.rto.as_millis())),
        Field::is("unacknowledged", status.unacknowledged.to_string()),
    ];
    compare("status", text, &actual)
}
