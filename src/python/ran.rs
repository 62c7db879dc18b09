//! Which modules have run. That is a part of the heap: one that only one of two branches imports may have run or
//! not, and what stops in the middle has not.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fact::ProjectPath;

/// The modules that have run, or run now.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran(Rc<BTreeMap<ProjectPath, Times>>);

/// Whether a module has run.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Times {
    Once,
    /// These variables decide whether it has.
    Perhaps(Vec<Rc<str>>),
}

impl Ran {
    /// Whether a module has run; none if it has not.
    pub(super) fn times(&self, path: &ProjectPath) -> Option<&Times> {
        self.0.get(path)
    }

    /// Takes a module for run.
    pub(super) fn put(&mut self, path: &ProjectPath) {
        Rc::make_mut(&mut self.0).insert(path.clone(), Times::Once);
    }

    /// Takes a module for not run: it will run again where it is imported next.
    pub(super) fn remove(&mut self, path: &ProjectPath) {
        Rc::make_mut(&mut self.0).remove(path);
    }

    /// What has run after one of two branches was taken, as these variables decide.
    pub(super) fn joined(one: &Self, other: &Self, deciders: &[Rc<str>]) -> Self {
        if Rc::ptr_eq(&one.0, &other.0) {
            return one.clone();
        }
        let paths = one.0.keys().chain(other.0.keys().filter(|path| !one.0.contains_key(*path)));
        let joined = paths.map(|path| {
            let ways = [one.times(path), other.times(path)];
            (path.clone(), Times::joined(ways, deciders))
        });
        Self(Rc::new(joined.collect()))
    }
}

impl Times {
    fn joined(ways: [Option<&Self>; 2], deciders: &[Rc<str>]) -> Self {
        if ways == [Some(&Self::Once); 2] {
            return Self::Once;
        }
        let mut deciders = deciders.to_vec();
        for way in ways.into_iter().flatten() {
            if let Self::Perhaps(others) = way {
                deciders.extend(others.iter().cloned());
            }
        }
        deciders.sort();
        deciders.dedup();
        Self::Perhaps(deciders)
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::{names, reads_of, value_of};

    #[test]
    fn a_module_that_has_run_on_one_way_runs_where_it_is_imported_next() {
        let settings = "import os\nif os.getenv('A') == '1':\n    import extra\n    extra.N = 1\n\
                        import extra\nX = extra.N\nY = extra.M";
        let files = [("settings.py", settings), ("extra.py", "N = 60\nM = 5")];
        let namespace = names(&files, None);
        assert_eq!(value_of(&namespace, "X"), "one of 1 or 60");
        assert_eq!(value_of(&namespace, "Y"), "5");
    }

    #[test]
    fn a_module_that_stopped_runs_again() {
        let settings = "try:\n    import extra\nexcept ValueError:\n    pass\n\
                        try:\n    import extra\nexcept ValueError:\n    X = 'stopped'";
        let files = [("settings.py", settings), ("extra.py", "N = 60\nraise ValueError")];
        assert_eq!(value_of(&names(&files, None), "X"), "\"stopped\"");
    }

    #[test]
    fn a_variable_that_only_a_test_asks_for_is_demanded_where_the_other_way_stops() {
        let package = "from shop.base import *\nif not DEBUG:\n    from shop.production import *";
        let base = "import os\nDEBUG = False\nDEBUG |= ('DEBUG' in os.environ) is True";
        let production = "from shop.base import *\nDEBUG = False\nraise ValueError";
        let reads = reads_of(&[
            ("shop/settings.py", package),
            ("shop/__init__.py", ""),
            ("shop/base.py", base),
            ("shop/production.py", production),
        ]);
        let required: Vec<_> = reads.iter().map(|it| (it.name.as_str(), it.required)).collect();
        assert_eq!(required, [("DEBUG", true)]);
    }
}
