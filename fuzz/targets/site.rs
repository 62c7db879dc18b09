//! What a site answers: headers, cookies, pages, in a transcript.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = prodcheck::probe::replay(text);
    let answered = format!("> GET https://site.test/\n< HTTP/1.1 200 OK\n< {text}");
    let _ = prodcheck::probe::replay(&answered);
});
