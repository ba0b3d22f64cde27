//! What was compressed by gzip, also in several parts one behind the other.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

const BUFFER: usize = 64 * 1024;

/// It ends behind the last part, whatever follows there.
pub struct Gunzip<R> {
    // Only `None` while one part gives way to the next, and behind the last.
    decoder: Option<GzDecoder<BufReader<R>>>,
}

impl<R: Read> Gunzip<R> {
    pub fn new(packed: R) -> Self {
        let packed = BufReader::with_capacity(BUFFER, packed);
        Self {
            decoder: Some(GzDecoder::new(packed)),
        }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let packed = self.decoder.take().map(GzDecoder::into_inner);
            self.decoder = packed.and_then(|mut packed| match packed.fill_buf() {
                Ok([0x1f, 0x8b, ..]) => Some(GzDecoder::new(packed)),
                _ => None,
            });
        }
        Ok(0)
    }
}
