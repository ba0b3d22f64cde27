//! Compressed data that was in a text: what it says, as far as it is allowed to grow.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive};
use zeroize::Zeroizing;

use super::layer::TextLayer;

/// How much may yet be unpacked.
pub type Allowance = u64;

/// A kind of compressed data: how it begins, and how it is unpacked.
pub struct Packing {
    pub layer: TextLayer,
    pub begins: &'static [u8],
    pub unpack: fn(&[u8], &mut Allowance, &mut Take),
}

type Take<'a> = dyn FnMut(Zeroizing<Vec<u8>>) + 'a;

pub const PACKINGS: [Packing; 2] = [
    Packing {
        layer: TextLayer::Gzip,
        begins: b"\x1f\x8b\x08",
        unpack: gzip,
    },
    Packing {
        layer: TextLayer::Zip,
        begins: b"PK\x03\x04",
        unpack: zip,
    },
];

fn gzip(bytes: &[u8], allowance: &mut Allowance, take: &mut Take) {
    take(inflated(MultiGzDecoder::new(bytes), allowance));
}

/// Each of its files. What is not compressed is found where it lies.
fn zip(bytes: &[u8], allowance: &mut Allowance, take: &mut Take) {
    let Ok(archive) = ZipArchive::from_slice(bytes) else {
        return;
    };
    for entry in archive.entries() {
        let Ok(entry) = entry else { return };
        if entry.compression_method() != CompressionMethod::DEFLATE || *allowance == 0 {
            continue;
        }
        if let Ok(packed) = archive.get_entry(entry.wayfinder()) {
            take(inflated(DeflateDecoder::new(packed.data()), allowance));
        }
    }
}

/// What comes out before something is wrong or the allowance is used up.
fn inflated(reader: impl Read, allowance: &mut Allowance) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::new());
    // What follows it in a text is no part of it, and wrong.
    let _ = reader.take(*allowance).read_to_end(&mut bytes);
    *allowance = allowance.saturating_sub(bytes.len() as u64);
    bytes
}
