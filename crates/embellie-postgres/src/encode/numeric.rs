//! PostgreSQL's `numeric`: digits of base 10 000, the weight of the first, a sign, and the decimals to show.

use std::io::Write;

use bytes::{BufMut, BytesMut};
use rust_decimal::Decimal;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

pub(super) fn decimal(value: Decimal, out: &mut BytesMut) {
    // 96 bits make 29 digits at most; with a sign, a point and a zero before it.
    let mut text = [0; 40];
    let rest = {
        let mut unused = &mut text[..];
        // It fits, by the count above.
        let _ = write!(unused, "{value}");
        unused.len()
    };
    digits(&text[..text.len() - rest], out);
}

/// The shortest decimal number that stands for this float and no other.
pub(super) fn float(value: f64, out: &mut BytesMut) {
    if value.is_nan() {
        special(NAN, out);
    } else if value.is_infinite() {
        special(if value > 0.0 { INFINITY } else { NEGATIVE_INFINITY }, out);
    } else {
        digits(value.to_string().as_bytes(), out);
    }
}

fn special(sign: u16, out: &mut BytesMut) {
    out.put_u16(0);
    out.put_i16(0);
    out.put_u16(sign);
    out.put_u16(0);
}

/// A number in plain decimal notation, `-12.50`.
fn digits(text: &[u8], out: &mut BytesMut) {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        text => (false, text),
    };
    let point = text.iter().position(|&byte| byte == b'.').unwrap_or(text.len());
    let (whole, fraction) = (&text[..point], text.get(point + 1..).unwrap_or_default());
    let header = out.len();
    out.put_slice(&[0; 8]);
    // The groups of four left of the point, the first of which may be shorter, and right of it, the last of which is
    // filled up with zeros.
    let first = whole.len() % 4;
    let groups = std::iter::once(&whole[..first]).filter(|group| !group.is_empty());
    let groups = groups.chain(whole[first..].chunks(4)).map(|group| value_of(group, group.len()));
    let groups = groups.chain(fraction.chunks(4).map(|group| value_of(group, 4)));
    let mut weight = (whole.len().div_ceil(4)) as i16 - 1;
    let (mut count, mut zeros) = (0i16, 0i16);
    for group in groups {
        if group == 0 {
            if count == 0 {
                weight -= 1;
            } else {
                zeros += 1;
            }
            continue;
        }
        (0..zeros).for_each(|_| out.put_u16(0));
        out.put_u16(group);
        count += zeros + 1;
        zeros = 0;
    }
    if count == 0 {
        weight = 0;
    }
    let sign = if negative && count > 0 { NEGATIVE } else { 0 };
    let mut head = &mut out[header..header + 8];
    head.put_i16(count);
    head.put_i16(weight);
    head.put_u16(sign);
    head.put_u16(fraction.len() as u16);
}

/// The number that up to four digits make when zeros fill them up to `width`.
fn value_of(group: &[u8], width: usize) -> u16 {
    (0..width).fold(0, |value, i| value * 10 + group.get(i).map_or(0, |digit| u16::from(digit - b'0')))
}
