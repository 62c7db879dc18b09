//! What a running program holds.

/// The most that a process has held so far, in kilobytes (proc(5)); nothing where there is no such file.
pub(crate) fn held(process: u32) -> u64 {
    // Before it is the program, it is a copy of this one.
    let program = std::fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    if program != std::path::Path::new(env!("CARGO_BIN_EXE_prodcheck")) {
        return 0;
    }
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or_default()
}
