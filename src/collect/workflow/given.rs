//! The variables that a job hands the program which it deploys: in an environment file that it writes, or by
//! options of the command that starts it. Of a value that only one command of the job is given
//! (`SECRET_KEY=test ./manage.py check`) the program sees nothing.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// Variables that are filled in from what the repository keeps for its workflows: `KEY=${{ secrets.KEY }}`.
static KEPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b([A-Z_][A-Z0-9_]*)=["']?\$\{\{ ?(?:secrets|vars)\."#).ok());
/// Options that give a program one variable: `-e KEY`, `--env KEY=value`.
static OPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\s(?:-e|--env)[ =]["']?([A-Z_][A-Z0-9_]*)\b"#).ok());
/// Options that give a program several variables, with commas between.
static OPTIONS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\s--(?:set|update)-(?:env-vars|secrets)[ =]["']?(\S+)"#).ok());
/// A variable, perhaps after the command that prints it.
static ASSIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^[\s{]*(?:(?:echo|printf)\s+(?:-\w\s+)*)?["']?([A-Z_][A-Z0-9_]*)="#).ok()
});

/// The names of the variables that a script of a deploying job hands the program.
pub(super) fn names(script: &str) -> BTreeSet<String> {
    let script = script.replace("\\\n", " ");
    let listed = captured(&OPTIONS, &script);
    let listed = listed.flat_map(|list| list.split(',')).filter_map(|pair| pair.split('=').next());
    captured(&KEPT, &script)
        .chain(captured(&OPTION, &script))
        .chain(listed)
        .chain(written(&script))
        .map(str::to_owned)
        .collect()
}

/// The variables that a script writes into environment files, line by line or as a whole text.
fn written(script: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut end: Option<&str> = None;
    for line in script.lines() {
        if end == Some(line.trim()) {
            end = None;
        } else if end.is_some() || written_file(line).is_some_and(is_environment_file) {
            names.extend(captured(&ASSIGNED, line));
            end = end.or_else(|| here_document(line));
        }
    }
    names
}

fn captured<'t>(
    pattern: &'static LazyLock<Option<Regex>>,
    text: &'t str,
) -> impl Iterator<Item = &'t str> {
    let found = pattern.as_ref().map(|pattern| pattern.captures_iter(text));
    found.into_iter().flatten().filter_map(|found| Some(found.get(1)?.as_str()))
}

/// The file that a line's output is written to.
fn written_file(line: &str) -> Option<&str> {
    let (_, target) = line.rsplit_once('>')?;
    target.split_whitespace().next()
}

fn is_environment_file(path: &str) -> bool {
    let name = path.trim_matches(['"', '\'']).rsplit('/').next().unwrap_or_default();
    name.starts_with(".env") || name.rsplit('.').next() == Some("env")
}

/// The word that ends the text which follows a line: `EOF` of `cat > .env <<EOF`.
fn here_document(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("<<")?;
    let word = after.trim_start_matches('-').split_whitespace().next()?;
    Some(word.trim_matches(['"', '\'', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_given_by_files_and_options() {
        for (script, told) in [
            ("echo \"DEBUG=0\" >> .env.prod", "DEBUG"),
            ("echo SECRET_KEY=${{ secrets.KEY }} > infra/.env", "SECRET_KEY"),
            (
                "cat > .env <<EOF\nSECRET_KEY=$KEY\n# X=1\nDEBUG=False\nEOF\nTAG=1 ./up.sh",
                "DEBUG SECRET_KEY",
            ),
            ("cat <<'EOF' > /srv/shop/.env\nA=1\nEOF", "A"),
            (
                "docker run -d -e SECRET_KEY -e DEBUG=0 --env HOSTS=a \\\n  --env=PORT=1 shop",
                "DEBUG HOSTS PORT SECRET_KEY",
            ),
            (
                "gcloud run deploy shop --set-env-vars DEBUG=0,HOSTS=a --set-secrets=SECRET_KEY=key:latest",
                "DEBUG HOSTS SECRET_KEY",
            ),
            ("export SECRET_KEY=\"${{ secrets.KEY }}\"", "SECRET_KEY"),
            (
                "echo \"\nSECRET_KEY=${{ secrets.KEY }}\nDB_NAME='${{ vars.NAME }}'\n\" > .env",
                "DB_NAME SECRET_KEY",
            ),
            // What only this command is given, or another file.
            ("SECRET_KEY=test python manage.py collectstatic", ""),
            ("TAG=$(git rev-parse HEAD)", ""),
            ("echo \"A=1\" >> $GITHUB_ENV", ""),
            ("echo \"A=1\" >> notes.txt", ""),
            ("cat > compose.yml <<EOF\nA=1\nEOF", ""),
        ] {
            assert_eq!(names(script).into_iter().collect::<Vec<_>>().join(" "), told, "{script}");
        }
    }
}
