//! The one door to allocated memory: everything here can be refused, nothing panics.

use alloc::vec::Vec;

/// The kernel gave no memory. Whoever gets this leaves its state as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Appends `value`.
///
/// # Errors
/// [`OutOfMemory`]: the vector is as before and `value` is dropped.
#[expect(
    clippy::disallowed_methods,
    reason = "the door itself: room was reserved, so push does not allocate"
)]
pub fn push<T>(vector: &mut Vec<T>, value: T) -> Result<(), OutOfMemory> {
    vector.try_reserve(1).map_err(|_| OutOfMemory)?;
    if vector.len() < vector.capacity() {
        vector.push(value);
        Ok(())
    } else {
        Err(OutOfMemory)
    }
}

/// Appends a copy of `bytes`.
///
/// # Errors
/// [`OutOfMemory`]: the vector is as before.
#[expect(clippy::disallowed_methods, reason = "the door itself: room was reserved, so nothing is allocated")]
pub fn append(vector: &mut Vec<u8>, bytes: &[u8]) -> Result<(), OutOfMemory> {
    vector.try_reserve_exact(bytes.len()).map_err(|_| OutOfMemory)?;
    vector.extend_from_slice(bytes);
    Ok(())
}

/// Appends a copy of `bytes` to a vector that will grow further, with memory to spare.
///
/// # Errors
/// [`OutOfMemory`]: the vector is as before.
#[expect(clippy::disallowed_methods, reason = "the door itself: room was reserved, so nothing is allocated")]
pub fn append_gradually(vector: &mut Vec<u8>, bytes: &[u8]) -> Result<(), OutOfMemory> {
    vector.try_reserve(bytes.len()).map_err(|_| OutOfMemory)?;
    vector.extend_from_slice(bytes);
    Ok(())
}

/// A vector holding a copy of `bytes`.
///
/// # Errors
/// [`OutOfMemory`].
pub fn copy(bytes: &[u8]) -> Result<Vec<u8>, OutOfMemory> {
    let mut vector = Vec::new();
    append(&mut vector, bytes)?;
    Ok(vector)
}

/// A vector of `length` zero bytes.
///
/// # Errors
/// [`OutOfMemory`].
pub fn zeroed(length: usize) -> Result<Vec<u8>, OutOfMemory> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
    vector.resize(length, 0);
    Ok(vector)
}
