//! Blocks of Lua inside nginx's configuration: where they end.

use winnow::LocatingSlice;
use winnow::stream::Stream;

/// Skips a block of Lua of which the opening brace was read, up to and with its closing brace.
pub(super) fn skip(input: &mut LocatingSlice<&str>) -> Result<(), ()> {
    let text: &str = input.as_ref();
    let end = end_of_block(text.as_bytes()).ok_or(())?;
    input.next_slice(end);
    Ok(())
}

/// The offset behind the brace that closes the block. Braces in strings and comments do not count.
fn end_of_block(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 1_usize);
    while let Some(byte) = text.get(at) {
        let rest = text.get(at..)?;
        at += match byte {
            b'{' => {
                depth += 1;
                1
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
                1
            }
            b'"' | b'\'' => quoted(rest)?,
            b'[' => long_bracket(rest)?,
            b'-' if rest.starts_with(b"--") => comment(rest)?,
            _ => 1,
        };
    }
    None
}

fn quoted(text: &[u8]) -> Option<usize> {
    let quote = text.first()?;
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The length of `[[…]]` or `[==[…]==]`; 1 for a bracket that opens no such string.
fn long_bracket(text: &[u8]) -> Option<usize> {
    let level = text.iter().skip(1).take_while(|byte| **byte == b'=').count();
    if text.get(level + 1) != Some(&b'[') {
        return Some(1);
    }
    let mut close = vec![b'='; level + 2];
    for end in [0, level + 1] {
        *close.get_mut(end)? = b']';
    }
    let body = level + 2;
    let offset = memchr::memmem::find(text.get(body..)?, &close)?;
    Some(body + offset + close.len())
}

fn comment(text: &[u8]) -> Option<usize> {
    let body = text.get(2..)?;
    let long = long_bracket(body).filter(|length| *length > 1);
    if body.first() == Some(&b'[')
        && let Some(length) = long
    {
        return Some(2 + length);
    }
    Some(memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_at_its_own_brace() {
        for (text, end) in [
            ("ngx.say(1) } x", Some(12)),
            ("t = {1, {2}} } x", Some(14)),
            ("s = '}' .. \"}\\\"\" } x", Some(18)),
            ("-- }\n} x", Some(6)),
            ("--[[ } ]] } x", Some(11)),
            ("s = [==[ ]] } ]==] } x", Some(20)),
            ("t[1] = 2 }", Some(10)),
            ("never", None),
            ("s = 'never }", None),
        ] {
            assert_eq!(end_of_block(text.as_bytes()), end, "{text}");
        }
    }
}
