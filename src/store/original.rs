//! The bytes of a letter as they are kept: compressed, and as they came to the last of them.

use std::cell::RefCell;

use super::StoreError;

/// Compression of originals: the quickest, which halves a typical letter; more would save a hundredth.
const LEVEL: i32 = 1;

/// Largest original that is unpacked without a stream, in bytes.
const AT_ONCE: usize = 64 << 20;

thread_local! {
    /// Making a compressor costs more than a letter's compression.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    /// The same for the way back.
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes of a letter, ready to be kept. Made before a transaction, it costs the writer nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    pub(super) packed: Vec<u8>,
    pub(super) size: u64,
}

impl Original {
    /// Of these bytes.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn of(bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(Self {
            packed: compress(bytes)?,
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }
}

/// The bytes of a letter as they are kept, to be unpacked by whoever needs them, outside the writer's transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(pub(super) Vec<u8>);

impl Packed {
    /// The bytes.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn unpacked(&self) -> Result<Vec<u8>, StoreError> {
        decompress(&self.0)
    }
}

pub(super) fn compress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Broken(error.to_string());
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(zstd::bulk::Compressor::new(LEVEL).map_err(failed)?),
        };
        compressor.compress(bytes).map_err(failed)
    })
}

/// The original as it came; nothing when it was erased.
pub(super) fn decompress(packed: &[u8]) -> Result<Vec<u8>, StoreError> {
    if packed.is_empty() {
        return Ok(vec![]);
    }
    // Where the size is known it goes without the buffers of a stream; a size that damage has made is not believed.
    let size = zstd::zstd_safe::get_frame_content_size(packed)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size <= AT_ONCE);
    match size {
        Some(size) => at_once(packed, size),
        None => zstd::stream::decode_all(packed),
    }
    .map_err(|error| StoreError::Corrupt(format!("письмо не распаковывается ({error})")))
}

fn at_once(packed: &[u8], size: usize) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(zstd::bulk::Decompressor::new()?),
        };
        decompressor.decompress(packed, size)
    })
}
