//! Whether the variable that is to switch DEBUG off does: for `bool(os.environ.get("DEBUG", 0))` every
//! text is on, `0` and `False` too.

use super::carry::{setting, truth};
use super::select::Selected;
use crate::fact::{Fact, Origin, Record, Value};
use crate::python::{Environment, Library};

/// What people write to switch something off.
const OFF: &[&str] = &["False", "0"];

/// Whether DEBUG stays on with each of these texts in its variable; absent if it is on without them,
/// or if no variable decides.
pub(super) fn told_off(
    library: &mut Library<'_>,
    selected: &Selected,
    mut environment: Environment,
    settings: &Record,
) -> Fact {
    let debug = setting(settings, "DEBUG");
    let switch = debug.provenance.variables.iter().find(|name| is_switch(name));
    let Some(name) = switch.filter(|_| truth(&debug).value == Value::Bool(false)) else {
        return Fact::absent();
    };
    let mut last = Fact::absent();
    for text in OFF {
        let told = Fact::derived(*text).from_origin(Origin::Environment);
        environment.variables.insert(name.clone().into(), told);
        let evaluated = library.interpret(&environment, |interpreter| {
            selected.evaluated(interpreter).variables.remove("DEBUG")
        });
        last = match evaluated {
            Ok(debug) => truth(&debug.unwrap_or_else(Fact::absent)),
            Err(why) => Fact::derived(Value::Unknown(why)),
        };
        if last.value == Value::Bool(false) {
            break;
        }
    }
    let mut answer = Fact::derived(last.value);
    answer.provenance.place = debug.provenance.place;
    answer
}

/// `DEBUG` and `DJANGO_DEBUG`, not `DEBUG_TOOLBAR` or `CELERY_DEBUG_LEVEL`.
fn is_switch(name: &str) -> bool {
    name == "DEBUG" || name.ends_with("_DEBUG")
}
