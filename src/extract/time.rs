//! Dates and periods: "on January 20, 2025", "since 2019", "last week".
//!
//! Reads the characters of a sentence, not its tokens, so that it does not matter how a date was split; the tree
//! only helps to tell a year from a number and the past from the future. Words that count no calendar unit
//! ("recently", "the next few months") are left alone.

use jiff::{
    Span as Duration, ToSpan,
    civil::{Date, Weekday},
};

use super::{
    atoms::{Atom, atoms, small_number, token_at},
    tree::Tree,
};
use crate::{
    article::Span,
    language::{Deprel, MentionClass, MentionKind, TokenId, Upos, Xpos},
};

/// Words that say when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeExpression {
    /// First token, preposition included.
    pub(crate) first: TokenId,
    /// Last token, included.
    pub(crate) last: TokenId,
    /// The characters: "on January 20, 2025".
    pub(crate) span: Span,
    /// First day, month or year in ISO 8601; `None` if open or unknown.
    pub(crate) from: Option<String>,
    /// Last day, month or year; equal to `from` for a point in time.
    pub(crate) to: Option<String>,
}

/// The expressions of time in a sentence, in order; relative ones are resolved against `published`, and found but
/// left without values if that is unknown.
pub(crate) fn times(tree: &Tree<'_>, published: Option<Date>) -> Vec<TimeExpression> {
    let sentence = tree.sentence();
    let reader = Reader { tree, atoms: atoms(tree.text(), sentence.span), published };
    let mut found: Vec<TimeExpression> = Vec::new();
    let mut at = 0;
    while at < reader.atoms.len() {
        let after_date = found.last().is_some_and(|last| {
            matches!(reader.lower(at.wrapping_sub(1)), "and" | "or" | "to" | ",")
                && at.checked_sub(2).is_some_and(|at| reader.atoms[at].end == last.span.end())
        });
        match reader.expression(at, after_date) {
            Some((next, from, to)) => {
                let span = Span::new(reader.atoms[at].start, reader.atoms[next - 1].end);
                found.push(TimeExpression {
                    first: token_at(sentence, span.start()),
                    last: token_at(sentence, span.end() - 1),
                    span,
                    from,
                    to,
                });
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

/// A stretch of the calendar and how precisely it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    from: Date,
    to: Date,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Day,
    Month,
    Year,
}

impl Period {
    fn days(from: Date, to: Date) -> Self {
        Self { from, to, precision: Precision::Day }
    }

    fn months(from: Date, to: Date) -> Self {
        Self { from, to, precision: Precision::Month }
    }

    /// `count` months of `year` from `month` on.
    fn months_of(year: i16, month: i8, count: i8) -> Option<Self> {
        Some(Self::months(Date::new(year, month, 1).ok()?, Date::new(year, month + count - 1, 1).ok()?))
    }

    fn years(from: i16, to: i16) -> Option<Self> {
        let from = Date::new(from, 1, 1).ok()?;
        let to = Date::new(to, 1, 1).ok()?;
        (from <= to).then_some(Self { from, to, precision: Precision::Year })
    }

    fn iso(self, date: Date) -> String {
        match self.precision {
            Precision::Day => date.to_string(),
            Precision::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Precision::Year => format!("{:04}", date.year()),
        }
    }
}

/// A date as written: any part may be missing, but something is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Partial {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
}

impl Partial {
    /// Whether it is a lone year or month, which needs something beside it to be a date.
    fn is_bare(self) -> bool {
        self.day.is_none() && (self.year.is_none() || self.month.is_none())
    }

    /// Whether such a date can be, in a leap year if none is given.
    fn is_valid(self) -> bool {
        let year = self.year.unwrap_or(2000);
        Date::new(year, self.month.unwrap_or(1), self.day.unwrap_or(1)).is_ok()
    }
}

/// What an expression says before it is resolved.
#[derive(Debug, Clone, Copy)]
enum Value {
    Partial(Partial),
    /// A period; `None` when it depends on an unknown day of publication.
    Period(Option<Period>),
}

/// Which way from the day of publication a date without a year lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Past,
    Future,
    Unknown,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
    Decade,
}

impl Unit {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "day" | "days" => Self::Day,
            "week" | "weeks" => Self::Week,
            "month" | "months" => Self::Month,
            "year" | "years" => Self::Year,
            "decade" | "decades" => Self::Decade,
            _ => return None,
        })
    }

    fn times(self, count: i16) -> Duration {
        match self {
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Year => count.years(),
            Self::Decade => (10 * i32::from(count)).years(),
        }
    }

    /// The unit that `day` lies in.
    fn around(self, day: Date) -> Option<Period> {
        match self {
            Self::Day => Some(Period::days(day, day)),
            Self::Week => {
                let monday = day.checked_sub(i32::from(day.weekday().to_monday_zero_offset()).days()).ok()?;
                Some(Period::days(monday, monday.checked_add(6.days()).ok()?))
            }
            Self::Month => Some(Period::months(day, day)),
            Self::Year => Period::years(day.year(), day.year()),
            Self::Decade => Period::years(day.year() / 10 * 10, day.year() / 10 * 10 + 9),
        }
    }

    /// From one day to another, as precisely as `count` of this unit deserve.
    fn between(self, from: Date, to: Date, count: i16) -> Option<Period> {
        match self {
            Self::Day | Self::Week => Some(Period::days(from, to)),
            Self::Month => Some(Period::months(from, to)),
            Self::Year if count == 1 => Some(Period::months(from, to)),
            Self::Year | Self::Decade => Period::years(from.year(), to.year()),
        }
    }
}

struct Reader<'a> {
    tree: &'a Tree<'a>,
    atoms: Vec<Atom<'a>>,
    published: Option<Date>,
}

type Resolved = (usize, Option<String>, Option<String>);

impl Reader<'_> {
    /// The lower-cased atom, or "" outside.
    fn lower(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |atom| &atom.lower)
    }

    fn number(&self, at: usize) -> Option<i16> {
        self.atoms.get(at)?.number
    }

    fn is_glued(&self, at: usize) -> bool {
        self.atoms.get(at).is_some_and(|atom| atom.glued)
    }

    fn token_of(&self, at: usize) -> TokenId {
        token_at(self.tree.sentence(), self.atoms[at].start)
    }

    /// The expression that begins with atom `at`: the atom after it, its first and its last day.
    fn expression(&self, at: usize, after_date: bool) -> Option<Resolved> {
        if let Some(range) = self.range(at) {
            return Some(range);
        }
        let preposition = match self.lower(at) {
            word @ ("in" | "on" | "since" | "until" | "till" | "by" | "before" | "after" | "from"
            | "during" | "through" | "throughout" | "over" | "within" | "at" | "around" | "as") => {
                if word == "as" && self.lower(at + 1) == "of" { "as of" } else { word }
            }
            _ => "",
        };
        let start = at + preposition.split_whitespace().count();
        let (next, value) = self.point(start)?;
        if let Value::Partial(partial) = value
            && partial.is_bare()
            && !self.is_date(start, next, partial, !preposition.is_empty() || after_date)
        {
            return None;
        }
        if self.is_number_of_things(start, next) {
            return None;
        }
        let period = self.resolve(value, start, next);
        let iso = |pick: fn(Period) -> Date| period.map(|period| period.iso(pick(period)));
        Some(match preposition {
            "since" | "after" | "from" => (next, iso(|period| period.from), None),
            "until" | "till" | "by" | "before" => (next, None, iso(|period| period.to)),
            _ => (next, iso(|period| period.from), iso(|period| period.to)),
        })
    }

    /// "between 2010 and 2015", "from 2010 to 2015", "2010–15", "January 20 to 22", "20-22 January".
    fn range(&self, at: usize) -> Option<Resolved> {
        let (start, joins): (usize, &[&str]) = match self.lower(at) {
            "between" => (at + 1, &["and"]),
            "from" => (at + 1, &["to", "until", "till", "through", "-", "–"]),
            _ => (at, &["to", "through", "-", "–"]),
        };
        let is_join = |at: usize| joins.contains(&self.lower(at));
        let (mut first, mut last, next);
        if let Some(day) = self.day(start)
            && is_join(start + 1)
            && let Some((after, partial @ Partial { day: Some(_), .. })) = self.absolute(start + 2)
            && self.day(start + 2).is_some()
        {
            (first, last, next) = (Partial { day: Some(day), ..partial }, partial, after);
        } else {
            let (middle, partial) = self.absolute(start)?;
            if !is_join(middle) {
                return None;
            }
            (first, last) = (partial, partial);
            if let Some(day) = self.day(middle + 1).filter(|_| partial.day.is_some())
                && self.month(middle + 2).is_none()
            {
                last.day = Some(day);
                next = self.year_after(middle + 2, &mut last.year);
            } else if let Some(end) = self.short_year(middle + 1, partial) {
                last.year = Some(end);
                next = middle + 2;
            } else {
                (next, last) = self.absolute(middle + 1)?;
            }
        }
        let spelled = start > at || self.is_glued(start + 1);
        if first.is_bare() && last.is_bare() && !spelled && first.month.is_none() {
            // "2010 to 2015" alone may be numbers of anything.
            return None;
        }
        if (first.year.is_some() && first.month.is_none()) != (last.year.is_some() && last.month.is_none()) {
            return None;
        }
        if self.is_number_of_things(start, next) {
            return None;
        }
        if first.year.is_none() {
            first.year = last.year;
        }
        let to = self.resolve(Value::Partial(last), start, next);
        if first.year.is_none()
            && let Some(to) = to
        {
            // The beginning lies in the year before the end, at most.
            let year = to.to.year();
            let same = Partial { year: Some(year), ..first };
            first.year =
                Some(if exact(same).is_some_and(|same| same.from > to.to) { year - 1 } else { year });
        }
        let from = self.resolve(Value::Partial(first), start, next);
        match (from, to) {
            (Some(from), Some(to)) if from.from <= to.to => {
                Some((next, Some(from.iso(from.from)), Some(to.iso(to.to))))
            }
            (None, None) => Some((next, None, None)),
            _ => None,
        }
    }

    /// The two-digit or full end of "2010–15" or "2010-2015".
    fn short_year(&self, at: usize, start: Partial) -> Option<i16> {
        let year = start.year.filter(|_| start.month.is_none())?;
        if let Some(end) = self.year(at) {
            return Some(end);
        }
        let end = self.number(at).filter(|_| self.atoms[at].text.len() == 2 && self.is_glued(at))?;
        let end = year / 100 * 100 + end;
        (end > year).then_some(end)
    }

    /// A point or period that begins with atom `at`.
    fn point(&self, mut at: usize) -> Option<(usize, Value)> {
        // "early 2024", "mid-January", "the end of 2024": as precise as what follows.
        for opening in [
            &["the", "end", "of"][..],
            &["the", "beginning", "of"],
            &["the", "start", "of"],
            &["the", "middle", "of"],
            &["the", "early"],
            &["the", "late"],
            &["the", "mid", "-"],
            &["mid", "-"],
            &["early"],
            &["late"],
            &["earlier"],
            &["later"],
            &["the"],
        ] {
            if opening.iter().enumerate().all(|(offset, word)| self.lower(at + offset) == *word) {
                if opening == ["the"] {
                    if let Some(found) = self.after_the(at + 1) {
                        return Some(found);
                    }
                    self.day(at + 1)?;
                }
                at += opening.len();
                break;
            }
        }
        if let Some(found) = self.after_the(at).or_else(|| self.relative(at)) {
            return Some(found);
        }
        if let Some((next, weekday)) = self.weekday(at) {
            let comma = usize::from(self.lower(next) == ",");
            return match self.absolute(next + comma) {
                Some((next, partial)) if partial.day.is_some() => Some((next, Value::Partial(partial))),
                _ => {
                    let direction = self.direction(self.token_of(at));
                    Some((
                        next,
                        Value::Period(self.published.and_then(|day| nearest(day, weekday, direction))),
                    ))
                }
            };
        }
        self.absolute(at).map(|(next, partial)| (next, Value::Partial(partial)))
    }

    /// What may also follow "the": decades, centuries, quarters, "next five years", "weekend".
    fn after_the(&self, at: usize) -> Option<(usize, Value)> {
        let atom = self.atoms.get(at)?;
        if let Some(decade) = atom.lower.strip_suffix('s')
            && decade.len() == 4
            && decade.ends_with('0')
            && let Ok(from) = decade.parse::<i16>()
        {
            let years = if from % 100 == 0 && from < 2000 { 99 } else { 9 };
            return Some((at + 1, Value::Period(Some(Period::years(from, from + years)?))));
        }
        if self.lower(at + 1) == "century"
            && let Some(century) = ordinal(&atom.lower).filter(|century| (1..=30).contains(century))
        {
            let period = Period::years((century - 1) * 100 + 1, century * 100)?;
            return Some((at + 2, Value::Period(Some(period))));
        }
        if let Some((next, first_month, count)) = self.part_of_year(at) {
            let mut after = next + usize::from(matches!(self.lower(next), "of" | ","));
            let year = match self.year(after) {
                Some(year) => {
                    after += 1;
                    Some(year)
                }
                None if self.lower(after + 1) == "year" && is_deictic(self.lower(after)) => {
                    let offset = which(self.lower(after));
                    after += 2;
                    self.published.map(|day| day.year() + offset)
                }
                None => {
                    after = next;
                    let direction = self.direction(self.token_of(at));
                    self.published.map(|day| {
                        let begun = first_month <= day.month();
                        match direction {
                            Direction::Future if first_month + count <= day.month() => day.year() + 1,
                            Direction::Past | Direction::Unknown if !begun => day.year() - 1,
                            _ => day.year(),
                        }
                    })
                }
            };
            let period = year.and_then(|year| Period::months_of(year, first_month, count));
            return Some((after, Value::Period(period)));
        }
        if atom.lower == "weekend" && matches!(self.lower(at.wrapping_sub(1)), "the" | "this") {
            return (self.lower(at.wrapping_sub(2)) == "over")
                .then(|| (at + 1, Value::Period(self.weekend(-1))));
        }
        // "the next decade", "the past two years": from now on, or up to now.
        let sign = match atom.lower.as_str() {
            "next" | "coming" => 1,
            "past" | "last" | "previous" => -1,
            _ => return None,
        };
        let (unit_at, count) = match self.count(at + 1) {
            Some(count) => (at + 2, count),
            None => (at + 1, 1),
        };
        let unit = Unit::parse(self.lower(unit_at))?;
        let counted = unit_at == at + 2;
        if !counted && self.lower(at.wrapping_sub(1)) != "the" {
            return None; // "next year" is a year of the calendar
        }
        let period = self.published.and_then(|day| {
            let other = day.checked_add(unit.times(sign * count)).ok()?;
            unit.between(day.min(other), day.max(other), count)
        });
        Some((unit_at + 1, Value::Period(period)))
    }

    /// "third quarter", "Q3", "first half": the atom after it, its first month and how many.
    fn part_of_year(&self, at: usize) -> Option<(usize, i8, i8)> {
        let word = self.lower(at);
        if let Some(quarter @ 1..=4) = word.strip_prefix('q').and_then(|digit| digit.parse::<i8>().ok()) {
            return Some((at + 1, quarter * 3 - 2, 3));
        }
        let next = if self.lower(at + 1) == "-" { at + 2 } else { at + 1 };
        match (ordinal(word)?, self.lower(next)) {
            (quarter @ 1..=4, "quarter") => Some((next + 1, quarter as i8 * 3 - 2, 3)),
            (half @ 1..=2, "half") if matches!(self.lower(next + 1), "of") && self.names_year(next + 2) => {
                Some((next + 1, half as i8 * 6 - 5, 6))
            }
            _ => None,
        }
    }

    fn names_year(&self, at: usize) -> bool {
        self.year(at).is_some() || self.lower(at + 1) == "year"
    }

    /// "yesterday", "last week", "two years ago", "next Monday".
    fn relative(&self, at: usize) -> Option<(usize, Value)> {
        let day = |offset: i32| {
            let day = self.published.and_then(|day| day.checked_add(offset.days()).ok());
            Value::Period(day.map(|day| Period::days(day, day)))
        };
        let parts = ["morning", "afternoon", "evening", "night"];
        let word = self.lower(at);
        match word {
            "yesterday" => return Some((at + 1, day(-1))),
            "today" | "tonight" => return Some((at + 1, day(0))),
            "tomorrow" => return Some((at + 1, day(1))),
            "this" if parts[..3].contains(&self.lower(at + 1)) => return Some((at + 2, day(0))),
            "last" if self.lower(at + 1) == "night" => return Some((at + 2, day(-1))),
            _ => {}
        }
        if let Some(count) = self.count(at)
            && let Some(unit) = Unit::parse(self.lower(at + 1))
        {
            let sign = match self.lower(at + 2) {
                "ago" => -1,
                "from" if self.lower(at + 3) == "now" => 1,
                _ => return None,
            };
            let there = self.published.and_then(|day| day.checked_add(unit.times(sign * count)).ok());
            let unit = if unit == Unit::Decade { Unit::Year } else { unit };
            let next = if sign < 0 { at + 3 } else { at + 4 };
            return Some((next, Value::Period(there.and_then(|day| unit.around(day)))));
        }
        if !is_deictic(word) {
            return None;
        }
        let offset = which(word);
        if let Some(unit) = Unit::parse(self.lower(at + 1)).filter(|&unit| unit != Unit::Day) {
            let there = self.published.and_then(|day| {
                // Counted from the first of the month, as February has no 31st.
                let base = if matches!(unit, Unit::Week) { day } else { day.first_of_month() };
                base.checked_add(unit.times(offset)).ok()
            });
            return Some((at + 2, Value::Period(there.and_then(|day| unit.around(day)))));
        }
        if self.lower(at + 1) == "weekend" {
            return Some((at + 2, Value::Period(self.weekend(offset))));
        }
        if let Some((next, weekday)) = self.weekday(at + 1) {
            let period = self.published.and_then(|day| match word {
                "last" => nearest(day.yesterday().ok()?, weekday, Direction::Past),
                "next" => nearest(day.tomorrow().ok()?, weekday, Direction::Future),
                _ => {
                    let week = Unit::Week.around(day)?;
                    nearest(week.from, weekday, Direction::Future)
                }
            });
            return Some((next, Value::Period(period)));
        }
        if let Some((next, month)) = self.month(at + 1) {
            let period = self.published.and_then(|day| {
                let year = day.year();
                let year = match word {
                    "last" if month >= day.month() => year - 1,
                    "next" if month <= day.month() => year + 1,
                    _ => year,
                };
                Period::months_of(year, month, 1)
            });
            return Some((next, Value::Period(period)));
        }
        None
    }

    /// Saturday and Sunday of the last, this or next week.
    fn weekend(&self, offset: i16) -> Option<Period> {
        let day = self.published?;
        let week = Unit::Week.around(day.checked_add(offset.weeks()).ok()?)?;
        Some(Period::days(week.to.yesterday().ok()?, week.to))
    }

    /// A date by its parts, invalid ones left out: "January 20, 2025", "20 Jan.", "2019-05-04", "2021".
    fn absolute(&self, at: usize) -> Option<(usize, Partial)> {
        let found =
            self.numeric(at).or_else(|| self.month_first(at)).or_else(|| self.day_first(at)).or_else(
                || {
                    let year = self.year(at)?;
                    Some((at + 1, Partial { year: Some(year), ..Partial::default() }))
                },
            )?;
        // "Covid-19", "$2021" or "2021%" is none.
        let glued_before = self.is_glued(at)
            && !matches!(
                self.lower(at.wrapping_sub(1)),
                "(" | "[" | "“" | "\"" | "‘" | "'" | "—" | "–" | "/"
            )
            && !(self.lower(at.wrapping_sub(1)) == "-"
                && matches!(self.lower(at.wrapping_sub(2)), "mid" | "pre" | "post")
                || self.lower(at.wrapping_sub(1)) == "-" && self.number(at.wrapping_sub(2)).is_some());
        let glued_after = self.is_glued(found.0)
            && (matches!(self.lower(found.0), "%" | "€" | "$")
                || self.atoms[found.0].text.starts_with(char::is_alphanumeric));
        (found.1.is_valid() && !glued_before && !glued_after).then_some(found)
    }

    /// "2019-05-04", "2019/05/04", "20.01.2025"; "01/20/2025" only where one order is possible.
    fn numeric(&self, at: usize) -> Option<(usize, Partial)> {
        let mark = self.lower(at + 1);
        let parts = [self.number(at)?, self.number(at + 2)?, self.number(at + 4)?];
        if !matches!(mark, "-" | "/" | ".")
            || self.lower(at + 3) != mark
            || !(at + 1..=at + 4).all(|at| self.is_glued(at))
        {
            return None;
        }
        let partial = |year: i16, month: i16, day: i16| {
            let part = |value: i16| i8::try_from(value).ok();
            let partial = Partial { year: Some(year), month: Some(part(month)?), day: Some(part(day)?) };
            partial.is_valid().then_some(partial)
        };
        let found = if self.atoms[at].text.len() == 4 {
            partial(parts[0], parts[1], parts[2])
        } else if self.atoms[at + 4].text.len() != 4 {
            None
        } else if mark == "." {
            partial(parts[2], parts[1], parts[0])
        } else {
            match (partial(parts[2], parts[1], parts[0]), partial(parts[2], parts[0], parts[1])) {
                (Some(one), Some(other)) if one != other => None,
                (one, other) => one.or(other),
            }
        };
        found.map(|partial| (at + 5, partial))
    }

    fn month_first(&self, at: usize) -> Option<(usize, Partial)> {
        let (mut next, month) = self.month(at)?;
        let mut partial = Partial { month: Some(month), ..Partial::default() };
        if let Some(day) = self.day(next) {
            partial.day = Some(day);
            next = self.year_after(next + 1, &mut partial.year);
        } else {
            let of = usize::from(matches!(self.lower(next), "of" | ","));
            if let Some(year) = self.year(next + of) {
                partial.year = Some(year);
                next += of + 1;
            }
        }
        Some((next, partial))
    }

    fn day_first(&self, at: usize) -> Option<(usize, Partial)> {
        let day = self.day(at)?;
        let (next, month) = self.month(at + 1 + usize::from(self.lower(at + 1) == "of"))?;
        let mut partial = Partial { month: Some(month), day: Some(day), ..Partial::default() };
        let next = self.year_after(next, &mut partial.year);
        Some((next, partial))
    }

    /// Reads ", 2025" or "2025" at `at`; the atom after it, or `at`.
    fn year_after(&self, at: usize, year: &mut Option<i16>) -> usize {
        let comma = usize::from(self.lower(at) == ",");
        match self.year(at + comma) {
            Some(found) => {
                *year = Some(found);
                at + comma + 1
            }
            None => at,
        }
    }

    fn year(&self, at: usize) -> Option<i16> {
        let atom = self.atoms.get(at)?;
        atom.number.filter(|year| atom.text.len() == 4 && (1000..2200).contains(year))
    }

    fn day(&self, at: usize) -> Option<i8> {
        let atom = self.atoms.get(at)?;
        let digits = atom.text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let day: i8 = digits.parse().ok().filter(|_| digits.len() <= 2)?;
        let ending = &atom.lower[digits.len()..];
        ((1..=31).contains(&day) && matches!(ending, "" | "st" | "nd" | "rd" | "th")).then_some(day)
    }

    /// The month written at `at`, and the atom after it and its point.
    fn month(&self, at: usize) -> Option<(usize, i8)> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let atom = self.atoms.get(at).filter(|atom| atom.text.starts_with(char::is_uppercase))?;
        let word = atom.lower.as_str();
        let full = MONTHS.iter().position(|month| *month == word);
        let short = || {
            MONTHS.iter().position(|month| {
                month.starts_with(word) && (word.len() == 3 || word == "sept") && word.len() < month.len()
            })
        };
        let month = full.or_else(short)? as i8 + 1;
        let point = full.is_none() && self.lower(at + 1) == "." && self.is_glued(at + 1);
        Some((at + 1 + usize::from(point), month))
    }

    /// The day of the week written at `at`, and the atom after it and "morning" or the like.
    fn weekday(&self, at: usize) -> Option<(usize, Weekday)> {
        let atom = self.atoms.get(at).filter(|atom| atom.text.starts_with(char::is_uppercase))?;
        let weekday = match atom.lower.as_str() {
            "monday" => Weekday::Monday,
            "tuesday" => Weekday::Tuesday,
            "wednesday" => Weekday::Wednesday,
            "thursday" => Weekday::Thursday,
            "friday" => Weekday::Friday,
            "saturday" => Weekday::Saturday,
            "sunday" => Weekday::Sunday,
            _ => return None,
        };
        let part = matches!(self.lower(at + 1), "morning" | "afternoon" | "evening" | "night");
        Some((at + 1 + usize::from(part), weekday))
    }

    /// A small number in digits or words.
    fn count(&self, at: usize) -> Option<i16> {
        let atom = self.atoms.get(at)?;
        small_number(&atom.lower).or(atom.number).filter(|count| (1..=200).contains(count))
    }

    /// Whether the lone year or month in `start..next` is a date.
    fn is_date(&self, start: usize, next: usize, partial: Partial, introduced: bool) -> bool {
        let token = self.token_of(next - 1);
        let mention = self.tree.sentence().mentions.iter().find(|mention| {
            mention.kind == MentionKind::Named && (mention.first..=mention.last).contains(&token)
        });
        let before = self.lower(start.wrapping_sub(1));
        let after = self.tree.after(token);
        match mention.map(|mention| mention.class) {
            Some(MentionClass::Date) => return true,
            Some(MentionClass::Event) | None => {}
            Some(_) => return false,
        }
        if partial.year.is_none() {
            // "May" and "March" are also words and names.
            let named = after.is_some_and(|after| self.tree.upos(after) == Upos::Propn);
            let opened = introduced || matches!(before, "early" | "late" | "of" | "-");
            return opened && !named && !matches!(self.tree.upos(token), Upos::Aux | Upos::Verb);
        }
        if matches!(before, "(" | "of" | "early" | "late" | "-" | "until" | "since") || introduced {
            return true;
        }
        // "the 2016 election", "its 2023 report"
        let Some(noun) = self.tree.head(token).filter(|&head| head > token) else { return false };
        let opening = self.tree.before(token).map(|before| self.tree.deprel(before));
        matches!(
            self.tree.deprel(token),
            Deprel::Nummod | Deprel::Compound | Deprel::Nmod | Deprel::NmodUnmarked
        ) && matches!(self.tree.upos(noun), Upos::Noun | Upos::Propn)
            && (matches!(opening, Some(Deprel::Det | Deprel::NmodPoss | Deprel::Amod)) || before == "s")
    }

    /// Whether the last number counts something: "in 2000 homes".
    fn is_number_of_things(&self, start: usize, next: usize) -> bool {
        let token = self.token_of(next - 1);
        self.number(next - 1).is_some()
            && next > start
            && self.tree.deprel(token) == Deprel::Nummod
            && self.tree.head(token).is_some_and(|head| {
                head > token
                    && self.tree.xpos(head) == Xpos::Nns
                    && self.tree.before(token).is_none_or(|before| self.tree.deprel(before) != Deprel::Det)
            })
    }

    fn resolve(&self, value: Value, start: usize, next: usize) -> Option<Period> {
        match value {
            Value::Period(period) => period,
            Value::Partial(partial) if partial.year.is_some() => exact(partial),
            Value::Partial(partial) => {
                let published = self.published?;
                let direction = self.direction(self.token_of((start + next - 1) / 2));
                let mut candidates = (-4..=4)
                    .filter_map(|offset| exact(Partial { year: Some(published.year() + offset), ..partial }));
                match direction {
                    Direction::Past => candidates.rfind(|period| period.from <= published),
                    Direction::Future => candidates.find(|period| {
                        period.from >= published
                            || period.precision == Precision::Month
                                && (period.from.year(), period.from.month())
                                    == (published.year(), published.month())
                    }),
                    Direction::Unknown => candidates.min_by_key(|period| {
                        let days = (published - period.from).get_days();
                        (days.abs(), days < 0)
                    }),
                }
            }
        }
    }

    /// Which way the clause around `token` looks, by the tense of its verb.
    fn direction(&self, token: TokenId) -> Direction {
        let tree = self.tree;
        for clause in std::iter::once(token).chain(tree.ancestors(token)) {
            let auxiliaries = || tree.children_by(clause, &[Deprel::Aux, Deprel::AuxPass, Deprel::Cop]);
            let verbal = tree.upos(clause) == Upos::Verb || auxiliaries().next().is_some();
            if !verbal {
                continue;
            }
            let mut past = matches!(tree.xpos(clause), Xpos::Vbd | Xpos::Vbn);
            for auxiliary in auxiliaries() {
                match (tree.lemma(auxiliary), tree.xpos(auxiliary)) {
                    ("have", _) | (_, Xpos::Vbd) => past = true,
                    (
                        "will" | "shall" | "can" | "may" | "could" | "would" | "should" | "might" | "'ll",
                        _,
                    ) => {
                        // "would have met" looks back
                        let perfect = auxiliaries().any(|auxiliary| tree.lemma(auxiliary) == "have");
                        return if perfect { Direction::Past } else { Direction::Future };
                    }
                    _ => {}
                }
            }
            if past {
                return Direction::Past;
            }
            let infinitive = tree.xpos(clause) == Xpos::Vb
                && tree.children_by(clause, &[Deprel::Mark]).any(|mark| tree.lemma(mark) == "to");
            if infinitive || matches!(tree.xpos(clause), Xpos::Vbz | Xpos::Vbp) {
                return Direction::Future;
            }
        }
        Direction::Unknown
    }
}

/// The period of a date whose year is known.
fn exact(partial: Partial) -> Option<Period> {
    let year = partial.year?;
    match (partial.month, partial.day) {
        (Some(month), Some(day)) => Date::new(year, month, day).ok().map(|day| Period::days(day, day)),
        (Some(month), None) => Period::months_of(year, month, 1),
        (None, _) => Period::years(year, year),
    }
}

/// The nearest such weekday on or after `day` for the future, else on or before it.
fn nearest(day: Date, weekday: Weekday, direction: Direction) -> Option<Period> {
    let there = if direction == Direction::Future {
        day.checked_add(i32::from(day.weekday().until(weekday)).days())
    } else {
        day.checked_sub(i32::from(day.weekday().since(weekday)).days())
    }
    .ok()?;
    Some(Period::days(there, there))
}

/// Whether it points to a unit of time from now.
fn is_deictic(word: &str) -> bool {
    matches!(word, "this" | "last" | "next")
}

/// -1 for "last", 0 for "this", 1 for "next".
fn which(word: &str) -> i16 {
    match word {
        "last" => -1,
        "next" => 1,
        _ => 0,
    }
}

/// The value of "third" or "19th".
fn ordinal(word: &str) -> Option<i16> {
    match word {
        "first" => Some(1),
        "second" => Some(2),
        "third" => Some(3),
        "fourth" | "final" => Some(4),
        _ => ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)?.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Sentence, Token, Upos};

    /// A sentence of words that all hang on the first verb-like one, tagged just well enough.
    fn sentence(text: &str) -> Sentence {
        let mut tokens: Vec<Token> = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
            let breaks = c.is_whitespace() || matches!(c, ',' | '(' | ')');
            if breaks && let Some(from) = start.take() {
                tokens.push(token(&text[from..at], from));
            }
            if !breaks && start.is_none() {
                start = Some(at);
            }
        }
        let root = tokens.iter().position(|token| token.upos == Upos::Verb).unwrap_or(0);
        for (index, token) in tokens.iter_mut().enumerate() {
            token.head = (index != root).then_some(TokenId(root as u32));
        }
        Sentence { span: Span::new(0, text.len() as u32), tokens, mentions: Vec::new(), paragraph: true }
    }

    fn token(word: &str, start: usize) -> Token {
        let (upos, xpos, deprel) = match word {
            "met" | "fell" => (Upos::Verb, Xpos::Vbd, Deprel::Root),
            "meet" => (Upos::Verb, Xpos::Vb, Deprel::Root),
            "will" => (Upos::Aux, Xpos::Md, Deprel::Aux),
            _ => (Upos::Noun, Xpos::Nn, Deprel::Obl),
        };
        let span = Span::new(start as u32, (start + word.len()) as u32);
        Token { span, upos, xpos, lemma: word.to_lowercase().into(), head: None, deprel }
    }

    /// Words and values of what is found, as `words=from..to`.
    fn read(text: &str) -> String {
        let published = Date::constant(2025, 1, 28); // a Tuesday
        let found = times(&Tree::new(text, &sentence(text)), Some(published));
        let shown = |end: Option<String>| end.unwrap_or_default();
        let lines: Vec<String> = found
            .into_iter()
            .map(|time| format!("{}={}..{}", time.span.of(text), shown(time.from), shown(time.to)))
            .collect();
        lines.join("; ")
    }

    #[test]
    fn absolute_dates() {
        for (text, expected) in [
            ("They met on January 20, 2025, in Paris", "on January 20, 2025=2025-01-20..2025-01-20"),
            ("They met on Monday, January 20, 2025", "on Monday, January 20, 2025=2025-01-20..2025-01-20"),
            ("They met on 20 January 2024", "on 20 January 2024=2024-01-20..2024-01-20"),
            ("They met on the 3rd of March 1999", "on the 3rd of March 1999=1999-03-03..1999-03-03"),
            ("They met on Jan. 20", "on Jan. 20=2025-01-20..2025-01-20"),
            ("They met on Dec. 20", "on Dec. 20=2024-12-20..2024-12-20"),
            ("They will meet on Feb 3", "on Feb 3=2025-02-03..2025-02-03"),
            ("They met in 2021", "in 2021=2021..2021"),
            ("They met in March 2024", "in March 2024=2024-03..2024-03"),
            ("They met in March", "in March=2024-03..2024-03"),
            ("They will meet in March", "in March=2025-03..2025-03"),
            ("They met in the 1990s", "in the 1990s=1990..1999"),
            ("They met 2019-05-04", "2019-05-04=2019-05-04..2019-05-04"),
            ("They met 20/01/2025", "20/01/2025=2025-01-20..2025-01-20"),
            ("They met 04/05/2025", ""),
            ("They met in the 19th century", "in the 19th century=1801..1900"),
            ("They met in the third quarter of 2023", "in the third quarter of 2023=2023-07..2023-09"),
            ("They met in the third quarter", "in the third quarter=2024-07..2024-09"),
            ("They met at the end of 2023", "at the end of 2023=2023..2023"),
            ("They met in mid-2023", "in mid-2023=2023..2023"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn ranges_and_open_ends() {
        for (text, expected) in [
            ("They met between 2010 and 2015", "between 2010 and 2015=2010..2015"),
            ("They met from 2010 to 2015", "from 2010 to 2015=2010..2015"),
            ("They met in Rome (2010–15)", "2010–15=2010..2015"),
            ("They met since 2019", "since 2019=2019.."),
            ("They will meet by 2030", "by 2030=..2030"),
            ("They met until March 2020", "until March 2020=..2020-03"),
            ("They met January 20 to 22, 2024", "January 20 to 22, 2024=2024-01-20..2024-01-22"),
            ("They met 20-22 January", "20-22 January=2025-01-20..2025-01-22"),
            (
                "They met from December 20 to January 3",
                "from December 20 to January 3=2024-12-20..2025-01-03",
            ),
            ("They met in 2019 and 2021", "in 2019=2019..2019; 2021=2021..2021"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn relative_to_the_day_of_publication() {
        for (text, expected) in [
            ("They met on Monday", "on Monday=2025-01-27..2025-01-27"),
            ("They met on Tuesday", "on Tuesday=2025-01-28..2025-01-28"),
            ("They will meet on Monday", "on Monday=2025-02-03..2025-02-03"),
            ("They met last Tuesday", "last Tuesday=2025-01-21..2025-01-21"),
            ("They met yesterday", "yesterday=2025-01-27..2025-01-27"),
            ("They met last week", "last week=2025-01-20..2025-01-26"),
            ("They will meet next year", "next year=2026..2026"),
            ("They met last month", "last month=2024-12..2024-12"),
            ("They met two years ago", "two years ago=2023..2023"),
            ("They met a month ago", "a month ago=2024-12..2024-12"),
            ("They met earlier this month", "earlier this month=2025-01..2025-01"),
            ("They will meet over the next decade", "over the next decade=2025..2035"),
            ("They will meet within the next year", "within the next year=2025-01..2026-01"),
            ("They met over the past two years", "over the past two years=2023..2025"),
            ("They will meet in the next few months", ""),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_and_names_are_no_dates() {
        for text in [
            "They met on February 30",
            "The Boeing 747 fell",
            "Windows 2000 fell",
            "In all 2,000 people met",
            "It fell by 2021%",
            "GPT-4 met Covid-19",
            "Theresa May met them",
            "They may meet 12 people",
            "It fell 3.5 points",
            "The index fell to 2021.5",
        ] {
            assert_eq!(read(text), "", "{text}");
        }
        assert_eq!(times(&Tree::new("on Monday", &sentence("on Monday")), None)[0].from, None);
    }
}
