//! `.ini` files as Python's `configparser` reads them: sections of named values.
//!
//! Names are in small letters, `[DEFAULT]` stands in for every section, a value goes on in lines that are
//! indented, and `%(name)s` is replaced by another value of the section.

use std::collections::BTreeMap;

/// The section that stands in for all others.
const DEFAULT: &str = "DEFAULT";
/// References within references deeper than this are not replaced.
const MAX_DEPTH: usize = 10;
/// What one value may expand to.
const MAX_BYTES: usize = 64 << 10;

/// What such a file says.
#[derive(Clone, Debug, Default)]
pub struct Ini {
    sections: BTreeMap<String, BTreeMap<String, (String, u32)>>,
}

impl Ini {
    /// The names of its sections, but for the one of defaults.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str).filter(|name| *name != DEFAULT)
    }

    /// Whether it has a section of this name.
    pub fn has(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// The names of the values of a section, those of the defaults included.
    pub fn names(&self, section: &str) -> Vec<&str> {
        let of = |name: &str| self.sections.get(name).into_iter().flat_map(BTreeMap::keys);
        let mut names: Vec<&str> = of(section).chain(of(DEFAULT)).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A value with its references replaced, and the line of its name; none if it is not there, or if a
    /// reference leads nowhere.
    pub fn value(&self, section: &str, name: &str) -> Option<(String, u32)> {
        let (raw, line) = self.raw(section, name)?;
        Some((self.replaced(section, raw, MAX_DEPTH)?, *line))
    }

    fn raw(&self, section: &str, name: &str) -> Option<&(String, u32)> {
        let name = name.to_lowercase();
        let own = self.sections.get(section)?.get(&name);
        own.or_else(|| self.sections.get(DEFAULT)?.get(&name))
    }

    fn replaced(&self, section: &str, raw: &str, depth: usize) -> Option<String> {
        let (mut value, mut rest) = (String::new(), raw);
        while let Some((before, after)) = rest.split_once('%') {
            value.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                value.push('%');
                rest = after;
                continue;
            }
            let (name, after) = after.strip_prefix('(')?.split_once(")s")?;
            let inner = self.raw(section, name).filter(|_| depth > 0)?;
            value.push_str(&self.replaced(section, &inner.0, depth - 1)?);
            if value.len() > MAX_BYTES {
                return None;
            }
            rest = after;
        }
        value.push_str(rest);
        Some(value)
    }
}

/// Reads a file; none if `configparser` refuses it.
pub fn read(text: &str) -> Option<Ini> {
    let mut ini = Ini::default();
    let mut section: Option<String> = None;
    let mut open: Option<String> = None;
    for (line, number) in text.lines().zip(1..) {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if let (true, Some(name), Some(section)) = (indented, &open, &section) {
            let value = ini.sections.get_mut(section).and_then(|it| it.get_mut(name));
            if let Some((value, _)) = value {
                value.push('\n');
                value.push_str(trimmed);
            }
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            ini.sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            open = None;
            continue;
        }
        let at = trimmed.find(['=', ':'])?;
        let (name, value) = trimmed.split_at(at);
        let name = name.trim().to_lowercase();
        let value = value.get(1..).unwrap_or_default().trim().to_owned();
        ini.sections.get_mut(section.as_ref()?)?.insert(name.clone(), (value, number));
        open = Some(name);
    }
    Some(ini)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_configparser_does() {
        let ini = read(
            "[DEFAULT]\nz = 0\n# no\n[main]\nA = 1 # kept\nb: %(z)s%%\nc = x\n  y\n; no\nd=%(none)s\n",
        )
        .unwrap();
        let value = |name: &str| ini.value("main", name).map(|(value, _)| value);
        assert_eq!(value("a").as_deref(), Some("1 # kept"));
        assert_eq!(value("B").as_deref(), Some("0%"));
        assert_eq!(value("c").as_deref(), Some("x\ny"));
        assert_eq!(value("z").as_deref(), Some("0"));
        assert_eq!((value("d"), value("e")), (None, None));
        assert_eq!(ini.value("main", "a").map(|(_, line)| line), Some(5));
        assert_eq!(ini.sections().collect::<Vec<_>>(), ["main"]);
        assert!(read("a = 1\n").is_none());
    }
}
