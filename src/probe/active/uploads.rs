//! Files that visitors have uploaded: whether browsers may guess what they are, and whether their folder lets
//! nobody out.

use super::Knocked;
use super::plan::way_out;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Value};
use crate::grammar::http_header::nosniff;

pub(super) const UPLOAD: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The path."),
    FactSpec::new("nosniff", Kind::Bool, "Whether browsers may not guess the file's type."),
    FactSpec::new(
        "way-out",
        Kind::Bool,
        "Whether a file of the server's own can be read by way of the file's folder.",
    ),
];

impl Knocked<'_> {
    /// Each of the uploaded files that the user named.
    pub(super) fn uploads(&self) -> Fact {
        let paths = self.site.active.uploads.iter();
        let items: Vec<Fact> = paths.map(|path| self.upload(path)).collect();
        if items.is_empty() { Fact::absent() } else { Fact::derived(items) }
    }

    fn upload(&self, path: &str) -> Fact {
        let nosniff = self.is_not_guessed(path);
        let record = Value::record([
            ("path", Fact { value: path.into(), ..nosniff.clone() }),
            ("nosniff", nosniff.clone()),
            ("way-out", self.leads_out(path)),
        ]);
        Fact { value: record, ..nosniff }
    }

    fn is_not_guessed(&self, path: &str) -> Fact {
        let page = match self.page(&self.site.path(path)) {
            Ok(page) => page,
            Err(unknown) => return *unknown,
        };
        let name = "x-content-type-options";
        if page.response.status == 200 {
            return page.fact(nosniff(page.response.values(name)), &[name, "content-type"]);
        }
        let why = format!("the site answers {} in place of the file", page.response.status);
        page.fact(Ignorance::new(why), &["location"])
    }

    fn leads_out(&self, path: &str) -> Fact {
        match self.page(&way_out(self.site, path)) {
            Ok(page) => {
                let out = page.response.status == 200 && is_user_list(&page.response.body);
                page.fact(out, &["content-type", "content-length"])
            }
            Err(unknown) => *unknown,
        }
    }
}

/// A line such as `root:x:0:0:root:/root:/bin/bash` (passwd(5)).
fn is_user_list(body: &str) -> bool {
    let is_user = |line: &str| line.starts_with("root:") && line.split(':').count() == 7;
    body.lines().any(is_user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_users_is_known_by_its_first() {
        assert!(is_user_list("root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\n"));
        assert!(!is_user_list("root: the origin") && !is_user_list("<p>root:x:0:0:a:b:c</p>"));
    }
}
