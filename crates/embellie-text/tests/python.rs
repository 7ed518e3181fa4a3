//! Python's own part of a text: what it prints is what Python 3.11 printed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Mutex;

use embellie::{Database, Registry};
use embellie_text::Models;
use embellie_text::models::Settings;
use embellie_text::statement::Session;

/// Snippets, and what Python printed for them; a mistake is printed last, by its class and message.
const SNIPPETS: &[(&str, &str)] = &[
    (
        r#"print(1, 2.0, 'a', None, True, [1, 'x', None], (1,), (), {'a': [1]}, {1, 2}, set(), b'a\x00\'', sep='|', end='!\n')"#,
        r#"1|2.0|a|None|True|[1, 'x', None]|(1,)|()|{'a': [1]}|{1, 2}|set()|b"a\x00'"!
"#,
    ),
    (
        r#"print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 2 ** 10, 2 ** -1, 7 / 2, 1e16, 1e-5, 0.1 + 0.2, 1.0, 123456789.125, float('inf'), 5 // 2.0, -5 % 2.5)"#,
        r#"3 -4 -2 2 1024 0.5 3.5 1e+16 1e-05 0.30000000000000004 1.0 123456789.125 inf 2.0 0.0
"#,
    ),
    (
        r#"print(f"{1234567.891:,.2f}|{5:>6}|{5:<6}|{5:^6}|{5:06d}|{-5:06d}|{0.256:.1%}|{255:x}|{255:#x}|{'ab':>5}|{'abc':.2}|{True}|{3.0}|{1e10:g}|{12345.678:g}|{0.00001234:g}|{1234:e}")"#,
        r#"1,234,567.89|     5|5     |  5   |000005|-00005|25.6%|ff|0xff|   ab|ab|True|3.0|1e+10|12345.7|1.234e-05|1.234000e+03
"#,
    ),
    (
        r#"x = 3
name = 'Ann'
print(f"{x=} {name!r} {name=!s} {{}} {x + 1:>{x + 2}} {'yes' if x > 2 else 'no'} {name:*^9}")"#,
        r#"x=3 'Ann' name=Ann {}     4 yes ***Ann***
"#,
    ),
    (
        r#"print("%s is %d years and %.2f%% of %r, %5d|%-5d|%05d" % ('Ann', 41.7, 12.345, 'x', 7, 7, 7))
print("%(a)s-%(b)s" % {'a': 1, 'b': [2]})
print('100%% of %s' % 'it')"#,
        r#"Ann is 41 years and 12.35% of 'x',     7|7    |00007
1-[2]
100% of it
"#,
    ),
    (
        r#"print('{} {} {0}'.format(1, 2) if False else '{1} {0} {name:>5} {name!r}'.format(1, 2, name='n'))"#,
        r#"2 1     n 'n'
"#,
    ),
    (
        r#"a, *b, c = [1, 2, 3, 4]
print(a, b, c)
(d, e), f = (1, 2), 3
print(d, e, f)
for i, (k, v) in enumerate({'x': 1, 'y': 2}.items(), start=1):
    print(i, k, v)"#,
        r#"1 [2, 3] 4
1 2 3
1 x 1
2 y 2
"#,
    ),
    (
        r#"x = [3, 1, 2]
y = x
y.append(0)
x.sort(reverse=True)
print(x, y is x, x == [3, 2, 1, 0], x[::-1], x[1:3], x[-1], x[:-1], x[5:], x.index(2), x.count(1))
x += [9]
print(y, x.pop(), x.pop(0), x)
x.extend(range(3)); x.insert(1, 'a'); x.remove(1); print(x, len(x), 'a' in x, 7 not in x)"#,
        r#"[3, 2, 1, 0] True True [0, 1, 2, 3] [2, 1] 0 [3, 2, 1] [] 1 1
[2, 1, 0] 9 3 [2, 1, 0]
[2, 'a', 0, 0, 1, 2] 6 True True
"#,
    ),
    (
        r#"d = {}
d.setdefault('a', []).append(1)
d.setdefault('a', []).append(2)
d['b'] = d.get('c', 0) + 1
print(d, list(d), list(d.values()), d.pop('b'), d.get('zz'), 'a' in d, len(d))
del d['a']
print(d or 'empty', bool(d))"#,
        r#"{'a': [1, 2]} ['a', 'b'] [[1, 2], 1] 1 None True 1
empty False
"#,
    ),
    (
        r#"words = "the quick brown fox jumps over the lazy dog the end".split()
counts = {}
for w in words:
    counts[w] = counts.get(w, 0) + 1
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:3])
print({w: len(w) for w in words if len(w) > 4}, {len(w) for w in words} == {3, 4, 5}, [c.upper() for c in 'abc'])
print(sum(len(w) for w in words), max(words, key=len), min(words), any(w == 'fox' for w in words), all(w for w in words))
print([(i, j) for i in range(3) for j in range(i) if (i + j) % 2], [[0] * 2 for _ in range(2)])"#,
        r#"[('the', 3), ('brown', 1), ('dog', 1)]
{'quick': 5, 'brown': 5, 'jumps': 5} True ['A', 'B', 'C']
41 quick brown True True
[(1, 0), (2, 1)] [[0, 0], [0, 0]]
"#,
    ),
    (
        r#"from collections import Counter, defaultdict
c = Counter('mississippi')
print(c.most_common(2), c['s'], c['zz'], sum(c.values()))
g = defaultdict(list)
for n in range(6):
    g[n % 2].append(n)
print(dict(g), len(g))
n = defaultdict(int)
n['x'] += 1
print(dict(n))"#,
        r#"[('i', 4), ('s', 4)] 4 0 11
{0: [0, 2, 4], 1: [1, 3, 5]} 2
{'x': 1}
"#,
    ),
    (
        r#"print('  a b '.strip() + '|', 'A-b'.lower().split('-'), ','.join(['x', 'y']), 'abc'.replace('b', 'BB'), 'hello world'.title(), 'Abc'.startswith(('x', 'A')), 'a,b,c'.rsplit(',', 1), 'x'.zfill(3), '-5'.zfill(4), 'abc'.find('c'), 'abc'.find('z'), 'aXbX'.partition('X'), 'a\nb'.splitlines(), 'abcabc'.count('bc'), 'é'.upper(), 'ab' * 2, 'b' in 'abc', 'abc'[1], 'abc'[::-1], '12'.isdigit(), 'hi'.center(6) + '|')"#,
        r#"a b| ['a', 'b'] x,y aBBc Hello World True ['a,b', 'c'] 00x -005 2 -1 ('a', 'X', 'bX') ['a', 'b'] 2 É abab True b cba True   hi  |
"#,
    ),
    (
        r#"print(round(2.5), round(3.5), round(2.675, 2), round(1234, -2), round(-0.5), abs(-3), divmod(7, 2), divmod(-7, 2), int('42'), int(3.9), int(-3.9), float('1.5'), int('ff', 16), bool([]), bool('a'), str(1.5), pow(2, 3))"#,
        r#"2 4 2.67 1200 0 3 (3, 1) (-4, 1) 42 3 -3 1.5 255 False True 1.5 8
"#,
    ),
    (
        r#"from decimal import Decimal
print(Decimal('1.10') + Decimal('2.205'), Decimal('3') * 2, repr(Decimal('0.5')), Decimal('10') / Decimal('4'), f"{Decimal('1234.5'):,.2f}", round(Decimal('2.675'), 2), Decimal('1.1') == Decimal('1.10'), Decimal('1') < 2, sum([Decimal('0.1')] * 3), Decimal('7') // 2, -Decimal('1.5'), Decimal('3.14159').quantize(Decimal('0.01')))"#,
        r#"3.305 6 Decimal('0.5') 2.5 1,234.50 2.68 True True 0.3 3 -1.5 3.14
"#,
    ),
    (
        r#"import datetime
from datetime import date, timedelta
d = date(2024, 2, 28)
t = datetime.datetime(2024, 1, 2, 3, 4, 5)
print(d + timedelta(days=2), d, repr(d), d.year, d.month, (date(2024, 3, 1) - d).days, d.isoformat(), d.weekday(), d.strftime('%d.%m.%Y'), f"{d:%Y/%m}", d < date(2025, 1, 1))
print(t, repr(t), t.date(), t.hour, t - datetime.timedelta(hours=4), t.isoformat(), f"{t:%H:%M}", t.replace(day=31), timedelta(days=1, hours=2), timedelta(seconds=90), repr(timedelta(days=1)), timedelta(hours=36).days, timedelta(minutes=1).total_seconds(), timedelta(days=-1, hours=3), timedelta(days=2) * 3, timedelta(days=3) / 2)"#,
        r#"2024-03-01 2024-02-28 datetime.date(2024, 2, 28) 2024 2 2 2024-02-28 2 28.02.2024 2024/02 True
2024-01-02 03:04:05 datetime.datetime(2024, 1, 2, 3, 4, 5) 2024-01-02 3 2024-01-01 23:04:05 2024-01-02T03:04:05 03:04 2024-01-31 03:04:05 1 day, 2:00:00 0:01:30 datetime.timedelta(days=1) 1 60.0 -1 day, 3:00:00 6 days, 0:00:00 1 day, 12:00:00
"#,
    ),
    (
        r#"def fib(n):
    """Doc."""
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def greet(name, greeting='Hello', *rest, punct='!', **more):
    return f"{greeting}, {name}{punct} {rest} {sorted(more)}"

print([fib(n) for n in range(10)], greet('Ann'), greet('Bob', 'Hi', 1, 2, punct='?', z=1))
adders = [lambda x, n=n: x + n for n in range(3)]
print([f(10) for f in adders], (lambda *a: a)(1, 2))
def outer(k):
    def inner(x):
        return x * k
    return inner
print(outer(3)(4), list(map(outer(2), [1, 2])), list(filter(None, [0, 1, '', 'a'])))"#,
        r#"[0, 1, 1, 2, 3, 5, 8, 13, 21, 34] Hello, Ann! () [] Hi, Bob? (1, 2) ['z']
[10, 11, 12] (1, 2)
12 [2, 4] [1, 'a']
"#,
    ),
    (
        r#"n = 0
while True:
    n += 1
    if n % 2:
        continue
    if n > 6:
        break
    print(n, end=' ')
else:
    print('never')
for i in []:
    pass
else:
    print('empty')
print()"#,
        r#"2 4 6 empty

"#,
    ),
    (
        r#"try:
    print(1)
    {}['missing']
except (ValueError, KeyError) as e:
    print('caught', repr(e), e)
else:
    print('not here')
finally:
    print('finally')
try:
    try:
        raise ValueError('inner')
    except TypeError:
        print('no')
except Exception as e:
    print(type(e) == ValueError, isinstance(e, ValueError), e)"#,
        r#"1
caught KeyError('missing') 'missing'
finally
True True inner
"#,
    ),
    (
        r#"print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, 'a' < 'b', [1, 2] < [1, 3], (1, 'a') == (1, 'a'), None is None, not None, 1 and 0, 0 or 'x', [] == (), True == 1, 3 if 0 else 4, 1 != 2, 'a' in ['a'], {1: 2} == {1: 2.0})"#,
        r#"True False True True True True True True 0 x False True 4 True True True
"#,
    ),
    (
        r#"s = {3, 1}
s.add(2); s.discard(9); s.update([5])
print(sorted(s), sorted(s | {9}), sorted(s & {1, 9}), sorted(s - {1}), sorted(s ^ {1, 7}), {1} <= {1, 2}, s.issuperset({1}), len(s))"#,
        r#"[1, 2, 3, 5] [1, 2, 3, 5, 9] [1] [2, 3, 5] [2, 3, 5, 7] True True 4
"#,
    ),
    (
        r#"print(list(zip([1, 2], 'ab')), list(enumerate('ab')), list(reversed([1, 2])), sorted([3, 1, 2], reverse=True), list(range(5, 0, -2)), tuple(range(3)), dict(a=1, **{'b': 2}), dict([('x', 1)]), [*range(2), *'ab'], {**{'a': 1}, 'b': 2}, next(iter([7])), next((x for x in []), 'none'))"#,
        r#"[(1, 'a'), (2, 'b')] [(0, 'a'), (1, 'b')] [2, 1] [3, 2, 1] [5, 3, 1] (0, 1, 2) {'a': 1, 'b': 2} {'x': 1} [0, 1, 'a', 'b'] {'a': 1, 'b': 2} 7 none
"#,
    ),
    (
        r#"import json
print(json.dumps({'a': [1, 2.5, None, True, 'é"']}), json.loads('{"a": [1, {"b": null}]}'))
import math
print(math.ceil(1.2), math.floor(-1.2), math.sqrt(9))
from functools import reduce
import operator
print(reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(operator.or_, [{1}, {2}]))
from itertools import chain
print(list(chain([1], (2, 3))))"#,
        r#"{"a": [1, 2.5, null, true, "\u00e9\""]} {'a': [1, {'b': None}]}
2 -2 3.0
24 {1, 2}
[1, 2, 3]
"#,
    ),
    (
        r#"x = 5
x -= 2; x *= 4; x //= 5; x **= 3
print(x, ~x, -x, +x, 6 & 3, 6 | 3, 6 ^ 3, 1 << 4, 256 >> 2, not x)
a = b = []
a.append(1)
print(b, a is b)
if (m := 10) > 5: print(m)"#,
        r#"8 -9 -8 8 2 7 5 16 64 False
[1] True
10
"#,
    ),
    (
        r#"print(repr("it's"), repr('say "hi"'), repr('both \' "'), repr('a\\b\n\t'), ['é', '漢'], str([1.0, 'a']))"#,
        r#""it's" 'say "hi"' 'both \' "' 'a\\b\n\t' ['é', '漢'] [1.0, 'a']
"#,
    ),
    (
        r#"x: int = 3
y: str
print(x)
assert x == 3, 'no'
del x
print(x)"#,
        r#"3
NameError: name 'x' is not defined"#,
    ),
    (r#"[1, 2][5]"#, r#"IndexError: list index out of range"#),
    (r#"{'a': 1}['b']"#, r#"KeyError: 'b'"#),
    (r#"int('abc')"#, r#"ValueError: invalid literal for int() with base 10: 'abc'"#),
    (r#"'a' + 1"#, r#"TypeError: can only concatenate str (not "int") to str"#),
    (r#"1 + 'a'"#, r#"TypeError: unsupported operand type(s) for +: 'int' and 'str'"#),
    (r#"1 / 0"#, r#"ZeroDivisionError: division by zero"#),
    (r#"a, b = 1, 2, 3"#, r#"ValueError: too many values to unpack (expected 2)"#),
    (r#"a, b = [1]"#, r#"ValueError: not enough values to unpack (expected 2, got 1)"#),
    (r#"None.x"#, r#"AttributeError: 'NoneType' object has no attribute 'x'"#),
    (r#"'abc'.nope()"#, r#"AttributeError: 'str' object has no attribute 'nope'"#),
    (r#"undefined_name"#, r#"NameError: name 'undefined_name' is not defined"#),
    (r#"[1, 2] < 3"#, r#"TypeError: '<' not supported between instances of 'list' and 'int'"#),
    (r#"sorted([1, 'a'])"#, r#"TypeError: '<' not supported between instances of 'str' and 'int'"#),
    (r#"max([])"#, r#"ValueError: max() arg is an empty sequence"#),
    (r#"len(5)"#, r#"TypeError: object of type 'int' has no len()"#),
    (
        r#"for x in 5:
    pass"#,
        r#"TypeError: 'int' object is not iterable"#,
    ),
    (
        r#"def f(a, b=1): return a
f()"#,
        r#"TypeError: f() missing 1 required positional argument: 'a'"#,
    ),
    (
        r#"def f(a): return a
f(1, 2)"#,
        r#"TypeError: f() takes 1 positional argument but 2 were given"#,
    ),
    (
        r#"def f(a): return a
f(1, b=2)"#,
        r#"TypeError: f() got an unexpected keyword argument 'b'"#,
    ),
    (r#"raise ValueError('bad thing')"#, r#"ValueError: bad thing"#),
    (r#"assert 1 == 2, 'not equal'"#, r#"AssertionError: not equal"#),
    (r#"[].pop()"#, r#"IndexError: pop from empty list"#),
    (r#"{[]: 1}"#, r#"TypeError: unhashable type: 'list'"#),
    (r#"'%d' % 'x'"#, r#"TypeError: %d format: a real number is required, not str"#),
    (r#"'%s %s' % (1,)"#, r#"TypeError: not enough arguments for format string"#),
    (r#"f"{'a':d}""#, r#"ValueError: Unknown format code 'd' for object of type 'str'"#),
    (
        r#"x = (1, 2)
x[0] = 5"#,
        r#"TypeError: 'tuple' object does not support item assignment"#,
    ),
    (r#"'abc'[10]"#, r#"IndexError: string index out of range"#),
    (r#"(1).foo"#, r#"AttributeError: 'int' object has no attribute 'foo'"#),
    (r#"range(1, 10, 0)"#, r#"ValueError: range() arg 3 must not be zero"#),
    (r#"int('1.5')"#, r#"ValueError: invalid literal for int() with base 10: '1.5'"#),
];

#[tokio::test]
async fn snippets_print_what_python_prints() {
    let db = Database::builder("sqlite::memory:").registry(Registry::default()).connect().await.unwrap();
    let mut wrong = Vec::new();
    for (text, expected) in SNIPPETS {
        let models = Models::of_registry(db.registry().clone(), Settings::default());
        let mut session = Session::new(models);
        let printed = Mutex::new(String::new());
        let end = session.run(text, &db, &|text| printed.lock().unwrap().push_str(text)).await;
        let mut printed = printed.into_inner().unwrap();
        if let Err(mistake) = end {
            printed.push_str(&mistake.to_string());
        }
        if printed != *expected {
            wrong.push(format!("{text}\n--- printed\n{printed}\n--- instead of\n{expected}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n======\n"));
}
