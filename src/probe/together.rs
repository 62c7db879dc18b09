//! Two questions in one request: what a site is sent is limited.

use super::answers::{Answers, Exchanged};
use super::question::{Question, Request, Unanswered};
use crate::fact::Fact;

/// A question that is put together with another one, and by itself only where that answer does not tell.
pub(super) struct Together {
    /// The request that puts both.
    pub(super) both: Request,
    /// The one that puts only this.
    pub(super) alone: Request,
    /// Whether the answer to both says what there is to know.
    pub(super) tells: fn(Exchanged<'_>) -> bool,
}

impl Together {
    /// What is to be asked, given what is known.
    pub(super) fn questions(self, so_far: &Answers) -> Vec<Question> {
        let first = Question::Page(self.both.clone());
        let more = so_far.settled(&first) && self.told(so_far).is_none();
        let alone = more.then_some(Question::Page(self.alone));
        [first].into_iter().chain(alone).collect()
    }

    /// The answer that says it.
    pub(super) fn answer(self, answers: &Answers) -> Result<Exchanged<'_>, Unanswered> {
        self.told(answers).map_or_else(|| answers.page(&self.alone), Ok)
    }

    /// The answer if it says something about the site, else an unknown fact.
    pub(super) fn telling(self, answers: &Answers) -> Result<Exchanged<'_>, Box<Fact>> {
        self.told(answers).map_or_else(|| answers.telling(&self.alone), Ok)
    }

    fn told<'a>(&self, answers: &'a Answers) -> Option<Exchanged<'a>> {
        answers.page(&self.both).ok().filter(|page| (self.tells)(*page))
    }
}
