"""An `interactive` run: the candidate talks with an interactor, each in a stage of its own, nobody between.

Two pipes, crossed. The supervisor keeps both ends of each as well, and lets go of them step by step: so
neither program learns that the other has ended before the supervisor knows, and what one does by itself is
told from what it does because the other has gone. And nobody dies of a write to one that has gone: what is
written then is poured away.

Who ends first, and what counts then (sources: MikeMirzayanov's rules for Codeforces, in its blog entry 5496;
Kattis/problemtools, pull request 77, where a refusal goes before what the candidate does after it):

| first | then |
|---|---|
| the candidate, by a limit or not well | that counts; the interactor is not asked |
| the candidate, well | the interactor meets the end of its input and decides |
| the interactor, accepting | the candidate meets the end of its input; how it ends counts too |
| the interactor, with any other word | that counts; the candidate is ended |
| none before the wall limit | the candidate's limit, a deadlock where neither had anything to read |
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field, replace
from typing import Any

from . import linux
from .answers import Answer, compile_answer, run_answer
from .building import Program
from .lines import LastWords, Line
from .seats import Seat, Watching
from .sending import Orders
from .watch import Facts, Party, Pipe

IDLE_NS = 300_000_000  # so long neither has computed, and neither has anything to read
IDLE_CPU_NS = 2_000_000
HEAR_NS = 100_000_000  # for the interactor to read what was said last
DROWN_NS = 1_000_000_000  # for a candidate to show that it talks without end
WORDS_BYTES = 1 << 16
ENDLESS_BYTES = 1 << 30  # written by an interactor to a candidate that has ended


@dataclass
class Talk:
    """One run's two parties, the lines between them, and what each writes beside the talk."""

    candidate: Party
    interactor: Party
    to_candidate: Line
    from_candidate: Line
    candidates_pipes: list[Pipe]
    interactors_pipes: list[Pipe]
    looked_at_ns: int = field(default_factory=time.monotonic_ns)
    cpu_time_ns: int = 0

    def is_over(self) -> bool:
        """Tell whether one has ended; where both idle, let go of the lines: one may have closed its end."""
        if self.candidate.has_ended or self.interactor.has_ended:
            return True
        now_ns = time.monotonic_ns()
        if now_ns - self.looked_at_ns >= IDLE_NS:
            before_ns, self.cpu_time_ns = (
                self.cpu_time_ns,
                sum(party.stage.group.cpu_time_ns() for party in (self.candidate, self.interactor)),
            )
            self.looked_at_ns = now_ns
            if self.cpu_time_ns - before_ns < IDLE_CPU_NS and self.is_silent:
                self.to_candidate.hang_up()
                self.from_candidate.hang_up()
        return False

    @property
    def is_silent(self) -> bool:
        """Whether neither has anything to read."""
        return not self.to_candidate.unread_bytes and not self.from_candidate.unread_bytes

    @property
    def exceeds(self) -> bool:
        """Whether the candidate has met a limit of its own, other than that of wall time."""
        return _exceeds(self.candidate, self.candidates_pipes)

    @property
    def interactor_exceeds(self) -> bool:
        """Whether the interactor has."""
        return _exceeds(self.interactor, self.interactors_pipes)


@dataclass(frozen=True)
class Course:
    """How a talk went: what is to be said of the candidate and of the interactor, each with its own limit."""

    facts: Facts
    heard: Facts
    is_deadlock: bool = False


class Interactive:
    """Performs `interactive` runs."""

    def __init__(self, candidate: Seat, interactor: Seat, orders: Orders, watch: Watching) -> None:
        """The candidate's seat has its program when a run comes; the interactor's gets its own here."""
        self._candidate = candidate
        self._interactor = interactor
        self._orders = orders
        self._watch = watch

    def run(
        self,
        index: int,
        order: dict[str, Any],
        limits: dict[str, Any],
        interactor: Program,
        interactor_limits: dict[str, Any],
        gift: bytes,
    ) -> Answer:
        """Perform one run of the candidate by `order`.

        `gift` is what the interactor finds (`given`), and the candidate sees nothing of. Raises StageLost.
        """
        self._interactor.make_ready(interactor, interactor_limits)
        if interactor.failed is not None:
            return _not_run(compile_answer(index, interactor.failed))
        interactor_order = interactor.build.run_order if interactor.build else {"kind": "stdio"}
        # On two CPUs, each word would have to wake the other one.
        cpu = {"cpus": [linux.current_cpu()]}
        with contextlib.closing(Line()) as to_candidate, contextlib.closing(Line()) as from_candidate:
            own = self._orders.send(
                self._candidate.stage,
                order | cpu,
                b"",
                limits,
                outputs=2,
                talk=(to_candidate.reading, from_candidate.writing),
            )
            others = self._orders.send(
                self._interactor.stage,
                interactor_order | cpu,
                b"",
                interactor_limits,
                outputs=2,
                gift=gift,
                talk=(from_candidate.reading, to_candidate.writing),
            )
            words = LastWords(others[0].fd, WORDS_BYTES)
            talk = Talk(
                Party(self._candidate.stage, limits["cpu_time_ns"], IDLE_NS),
                Party(self._interactor.stage, interactor_limits["cpu_time_ns"], IDLE_NS),
                to_candidate,
                from_candidate,
                own,
                [words, others[1]],
            )
            course = self._course(talk, limits, interactor_limits)
            answer = run_answer(index, course.facts, talk.candidate)
            word = run_answer(index, course.heard, talk.interactor)
            self._candidate.settle(talk.candidate, course.facts)
            self._interactor.settle(talk.interactor, course.heard)
        if course.facts.limit is None and not talk.candidate.has_ended and answer["ending"] == "raised":
            answer["ending"] = "finished"  # it was ended by us, which is nothing to be said against it
        answer["deadlock"] = course.is_deadlock
        words.drain()
        _, said = self._orders.collect(others)
        stderr, result = self._orders.collect(own)
        _count(answer, stderr, result)
        _count(word, words, said)
        answer["interactor"] = word | interactor.told_once()
        contents = (b"", stderr.content, result.content, b"", words.content, said.content)
        return answer, [bytes(content) for content in contents]

    def _course(self, talk: Talk, limits: dict[str, Any], interactor_limits: dict[str, Any]) -> Course:
        """Watch a talk to its end."""
        candidate, interactor = talk.candidate, talk.interactor
        for party in (candidate, interactor):
            party.stage.group.begin()
        wall_ns = max(limits["wall_time_ns"], interactor_limits["wall_time_ns"])
        facts = self._watch(
            [candidate, interactor], [*talk.candidates_pipes, *talk.interactors_pipes], wall_ns
        ).run(talk.is_over)
        nobodys = replace(facts, limit=None)
        if talk.exceeds:
            return Course(facts, nobodys)
        if talk.interactor_exceeds:
            return self._exhausted(talk, facts, limits["output_bytes"])
        if facts.limit is not None:
            return self._waited(talk, facts)
        if candidate.has_ended and not interactor.has_ended and _ended_well(candidate):
            talk.from_candidate.hang_up()
            rest = talk.to_candidate.poured_away(ENDLESS_BYTES)
            pipes = [*talk.interactors_pipes, rest]
            heard = self._watch([interactor], pipes, wall_ns).run(lambda: interactor.has_ended)
            return Course(facts, heard)
        if not candidate.has_ended and _ended_well(interactor):
            talk.to_candidate.hang_up()
            rest = talk.from_candidate.poured_away(limits["output_bytes"])
            left_ns = max(wall_ns - facts.wall_time_ns, HEAR_NS)
            after = self._watch([candidate], [*talk.candidates_pipes, rest], left_ns).run(
                lambda: candidate.has_ended
            )
            return Course(_joined(facts, after), facts)
        return Course(facts, facts)

    def _exhausted(self, talk: Talk, facts: Facts, output_bytes: int) -> Course:
        """The interactor met a limit: by itself, or because the candidate talks without end?"""
        limit = facts.limit or "memory_limit"
        talk.interactor.stage.kill()
        rest = talk.from_candidate.poured_away(output_bytes)
        after = self._watch([talk.candidate], [*talk.candidates_pipes, rest], DROWN_NS).run(
            lambda: talk.candidate.has_ended
        )
        if rest.over:
            return Course(_joined(facts, after), replace(facts, limit=None))
        return Course(replace(facts, limit=None), replace(facts, limit=limit))

    def _waited(self, talk: Talk, facts: Facts) -> Course:
        """Neither ended in time. That is the candidate's failure, unless the interactor does not listen."""
        nobodys = replace(facts, limit=None)
        if talk.from_candidate.unread_bytes and not talk.to_candidate.unread_bytes:
            talk.candidate.stage.kill()  # it says no more
            self._watch([talk.interactor], talk.interactors_pipes, HEAR_NS).run(
                lambda: talk.interactor.has_ended
            )
            if talk.from_candidate.unread_bytes and not talk.interactor.has_ended:
                return Course(nobodys, facts)
        return Course(facts, nobodys, is_deadlock=talk.is_silent)


def _exceeds(party: Party, pipes: list[Pipe]) -> bool:
    group = party.stage.group
    met = group.cpu_time_ns() >= party.cpu_limit_ns or group.out_of_memory()
    return met or any(pipe.over for pipe in pipes)


def _ended_well(party: Party) -> bool:
    return party.exited is not None and party.exited["exit_code"] == 0


def _joined(facts: Facts, after: Facts) -> Facts:
    """Return the facts of two watches, one after the other."""
    wall_time_ns = facts.wall_time_ns + after.wall_time_ns
    return replace(after, started_at_ns=facts.started_at_ns, wall_time_ns=wall_time_ns)


def _count(answer: dict[str, Any], stderr: Pipe, result: Pipe) -> None:
    answer["stdout_total_bytes"] = 0
    answer["stderr_total_bytes"] = stderr.total_bytes
    answer["result_total_bytes"] = result.total_bytes


def _not_run(failed: Answer) -> Answer:
    """Return the answer of a run whose interactor could not be compiled."""
    word, parts = failed
    nothing = {"cpu_time_ns": 0, "wall_time_ns": 0, "peak_memory_bytes": 0, "deadlock": False}
    return word | nothing | {"ending": "finished", "interactor": word}, [b"", b"", b"", *parts]
