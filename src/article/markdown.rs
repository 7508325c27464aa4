//! Markdown with front matter.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{
    error::ReadWarning,
    inputs::{Draft, set_published},
};

/// Front matter longer than this is body text that happens to open with a rule.
const MAX_FRONT_MATTER: usize = 64 << 10;

/// The body's words, with title, date, outlet, author and url from a leading block between `---` lines.
///
/// Offsets point into the words that are left when the markup is gone: a heading, paragraph, quotation or list
/// item each stands on its own, emphasis and links keep their words, pictures their description, tables their
/// cells. Left out are addresses of links, footnote marks, HTML tags and comments, and blocks of code. Without a
/// `title` the first heading of level 1 is the title, and stays in the text.
pub(super) fn read(source: String, text: &str, warnings: &mut Vec<ReadWarning>) -> Draft {
    let (front_matter, body) = split(text);
    let mut draft = Draft { source, ..Draft::default() };
    for line in front_matter.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = unquote(value.trim());
        if value.is_empty() {
            continue;
        }
        match key.trim().to_ascii_lowercase().as_str() {
            "title" => draft.title = Some(value.to_owned()),
            "outlet" => draft.outlet = Some(value.to_owned()),
            "author" => draft.author = Some(value.trim_matches(['[', ']']).to_owned()),
            "url" => draft.url = Some(value.to_owned()),
            "date" | "published" => set_published(&mut draft, value, warnings),
            _ => {}
        }
    }
    let (words, heading) = words(body);
    draft.title = draft.title.or(heading);
    draft.text = words;
    draft
}

/// The lines between a first line `---` and the next line `---` or `...`, and the rest.
fn split(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix("---").map(|rest| rest.trim_start_matches([' ', '\t'])) else {
        return ("", text);
    };
    let Some(rest) = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) else { return ("", text) };
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return (&rest[..end], &rest[end + line.len()..]);
        }
        end += line.len();
        if end > MAX_FRONT_MATTER {
            break;
        }
    }
    ("", text)
}

fn unquote(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
        .trim()
}

/// The words of a body, and its first heading of level 1.
fn words(body: &str) -> (String, Option<String>) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut out = String::with_capacity(body.len());
    let mut html = String::new();
    let mut code = false;
    let mut heading_from = None;
    let mut heading = None;
    for event in Parser::new_ext(body, options) {
        match event {
            Event::Text(words) if !code => out.push_str(&words),
            Event::Code(words) => out.push_str(&words),
            Event::SoftBreak | Event::HardBreak => end_line(&mut out),
            Event::Html(tag) => html.push_str(&tag),
            Event::InlineHtml(tag) if tag.starts_with("<br") => end_line(&mut out),
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(Tag::Heading { level, .. }) => {
                end_block(&mut out);
                if level == pulldown_cmark::HeadingLevel::H1 {
                    heading_from = Some(out.len());
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(from) = heading_from.take() {
                    heading.get_or_insert_with(|| out[from..].trim().to_owned());
                }
                end_block(&mut out);
            }
            Event::Start(
                Tag::Paragraph | Tag::BlockQuote(_) | Tag::Table(_) | Tag::FootnoteDefinition(_),
            )
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::BlockQuote(_)
                | TagEnd::List(_)
                | TagEnd::Table
                | TagEnd::FootnoteDefinition,
            )
            | Event::Rule => end_block(&mut out),
            Event::End(TagEnd::HtmlBlock) => {
                end_block(&mut out);
                strip_tags(&html, &mut out);
                html.clear();
                end_block(&mut out);
            }
            Event::End(TagEnd::TableCell) => out.push('\t'),
            Event::Start(Tag::Item) | Event::End(TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow) => {
                end_line(&mut out);
            }
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    (out, heading.filter(|words| !words.is_empty()))
}

/// Ends the current line, if it has begun.
fn end_line(out: &mut String) {
    let end = out.trim_end_matches([' ', '\t']).len();
    out.truncate(end);
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Ends the current paragraph, if it has begun.
fn end_block(out: &mut String) {
    end_line(out);
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

/// The words between the tags of a block of HTML, without comments.
fn strip_tags(html: &str, out: &mut String) {
    let mut rest = html;
    while let Some((words, tag)) = rest.split_once('<') {
        out.push_str(words);
        let close = if tag.starts_with("!--") { "-->" } else { ">" };
        rest = tag.split_once(close).map_or("", |(_, after)| after);
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str) -> String {
        words(markdown).0
    }

    #[test]
    fn front_matter_gives_what_is_known_of_the_article() {
        let text = "---\ntitle: \"Meta: a bid\"\ndate: 2025-01-28\nOutlet: 'The Ledger'\nauthor: [Ann Lee, Bo Orr]\n\
                    url: https://example.org/a\ntags: x\n---\n\nMeta bid.\n";
        let draft = read("a.md".into(), text, &mut Vec::new());
        assert_eq!(draft.title.as_deref(), Some("Meta: a bid"));
        assert_eq!(draft.published, super::super::parse_date("2025-01-28"));
        assert_eq!(draft.outlet.as_deref(), Some("The Ledger"));
        assert_eq!(draft.author.as_deref(), Some("Ann Lee, Bo Orr"));
        assert_eq!(draft.url.as_deref(), Some("https://example.org/a"));
        assert_eq!(draft.text, "Meta bid.\n");
    }

    #[test]
    fn a_date_that_is_none_is_told() {
        let mut warnings = Vec::new();
        let draft = read("a.md".into(), "---\r\ndate: soon\r\n---\r\nIt rained.", &mut warnings);
        assert_eq!((draft.published, draft.text.as_str()), (None, "It rained.\n"));
        assert!(warnings[0].to_string().contains("\"soon\""), "{warnings:?}");
    }

    #[test]
    fn a_rule_at_the_top_is_not_front_matter() {
        let draft = read("a.md".into(), "---\nIt rained.\n", &mut Vec::new());
        assert_eq!(draft.text, "It rained.\n");
    }

    #[test]
    fn markup_goes_and_words_stay() {
        let markdown = "# A *big* bid\n\nMeta's [chief](https://example.org \"t\"), **Yann\nLeCun**, said `R1` \
                        \\*won\\* &amp; left[^1].\n\n> \"It _works_,\" he said.\n\n- one\n- two\n\n![A plant](p.png)\n\n\
                        <div><!-- x > y --><b>Bold</b> words</div>\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n\
                        [^1]: A note.\n";
        let (text, heading) = words(markdown);
        assert_eq!(heading.as_deref(), Some("A big bid"));
        assert_eq!(
            text,
            "A big bid\n\nMeta's chief, Yann\nLeCun, said R1 *won* & left.\n\n\"It works,\" he said.\n\none\ntwo\n\n\
             A plant\n\nBold words\n\na\tb\nc\td\n\nA note.\n"
        );
    }

    #[test]
    fn hostile_nesting_takes_linear_time() {
        for unit in ["> ", "[", "*a ", "![", "<", "`", "- "] {
            let text = unit.repeat(200_000);
            assert!(plain(&text).len() <= text.len() + 1);
        }
    }
}
