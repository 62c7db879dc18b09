//! What a site answers: headers, cookies, pages, in a transcript; and what DNS says of its mail.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = prodcheck::probe::replay(text);
    let answered = format!("> GET https://site.test/\n< HTTP/1.1 200 OK\n< {text}");
    let _ = prodcheck::probe::replay(&answered);
    let names = ["example.com TXT", "_dmarc.example.com TXT", "example.com CAA"];
    let records = names.map(|name| format!("> DNS {name}\n< Record: {text}\n"));
    let told = format!("> GET https://example.com/\n< HTTP/1.1 200 OK\n{}", records.concat());
    let _ = prodcheck::probe::replay(&told);
});
