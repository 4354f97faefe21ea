"""Redaction: what rules find in outputs and details is replaced before it is stored, and only there.

Patterns are RE2's (google-re2): one pass over a text takes time linear in its length whatever the pattern is,
and no more memory than `PATTERN_MEMORY_BYTES`; look-around and back-references do not exist. How often a text
is gone over is bounded by `PLACES_IN_A_TEXT`: beyond it the rest of that text goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import re2

from sandboxes.inside.values import Opaque
from verifierd.audit.entries import CandidateJudged, Entry
from verifierd.audit.wrong_input import BadRule
from verifierd.model import ExecutionResult

MARK = "[redacted]"
TOO_DEEP = "[redacted: it nests too deeply to be searched]"
MAX_RULES = 100
MAX_PATTERN_CHARS = 2000
PATTERN_MEMORY_BYTES = 8 << 20
PLACES_IN_A_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Rule:
    r"""What to look for, in RE2's syntax, and what takes its place: `\1` is the first group's text."""

    pattern: str
    replacement: str = MARK


class Redactor:
    """Takes entries as they happened, and returns them as they may be stored."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile the rules.

        Raises:
            BadRule: a pattern or a replacement cannot be used; it is named by its number, from 1.
        """
        given = list(rules)
        if len(given) > MAX_RULES:
            raise BadRule(f"{len(given)} rules; allowed: up to {MAX_RULES}")
        self._rules = [_compiled(f"rule {number}", rule) for number, rule in enumerate(given, start=1)]
        # One search for all rules at once says of most texts that there is nothing in them.
        together = b"|".join(_group(rule) for rule in given)
        self._any = _compile("the rules together", together, len(given)) if given else None

    def __call__(self, entry: Entry) -> Entry:
        """Return the entry, with its outputs and details redacted, and how many places that were."""
        if self._any is None or not isinstance(entry, CandidateJudged):
            return entry
        work = _Work(self._replaced)
        result = entry.result
        detail = work.text(result.detail)
        executions = tuple(work.execution(each) for each in result.executions)
        if not work.places:
            return entry
        return replace(
            entry,
            result=replace(result, detail=detail, executions=executions),
            redactions=entry.redactions + work.places,
        )

    def _replaced(self, text: bytes) -> tuple[bytes, int]:
        """Return a text without what the rules find, and in how many places they found it."""
        if not text or self._any is None or self._any.search(text) is None:
            return text, 0
        total = 0
        for pattern, replacement in self._rules:
            kept: list[bytes] = []
            end = places = 0
            for match in pattern.finditer(text):
                if match.end() == match.start():
                    continue
                kept += (text[end : match.start()], match.expand(replacement))
                end = match.end()
                places += 1
                if places == PLACES_IN_A_TEXT:
                    end = len(text)
                    break
            if places:
                text = b"".join((*kept, text[end:]))
                total += places
        return text, total


class _Work:
    """Goes through one candidate's result and counts."""

    def __init__(self, replaced: Callable[[bytes], tuple[bytes, int]]) -> None:
        self.places = 0
        self._replaced = replaced
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
        detail = self.text(execution.detail)
        stdout, stderr = self.bytes(execution.stdout), self.bytes(execution.stderr)
        actual = self.actual(execution.actual)
        if self.places == before:
            return execution
        return replace(execution, detail=detail, stdout=stdout, stderr=stderr, actual=actual)

    def bytes(self, content: bytes) -> bytes:
        content, places = self._replaced(content)
        self.places += places
        return content

    def text(self, text: str) -> str:
        # Lone surrogates are no UTF-8, and yet a program may return them.
        before = self.places
        content = self.bytes(text.encode("utf-8", "surrogatepass"))
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
