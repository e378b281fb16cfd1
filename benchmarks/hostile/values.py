"""Numbers, texts and names that a reader may stumble over."""

import random
import tempfile
from pathlib import Path
from typing import Any

MARKER = Path(tempfile.gettempdir(), "posecore-a-harmful-upload-was-obeyed")
"""A file that only a harmful upload that was obeyed would make."""

HTML = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TEXTS = (
    "",
    " ",
    HTML,
    "![](https://outside.example/x.png) [x](javascript:alert(1)) **b** $x$ :red[x]",
    "\u202egpj.exe",
    "\u0000\u0007\u001b[31m",
    "line\nbreak\r\n",
    "x" * 10_000,
    "../../../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "=cmd|'/c calc'!A1",
    "'; DROP TABLE progress_sessions; --",
    "{{7*7}} {% for x in ().__class__.__base__.__subclasses__() %}",
    "%s%n{0.__class__}",
    "\U0001f468\u200d\U0001f467" + "\u0301" * 500,
    "\ud83d",
    f"__import__('pathlib').Path({str(MARKER)!r}).touch()",
)
NUMBERS = (
    float("nan"),
    float("inf"),
    -float("inf"),
    0,
    -0.0,
    -1,
    1,
    1e308,
    -1e308,
    5e-324,
    2**31,
    2**63,
    2**64,
    10**400,
)
VALUES: tuple[Any, ...] = (*TEXTS, *NUMBERS, None, True, [], {}, [[]], [None] * 100, {"": {}}, "NaN", "1e999")
WORDS = ("nan", "inf", "-inf", "1e999", "-1", "0", "9" * 5000, "0x10", "", "\0", '"', "'", "\t", ",", ";", "\n", HTML)


def name(chance: random.Random, suffix: str) -> str:
    """What an upload may be called; it ends as files of its kind do."""
    return chance.choice(TEXTS) + suffix if chance.random() < 0.5 else f"holiday{suffix}"
