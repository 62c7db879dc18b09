//! `pyproject.toml` and `Pipfile`: what a project says it needs, without groups for development.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::listing::requirement;
use super::specifier::{Dialect, clauses, exact};
use super::{Listed, Package};
use crate::collect::lines::Lines;
use crate::fact::{Ignorance, Place, ProjectPath};
use crate::grammar::package_name::normal_name;
use crate::project::Project;

/// Poetry's groups that production installs too.
const PRODUCTION_GROUPS: &[&str] = &["main", "prod", "production", "deploy", "server"];

/// What `pyproject.toml` or a `Pipfile` asks for; nothing if it asks for no packages at all.
pub(super) fn read(project: &Project, path: &ProjectPath) -> Option<Listed> {
    let text = match project.read(path) {
        Ok(text) => text,
        Err(why) => return Some(Listed { rest: Some(why), ..Listed::default() }),
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading { path, lines: Lines::of(text), packages: Vec::new() };
    let root = root.get_ref();
    let asked = if path.name() == "Pipfile" {
        table(root, &["packages"]).map(|packages| reading.named(packages, Dialect::Standard))
    } else {
        let standard = reading.project_table(root);
        let poetry = reading.poetry_tables(root);
        standard.or(poetry)
    };
    let rest = errors.first().map(|_| Ignorance::new(format!("`{path}` is not valid TOML")));
    let files = vec![path.clone()];
    (asked.is_some() || rest.is_some()).then_some(Listed {
        packages: reading.packages,
        rest,
        files,
    })
}

struct Reading<'t> {
    path: &'t ProjectPath,
    lines: Lines<'t>,
    packages: Vec<Package>,
}

impl Reading<'_> {
    /// `[project]` with its list of requirements, and those extras that are for production.
    fn project_table(&mut self, root: &DeTable<'_>) -> Option<()> {
        let project = table(root, &["project"])?;
        let listed = project.get("dependencies")?.get_ref().as_array()?;
        let extras = table(project, &["optional-dependencies"]);
        let extras =
            PRODUCTION_GROUPS.iter().filter_map(|group| extras?.get(*group)?.get_ref().as_array());
        for item in listed.iter().chain(extras.flat_map(|extra| extra.iter())) {
            let place = self.place(item);
            let package =
                item.get_ref().as_str().and_then(|text| requirement(text, place, self.path));
            self.packages.extend(package);
        }
        Some(())
    }

    /// `[tool.poetry]` with its tables of names.
    fn poetry_tables(&mut self, root: &DeTable<'_>) -> Option<()> {
        let poetry = table(root, &["tool", "poetry"])?;
        let groups = PRODUCTION_GROUPS
            .iter()
            .filter_map(|group| table(poetry, &["group", group, "dependencies"]));
        let tables: Vec<&DeTable<'_>> =
            table(poetry, &["dependencies"]).into_iter().chain(groups).collect();
        for table in &tables {
            self.named(table, Dialect::Poetry);
        }
        (!tables.is_empty()).then_some(())
    }

    /// `name = "specifier"` and `name = { version = "specifier" }`.
    fn named(&mut self, table: &DeTable<'_>, dialect: Dialect) {
        for (name, value) in table.iter().filter(|(name, _)| *name.get_ref() != "python") {
            let field = |key: &str| match value.get_ref() {
                DeValue::Table(fields) => fields.get(key)?.get_ref().as_str(),
                _ => None,
            };
            if field("path").is_some() {
                continue;
            }
            let specifier = value.get_ref().as_str().or_else(|| field("version")).unwrap_or("*");
            let commit = field("rev").or_else(|| field("ref"));
            let version = exact(&clauses(specifier, dialect)).or(commit).map(str::to_owned);
            self.packages.push(Package {
                name: normal_name(name.get_ref()),
                specifier: specifier.to_owned(),
                dialect,
                version,
                hashed: false,
                place: self.place(value),
                file: self.path.clone(),
            });
        }
    }

    fn place<T>(&self, node: &Spanned<T>) -> Place {
        Place::in_file(self.path, self.lines.position(&node.span()))
    }
}

fn table<'t>(root: &'t DeTable<'_>, path: &[&str]) -> Option<&'t DeTable<'t>> {
    let mut table = root;
    for key in path {
        match table.get(*key)?.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return None,
        }
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let project = Project::of_texts([(path, text)]);
        let listed = read(&project, &ProjectPath::new(path)).unwrap_or_default();
        let shown = |package: &Package| {
            let version = package.version.as_deref().unwrap_or("-");
            format!("{} [{}] {version} {}", package.name, package.specifier, package.place)
        };
        listed
            .packages
            .iter()
            .map(shown)
            .chain(listed.rest.map(|why| why.why.to_string()))
            .collect()
    }

    #[test]
    fn each_dialect_lists_what_production_needs() {
        let standard = "[project]\nname = \"shop\"\ndependencies = [\n  \"Django==5.2.8\",\n  \
                        \"redis[hiredis]>=5\",\n]\n[project.optional-dependencies]\ndocs = [\"sphinx\"]\n\
                        prod = [\"gunicorn==23.0.0\"]\n[dependency-groups]\ndev = [\"pytest\"]\n";
        assert_eq!(
            told("pyproject.toml", standard),
            [
                "django [==5.2.8] 5.2.8 pyproject.toml:4",
                "redis [>=5] - pyproject.toml:5",
                "gunicorn [==23.0.0] 23.0.0 pyproject.toml:9"
            ]
        );
        let poetry = "[tool.poetry.dependencies]\npython = \"^3.12\"\ndjango = \"5.2.8\"\n\
                      redis = { version = \"^5\", extras = [\"hiredis\"] }\nmine = { path = \"lib\" }\n\
                      [tool.poetry.group.dev.dependencies]\npytest = \"*\"\n\
                      [tool.poetry.group.prod.dependencies]\ngunicorn = \"*\"\n";
        assert_eq!(
            told("pyproject.toml", poetry),
            [
                "django [5.2.8] 5.2.8 pyproject.toml:3",
                "redis [^5] - pyproject.toml:4",
                "gunicorn [*] - pyproject.toml:9"
            ]
        );
        let pipenv = "[packages]\ndjango = \"==5.2.8\"\n[dev-packages]\npytest = \"*\"\n";
        assert_eq!(told("Pipfile", pipenv), ["django [==5.2.8] 5.2.8 Pipfile:2"]);
    }

    #[test]
    fn a_file_for_tools_alone_asks_for_nothing() {
        assert_eq!(told("pyproject.toml", "[tool.ruff]\nline-length = 100\n"), [""; 0]);
    }

    #[test]
    fn broken_toml_is_told() {
        assert_eq!(told("pyproject.toml", "[project\n"), ["`pyproject.toml` is not valid TOML"]);
    }
}
