"""The restricted serialiser against texts that it did not write: a value, or `ValueFormError`."""

from __future__ import annotations

import json
import math
import time
from typing import Any

from hypothesis import strategies as st

from sandboxes.inside import values
from sandboxes.inside.decoding import CrossingDecoder
from sandboxes.inside.values import Decoder, Opaque, ValueFormError

from .search import Property

BOUND_S = 5.0  # a case is small; this is for a busy machine

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.text(st.characters(categories=["Cs"]), max_size=3)
    | st.binary(max_size=40)
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=6
)
typed_values = st.recursive(
    hashables,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.sets(hashables, max_size=4)
        | st.dictionaries(hashables, inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(["$set", "$"]), inner, max_size=4)
    ),
    max_leaves=12,
)
TAGS = sorted({*Decoder.by_tag, *CrossingDecoder.by_tag, "$", "$unknown"})
forms: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from([10**30, 0x110000, 0xD800, -1, 1 << 63])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.sampled_from(["nan", "inf", "ff", "-", "QQ==", "=", "1_0", " f", "object", "type", "exec", "keys"])
    | st.sampled_from(["Decimal", "Fraction", "date", "deque", "Counter", "bytearray", "defaultdict"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from(TAGS), inner).map(lambda pair: {pair[0]: pair[1]})
        | st.dictionaries(st.sampled_from(TAGS) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)
deep_texts = st.builds(
    lambda opening, closing, depth, core: (opening * depth + core + closing * depth).encode(),
    *(st.sampled_from(["[", '{"a":', '{"$tuple":[', '{"$set":[', '{"$dict":[[', '{"$complex":[']),),
    *(st.sampled_from(["]", "}", "]}", "]]}", ""]),),
    st.sampled_from([1, 40, 400, 5_000, 100_000]),
    st.sampled_from(["", "1", "[]", "9" * 5_000, "1e400", "-1e400", "NaN", '"\\ud800"', '{"$int":"f"}']),
)
# Members that Python gives one hash, so that a set or dict of them takes quadratic time to build.
colliding_texts = st.builds(
    lambda tag, count: json.dumps(
        {tag: [[n, n] if tag == "$dict" else n for n in ((1 << 61) * k - k for k in range(count))]}
    ).encode(),
    st.sampled_from(["$set", "$frozenset", "$dict"]),
    st.sampled_from([3, 64, 65, 30_000]),
)
crowded_texts = st.sampled_from([b"[" + b"[]," * 600_000 + b"[]]", b'["' + b"[" * 600_000 + b'"]'])
texts = (
    forms.map(lambda form: json.dumps(form).encode())
    | st.binary(max_size=40)
    | deep_texts
    | colliding_texts
    | st.sampled_from([b"\xef\xbb\xbf1", b"\xff\xfe1\x00", b"", b" ", b"1 1", b"nul", b"'a'"])
)


def identity(value: Any) -> Any:
    """What makes two typed values the same: types told apart, nan the same as itself, signs of zero too."""
    match value:
        case float():
            return float, "nan" if math.isnan(value) else value.hex()
        case complex():
            return complex, identity(value.real), identity(value.imag)
        case list() | tuple():
            return type(value), tuple(map(identity, value))
        case set() | frozenset():
            return type(value), frozenset(map(identity, value))
        case dict():
            return dict, tuple((identity(key), identity(item)) for key, item in value.items())
    return type(value), value


def check_round_trip(value: Any) -> None:
    text = values.dumps(value)
    assert text.isascii(), "the text is not ASCII"
    assert identity(values.loads(text)) == identity(value), "another value came back"


def check_hostile(text: bytes) -> None:
    started = time.thread_time()
    try:
        value = values.loads(text)
    except ValueFormError:
        value = None
    took_s = time.thread_time() - started
    assert took_s < BOUND_S, f"{len(text)} bytes took {took_s:.1f} s"
    if not _holds_opaque(value):
        check_round_trip(value)


def _holds_opaque(value: Any) -> bool:
    match value:
        case Opaque():
            return True
        case dict():
            return any(map(_holds_opaque, [*value.keys(), *value.values()]))
        case list() | tuple() | set() | frozenset():
            return any(map(_holds_opaque, value))
    return False


ROUND_TRIP = Property("values, round trip", typed_values, check_round_trip)
HOSTILE_TEXT = Property("values, hostile text", texts | crowded_texts, check_hostile)
