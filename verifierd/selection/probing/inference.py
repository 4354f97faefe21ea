"""Finding the cheapest grammar that reads all example inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from verifierd.selection.probing.grammar import (
    Block,
    Count,
    Counted,
    Fixed,
    Free,
    Item,
    LineItem,
    LineNode,
    Name,
    Node,
    Path,
    Tagged,
    Text,
    Values,
    parsed,
    single_tokens,
    tree,
)
from verifierd.selection.probing.layout import DECIMAL, Document, Line, as_int

COSTS = (*range(2, 25), 30, 40, 60, 100)
WORK = 200_000  # lines read in one search
ROUNDS = 6
MAX_BODY = 4
MAX_DEPTH = 2
MAX_PREFIX = 3
HEADS = 8  # the most kinds of lines that are told by their first token
HEADS = 8  # the most kinds of lines that are told by their first token


@dataclass(frozen=True, slots=True)
class _Thread:
    """How far one example has been read, and the numbers in it."""

    lines: Sequence[Line]
    begin: int
    values: Values

    @property
    def line(self) -> Line | None:
        """The next line; None at the end."""
        return self.lines[self.begin] if self.begin < len(self.lines) else None


class _OutOfWork(Exception):
    """The search has read as many lines as it may."""


def inferred(documents: Sequence[Document]) -> tuple[Item, ...] | None:
    """Return a grammar that reads all of these inputs; None where none is found in bounded time.

    It is the first of the least cost: one where counts explain how many lines and tokens follow costs less
    than one without. Searched is with a few small examples; one that its grammar does not read joins them.
    """
    ordered = sorted((each.lines for each in documents), key=len)
    if not ordered or not ordered[0]:
        return None
    examples = ordered[: min(3, len(ordered))]
    for _ in range(ROUNDS):
        found = _Search().grammar(examples)
        if found is None:
            return None
        found = _tagged(found, [tree(found, lines) or () for lines in examples])
        unread = next((lines for lines in ordered if tree(found, lines) is None), None)
        if unread is None:
            return found
        examples = [*examples, unread]
    return None


class _Search:
    """Depth first with a growing limit on the cost."""

    def __init__(self) -> None:
        self._left = WORK

    def grammar(self, examples: Sequence[Sequence[Line]]) -> tuple[Item, ...] | None:
        """Return the cheapest grammar that reads the examples, None where there is none or time is up."""
        try:
            for limit in COSTS:
                found = self._whole((), [_Thread(lines, 0, {}) for lines in examples], (), limit)
                if found is not None:
                    return found
        except _OutOfWork:
            return None
        return None

    def _whole(
        self, items: tuple[Item, ...], threads: list[_Thread], scope: tuple[Name, ...], limit: int
    ) -> tuple[Item, ...] | None:
        """Return these items with those that read what is left, at a cost of at most `limit` more."""
        over = [thread.line is None for thread in threads]
        if all(over):
            return items
        for item in self._items((len(items),), threads, scope, limit, 0):
            after = self._after(item, threads)
            if after is not None:
                found = self._whole((*items, item), after, scope + _names(item), limit - item.cost)
                if found is not None:
                    return found
        return None

    def _after(self, item: Item, threads: list[_Thread]) -> list[_Thread] | None:
        """Return where the threads are when they have read an item, None where one does not."""
        after = []
        for thread in threads:
            values = dict(thread.values)
            read = parsed((item,), thread.lines, thread.begin, values)
            if read is None:
                self._worked(1)
                return None
            self._worked(read[1] - thread.begin)
            after.append(_Thread(thread.lines, read[1], values))
        return after

    def _worked(self, lines: int) -> None:
        self._left -= max(lines, 1)
        if self._left < 0:
            raise _OutOfWork

    def _items(
        self, path: Path, threads: list[_Thread], scope: tuple[Name, ...], limit: int, depth: int
    ) -> Iterator[Item]:
        """Yield the items that may come next, those that say most first."""
        if limit < 1:
            return
        lines = [thread.line for thread in threads]
        nearest = scope[::-1]
        whole = [line for line in lines if line is not None]
        if depth < MAX_DEPTH:
            for offset, name in product((0, -1, 1), nearest):
                yield from self._blocks(path, threads, scope, limit, depth, Count(name, offset))
        if len(whole) == len(lines):
            yield from (item for item in _counted(path, whole, nearest) if item.cost <= limit)
        if len(whole) == len(lines):
            yield from (item for item in _plain(path, whole, depth) if item.cost <= limit)
        if depth == 0:
            yield from self._blocks(path, threads, scope, limit, depth, None)

    def _blocks(
        self,
        path: Path,
        threads: list[_Thread],
        scope: tuple[Name, ...],
        limit: int,
        depth: int,
        count: Count | None,
    ) -> Iterator[Block]:
        own = Block(path, count, ()).cost
        if limit <= own:
            return
        times = [1 if count is None else count.of(thread.values) for thread in threads]
        counted = list(zip(times, threads, strict=True))
        if any(not 0 <= n <= len(thread.lines) - thread.begin for n, thread in counted):
            return
        first = [thread for n, thread in counted if n > 0]
        if first:
            for body in self._bodies((), path, first, scope, limit - own, depth + 1):
                block = Block(path, count, body)
                if block.cost <= limit:
                    yield block

    def _bodies(
        self,
        body: tuple[Item, ...],
        path: Path,
        threads: list[_Thread],
        scope: tuple[Name, ...],
        limit: int,
        depth: int,
    ) -> Iterator[tuple[Item, ...]]:
        """Yield what may read the first case of each thread; that it reads all cases is seen later."""
        if body:
            yield body
        if len(body) == MAX_BODY:
            return
        for item in self._items((*path, len(body)), threads, scope, limit, depth):
            after = self._after(item, threads)
            if after is not None:
                inner = scope + _names(item)
                yield from self._bodies((*body, item), path, after, inner, limit - item.cost, depth)


def _names(item: Item) -> tuple[Name, ...]:
    """Return the fields that later items may count by."""
    if isinstance(item, Block):
        return ()
    return tuple((item.path, position) for position in range(single_tokens(item)))


def _counted(path: Path, lines: list[Line], nearest: tuple[Name, ...]) -> Iterator[Counted]:
    gap, longest = _common_gap(lines), max(len(line.tokens) for line in lines)
    if gap is None:
        return
    for offset, prefix in product((0, -1, 1), range(MAX_PREFIX + 1)):
        if any(len(line.tokens) < prefix or _mixes(line.tokens[prefix:]) for line in lines):
            continue
        if longest < prefix + 2:
            continue  # lines with one token at most say nothing of a count
        for position in reversed(range(prefix)):
            yield Counted(path, prefix, Count((path, position), offset), gap)
        for name in nearest:
            yield Counted(path, prefix, Count(name, offset), gap)


def _mixes(tokens: Sequence[str]) -> bool:
    """Return whether some tokens are numbers and others words."""
    return len({as_int(token) is not None or bool(DECIMAL.fullmatch(token)) for token in tokens}) > 1


def _plain(path: Path, lines: list[Line], depth: int) -> Iterator[LineItem]:
    """Yield the items that read these lines without a count."""
    first = lines[0]
    if all(line.gaps == first.gaps and len(line.tokens) == len(first.tokens) for line in lines):
        yield Fixed(path, len(first.tokens), first.gaps)
    gap = _common_gap(lines)
    if gap is not None and all(line.tokens for line in lines):
        yield Free(path, gap)
    if all(any(as_int(token) is None for token in line.tokens) for line in lines):
        yield Text(path)


def _common_gap(lines: list[Line]) -> str | None:
    gaps = {line.gap for line in lines if line.gaps or line.lead} or {" "}
    return next(iter(gaps)) if len(gaps) == 1 else None


def _tagged(items: tuple[Item, ...], trees: Sequence[Sequence[Node]]) -> tuple[Item, ...]:
    """Return the items with lines of any length told by their first token where that tells their length."""
    lines: dict[Path, list[Line]] = {}
    for nodes in trees:
        _gather(nodes, lines)

    def better(item: Item) -> Item:
        if isinstance(item, Block):
            return replace(item, body=tuple(map(better, item.body)))
        if isinstance(item, Free) and len(item.path) > 1:
            widths = _widths(lines.get(item.path, []))
            return Tagged(item.path, widths, item.gap) if widths else item
        return item

    return tuple(map(better, items))


def _gather(nodes: Sequence[Node], lines: dict[Path, list[Line]]) -> None:
    for node in nodes:
        if isinstance(node, LineNode):
            lines.setdefault(node.item.path, []).append(node.line)
        else:
            for case in node.cases:
                _gather(case, lines)


def _widths(lines: Sequence[Line]) -> dict[str, int]:
    """Return how many tokens lines have by the first; empty where it does not tell or tells by chance."""
    widths = {line.tokens[0]: len(line.tokens) for line in lines}
    told = all(widths[line.tokens[0]] == len(line.tokens) for line in lines)
    return widths if told and 1 < len(widths) <= HEADS and len(lines) >= 2 * len(widths) else {}
