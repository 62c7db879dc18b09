//! Methods of `pathlib` paths, and the functions of `os.path`.

use super::formats::shown;
use super::heap::Sequence;
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::paths;
use super::term::{From, Kind, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    pub(super) fn path_method(
        &mut self,
        object: &Term<'a>,
        path: &str,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From::mixed([object], at);
        let first = arguments.first().and_then(shown);
        let path = match name {
            "resolve" | "absolute" | "expanduser" => paths::normal(path),
            "joinpath" | "path" | "__call__" => {
                let mut path = path.to_owned();
                for part in &arguments.positional {
                    match shown(part) {
                        Some(part) => path = paths::joined(&path, &part),
                        None => return Ok(self.unknown_from(&[part], "this path", at)),
                    }
                }
                path
            }
            "as_posix" | "__str__" => return Ok(Term::text(path, from)),
            "is_absolute" => return Ok(Term::new(Kind::Bool(path.starts_with('/')), from)),
            "read_text" | "read_bytes" => return self.text_of_file(object, at),
            "open" => {
                let positional = [object.clone()].into_iter().chain(arguments.positional.clone());
                let arguments = Arguments { positional: positional.collect(), ..arguments.clone() };
                return self.open(object, &arguments, at);
            }
            "with_name" | "with_suffix" | "relative_to" => {
                let Some(part) = first else {
                    return Ok(self.unknown_from(&[object], "this path", at));
                };
                match paths::changed(path, name, &part) {
                    Some(path) => path,
                    None => return Err(Raised::new("ValueError", "a path cannot be made so")),
                }
            }
            "exists" | "is_file" => return Ok(self.path_exists(path, from)),
            _ => return Ok(self.opaque(&format!("what `.{name}(…)` gives"), at)),
        };
        Ok(Term::new(Kind::Path(path.into()), from))
    }

    /// `os.path.join(…)` and its like.
    pub(super) fn os_path(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let mut from = From::literal(at);
        let mut parts = Vec::new();
        for argument in &arguments.positional {
            from.take_in(&argument.from);
            match shown(argument) {
                Some(text) if !matches!(argument.kind, Kind::None) => parts.push(text),
                _ => return self.unknown_from(&[argument], "this path", at),
            }
        }
        let Some((first, others)) = parts.split_first() else {
            return self.opaque("this path", at);
        };
        let text = match function {
            "join" => others.iter().fold(first.clone(), |path, part| paths::joined(&path, part)),
            "dirname" => paths::folder_of(first).to_owned(),
            "basename" => first.rsplit('/').next().unwrap_or_default().to_owned(),
            "abspath" | "realpath" | "normpath" => {
                let text = paths::normal(first);
                let stays = function == "normpath" || text.starts_with('/');
                if stays { text } else { paths::joined(paths::ROOT, &text) }
            }
            "splitext" => {
                let (stem, suffix) = paths::split_suffix(first);
                return self.pair(stem, suffix, from);
            }
            "split" => {
                let name = first.rsplit('/').next().unwrap_or_default();
                return self.pair(paths::folder_of(first), name, from);
            }
            "isabs" => return Term::new(Kind::Bool(first.starts_with('/')), from),
            "exists" | "isfile" | "isdir" => return self.path_exists(first, from),
            _ => return self.opaque(&format!("what `os.path.{function}(…)` gives"), at),
        };
        Term::text(text, from)
    }

    fn pair(&mut self, one: &str, other: &str, from: From) -> Term<'a> {
        let items = vec![Term::text(one, from.clone()), Term::text(other, from.clone())];
        self.made(Shape::Tuple, Sequence { items, rest: None }, from)
    }
}
