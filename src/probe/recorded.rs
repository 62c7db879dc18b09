//! One exchange of a transcript, and the questions that it answers.

use std::collections::BTreeMap;

use url::Url;

use super::question::{Answer, Answered, Method, Question, REFUSED, Request, Response, Unanswered};
use super::records::Lookup;
use super::told;
use crate::fact::Ignorance;
use crate::problem::Problem;

/// What was asked.
pub(super) enum What {
    Page(Request),
    Tls(Url),
    Dns(Lookup),
}

/// One exchange as it is being read.
pub(super) struct Asked {
    pub(super) what: What,
    pub(super) response: Option<Response>,
    pub(super) failure: Option<String>,
}

impl What {
    /// The address, of what has one.
    pub(super) fn url(&self) -> Option<&Url> {
        match self {
            Self::Page(request) => Some(&request.url),
            Self::Tls(url) => Some(url),
            Self::Dns(_) => None,
        }
    }
}

impl Asked {
    /// What it answers.
    pub(super) fn answers(self) -> Result<Vec<Answered>, Problem> {
        let failure = self.failure.as_deref().map(|why| match why {
            REFUSED => Unanswered::Refused,
            why => Unanswered::InVain(Ignorance::new(why)),
        });
        let unended = Unanswered::InVain(Ignorance::new("the transcript ends before the answer"));
        let url = match self.what {
            What::Page(request) => {
                // The headers may have come before the body failed: then they count.
                let answer = match (self.response, failure) {
                    (Some(response), _) if response.status > 0 => Ok(Answer::Page(response)),
                    (_, Some(failure)) => Err(failure),
                    (_, None) => Err(unended),
                };
                return Ok(vec![(Question::Page(request), answer)]);
            }
            What::Dns(lookup) => {
                let records = told::records(&self.response.unwrap_or_default())?;
                let answer = failure.map_or(Ok(Answer::Records(records)), Err);
                return Ok(vec![(Question::Records(lookup), answer)]);
            }
            What::Tls(url) => url,
        };
        let answers = told::answers(&url, &self.response.unwrap_or_default())?;
        match failure {
            Some(failure) if answers.is_empty() => {
                let all = [Question::Certificate, Question::Offer];
                Ok(all.map(|question| (question(url.clone()), Err(failure.clone()))).into())
            }
            _ => Ok(answers),
        }
    }
}

/// What is posted may be one of a row.
pub(super) fn tried(all: &[Asked]) -> BTreeMap<Question, Result<Answer, Unanswered>> {
    let mut rows: BTreeMap<&Request, Vec<Response>> = BTreeMap::new();
    for asked in all {
        if let (What::Page(request), Some(response)) = (&asked.what, &asked.response)
            && request.method == Method::Post
        {
            rows.entry(request).or_default().push(response.clone());
        }
    }
    let row = |(request, row): (&Request, Vec<Response>)| {
        (Question::SignIn(request.clone()), Ok(Answer::SignIn(row)))
    };
    rows.into_iter().map(row).collect()
}
