//! The real transport against servers on loopback that are slow, endless, broken or hostile.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::question::{Request, Response};
use prodcheck::probe::{Answer, Question, Site, Transport, Unanswered, interview, learn};
use url::Url;

fn manner() -> Manner {
    let (timeout, patience) = (Duration::from_secs(4), Duration::from_secs(1));
    Manner { timeout, patience, ..Manner::default() }
}

/// A server that hands each connection, with its number, to a function. It ends with the test.
fn serve(answer: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (answer, count) = (Arc::new(answer), AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (answer, number) = (answer.clone(), count.fetch_add(1, Ordering::SeqCst));
            thread::spawn(move || answer(number, stream));
        }
    });
    port
}

/// The head of a request.
fn head(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A server with one answer for everything.
fn always(answer: &'static str) -> u16 {
    serve(move |_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn ask(question: Question, manner: Manner) -> Result<Answer, Unanswered> {
    let network = Network::new(manner).unwrap();
    network.visit().ask(vec![question]).swap_remove(0).1
}

fn get(port: u16) -> Result<Response, Unanswered> {
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    ask(Question::Page(Request::get(url)), manner()).map(|answer| match answer {
        Answer::Page(response) => response,
        other => panic!("not a page: {other:?}"),
    })
}

fn why<T: std::fmt::Debug>(answer: Result<T, Unanswered>) -> String {
    answer.unwrap_err().ignorance().why.to_string()
}

#[test]
fn a_silent_server_ends_in_time() {
    let port = serve(|_, _stream| thread::sleep(Duration::from_secs(20)));
    let begun = Instant::now();
    assert_eq!(why(get(port)), "timed out after 1 seconds");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_site_that_is_silent_to_everything_ends_in_its_own_time() {
    let port = serve(|_, _stream| thread::sleep(Duration::from_secs(20)));
    let site = Site::parse(
        &format!("https://127.0.0.1:{port}/"),
        Some(&format!("http://127.0.0.1:{port}/")),
    );
    let network = Network::new(manner()).unwrap();
    let begun = Instant::now();
    let answers = interview(&site.unwrap(), &network.visit());
    assert!(answers.reached().is_err());
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
}

#[test]
fn where_nothing_listens_the_connection_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(get(port).unwrap_err(), Unanswered::Refused);
}

#[test]
fn an_endless_body_is_cut_off() {
    let port = serve(|_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let piece = vec![b'a'; 65_536];
        while stream.write_all(&piece).is_ok() {}
    });
    assert_eq!(get(port).unwrap().body.len(), 512 * 1024);
}

#[test]
fn a_dripping_body_is_cut_off_and_its_headers_count() {
    let port = serve(|_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 9999\r\n\r\n");
        while stream.write_all(b"a").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let begun = Instant::now();
    let response = get(port).unwrap();
    assert_eq!(response.values("x-a").collect::<Vec<_>>(), ["b"]);
    assert!(!response.body.is_empty() && begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn dripping_headers_end_in_time() {
    let port = serve(|_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: ");
        while stream.write_all(b"a").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(why(get(port)), "timed out after 1 seconds");
}

#[test]
fn too_many_headers_and_too_long_ones_are_no_valid_answer() {
    let many = serve(|_, mut stream| {
        head(&mut stream);
        let answer = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-A: b\r\n".repeat(2000));
        let _ = stream.write_all(answer.as_bytes());
    });
    let long = serve(|_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: ");
        let piece = vec![b'a'; 65_536];
        while stream.write_all(&piece).is_ok() {}
    });
    for port in [many, long] {
        let why = why(get(port));
        assert!(why.starts_with("the answer is no valid HTTP"), "{why}");
    }
}

#[test]
fn a_broken_connection_is_tried_once_more() {
    let port = serve(|number, mut stream| {
        head(&mut stream);
        if number > 0 {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        }
    });
    assert_eq!(get(port).unwrap().status, 204);
    let never = serve(|_, mut stream| {
        head(&mut stream);
    });
    assert_eq!(why(get(never)), "the connection broke");
}

#[test]
fn a_site_that_asks_to_wait_is_asked_again() {
    let port = serve(|number, mut stream| {
        head(&mut stream);
        let answer = match number {
            0 => "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    assert_eq!(get(port).unwrap().status, 200);
    let for_long =
        always("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 86400\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(get(for_long).unwrap().status, 429);
}

#[test]
fn what_is_no_http_is_told() {
    let why = why(get(always("SSH-2.0-OpenSSH_9.9\r\n")));
    assert!(why.starts_with("the answer is no valid HTTP"), "{why}");
}

#[test]
fn control_characters_and_wrong_bytes_never_reach_a_report() {
    let port = serve(|_, mut stream| {
        head(&mut stream);
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nServer: a\xff\xc2\x9b31m/1.0\r\nX-B\x07: c\r\nContent-Length: 0\r\n\r\n",
        );
    });
    let response = get(port).unwrap();
    assert_eq!(response.values("server").count(), 1);
    let header = response.values("server").next().unwrap();
    let shown = prodcheck::fact::Value::from(header).to_string();
    assert!(!shown.contains(char::is_control), "{shown:?}");
}

#[test]
fn redirects_in_a_circle_end() {
    let port = always("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    let site = Site::parse(&format!("http://127.0.0.1:{port}/"), None).unwrap();
    let network = Network::new(manner()).unwrap();
    let answers = interview(&site, &network.visit());
    let facts = learn(&site, &answers);
    assert_eq!(facts.at("live.http.redirects-to-https").value.bool(), Some(false));
}

#[test]
fn the_program_says_who_it_is_and_sends_nothing_of_the_user_in_plain() {
    let port = serve(|_, mut stream| {
        let head = head(&mut stream);
        let length = head.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{head}");
        let _ = stream.write_all(answer.as_bytes());
    });
    let url = Url::parse(&format!("http://shop.test:{port}/")).unwrap();
    let headers = vec![("Authorization".to_owned(), "hunter2".to_owned())];
    let addresses = [("shop.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into();
    let manner = Manner { headers, addresses, ..manner() };
    let Ok(Answer::Page(echo)) = ask(Question::Page(Request::get(url)), manner) else {
        panic!("an answer");
    };
    assert!(echo.body.contains("user-agent: prodcheck/"), "{}", echo.body);
    assert!(echo.body.contains("(+https://github.com/"), "{}", echo.body);
    assert!(echo.body.contains("host: shop.test:"), "{}", echo.body);
    assert!(!echo.body.contains("hunter2"), "{}", echo.body);
}
