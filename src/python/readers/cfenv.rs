//! cfenv: what Cloud Foundry tells a program of the services that are bound to it, in `VCAP_SERVICES`.
//!
//! Where nobody is seen to set that variable, nothing is bound; what a bound service holds is not read.

use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{From, Kind, Spot, Term};

const SERVICES: &str = "VCAP_SERVICES";

impl<'a> Interpreter<'a> {
    /// A method of `AppEnv()`.
    pub(super) fn bound_services(
        &mut self,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let none_bound = Term::text("{}", From::literal(at));
        let services = self.wished(SERVICES, Some(none_bound), at);
        let is_bare = services.as_text().is_some_and(|text| text.trim() == "{}");
        match method {
            "get_service" if is_bare => Ok(Term::new(Kind::None, services.from)),
            "get_credential" if is_bare => self.os_environ("get", arguments, at),
            _ => Ok(self.unknown_from(&[&services], "what a bound service tells", at)),
        }
    }
}
