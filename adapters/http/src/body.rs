//! Reading a body, and no more of it than is allowed.
//!
//! What is being read at a time is bounded too, whatever the number of senders. Bodies whose sender has proved who it is
//! and those that have their proof in them share nothing: strangers can't take the room of known senders.

use std::{future::poll_fn, pin::Pin};

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderMap,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::{answer::Refusal, gate::PATIENCE};

/// How much is in hand of each sort at a time, in KiB; more if the configuration allows for bodies so large.
const ROOM_KIB: usize = 16 * 1024;

/// How many of the largest bodies have room in any case.
const LARGEST_AT_A_TIME: usize = 4;

/// Where bodies are read.
#[derive(Debug)]
pub(crate) struct Readers {
    known: Semaphore,
    strangers: Semaphore,
}

/// A body, whose room is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Read<'a> {
    pub(crate) bytes: Vec<u8>,
    room: SemaphorePermit<'a>,
}

impl Readers {
    /// For bodies of at most so many bytes.
    pub(crate) fn new(largest: usize) -> Self {
        let room = ROOM_KIB.max(kib(largest).saturating_mul(LARGEST_AT_A_TIME)).min(Semaphore::MAX_PERMITS);
        Self { known: Semaphore::new(room), strangers: Semaphore::new(room) }
    }

    /// Reads a body of at most so many bytes.
    pub(crate) async fn read(&self, body: Body, most: usize, is_known: bool) -> Result<Read<'_>, Refusal> {
        // What the sender declares is believed when it is too much.
        if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
            return Err(Refusal::TooLarge(most));
        }
        let room = if is_known { &self.known } else { &self.strangers };
        timeout(PATIENCE, collect(body, most, room)).await.map_err(|_| Refusal::TooSlow)?
    }
}

async fn collect(mut body: Body, most: usize, room: &Semaphore) -> Result<Read<'_>, Refusal> {
    let mut read = Read { bytes: Vec::new(), room: more(room, 0)? };
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // What comes after the data of a body in chunks is of no interest.
        let Ok(data) = frame.map_err(|_| Refusal::BrokenOff)?.into_data() else { continue };
        let length = read.bytes.len() + data.len();
        if length > most {
            return Err(Refusal::TooLarge(most));
        }
        read.room.merge(more(room, kib(length) - kib(read.bytes.len()))?);
        read.bytes.extend_from_slice(&data);
    }
    Ok(read)
}

fn more(room: &Semaphore, kib: usize) -> Result<SemaphorePermit<'_>, Refusal> {
    u32::try_from(kib).ok().and_then(|kib| room.try_acquire_many(kib).ok()).ok_or(Refusal::Crowded)
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

/// Whether a request says that it has a body.
pub(crate) fn is_announced(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}
