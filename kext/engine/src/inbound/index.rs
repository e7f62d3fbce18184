//! A map from 32-bit numbers to handles whose work is bounded whatever numbers a peer picks.
//!
//! It is a binary trie in which only the bits that tell keys apart have a branch (a crit-bit tree). No path is
//! longer than 32 branches, so neither sorted nor colliding keys can make it slow, and it needs no secret.
//!
//! ```text
//!            branch 0x4          keys 1, 4 and 5: the highest bit in which
//!            /        \          any of them differ decides first
//!        leaf 1     branch 0x1
//!                    /      \
//!                leaf 4    leaf 5
//! ```

use super::pool::Pool;
use crate::memory::OutOfMemory;

#[derive(Clone, Copy, Debug)]
enum Node {
    Leaf { key: u32, value: u32 },
    Branch { mask: u32, zero: u32, one: u32 },
}

/// The map.
#[derive(Debug)]
pub(super) struct Index {
    nodes: Pool<Node>,
    root: Option<u32>,
}

impl Index {
    /// Bytes that one key takes: its leaf and a branch.
    pub(super) const ENTRY_BYTES: usize = 2 * Pool::<Node>::SLOT_BYTES;

    pub(super) const fn new() -> Self {
        Self { nodes: Pool::new(), root: None }
    }

    /// The leaf reached by following `key`, which is the only one that can have that key.
    fn candidate(&self, key: u32) -> Option<(u32, u32)> {
        let mut node = self.root?;
        loop {
            match *self.nodes.get(node)? {
                Node::Leaf { key, value } => return Some((key, value)),
                Node::Branch { mask, zero, one } => node = if key & mask == 0 { zero } else { one },
            }
        }
    }

    pub(super) fn get(&self, key: u32) -> Option<u32> {
        self.candidate(key).filter(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Makes room for one more key, so that inserting it cannot fail.
    pub(super) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.nodes.reserve(2)
    }

    /// Adds `key`, which must not be there yet.
    pub(super) fn insert(&mut self, key: u32, value: u32) -> Result<(), OutOfMemory> {
        self.reserve()?;
        let Some((nearest, _)) = self.candidate(key) else {
            self.root = Some(self.nodes.insert(Node::Leaf { key, value })?);
            return Ok(());
        };
        let new_mask = 0x8000_0000_u32.wrapping_shr((nearest ^ key).leading_zeros());
        // The new branch goes above the first node that decides a lower bit.
        let (mut parent, mut node) = (None, self.root.unwrap_or_default());
        while let Some(&Node::Branch { mask, zero, one }) = self.nodes.get(node) {
            if mask < new_mask {
                break;
            }
            parent = Some(node);
            node = if key & mask == 0 { zero } else { one };
        }
        let leaf = self.nodes.insert(Node::Leaf { key, value })?;
        let (zero, one) = if key & new_mask == 0 { (leaf, node) } else { (node, leaf) };
        let branch = self.nodes.insert(Node::Branch { mask: new_mask, zero, one })?;
        self.relink(parent, key, branch);
        Ok(())
    }

    /// Makes `node` the child of `parent` on the side of `key`, or the root.
    fn relink(&mut self, parent: Option<u32>, key: u32, node: u32) {
        match parent.and_then(|parent| self.nodes.get_mut(parent)) {
            Some(Node::Branch { mask, zero, one }) => *(if key & *mask == 0 { zero } else { one }) = node,
            Some(Node::Leaf { .. }) | None => self.root = Some(node),
        }
    }

    /// Takes `key` out and returns its value.
    pub(super) fn remove(&mut self, key: u32) -> Option<u32> {
        let (mut above, mut parent) = (None, None);
        let mut node = self.root?;
        let value = loop {
            match *self.nodes.get(node)? {
                Node::Leaf { key: found, value } if found == key => break value,
                Node::Leaf { .. } => return None,
                Node::Branch { mask, zero, one } => {
                    above = parent.map(|(parent, _)| parent);
                    let (next, sibling) = if key & mask == 0 { (zero, one) } else { (one, zero) };
                    parent = Some((node, sibling));
                    node = next;
                }
            }
        };
        self.nodes.remove(node);
        match parent {
            Some((parent, sibling)) => {
                self.relink(above, key, sibling);
                self.nodes.remove(parent);
            }
            None => self.root = None,
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::disallowed_types,
        reason = "a test may panic and allocate"
    )]

    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    fn keys() -> impl Strategy<Value = u32> {
        // Close together, far apart, and around the wrap.
        prop_oneof![0..24_u32, any::<u32>(), (u32::MAX - 12)..=u32::MAX, (0..32_u32).prop_map(|bit| 1 << bit)]
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(steps in prop::collection::vec((any::<bool>(), keys(), any::<u32>()), 0..300)) {
            let mut index = Index::new();
            let mut model = BTreeMap::new();
            for (add, key, value) in steps {
                prop_assert_eq!(index.get(key), model.get(&key).copied());
                if add && !model.contains_key(&key) {
                    index.insert(key, value).unwrap();
                    model.insert(key, value);
                } else {
                    prop_assert_eq!(index.remove(key), model.remove(&key));
                }
            }
            for (key, value) in model {
                prop_assert_eq!(index.remove(key), Some(value));
            }
            prop_assert!(index.root.is_none() && index.nodes.is_empty());
        }
    }
}
