"""Problems that were uploaded once and are named by digest afterwards, within a bound of memory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Any, Protocol, assert_never

from sandboxes.inside import values
from verifierd.errors import QuotaExceeded, UnknownProblem
from verifierd.judging.probes import case_of
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallTest,
    Digest,
    FilesTest,
    InteractiveTest,
    Problem,
    StdioTest,
    TestBody,
)
from verifierd.observing import CacheLoad


class ProblemExchange(Protocol):
    """Problems that were put to any of several front ends."""

    async def put(self, tenant: str, sha256: str, message: bytes) -> None:
        """Let others have the message of a tenant's problem, if that can be done at the moment."""
        ...

    async def get(self, tenant: str, sha256: str) -> bytes | None:
        """Return the message of a problem that this tenant put; None: it is not to be had."""
        ...


class ProblemStore:
    """Keeps problems by tenant and digest: one that knows a digest of another's problem has nothing of it.

    Beyond `max_bytes` the longest unused of the tenant that has most go first, so that nobody's problems make
    room for one who has more than they.
    """

    def __init__(
        self,
        max_bytes: int,
        allowed_bytes: Callable[[str], int] = lambda tenant: 0,
        exchange: ProblemExchange | None = None,
    ) -> None:
        """`allowed_bytes` says how much a tenant may have; 0: as much as there is room for.

        By `exchange` other front ends have what is put here; None: there are none.
        """
        self.exchange = exchange
        self._max_bytes = max_bytes
        self._allowed_bytes = allowed_bytes
        self._used_bytes: Counter[str] = Counter()
        self._hits = self._misses = 0
        self._kept: dict[str, OrderedDict[Digest, tuple[Problem, bytes]]] = {}

    def load(self) -> CacheLoad:
        """Return what there is at this moment, and how often a digest was known and not."""
        return CacheLoad(self._hits, self._misses, self._used_bytes.total(), self._max_bytes)

    def put(self, problem: Problem, message: bytes = b"", tenant: str = "") -> Digest:
        """Keep a problem of a tenant, and the message that it came as; return its digest.

        One that is larger than the whole store stays alone in it.

        Raises:
            QuotaExceeded: it is larger than all that its tenant may have.
        """
        digest = problem_digest(problem)
        size_bytes, allowed_bytes = digest.size_bytes + len(message), self._allowed_bytes(tenant)
        if allowed_bytes and size_bytes > allowed_bytes:
            why = f"this problem takes {size_bytes} bytes of {allowed_bytes}; send it within each batch"
            raise QuotaExceeded(tenant, "stored_problem_bytes", why, None)
        kept = self._kept.setdefault(tenant, OrderedDict())
        if digest not in kept:
            kept[digest] = (problem, message)
            self._used_bytes[tenant] += size_bytes
        kept.move_to_end(digest)
        while allowed_bytes and self._used_bytes[tenant] > allowed_bytes:
            self._forget_one(tenant)
        while (
            self._used_bytes.total() > self._max_bytes and (most := self._largest_beside(tenant)) is not None
        ):
            self._forget_one(most)
        return digest

    def get(self, digest: Digest, tenant: str = "") -> Problem:
        """Return the problem of a digest.

        Raises:
            UnknownProblem: the tenant never put it here, or it has gone since.
        """
        problem, _ = self._found(digest, tenant)
        return problem

    def message(self, digest: Digest, tenant: str = "") -> bytes:
        """Return the message that a kept problem came as. Raises UnknownProblem."""
        _, message = self._found(digest, tenant)
        return message

    def _found(self, digest: Digest, tenant: str) -> tuple[Problem, bytes]:
        kept = self._kept.get(tenant, OrderedDict())
        if digest not in kept:
            self._misses += 1
            raise UnknownProblem(digest.hash)
        self._hits += 1
        kept.move_to_end(digest)
        return kept[digest]

    def _largest_beside(self, tenant: str) -> str | None:
        """Return who has most, the newest of this tenant left out of account; None: that is all there is."""
        others = [each for each, kept in self._kept.items() if each != tenant or len(kept) > 1]
        return max(others, key=self._used_bytes.__getitem__, default=None)

    def _forget_one(self, tenant: str) -> None:
        """Forget a tenant's longest unused problem."""
        gone, (_, its_message) = self._kept[tenant].popitem(last=False)
        self._used_bytes[tenant] -= gone.size_bytes + len(its_message)
        if not self._kept[tenant]:
            del self._kept[tenant], self._used_bytes[tenant]


def problem_digest(problem: Problem) -> Digest:
    """Return the SHA-256 of a problem's content and its size: equal problems have equal digests anywhere."""
    content = hashlib.sha256()
    size_bytes = 0
    for part in _parts(problem):
        framed = len(part).to_bytes(8, "big") + part
        content.update(framed)
        size_bytes += len(framed)
    return Digest(hash=content.hexdigest(), size_bytes=size_bytes)


def _parts(problem: Problem) -> Iterator[bytes]:
    program = problem.checker.program
    checker = [problem.checker.name, sorted(problem.checker.params.items()), program and astuple(program)]
    yield _json([problem.id, astuple(problem.limits), checker])
    for test in problem.tests:
        yield _json([test.id, type(test.body).__name__, test.role.name])
        yield from _body_parts(test.body)
    if (probes := problem.probes) is not None:
        yield _json([probes.mutate_tests, probes.max_inputs, probes.generator and astuple(probes.generator)])
        for case in map(case_of, probes.inputs):
            yield _json([case.id, type(case.body).__name__])
            yield from _body_parts(case.body)


def _body_parts(body: TestBody) -> Iterator[bytes]:
    match body:
        case StdioTest():
            yield body.stdin
            yield body.expected_stdout
            yield _json([body.arguments, body.input_file, body.output_file])
        case CallTest():
            # Keyword arguments and dicts keep their order: a program sees it.
            given = [body.class_name, body.function, list(body.args), dict(body.kwargs), body.expected]
            yield _json(_sets_in_order(values.encode(given)))
        case FilesTest():
            given = [(file.path, file.is_executable) for file in body.files]
            wanted = [(each.path, each.content is None) for each in body.expected]
            yield _json([given, wanted, body.expected_stdout is None])
            yield from (file.content for file in body.files)
            yield from (each.content or b"" for each in body.expected)
            yield body.stdin
            yield body.expected_stdout or b""
        case InteractiveTest():
            yield _json(astuple(body.interactor))
            yield body.input
            yield body.answer
        case AssertsTest():
            yield body.source.encode("utf-8", "surrogatepass")
            yield _json(body.candidate_names)
        case AnswerTest():
            yield body.expected.encode("utf-8", "surrogatepass")
        case _:
            assert_never(body)


def _sets_in_order(form: Any) -> Any:
    """Return an encoded value with the elements of sets in one order, whatever their hashes are here."""
    if isinstance(form, list):
        return [_sets_in_order(item) for item in form]
    if not isinstance(form, dict):
        return form
    ordered = {key: _sets_in_order(item) for key, item in form.items()}
    for tag in ordered.keys() & {"$set", "$frozenset"}:
        ordered[tag].sort(key=_json)
    return ordered


def _json(form: Any) -> bytes:
    return json.dumps(form, separators=(",", ":")).encode()
