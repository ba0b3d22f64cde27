//! A chunked body (RFC 9112, section 7.1), parsed only to find its end.

use std::io;

/// The longest extension of a chunk, and all trailers together, in bytes.
const MAX_EXTRA: usize = 4096;

/// The state of one body.
#[derive(Debug)]
pub struct Chunks {
    at: At,
    /// The rest of the current chunk.
    size: u64,
    digits: u32,
    extra: usize,
}

#[derive(Debug, Clone, Copy)]
enum At {
    Size,
    Extension,
    SizeEnd,
    Data,
    DataReturn,
    DataEnd,
    TrailerStart,
    Trailer,
    TrailerEnd,
    LastEnd,
}

impl Default for Chunks {
    fn default() -> Self {
        Self {
            at: At::Size,
            size: 0,
            digits: 0,
            extra: 0,
        }
    }
}

impl Chunks {
    /// How many of `bytes` belong to the body, and whether it ends with them.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<(usize, bool)> {
        let mut taken = 0;
        while let Some(&byte) = bytes.get(taken) {
            if matches!(self.at, At::Data) {
                let data = self.size.min((bytes.len() - taken) as u64);
                self.size -= data;
                taken += data as usize;
                if self.size == 0 {
                    self.at = At::DataReturn;
                }
                continue;
            }
            taken += 1;
            if self.step(byte)? {
                return Ok((taken, true));
            }
        }
        Ok((taken, false))
    }

    /// Whether the body ends with this byte, which is not part of its data.
    fn step(&mut self, byte: u8) -> io::Result<bool> {
        self.at = match (self.at, byte) {
            (At::Size, digit) if digit.is_ascii_hexdigit() && self.digits < 16 => {
                let digit = u64::from((digit as char).to_digit(16).unwrap_or_default());
                self.size = self.size << 4 | digit;
                self.digits += 1;
                At::Size
            }
            (At::Size, b';') if self.digits > 0 => self.extra(At::Extension)?,
            (At::Size, b'\r') if self.digits > 0 => At::SizeEnd,
            (At::Extension, b'\r') => At::SizeEnd,
            (At::Extension, byte) if is_text(byte) => self.extra(At::Extension)?,
            (At::SizeEnd, b'\n') => {
                self.digits = 0;
                match self.size {
                    0 => At::TrailerStart,
                    _ => At::Data,
                }
            }
            (At::DataReturn, b'\r') => At::DataEnd,
            (At::DataEnd, b'\n') => At::Size,
            (At::TrailerStart, b'\r') => At::LastEnd,
            (At::TrailerStart | At::Trailer, byte) if is_text(byte) => self.extra(At::Trailer)?,
            (At::Trailer, b'\r') => At::TrailerEnd,
            (At::TrailerEnd, b'\n') => At::TrailerStart,
            (At::LastEnd, b'\n') => return Ok(true),
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a chunk can't be read",
                ));
            }
        };
        Ok(false)
    }

    fn extra(&mut self, then: At) -> io::Result<At> {
        self.extra += 1;
        match self.extra > MAX_EXTRA {
            true => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a chunk says too much",
            )),
            false => Ok(then),
        }
    }
}

fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_after_its_last_chunk() {
        for (body, rest) in [
            ("0\r\n\r\n", "GET"),
            ("5\r\na\nb\r\n\r\n0\r\n\r\n", "5\r\n"),
            ("00a;x=y\r\n0123456789\r\n0;z\r\nt: u\r\nv: w\r\n\r\n", ""),
        ] {
            let all = [body, rest].concat();
            let taken = Chunks::default().take(all.as_bytes()).expect("a body");
            assert_eq!(taken, (body.len(), true), "{body:?}");
        }
        assert_eq!(
            Chunks::default().take(b"3\r\nab").expect("a beginning"),
            (5, false)
        );
    }

    #[test]
    fn a_chunk_that_could_be_read_in_two_ways_is_refused() {
        for body in [
            "3\nabc\r\n",
            "3 \r\nabc\r\n",
            "+3\r\nabc\r\n",
            "0x3\r\nabc\r\n",
            "\r\n",
            ";x\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n0\r\n",
            "3;x\ny\r\nabc\r\n",
            "0\r\n\n",
            "0\r\nt: u\n\r\n",
            "00000000000000003\r\nabc",
        ] {
            assert!(Chunks::default().take(body.as_bytes()).is_err(), "{body:?}");
        }
        let long = format!("1;{}", "x".repeat(MAX_EXTRA + 1));
        assert!(Chunks::default().take(long.as_bytes()).is_err());
    }
}
