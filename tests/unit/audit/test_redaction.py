"""Rules replace what they find before it is stored, in bounded time, and the record says that they did."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from sandboxes.inside.values import Opaque
from tests.support.entries import begun, execution, judged
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.known_secrets import CUT_SECRETS, KNOWN_SECRETS
from verifierd.audit.redaction import PLACES_IN_A_TEXT, TOO_DEEP, Redactor, Rule
from verifierd.audit.wrong_input import BadRule
from verifierd.model import KilledBy, ProbeResult

BY_NUMBER = Redactor([Rule(r"secret-\d+"), Rule(r"(user)=\w+", r"\1=?")])


def redacted(redactor: Redactor, **changes: Any) -> CandidateJudged:
    entry = redactor(judged(executions=(execution("t0"), execution("t1", **changes))))
    assert isinstance(entry, CandidateJudged)
    return entry


def test_outputs_and_details_are_redacted_and_counted() -> None:
    before = judged(
        executions=(
            execution("t0"),
            execution(
                "t1", stdout=b"a secret-1, \xff secret-22\n", stderr=b"user=eve", detail="got secret-3"
            ),
        )
    )
    before = replace(before, result=replace(before.result, detail="t1: got secret-3"))
    entry = BY_NUMBER(before)
    assert isinstance(entry, CandidateJudged)
    untouched, touched = entry.result.executions
    assert untouched is before.result.executions[0]
    assert touched.stdout == b"a [redacted], \xff [redacted]\n"
    assert touched.stderr == b"user=?"
    assert touched.detail == "got [redacted]"
    assert entry.result.detail == "t1: got [redacted]"
    assert entry.redactions == 5
    assert touched.stdout_total_bytes == before.result.executions[1].stdout_total_bytes
    assert b"secret" in before.result.executions[1].stdout, "the caller's own result stays as it was"


def test_answers_to_probe_inputs_are_redacted_and_a_secret_across_their_cut_leaves_no_beginning() -> None:
    def probe(probe_id: str, answer: str, *, is_cut: bool = False) -> ProbeResult:
        return ProbeResult(
            probe_id, KilledBy.NOBODY, False, "ab", 1, 1, 1, answer=answer, answer_is_cut=is_cut
        )

    clean = probe("p0", "7")
    cut = probe("p2", f"{'x' * 179} ghp_{'a' * 16}", is_cut=True)
    before = judged()
    result = replace(
        before.result, probes=(clean, probe("p1", "a secret-1"), cut), repeats=(probe("p0", "secret-2"),)
    )
    entry = Redactor([Rule(r"secret-\d+"), *KNOWN_SECRETS], CUT_SECRETS)(replace(before, result=result))
    assert isinstance(entry, CandidateJudged)
    first, second, third = entry.result.probes
    assert first is clean
    assert second.answer == "a [redacted]"
    assert "ghp" not in third.answer
    assert entry.result.repeats[0].answer == "[redacted]"
    assert entry.redactions == 3


def test_nothing_found_is_nothing_changed() -> None:
    entry = judged()
    assert BY_NUMBER(entry) is entry
    assert Redactor([])(entry) is entry
    assert BY_NUMBER(begin := begun()) is begin


@pytest.mark.parametrize(
    ("actual", "stored"),
    [
        ("secret-1", "[redacted]"),
        (b"secret-1", b"[redacted]"),
        ({"secret-1": ["x", ("secret-2", 3)]}, {"[redacted]": ["x", ("[redacted]", 3)]}),
        ({"secret-1", 2}, {"[redacted]", 2}),
        (frozenset({"secret-1"}), frozenset({"[redacted]"})),
        ("\udcff secret-1", "\ufffd\ufffd\ufffd [redacted]"),
    ],
)
def test_typed_values_are_redacted_wherever_they_hold_text(actual: Any, stored: Any) -> None:
    entry = redacted(BY_NUMBER, actual=(actual,))
    assert entry.result.executions[1].actual == (stored,)
    assert entry.redactions > 0


def test_what_stands_for_an_object_is_redacted_too() -> None:
    (value,) = redacted(BY_NUMBER, actual=(Opaque("class secret-1"),)).result.executions[1].actual or (None,)
    assert value is not None
    assert value.class_name == "class [redacted]"


def test_a_value_that_nests_too_deeply_to_be_searched_is_not_kept() -> None:
    deep: Any = "secret-1"
    for _ in range(5000):
        deep = [deep]
    (value,) = redacted(BY_NUMBER, actual=(deep,)).result.executions[1].actual or (None,)
    assert isinstance(value, Opaque)
    assert value.class_name == TOO_DEEP


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+b", r"(.*a){20}b", r"(?:x*)*y", r"a*a*a*a*a*a*b"])
def test_a_pattern_that_backtracks_for_ever_elsewhere_takes_linear_time(pattern: str) -> None:
    redactor = Redactor([Rule(pattern)])
    began = time.process_time()
    redacted(redactor, stdout=b"a" * 100_000 + b"!")
    assert time.process_time() - began < 5


def test_going_over_a_text_again_and_again_is_bounded_and_the_rest_goes() -> None:
    # Each match looks at all that follows before it ends where it began.
    redactor = Redactor([Rule(r"x(?:.*y)?")])
    began = time.process_time()
    entry = redacted(redactor, stdout=b"x" * 300_000)
    assert time.process_time() - began < 10
    assert entry.result.executions[1].stdout == b"[redacted]" * PLACES_IN_A_TEXT
    assert entry.redactions == PLACES_IN_A_TEXT


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("a(b"), "rule 2: 'a(b' is no pattern of RE2: missing ): a(b"),
        (Rule(r"(a)\1"), "back-references are not allowed"),
        (Rule("(?=a)b"), "look-around"),
        (Rule(""), "rule 2: its pattern has 0 characters; allowed: 1 to 2000"),
        (Rule("a" * 2001), "2001 characters"),
        (Rule("a*"), "finds the empty text"),
        (Rule("((a{1000}){1000}){1000}"), "is no pattern of RE2"),
        (Rule("\udcff"), "is no pattern of RE2"),
        (Rule(r"\Qab"), r"rule 2: '\\Qab', in a group, is no pattern of RE2: missing )"),
        (Rule("(a)", r"\2"), r"rule 2: the replacement '\\2' cannot be used"),
        (Rule("(a)", r"\g<name>"), "rule 2: the replacement"),
        (Rule("a", "\\"), "rule 2: the replacement"),
        (Rule("a", r"\x"), "rule 2: the replacement"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(rule: Rule, said: str) -> None:
    with pytest.raises(BadRule) as refused:
        Redactor([Rule("fine"), rule])
    assert said in str(refused.value)


def test_more_rules_than_allowed_are_refused() -> None:
    with pytest.raises(BadRule, match="101 rules; allowed: up to 100"):
        Redactor([Rule("a")] * 101)


PEM = "-----BEGIN {0}PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFsL8v+/\nAbc=\n-----END {0}PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (f"key:\n{PEM.format('')}\nafter", "key:\n[redacted private key]\nafter"),
        (PEM.format("RSA ").replace("\n", "\\n") + "|after", "[redacted private key]|after"),
        (PEM.format("OPENSSH ")[:60], "[redacted private key]"),
        ("id AKIAIOSFODNN7EXAMPLE.", "id [redacted]."),
        ("KEY_AKIAIOSFODNN7EXAMPLE", "KEY_[redacted]"),
        (
            'AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
            'AWS_SECRET_ACCESS_KEY="[redacted]"',
        ),
        ("Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer [redacted]"),
        ("token ghp_" + "a1" * 18, "token [redacted]"),
        ("sk-" + "a1" * 12, "[redacted]"),
        ("hf_" + "a1" * 16, "[redacted]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "[redacted]"),
        ("postgresql://eve:pa55word@db/x", "postgresql://eve:[redacted]@db/x"),
    ],
)
def test_known_secrets_are_found(text: str, stored: str) -> None:
    entry = redacted(Redactor(KNOWN_SECRETS), stdout=text.encode())
    assert entry.result.executions[1].stdout.decode() == stored


@pytest.mark.parametrize(
    "text",
    [
        "the bearer of this letter",
        "basic arithmetic",
        "3.14159 2.71828\n" * 50,
        "deadbeef" * 20,
        "https://example.org/a:b@c",
        "secret_key = short",
        "AKIA",
        "-----BEGIN CERTIFICATE-----\nMC4C\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(Redactor(KNOWN_SECRETS), stdout=text.encode()).redactions == 0


TOKEN = "ghp_" + "A1b2C3d4e5" * 4
URL = "postgres://eve:hunter2@db/x"


@pytest.mark.parametrize(
    ("stdout", "detail", "stored"),
    [
        (TOKEN, f"expected '5', printed '{'-' * 16} {TOKEN[:34]}'…", f"'{'-' * 16} [redacted]'…"),
        (f"{'x' * 40} {TOKEN}", f"got …'{TOKEN[9:30]}'…", "got …'[redacted]'…"),
        (URL, "got 'postgres://eve:hunter2'…", "got 'postgres://eve:[redacted]'…"),
        (URL, "see postgres://eve", "see postgres://eve"),
        (PEM.format(""), "got …'IFsL8v+/\\nAbc=\\n-----END '", "got …'[redacted]'"),
        (TOKEN, f"got '{TOKEN[:7]}'…", f"got '{TOKEN[:7]}'…"),
    ],
)
def test_a_piece_of_a_secret_in_a_detail_goes_with_it(stdout: str, detail: str, stored: str) -> None:
    before = judged(executions=(execution("t0", stdout=stdout.encode(), detail=detail),))
    before = replace(before, result=replace(before.result, detail=f"t0: {detail}"))
    entry = Redactor(KNOWN_SECRETS)(before)
    assert isinstance(entry, CandidateJudged)
    assert entry.result.executions[0].detail.endswith(stored)
    assert entry.result.detail.endswith(stored)


def test_a_detail_is_not_kept_where_more_was_found_than_it_is_held_against() -> None:
    tokens = " ".join(f"ghp_{number:036}" for number in range(300))
    entry = redacted(Redactor(KNOWN_SECRETS), stdout=tokens.encode(), detail="wrong answer")
    assert entry.result.executions[1].detail == "[redacted]"


@pytest.mark.parametrize(
    ("end", "stored"),
    [
        (TOKEN[:34], "[redacted]"),
        (TOKEN[:8], "[redacted]"),
        ("postgres://eve:hunter2hunter2", "postgres://eve:[redacted]"),
        ("Bearer abcdef01", "Bearer [redacted]"),
        ("SECRET_KEY=wJalrXUt", "SECRET_KEY=[redacted]"),
        ("AKIAIOSF", "[redacted]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJz", "[redacted]"),
        (f"{TOKEN[:20]} ", f"{TOKEN[:20]} "),
    ],
)
def test_the_beginning_of_a_known_secret_goes_where_the_output_was_cut(end: str, stored: str) -> None:
    redactor = Redactor(KNOWN_SECRETS, at_cuts=CUT_SECRETS)
    output = b"3\n" * 500 + end.encode()
    changes = {"stdout": output, "stderr": output, "detail": f"printed '{end}'"}
    cut = redacted(redactor, **changes, stdout_total_bytes=5000, stderr_total_bytes=5000)
    assert cut.result.executions[1].stdout == b"3\n" * 500 + stored.encode()
    assert cut.result.executions[1].stderr == b"3\n" * 500 + stored.encode()
    assert cut.result.executions[1].detail == f"printed '{stored}'"
    whole = redacted(redactor, **changes, stdout_total_bytes=len(output), stderr_total_bytes=len(output))
    assert whole.redactions == 0
