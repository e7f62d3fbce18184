//! What each line of a script does.

use crate::build::{integer, packet_bytes, payload};
use crate::fields::{Field, PacketText, fields, words};
use crate::host::{LOCAL, PEER};
use crate::read::packet_text;
use crate::script::Step;
use crate::subject::{Call, Heard, Played, Subject};
use sctp_engine::Style;
use sctp_engine::address::Address;
use sctp_engine::time::Span;

pub(crate) fn play(host: &mut dyn Subject, step: &Step) -> Played {
    let rest = step.rest.as_str();
    if matches!(step.verb.as_str(), ">" | "call" | "wait" | "silence") && !host.sent().is_empty() {
        return Err(unexpected(host).into());
    }
    match step.verb.as_str() {
        ">" => packet_in(host, rest)?,
        "<" => packet_out(host, rest)?,
        "call" => call(host, rest)?,
        "wait" => host.pass(span(rest)?),
        "silence" => {}
        "ignore" => host.sent().clear(),
        "style" => host.restyle(if rest == "one-to-one" { Style::OneToOne } else { Style::OneToMany })?,
        "set" => {
            for field in fields(rest)? {
                host.set(&field.name, &field.value)?;
            }
        }
        "peer" => peer(host, rest)?,
        "remember" => host.symbols().remember(rest),
        "recall" => host.symbols().return_to(rest)?,
        "state" => same("state", rest, &host.state()?)?,
        "associations" => same("associations", rest, &host.associations()?.to_string())?,
        "notice" => notice(host, rest)?,
        "error" => same("error", rest, &host.errors().join(" "))?,
        "read" => read(host, rest)?,
        "counter" => counter(host, rest)?,
        "status" => compare("status", rest, &host.status()?)?,
        verb => return Err(format!("{verb} is nothing that a script can do").into()),
    }
    Ok(())
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

fn unexpected(host: &mut dyn Subject) -> String {
    let symbols = host.symbols().clone();
    let sent: Vec<_> =
        host.sent().iter().map(|sent| format!("< {}", packet_text(&sent.bytes, &symbols))).collect();
    format!("nobody expected{}", difference(&[], &sent))
}

fn host_address(text: Option<&str>, default: Address) -> Result<Address, String> {
    let Some(text) = text else { return Ok(default) };
    let bytes: Result<Vec<u8>, _> = text.split('.').map(integer).collect();
    let bytes: [u8; 4] = bytes?.try_into().map_err(|_| format!("{text} is no address"))?;
    Ok(Address::v4(bytes, default.port))
}

fn packet_in(host: &mut dyn Subject, text: &str) -> Result<(), String> {
    let text = PacketText::parse(text)?;
    let source = host_address(text.field("from"), PEER)?;
    let destination = host_address(text.field("to"), LOCAL)?;
    let bytes = packet_bytes(&text, host.symbols(), (PEER.port, LOCAL.port))?;
    for _ in 0..text.field("times").map_or(Ok(1), integer::<u32>)? {
        host.arrive(source, destination, &bytes);
    }
    Ok(())
}

fn packet_out(host: &mut dyn Subject, text: &str) -> Result<(), String> {
    let wanted = PacketText::parse(text)?;
    let symbols = host.symbols().clone();
    let Some(sent) = host.sent().pop_front() else { return Err("nothing was sent".into()) };
    let mut actual = packet_text(&sent.bytes, &symbols);
    let [a, b, c, d, ..] = sent.destination.bytes;
    let size = sent.bytes.len().to_string();
    let tag =
        u32::from_be_bytes(sent.bytes.get(4..8).and_then(|tag| tag.try_into().ok()).unwrap_or_default());
    let tag_good = symbols.tag(wanted.field("tag").unwrap_or("peer"))? == tag;
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
    let rest = host.sent().iter().map(|sent| packet_text(&sent.bytes, &symbols));
    let lines: Vec<_> = [actual].into_iter().chain(rest).map(|packet| format!("< {packet}")).collect();
    Err(difference(&[format!("< {wanted}")], &lines))
}

fn call(host: &mut dyn Subject, text: &str) -> Played {
    let words = words(text);
    let name = words.first().map(String::as_str).unwrap_or_default();
    let arguments = fields(text.strip_prefix(name).unwrap_or_default())?;
    let find =
        |name: &str| arguments.iter().find(|field| field.name == name).map(|field| field.value.as_str());
    let refused = host.call(&Call {
        name: name.into(),
        to: host_address(find("to"), PEER)?,
        bytes: match find("len") {
            Some(length) => payload(integer(length)?),
            None => find("text").unwrap_or("hello").as_bytes().to_vec(),
        },
        stream: find("stream").map_or(Ok(0), integer)?,
        ppid: find("ppid").map_or(Ok(0), integer)?,
        unordered: find("unordered").is_some(),
        immediate: find("immediate").is_some(),
        backlog: find("backlog").map_or(Ok(5), integer)?,
    })?;
    match (find("error"), refused) {
        (None, None) => Ok(()),
        (Some(wanted), Some(error)) => Ok(same("error", wanted, &error)?),
        (Some(wanted), None) => Err(format!("no error {wanted}").into()),
        (None, Some(error)) => Err(format!("refused: {error}").into()),
    }
}

pub(crate) fn span(text: &str) -> Result<Span, String> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or("a time needs a unit")?;
    let count: u64 = integer(&text[..unit])?;
    match &text[unit..] {
        "us" => Ok(Span::from_micros(count)),
        "ms" => Ok(Span::from_millis(count)),
        "s" => Ok(Span::from_secs(count)),
        unit => Err(format!("{unit} is no unit of time")),
    }
}

fn peer(host: &mut dyn Subject, text: &str) -> Result<(), String> {
    for field in fields(text)? {
        let value = u32::try_from(crate::fields::number(&field.value)?).map_err(|_| "out of range")?;
        match field.name.as_str() {
            "tag" => host.symbols().peer_tag = value,
            "tsn" => host.symbols().peer_tsn = value,
            name => return Err(format!("a peer has no {name}")),
        }
    }
    Ok(())
}

fn notice(host: &mut dyn Subject, wanted: &str) -> Result<(), String> {
    match host.hear() {
        None if wanted == "none" => Ok(()),
        None => Err("no notification".into()),
        Some(Heard::Data(_)) => Err("data, no notification".into()),
        Some(Heard::Notice(name)) => same("notice", wanted, &name),
    }
}

fn read(host: &mut dyn Subject, wanted: &str) -> Result<(), String> {
    loop {
        match host.hear() {
            None if wanted == "nothing" => return Ok(()),
            None => return Err("nothing to read".into()),
            Some(Heard::Notice(_)) => {}
            Some(Heard::Data(actual)) => return compare("read", wanted, &actual),
        }
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

/// `counter NAME=VALUE`, since the beginning.
fn counter(host: &mut dyn Subject, text: &str) -> Played {
    for field in fields(text)? {
        let found = Field::is(&field.name, host.counter(&field.name)?.to_string());
        compare("counter", &field.to_string(), &[found])?;
    }
    Ok(())
}
