"""Damage to JSON, XML, YAML and tables."""

import json
import random
import re
from typing import Any

from benchmarks.hostile import binary
from benchmarks.hostile.values import HTML, MARKER, TEXTS, VALUES, WORDS

_DEEP = 100_000


def value(chance: random.Random, data: bytes) -> bytes:
    """Replace some values somewhere in JSON."""
    content = json.loads(data)
    for _ in range(chance.choice([1, 1, 3])):
        holder, key = _somewhere(chance, content)
        if key is None:
            break
        holder[key] = chance.choice(VALUES)
    return _written(content)


def lose(chance: random.Random, data: bytes) -> bytes:
    """Leave out an entry."""
    content = json.loads(data)
    holder, key = _somewhere(chance, content)
    if key is not None:
        del holder[key]
    return _written(content)


def grow(chance: random.Random, data: bytes) -> bytes:
    """Have an entry of a list many times."""
    content = json.loads(data)
    for _ in range(20):
        holder, key = _somewhere(chance, content)
        if isinstance(holder, list) and holder:
            one = json.dumps(holder[key])
            holder.extend(json.loads(one) for _ in range(min(20_000, 2_000_000 // len(one))))
            break
    return _written(content)


def deep(chance: random.Random, data: bytes) -> bytes:
    """Have lists in lists in lists, closed or not, or a number of a million digits, in place of a value."""
    bomb = chance.choice(
        ["[" * _DEEP + "]" * _DEEP, "[" * _DEEP, '{"a":' * _DEEP, "9" * 1_000_000, "[" * 900 + "]" * 900, '"\\ud800"']
    )
    content = json.loads(data)
    holder, key = _somewhere(chance, content)
    if key is None:
        return bomb.encode()
    holder[key] = "here it is"
    return _written(content).replace(b'"here it is"', bomb.encode(), 1)


def code(chance: random.Random, data: bytes) -> bytes:
    """Write it in another encoding."""
    text = data.decode("utf-8", "replace")
    return chance.choice(
        [
            text.encode("utf-16"),
            text.encode("utf-32"),
            b"\xef\xbb\xbf" + data,
            data.replace(b'"', b"'"),
            text.encode("utf-7"),
        ]
    )


def _somewhere(chance: random.Random, content: Any) -> tuple[Any, Any]:
    """A container and a key in it; None as the key if there is none."""
    holder, key = content, None
    while isinstance(holder, (dict, list)) and holder:
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(min(len(holder), 50))
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner or chance.random() < 0.3:
            return holder, key
        holder = inner
    return holder, None


def _written(content: Any) -> bytes:
    return json.dumps(content).encode("utf-8", "surrogatepass")


JSON_WAYS: tuple[binary.Way, ...] = (*[value] * 6, lose, lose, grow, deep, code)


def word(chance: random.Random, data: bytes) -> bytes:
    """Replace numbers or words of a table or a file of lines."""
    text = data.decode("utf-8", "replace")
    places = list(re.finditer(r"[^\s,;]+", text))
    for place in sorted(chance.sample(places, min(len(places), chance.choice([1, 1, 20]))), key=lambda at: -at.start()):
        text = text[: place.start()] + chance.choice([*WORDS, *TEXTS]) + text[place.end() :]
    return text.encode("utf-8", "surrogatepass")


def line(chance: random.Random, data: bytes) -> bytes:
    """Leave out, repeat or exchange lines, or make one endless."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at : at + 1] = chance.choice(
        [
            [],
            [lines[at]] * 2,
            [lines[at]] * (3_000_000 // (len(lines[at]) + 1)),
            [lines[at] * 5000],
            [b"," * 100_000],
            lines[::-1],
        ]
    )
    return b"\n".join(lines)


LINE_WAYS: tuple[binary.Way, ...] = (word, word, word, line, line, code)


def yaml_bomb(chance: random.Random, data: bytes) -> bytes:
    """Have YAML call functions, multiply itself, or nest."""
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    wide = "".join(f"m{n}: &m{n} {{{', '.join(f'k{k}: *m{n - 1}' for k in range(900))}}}\n" for n in range(1, 6))
    call = f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{MARKER}]]\n"
    bomb = chance.choice(
        [
            laughs,
            f"m0: &m0 {{}}\n{wide}",
            f"x: {call}",
            "[" * 5000,
            "x: " + "{a: " * 2000,
            "? " * 3000,
            "&a [*a]",
            "!!binary x",
        ]
    )
    return chance.choice([bomb.encode(), data + b"\n" + bomb.encode(), bomb.encode() + data])


def entities(chance: random.Random, data: bytes) -> bytes:
    """Declare entities: of entities of entities, or of files and addresses."""
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    outside = chance.choice(
        ['SYSTEM "file:///etc/passwd"', 'SYSTEM "http://outside.example/x"', 'PUBLIC "x" "http://outside.example/"']
    )
    body = re.sub(rb"<\?xml.*?\?>|<!DOCTYPE.*?>", b"", data, flags=re.DOTALL)
    doctype, use = chance.choice(
        [(laughs, "&a11;"), (f"<!ENTITY a11 {outside}>", "&a11;"), (f"<!ENTITY % p {outside}> %p;", "")]
    )
    end = body.rfind(b"</")
    return f"<!DOCTYPE svg [{doctype}]>".encode() + body[:end] + use.encode() + body[end:]


def element(chance: random.Random, data: bytes) -> bytes:
    """Put something into it that a browser would run or fetch, or that does not end."""
    bad = chance.choice(
        [
            "<script>alert(1)</script>",
            HTML,
            '<image href="http://outside.example/x.png" width="9" height="9"/>',
            '<image href="file:///etc/passwd" width="9" height="9"/>',
            "<foreignObject><iframe src='http://outside.example'/></foreignObject>",
            "<style>@import url(http://outside.example/x.css); * { fill: url(http://outside.example) }</style>",
            '<g id="q"><use href="#q"/></g>',
            "<g>" * 5000 + "</g>" * 5000,
            "<path d='M0 0" + " L1e308 -1e308" * 20_000 + "'/>",
            "<path d='" + "M" * 100_000 + "'/>",
            "<filter id='f'><feTurbulence numOctaves='99999'/></filter><rect filter='url(#f)' width='9e9'/>",
            "<!--" + "x" * 100_000,
            "<![CDATA[" + HTML,
        ]
    )
    places = [at.end() for at in re.finditer(rb">", data)]
    at = chance.choice(places)
    return data[:at] + bad.encode() + data[at:]


def attribute(chance: random.Random, data: bytes) -> bytes:
    """Replace the value of some attributes."""
    places = list(re.finditer(rb'="([^"]*)"', data))
    for place in sorted(chance.sample(places, min(len(places), chance.choice([1, 1, 5]))), key=lambda at: -at.start()):
        new = chance.choice([*TEXTS, *WORDS, "1e308", "url(http://outside.example)", "javascript:alert(1)", "0 0 0 0"])
        data = data[: place.start(1)] + new.replace('"', "'").encode("utf-8", "replace") + data[place.end(1) :]
    return data


XML_WAYS: tuple[binary.Way, ...] = (entities, element, element, attribute, attribute)
