//! Compressed files: Zstandard frames one after the other, which every zstd program reads as one file.
//!
//! Each frame holds at most [`FRAME`] bytes and is read back and compared before it is written, so that what is on
//! disk is known to be readable. The same bytes in give the same bytes out.

use std::io::{self, BufRead, Read, Write};

use ruzstd::{
    decoding::{FrameDecoder, StreamingDecoder},
    encoding::{CompressionLevel, compress_to_vec},
};

/// Most bytes in one frame before compression.
const FRAME: usize = 4 << 20;
/// Largest window that is accepted, as a power of two: 8 MiB. Ours are 128 KiB.
const MAX_WINDOW_LOG: u8 = 23;

/// Compresses what is written to it. [`FrameWriter::finish`] must be called.
pub(super) struct FrameWriter<W> {
    output: W,
    buffer: Vec<u8>,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(output: W) -> Self {
        Self { output, buffer: Vec::new() }
    }

    /// Writes what is left and gives back the output.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.write_frame()?;
        Ok(self.output)
    }

    fn write_frame(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let frame = compress_to_vec(&self.buffer[..], CompressionLevel::Fastest);
        let mut back = Vec::with_capacity(self.buffer.len());
        FrameReader::new(&frame[..]).read_to_end(&mut back)?;
        if back != self.buffer {
            return Err(io::Error::other("the compressor made a frame that cannot be read back"));
        }
        self.output.write_all(&frame)?;
        self.buffer.clear();
        Ok(())
    }
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(FRAME - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == FRAME {
            self.write_frame()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Reads what [`FrameWriter`] wrote, holding one frame of at most [`FRAME`] bytes in memory.
pub(super) struct FrameReader<R> {
    input: R,
    decoder: FrameDecoder,
    frame: Vec<u8>,
    at: usize,
}

impl<R: BufRead> FrameReader<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, decoder: FrameDecoder::new(), frame: Vec::new(), at: 0 }
    }

    /// Reads the next frame; an empty one at the end of input.
    fn next_frame(&mut self) -> io::Result<()> {
        self.frame.clear();
        self.at = 0;
        if self.input.fill_buf()?.is_empty() {
            return Ok(());
        }
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        // Magic number, descriptor, window: checked here because the decoder reserves the window at once.
        let mut header = [0; 6];
        self.input.read_exact(&mut header)?;
        let single_segment = header[4] & 0x20 != 0;
        if header[..4] != [0x28, 0xb5, 0x2f, 0xfd] || single_segment || 10 + (header[5] >> 3) > MAX_WINDOW_LOG
        {
            return Err(invalid("not a frame that newsgraph writes"));
        }
        let source = (&header[..]).chain(&mut self.input);
        let decoder = StreamingDecoder::new_with_decoder(source, &mut self.decoder)
            .map_err(|error| invalid(&error.to_string()))?;
        decoder.take(FRAME as u64 + 1).read_to_end(&mut self.frame)?;
        if self.frame.len() > FRAME {
            return Err(invalid("a frame is larger than newsgraph writes"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for FrameReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: BufRead> BufRead for FrameReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.frame.len() {
            self.next_frame()?;
        }
        Ok(&self.frame[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut writer = FrameWriter::new(Vec::new());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn unpack(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut back = Vec::new();
        FrameReader::new(bytes).read_to_end(&mut back)?;
        Ok(back)
    }

    #[test]
    fn any_length_comes_back_and_text_shrinks() {
        let text = "An article says what it says, again and again. ".repeat(200_000);
        for length in [0, 1, 1000, FRAME, FRAME + 1, text.len()] {
            let bytes = &text.as_bytes()[..length];
            let packed = pack(bytes);
            assert_eq!(unpack(&packed).unwrap(), bytes);
            assert_eq!(packed, pack(bytes), "same in, same out");
        }
        assert!(pack(text.as_bytes()).len() < text.len() / 10);
    }

    #[test]
    fn damage_is_an_error() {
        let packed = pack(&b"words ".repeat(1000));
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(b"plain text, not compressed").is_err());
        let mut huge_window = packed;
        huge_window[5] = 0xff;
        assert!(unpack(&huge_window).is_err());
    }
}
