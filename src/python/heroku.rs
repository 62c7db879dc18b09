//! `django_heroku.settings(locals())`: what it sets among the settings (version 0.3, read November 2026).

use super::heap::{Dict, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};

/// What `django_heroku` puts before all middleware.
const WHITENOISE: &str = "whitenoise.middleware.WhiteNoiseMiddleware";

impl<'a> Interpreter<'a> {
    /// What `django_heroku.settings(locals())` sets on its way.
    pub(super) fn heroku(&mut self, arguments: &Arguments<'a>, at: Spot) -> Result<(), Raised> {
        let Some(Term { kind: Kind::Module(scope), .. }) = arguments.first() else {
            return Ok(());
        };
        let scope = *scope;
        let names = self.heap.scope(scope).map(|scope| scope.names.clone()).unwrap_or_default();
        let is_on =
            |name: &str| arguments.named(name).is_none_or(|it| self.truth(it) != Some(false));
        let (hosts, key) = (is_on("allowed_hosts"), is_on("secret_key"));
        let (files, databases) = (is_on("staticfiles"), is_on("databases"));
        let mut set: Vec<(&str, Term<'a>)> = Vec::new();
        if hosts {
            let everyone = vec![Term::text("*", From::literal(at))];
            let everyone = Sequence { items: everyone, rest: None };
            set.push(("ALLOWED_HOSTS", self.made(Shape::List, everyone, From::literal(at))));
        }
        if let Some(middleware) = names.get("MIDDLEWARE").filter(|_| files) {
            let (mut items, rest) = self.iterated(middleware, at);
            items.insert(0, Term::text(WHITENOISE, From::literal(at)));
            let from = From::mixed([middleware], at);
            set.push(("MIDDLEWARE", self.made(Shape::Tuple, Sequence { items, rest }, from)));
        }
        if let Some(Kind::Path(base) | Kind::Text(base)) = names.get("BASE_DIR").map(|it| &it.kind)
            && files
        {
            let folder = super::paths::joined(base, "staticfiles");
            set.push(("STATIC_ROOT", Term::text(folder, From::literal(at))));
        }
        if key {
            let written = names.get("SECRET_KEY").cloned();
            let written = written.unwrap_or_else(|| Term::text("", From::literal(at)));
            let place = written.from.at;
            let mut key = self.wished("SECRET_KEY", Some(written), at);
            key.from.at = place.or(key.from.at);
            set.push(("SECRET_KEY", key));
        }
        if databases {
            set.push(("DATABASES", self.heroku_databases(names.get("DATABASES"), at)?));
        }
        if let Some(scope) = self.heap.scope_mut(scope) {
            scope.names.extend(set.into_iter().map(|(name, term)| (name.into(), term)));
        }
        Ok(())
    }

    /// The databases, of which `DATABASE_URL` replaces the first where it is given.
    fn heroku_databases(&mut self, written: Option<&Term<'a>>, at: Spot) -> Outcome<'a> {
        let all = written.cloned().unwrap_or_else(|| {
            let all = self.heap.put(Object::Dict(Dict::default()));
            Term::new(Kind::Dict(all), From::literal(at))
        });
        let Kind::Dict(id) = all.kind else {
            return Ok(all);
        };
        let usual = self.entry_of(&all, "default").unwrap_or_else(|| Self::none_at(at));
        let address = self.wished("DATABASE_URL", None, at);
        let mut entry = match address.kind {
            Kind::None | Kind::Unset(_) => self.defaulted("DATABASE_URL", usual, at),
            _ => {
                let number = |int| Term::new(Kind::Int(int), From::literal(at));
                let named = vec![
                    ("conn_max_age".into(), number(600)),
                    ("ssl_require".into(), Term::new(Kind::Bool(true), From::literal(at))),
                ];
                self.database_entry(&address, &Arguments { named, ..Arguments::default() }, 1, at)?
            }
        };
        entry.from.depend_on(&self.deciders);
        self.heap.change_dict(id, &mut |dict| dict.put("default", entry.clone()));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn what_heroku_gives_goes_before_what_is_written() {
        let settings = "import django_heroku\nBASE_DIR = '/srv'\nSECRET_KEY = 'k'\nMIDDLEWARE = ['a']\nDATABASES = {'default': {'NAME': 'n'}}\ndjango_heroku.settings(locals())\n";
        each(&[
            (
                &format!("{settings}X = [ALLOWED_HOSTS, SECRET_KEY, STATIC_ROOT]"),
                "[[\"*\"], \"k\", \"/srv/staticfiles\"]",
            ),
            (
                &format!("{settings}X = MIDDLEWARE"),
                "[\"whitenoise.middleware.WhiteNoiseMiddleware\", \"a\"]",
            ),
            (&format!("{settings}X = DATABASES['default']['NAME']"), "\"n\""),
            (
                &format!("import os\nos.environ['SECRET_KEY'] = 'given'\n{settings}X = SECRET_KEY"),
                "\"given\"",
            ),
            (
                &format!(
                    "import os\nos.environ['DATABASE_URL'] = 'postgres://u:p@h/n'\n{settings}X = DATABASES['default']['OPTIONS']"
                ),
                "{sslmode: \"require\"}",
            ),
        ]);
    }
}
