"""Redaction: what rules find in outputs and details is replaced before it is stored, and only there.

Patterns are RE2's (google-re2): one pass over a text takes time linear in its length whatever the pattern is,
and no more memory than `PATTERN_MEMORY_BYTES`; look-around and back-references do not exist. How often a text
is gone over is bounded by `PLACES_IN_A_TEXT`: beyond it the rest of that text goes.

What is found in an output goes from the details as well, where a checker may show a piece of it (`remnants`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import re2

from sandboxes.inside.values import Opaque
from verifierd.audit.entries import CandidateJudged, Entry
from verifierd.audit.remnants import Secret, blackened
from verifierd.audit.wrong_input import BadRule
from verifierd.model import ExecutionResult, ProbeResult

MARK = "[redacted]"
TOO_DEEP = "[redacted: it nests too deeply to be searched]"
MAX_RULES = 100
MAX_PATTERN_CHARS = 2000
PATTERN_MEMORY_BYTES = 8 << 20
PLACES_IN_A_TEXT = 1000
CUT_END_BYTES = 512
"""So much of the end of an output that was cut is searched for the beginning of a secret."""


@dataclass(frozen=True, slots=True)
class Rule:
    r"""What to look for, in RE2's syntax, and what takes its place: `\1` is the first group's text."""

    pattern: str
    replacement: str = MARK


class Redactor:
    """Takes entries as they happened, and returns them as they may be stored."""

    def __init__(self, rules: Iterable[Rule], at_cuts: Iterable[Rule] = ()) -> None:
        """Compile the rules, and those that are for the end of an output which was cut.

        Raises:
            BadRule: a pattern or a replacement cannot be used; it is named by its number, from 1.
        """
        self._rules, self._at_cuts = _Rules(list(rules)), _Rules(list(at_cuts))

    def __call__(self, entry: Entry) -> Entry:
        """Return the entry, with its outputs and details redacted, and how many places that were."""
        if not isinstance(entry, CandidateJudged):
            return entry
        work = _Work(self._rules, self._at_cuts)
        result = entry.result
        executions = tuple(work.execution(each) for each in result.executions)
        probes, repeats = (tuple(map(work.probe, each)) for each in (result.probes, result.repeats))
        detail = work.detail(result.detail)
        if not work.places:
            return entry
        return replace(
            entry,
            result=replace(result, detail=detail, executions=executions, probes=probes, repeats=repeats),
            redactions=entry.redactions + work.places,
        )


class _Rules:
    """Rules that are gone by together, one after the other."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        if len(rules) > MAX_RULES:
            raise BadRule(f"{len(rules)} rules; allowed: up to {MAX_RULES}")
        self._rules = [_compiled(f"rule {number}", rule) for number, rule in enumerate(rules, start=1)]
        # One search for all rules at once says of most texts that there is nothing in them.
        together = b"|".join(_group(rule) for rule in rules)
        self._any = _compile("the rules together", together, len(rules)) if rules else None

    def replaced(self, text: bytes, secrets: dict[Secret, None]) -> tuple[bytes, int]:
        """Return a text without what the rules find, and in how many places; what they found is added."""
        if not text or self._any is None or self._any.search(text) is None:
            return text, 0
        total = 0
        for pattern, replacement in self._rules:
            kept: list[bytes] = []
            end = places = 0
            for match in pattern.finditer(text):
                if match.end() == match.start():
                    continue
                put = match.expand(replacement)
                secrets[Secret.replaced(match.group(), put)] = None
                kept += (text[end : match.start()], put)
                end = match.end()
                places += 1
                if places == PLACES_IN_A_TEXT:
                    secrets[Secret(text[end:], 0, len(text) - end)] = None
                    end = len(text)
                    break
            if places:
                text = b"".join((*kept, text[end:]))
                total += places
        return text, total


class _Work:
    """Goes through one candidate's result and counts."""

    def __init__(self, rules: _Rules, at_cuts: _Rules) -> None:
        self.places = 0
        self._rules, self._at_cuts = rules, at_cuts
        self._secrets: dict[Secret, None] = {}  # of the execution that is gone through, in order
        self._all_secrets: dict[Secret, None] = {}
        self._by_type: Mapping[type, Callable[[Any], Any]] = {
            str: self.text,
            bytes: self.bytes,
            list: lambda v: [self.value(each) for each in v],
            tuple: lambda v: tuple(self.value(each) for each in v),
            set: lambda v: {self.value(each) for each in v},
            frozenset: lambda v: frozenset(self.value(each) for each in v),
            dict: lambda v: {self.value(key): self.value(each) for key, each in v.items()},
            Opaque: self._opaque,
        }

    def execution(self, execution: ExecutionResult) -> ExecutionResult:
        """Return an execution without what the rules find; itself where that is nothing."""
        before = self.places
        self._secrets = {}
        stdout = self.output(execution.stdout, execution.stdout_total_bytes)
        stderr = self.output(execution.stderr, execution.stderr_total_bytes)
        actual = self.actual(execution.actual)
        self._all_secrets |= self._secrets
        detail = self.text(execution.detail, self._secrets)
        if self.places == before:
            return execution
        return replace(execution, detail=detail, stdout=stdout, stderr=stderr, actual=actual)

    def probe(self, probe: ProbeResult) -> ProbeResult:
        """Return what was done on a probe input without what the rules find; itself where that is nothing."""
        if not probe.answer:
            return probe
        before = self.places
        self._secrets = {}
        answer = probe.answer.encode("utf-8", "surrogatepass")
        answer = self.output(answer, len(answer) + probe.answer_is_cut)
        self._all_secrets |= self._secrets
        return probe if self.places == before else replace(probe, answer=answer.decode("utf-8", "replace"))

    def detail(self, detail: str) -> str:
        """Return the candidate's own detail, which may tell of any of its executions."""
        return self.text(detail, self._all_secrets)

    def output(self, content: bytes, total_bytes: int) -> bytes:
        """Return an output without what the rules find; where it was cut, without a secret's beginning."""
        is_cut = len(content) < total_bytes
        content = self.bytes(content)
        if not is_cut:
            return content
        end = max(0, len(content) - CUT_END_BYTES)
        last, places = self._at_cuts.replaced(content[end:], self._secrets)
        self.places += places
        return content[:end] + last if places else content

    def bytes(self, content: bytes) -> bytes:
        content, places = self._rules.replaced(content, self._secrets)
        self.places += places
        return content

    def text(self, text: str, secrets: Mapping[Secret, None] | None = None) -> str:
        """Return a text without what the rules find, and without pieces of these secrets."""
        # Lone surrogates are no UTF-8, and yet a program may return them.
        before = self.places
        content = self.bytes(text.encode("utf-8", "surrogatepass"))
        if secrets:
            content, places = blackened(content, secrets, MARK.encode())
            self.places += places
        return text if self.places == before else content.decode("utf-8", "replace")

    def value(self, value: Any) -> Any:
        """Return a typed value, redacted wherever it holds text or bytes."""
        form = self._by_type.get(type(value))
        return value if form is None else form(value)

    def actual(self, actual: tuple[Any] | None) -> tuple[Any] | None:
        """Return what a test looked at; of a value that nests too deeply to be searched, nothing is kept."""
        try:
            return None if actual is None else (self.value(actual[0]),)
        except RecursionError:
            self.places += 1
            return (Opaque(TOO_DEEP),)

    def _opaque(self, value: Opaque) -> Opaque:
        name = self.text(value.class_name)
        return value if name == value.class_name else Opaque(name)


def _compiled(place: str, rule: Rule) -> tuple[Any, bytes]:
    if not rule.pattern or len(rule.pattern) > MAX_PATTERN_CHARS:
        raise BadRule(
            f"{place}: its pattern has {len(rule.pattern)} characters; allowed: 1 to {MAX_PATTERN_CHARS}"
        )
    try:
        pattern = _compile(f"{place}: {rule.pattern!r}", rule.pattern.encode())
    except UnicodeEncodeError as error:
        raise BadRule(f"{place}: {rule.pattern!r} is no pattern of RE2: {error}") from None
    # What stands alone may not stand in a group: a \Q without its \E takes the end of the group for text.
    grouped = _compile(f"{place}: {rule.pattern!r}, in a group,", _group(rule) + b"|")
    if pattern.search(b"") is not None:
        raise BadRule(f"{place}: {rule.pattern!r} finds the empty text, and so everything")
    replacement = rule.replacement.encode("utf-8", "replace")
    try:
        grouped.search(b"").expand(replacement)
    except (IndexError, ValueError) as error:
        raise BadRule(
            f"{place}: the replacement {rule.replacement!r} cannot be used: {error}; \\1 is the text of the "
            f"pattern's first group, of {pattern.groups}, and a backslash is \\\\"
        ) from None
    return pattern, replacement


def _group(rule: Rule) -> bytes:
    return b"(?:" + rule.pattern.encode() + b")"


def _compile(called: str, pattern: bytes, patterns: int = 1) -> Any:
    try:
        return re2.compile(pattern, _options(patterns))
    except re2.error as error:
        reason = error.args[0]
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(error)
        raise BadRule(
            f"{called} is no pattern of RE2: {shown}; look-around and back-references are not allowed, since "
            "they may take for ever"
        ) from None


def _options(patterns: int = 1) -> Any:
    options = re2.Options()
    options.max_mem = PATTERN_MEMORY_BYTES * patterns
    options.log_errors = False
    return options
