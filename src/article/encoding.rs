//! From bytes to text, or to the reason why not.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::error::Problem;

/// Kinds of file that are not text, by their first bytes.
const MAGIC: [(&[u8], &str, &str); 22] = [
    (b"%PDF-", "a PDF document", "extract its text first (pdftotext FILE)"),
    (b"PK\x03\x04", "a ZIP archive (or Word, EPUB, …)", "unpack it, or save the document as text"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it first (gunzip FILE, or zcat FILE | newsgraph … -)"),
    (b"BZh", "bzip2-compressed", "unpack it first (bunzip2 FILE)"),
    (b"\xfd7zXZ\0", "xz-compressed", "unpack it first (unxz FILE)"),
    (
        b"\x28\xb5\x2f\xfd",
        "zstd-compressed",
        "unpack it first (unzstd FILE, or zstdcat FILE | newsgraph … -)",
    ),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\x89PNG", "a picture", "give the article as plain text"),
    (b"\xff\xd8\xff", "a picture", "give the article as plain text"),
    (b"GIF8", "a picture", "give the article as plain text"),
    (b"RIFF", "a sound, picture or film", "give the article as plain text"),
    (b"OggS", "a sound or film", "give the article as plain text"),
    (b"ID3", "a sound", "give the article as plain text"),
    (b"\x7fELF", "a program", "give the article as plain text"),
    (b"\xcf\xfa\xed\xfe", "a program", "give the article as plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as text"),
    (b"{\\rtf", "an RTF document", "save it as text"),
    (b"%!PS", "a PostScript document", "extract its text first (ps2ascii FILE)"),
    (b"SQLite format 3", "a database", "export the articles as JSON Lines"),
    (b"PAR1", "a Parquet file", "export the articles as JSON Lines"),
    (b"<?xml", "an XML document", "extract the article's text first"),
];

/// Refuses the kinds of file that are known not to be text.
pub(super) fn check_magic(bytes: &[u8]) -> Result<(), Problem> {
    for (magic, what, way_out) in MAGIC {
        if bytes.starts_with(magic) {
            return Err(Problem::Unsupported { what, way_out });
        }
    }
    let start = bytes[..bytes.len().min(256)].trim_ascii_start().to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return Err(Problem::Unsupported {
            what: "a web page",
            way_out: "save the article as text or Markdown",
        });
    }
    Ok(())
}

/// The text of `bytes` without its byte-order mark, and what had to be assumed.
///
/// Two passes over the bytes; text that is UTF-8 already is not copied.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Option<String>), Problem> {
    check_magic(&bytes)?;
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes)
        && encoding != encoding_rs::UTF_8
    {
        return Ok((transcode(encoding, &bytes[mark..])?, None));
    }
    if let Some(encoding) = utf16_without_mark(&bytes) {
        return Ok((transcode(encoding, &bytes)?, Some(assumed(encoding.name()))));
    }
    let controls = bytes.iter().filter(|&&byte| is_control(byte)).count();
    let per_cent = (controls * 100 / bytes.len().max(1)) as u64;
    if per_cent >= 10 {
        return Err(Problem::Binary(per_cent));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            return Ok((text, None));
        }
        Err(error) => error.into_bytes(),
    };
    if per_cent >= 2 || bytes.contains(&0) {
        return Err(Problem::Binary(per_cent.max(1)));
    }
    let (letters, broken) = count_utf8(&bytes);
    if letters > 10 * broken {
        let message = format!(
            "{broken} byte sequence{} not UTF-8, shown as \u{fffd}; save the file as UTF-8 to mend it",
            if broken == 1 { " is" } else { "s are" }
        );
        return Ok((String::from_utf8_lossy(&bytes).into_owned(), Some(message)));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    Ok((transcode(encoding, &bytes)?, Some(assumed(encoding.name()))))
}

fn assumed(encoding: &str) -> String {
    format!(
        "is not UTF-8, read as {encoding}; if its words look wrong, convert it first (iconv -f … -t UTF-8)"
    )
}

fn transcode(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Problem> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or(Problem::Encoding(encoding.name()))
}

/// A control character that no text has, unlike tab, line feed, vertical tab, form feed, return and escape.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)
}

/// UTF-16 of mostly Latin letters has a zero in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = bytes.len() / 2;
    let zeros = |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    match (zeros(0), zeros(1)) {
        (even, odd) if odd * 10 > pairs * 7 && even * 50 <= pairs => Some(UTF_16LE),
        (even, odd) if even * 10 > pairs * 7 && odd * 50 <= pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// How many characters beyond ASCII are well-formed UTF-8, and how many sequences are not.
fn count_utf8(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(letters, broken), chunk| {
        let beyond_ascii = chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        (letters + beyond_ascii, broken + usize::from(!chunk.invalid().is_empty()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf8_is_unchanged_but_for_its_mark() {
        let text = "\u{feff}one\r\ntwo\rthree\0\u{b}é";
        assert_eq!(decode(text.into()).unwrap(), (text[3..].to_owned(), None));
    }

    #[test]
    fn utf16_is_recognised_with_and_without_mark() {
        let text = "Meta’s café bought it.";
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decode(utf16(&format!("\u{feff}{text}"), bytes)).unwrap(), (text.to_owned(), None));
            let (decoded, warning) = decode(utf16(text, bytes)).unwrap();
            assert_eq!(decoded, text);
            assert!(warning.unwrap().contains("UTF-16"));
        }
    }

    #[test]
    fn other_encodings_are_guessed_and_named() {
        let text = "Le président français a déjà annoncé la création d'une société à Genève.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let (decoded, warning) = decode(bytes.into_owned()).unwrap();
        assert_eq!(decoded, text);
        assert!(warning.unwrap().contains("windows-1252"));

        let text = "Компания объявила о покупке завода в Казани.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(decode(bytes.into_owned()).unwrap().0, text);
    }

    #[test]
    fn a_broken_byte_in_utf8_is_replaced_and_told() {
        let mut bytes = "“Café,” she said – “naïve” and “déjà vu”. ".repeat(3).into_bytes();
        bytes.extend(b"broken: \xe2\x80 end");
        let (decoded, warning) = decode(bytes).unwrap();
        assert!(decoded.ends_with("broken: \u{fffd} end"));
        assert!(warning.unwrap().starts_with("1 byte sequence is"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(matches!(decode(b"%PDF-1.7\n".into()), Err(Problem::Unsupported { .. })));
        assert!(matches!(decode(b"\n <!DOCTYPE HTML><p>".into()), Err(Problem::Unsupported { .. })));
        let noise: Vec<u8> = (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(matches!(decode(noise), Err(Problem::Binary(_))));
        assert!(matches!(decode(vec![0; 100]), Err(Problem::Binary(100))));
        assert!(matches!(decode(b"caf\xe9 \0".repeat(40)), Err(Problem::Binary(_))));
    }

    #[test]
    fn an_encoding_that_does_not_fit_is_named() {
        let lone_surrogate = [0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00];
        assert!(matches!(decode(lone_surrogate.into()), Err(Problem::Encoding("UTF-16LE"))));
    }
}
