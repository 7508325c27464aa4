//! Publication dates as people and programs write them.

use jiff::civil::Date;

const FORMATS: [&str; 7] =
    ["%Y/%m/%d", "%Y%m%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%A, %B %d, %Y"];

/// The day that `text` names: ISO 8601 with or without a time, RFC 2822, or an English date with the month in
/// words. The day is taken as written, whatever the time zone; dates such as 1/2/2025, which can be read in two
/// ways, are not taken.
///
/// ```
/// use newsgraph::article::parse_date;
/// use jiff::civil::date;
/// assert_eq!(parse_date("2025-01-28T23:30:00Z"), Some(date(2025, 1, 28)));
/// assert_eq!(parse_date("January 28, 2025"), Some(date(2025, 1, 28)));
/// assert_eq!(parse_date("1/2/2025"), None);
/// ```
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    if let Some(day) = text.get(..10)
        && let Ok(date) = Date::strptime("%Y-%m-%d", day)
        && !text[10..].starts_with(|next: char| next.is_ascii_digit())
    {
        return Some(date);
    }
    FORMATS
        .iter()
        .find_map(|format| Date::strptime(format, text).ok())
        .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|time| time.date()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn reads_the_common_forms() {
        for text in [
            "2025-01-28",
            "2025-01-28 10:00",
            "2025-01-28T10:00:00+08:00",
            "2025/01/28",
            "20250128",
            "28 January 2025",
            "Jan 28, 2025",
            "Tuesday, January 28, 2025",
            "Tue, 28 Jan 2025 10:00:00 GMT",
        ] {
            assert_eq!(parse_date(text), Some(date(2025, 1, 28)), "{text}");
        }
    }

    #[test]
    fn takes_nothing_that_is_no_day() {
        for text in ["", "yesterday", "2025", "2025-13-01", "2025-01-281", "28.1.", "1/2/2025", "é2025-01-28"]
        {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
