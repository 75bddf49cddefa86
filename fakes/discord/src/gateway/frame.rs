//! Payloads as they go over the wire: JSON, compressed or not.
//!
//! There are two ways to ask for compression, and they differ:
//!
//! - `compress=zlib-stream` in the address: everything that is sent on the connection is one stream of zlib, flushed after
//!   each payload, so that a client that loses a byte loses the connection.
//! - `"compress": true` in IDENTIFY: single payloads are compressed, each for itself, and only where it pays. READY and
//!   GUILD_CREATE come as binary frames, a heartbeat's answer as text. It is what serenity asks for.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// Payloads shorter than this are sent as text where each is compressed for itself.
const WORTH_COMPRESSING: usize = 512;

/// The numbers that say what a payload is.
pub(crate) mod op {
    pub(crate) const DISPATCH: u64 = 0;
    pub(crate) const HEARTBEAT: u64 = 1;
    pub(crate) const IDENTIFY: u64 = 2;
    pub(crate) const PRESENCE_UPDATE: u64 = 3;
    pub(crate) const VOICE_STATE_UPDATE: u64 = 4;
    pub(crate) const RESUME: u64 = 6;
    pub(crate) const RECONNECT: u64 = 7;
    pub(crate) const REQUEST_GUILD_MEMBERS: u64 = 8;
    pub(crate) const INVALID_SESSION: u64 = 9;
    pub(crate) const HELLO: u64 = 10;
    pub(crate) const HEARTBEAT_ACK: u64 = 11;
    pub(crate) const REQUEST_SOUNDBOARD_SOUNDS: u64 = 31;
}

/// A payload that is not a dispatch.
pub(crate) fn payload(op: u64, d: &Value) -> String {
    json!({ "op": op, "d": d, "s": null, "t": null }).to_string()
}

/// A dispatch with its number in the session.
pub(crate) fn dispatch(name: &str, seq: u64, d: &Value) -> String {
    json!({ "op": op::DISPATCH, "t": name, "s": seq, "d": d }).to_string()
}

/// How one connection's payloads are put into frames.
pub(crate) enum Encoding {
    /// As text.
    Text,
    /// Each for itself, where it pays.
    Each,
    /// All of them as one stream.
    Stream(Box<Compress>),
}

impl Encoding {
    /// One stream of zlib for a whole connection.
    pub(crate) fn stream() -> Self {
        Self::Stream(Box::new(Compress::new(Compression::default(), true)))
    }

    /// The frame that carries a payload.
    pub(crate) fn frame(&mut self, payload: String) -> Message {
        match self {
            Self::Text => Message::text(payload),
            Self::Each if payload.len() < WORTH_COMPRESSING => Message::text(payload),
            Self::Each => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                match encoder.write_all(payload.as_bytes()).and_then(|()| encoder.finish()) {
                    Ok(compressed) => Message::binary(compressed),
                    Err(_) => Message::text(payload),
                }
            }
            Self::Stream(stream) => Message::binary(flushed(stream, payload.as_bytes())),
        }
    }
}

/// What the stream yields for these bytes, up to and with the mark of a flush.
fn flushed(stream: &mut Compress, bytes: &[u8]) -> Vec<u8> {
    let start = stream.total_in();
    let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let taken = usize::try_from(stream.total_in() - start).unwrap_or(bytes.len());
        // Only a stream that was finished refuses, and nobody finishes this one.
        if stream.compress_vec(&bytes[taken..], &mut out, FlushCompress::Sync).is_err() {
            return out;
        }
        if out.len() < out.capacity() {
            return out;
        }
        out.reserve(out.capacity().max(64));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;
    use flate2::{Decompress, FlushDecompress};

    use super::*;

    #[test]
    fn one_stream_holds_all_payloads_and_each_ends_with_a_flush() {
        let mut encoding = Encoding::stream();
        let mut decoder = Decompress::new(true);
        for number in 0..200 {
            let sent = dispatch(
                "MESSAGE_CREATE",
                number,
                &json!({ "content": format!("{number}").repeat(number as usize) }),
            );
            let frame = encoding.frame(sent.clone()).into_data();
            assert!(frame.ends_with(&[0, 0, 0xff, 0xff]), "a flush ends payload {number}");
            let mut read = Vec::with_capacity(sent.len() + 64);
            decoder.decompress_vec(&frame, &mut read, FlushDecompress::Sync).unwrap();
            assert_eq!(String::from_utf8(read).unwrap(), sent);
        }
    }

    #[test]
    fn a_short_payload_is_text_and_a_long_one_is_compressed_for_itself() {
        let mut encoding = Encoding::Each;
        assert!(encoding.frame(payload(op::HEARTBEAT_ACK, &Value::Null)).is_text());
        let long = dispatch("GUILD_CREATE", 2, &json!({ "name": "x".repeat(4000) }));
        for _ in 0..2 {
            let frame = encoding.frame(long.clone());
            assert!(frame.is_binary());
            let mut read = String::new();
            ZlibDecoder::new(&frame.into_data()[..]).read_to_string(&mut read).unwrap();
            assert_eq!(read, long);
        }
    }
}
