//! Names of Python packages.

/// The name by which package indexes know a package (PEP 503): `zope.interface` is `zope-interface`.
pub fn normal_name(name: &str) -> String {
    let mut normal = String::new();
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_as_the_index_does() {
        assert_eq!(normal_name("Zope._.Interface"), "zope-interface");
    }
}
