//! A packet as text: `[tag=0] INIT tag=0x1 | DATA tsn=0 text=hello`.

use core::fmt;

/// `name=value`, or what a script asks of a value: `name!=value`, `name>=value`, `name<=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The field.
    pub name: String,
    /// One of `=`, `!=`, `>=`, `<=`.
    pub relation: &'static str,
    /// What stands behind it, without quotes.
    pub value: String,
}

/// A chunk: its name and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkText {
    /// As in [`crate::CHUNKS`], or `CHUNK-0x80`.
    pub name: String,
    /// The fields; one may come more than once.
    pub fields: Vec<Field>,
}

/// A packet: what stands in brackets, and its chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketText {
    /// Of the packet as a whole.
    pub fields: Vec<Field>,
    /// Its chunks in their order.
    pub chunks: Vec<ChunkText>,
}

impl Field {
    pub(crate) fn is(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.into(), relation: "=", value: value.into() }
    }

    fn parse(word: &str) -> Result<Self, String> {
        for relation in ["!=", ">=", "<=", "="] {
            if let Some((name, value)) = word.split_once(relation) {
                return Ok(Self { name: name.into(), relation, value: value.trim_matches('"').into() });
            }
        }
        Ok(Self::is(word, "yes"))
    }

    /// Whether `actual` is as this field asks.
    pub(crate) fn admits(&self, actual: &str) -> bool {
        let compare = |holds: fn(&i64, &i64) -> bool| match (number(actual), number(&self.value)) {
            (Ok(actual), Ok(wanted)) => holds(&actual, &wanted),
            _ => false,
        };
        match self.relation {
            "!=" => self.value != actual,
            ">=" => compare(i64::ge),
            "<=" => compare(i64::le),
            _ => {
                // What stands behind a colon is compared only when it is asked for.
                let name = actual.split_once(':').map_or(actual, |(name, _)| name);
                self.value == "*" || self.value == actual || self.value == name || compare(i64::eq)
            }
        }
    }
}

/// The fields of a line that has nothing else.
pub(crate) fn fields(text: &str) -> Result<Vec<Field>, String> {
    words(text).iter().map(|word| Field::parse(word)).collect()
}

impl PacketText {
    /// Reads the text behind `>` or `<`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (head, body) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or("a bracket is not closed")?,
            None => ("", text),
        };
        let mut chunks = Vec::new();
        for chunk in body.split('|').map(str::trim).filter(|chunk| !chunk.is_empty()) {
            let (name, rest) = chunk.split_once(' ').unwrap_or((chunk, ""));
            chunks.push(ChunkText { name: name.into(), fields: fields(rest)? });
        }
        Ok(Self { fields: fields(head)?, chunks })
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}

impl ChunkText {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value.as_str())
    }

    /// Whether `actual` is the chunk that this one describes. A field that is not named may be anything; one that is
    /// named several times must come exactly so often; `none` says that it does not come.
    pub(crate) fn describes(&self, actual: &Self) -> bool {
        self.name == actual.name
            && self.fields.iter().all(|wanted| {
                let found: Vec<_> = actual.all(&wanted.name).collect();
                let asked: Vec<_> = self.fields.iter().filter(|field| field.name == wanted.name).collect();
                match (wanted.value.as_str(), wanted.relation) {
                    ("none", "=") => found.is_empty(),
                    _ => {
                        found.len() == asked.len()
                            && asked.iter().zip(found).all(|(field, value)| field.admits(value))
                    }
                }
            })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.as_str() {
            "yes" if self.relation == "=" => write!(out, "{}", self.name),
            value => write!(out, "{}{}{value}", self.name, self.relation),
        }
    }
}

impl fmt::Display for ChunkText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.name)?;
        self.fields.iter().try_for_each(|field| write!(out, " {field}"))
    }
}

impl fmt::Display for PacketText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.fields.is_empty() {
            let fields: Vec<_> = self.fields.iter().map(Field::to_string).collect();
            write!(out, "[{}] ", fields.join(" "))?;
        }
        let chunks: Vec<_> = self.chunks.iter().map(ChunkText::to_string).collect();
        write!(out, "{}", chunks.join(" | "))
    }
}

/// A decimal number, or a hexadecimal one behind `0x`; either may have a sign.
pub(crate) fn number(text: &str) -> Result<i64, String> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    parsed.map(|value| sign * value).map_err(|_| format!("{text} is no number"))
}

/// Words apart from each other by blanks outside of quotes.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut quoted = false;
    text.split(|letter: char| {
        quoted ^= letter == '"';
        letter == ' ' && !quoted
    })
    .filter(|word| !word.is_empty())
    .map(Into::into)
    .collect()
}
