"""Who gets which sandbox: the oldest request first, and none that has served another tenant.

What serves one tenant can serve another only by being made anew, which takes longer than most programs. So a
tenant that has a sandbox waits for its own, but not for ever: it may have another tenant's that has been idle
for longer than making one takes, or, once it has waited for so long, one of a tenant that has two more than
itself. A tenant that has none takes at once what is idle. So tenants come to even shares, and keep them while
they have work.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from .sandbox import Sandbox

PATIENCE = 2  # in times that making one takes: while one is made for it, a tenant takes no other


@dataclass(slots=True, eq=False)
class _Request:
    """Somebody who waits; `is_promised` while a sandbox is made anew for it."""

    tenant: str
    since_s: float
    given: asyncio.Future[Sandbox] = field(default_factory=asyncio.Future)
    is_promised: bool = False


class Lending:
    """Lends what it is offered; of several that fit, one on the CPU with the fewest that are lent."""

    def __init__(
        self, take_away: Callable[[Sandbox], None], clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`take_away` has a sandbox made anew, to be offered then. `clock_s` gives seconds."""
        self.making_s = 0.0  # how long that takes
        self._take_away = take_away
        self._clock_s = clock_s
        self._idle: dict[Sandbox, float] = {}  # and since when: the longest idle first
        self._lent: Counter[int | None] = Counter()  # by CPU
        self._served: dict[Sandbox, str] = {}  # the tenant of each that has run anything
        self._waiting: list[_Request] = []  # the oldest first
        self._timer: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> int:
        """Return how many sandboxes are idle."""
        return len(self._idle)

    @property
    def lent(self) -> int:
        """Return how many sandboxes are lent."""
        return sum(self._lent.values())

    @property
    def is_anyone_waiting(self) -> bool:
        """Tell whether some request waits for its sandbox."""
        return bool(self._waiting)

    async def borrow(self, tenant: str) -> Sandbox:
        """Wait for a sandbox that has served nobody but this tenant; `give_back` comes after it."""
        request = _Request(tenant, self._clock_s())
        self._waiting.append(request)
        self._match()
        try:
            return await request.given
        except asyncio.CancelledError:
            if request.given.cancelled():
                self._waiting.remove(request)
            else:  # it was given one in the same moment
                self.give_back(request.given.result())
                self.offer(request.given.result())
            raise

    def give_back(self, sandbox: Sandbox) -> None:
        """Take a sandbox back from whom it was lent to; it may have to settle before it is offered again."""
        self._lent[sandbox.cpu] -= 1

    def offer(self, sandbox: Sandbox) -> None:
        """Lend a sandbox from now on. A new one is first of all for whom one was taken away."""
        self._idle[sandbox] = self._clock_s()
        promised = next((each for each in self._wanting if each.is_promised), None)
        if promised is not None and sandbox not in self._served:
            self._give(promised, sandbox)
        self._match()

    def forget(self, sandbox: Sandbox) -> None:
        """Learn that a sandbox that is not idle has gone, and that another one takes its place."""
        self._served.pop(sandbox, None)

    @property
    def _wanting(self) -> list[_Request]:
        """Return who waits, but for those whose task was cancelled and does not know it yet."""
        return [each for each in self._waiting if not each.given.done()]

    def _match(self) -> None:
        """Give what is idle to those who wait, and have made anew what another tenant may have."""
        now_s = self._clock_s()
        for request in self._wanting:
            fit = [each for each in self._idle if self._served.get(each, request.tenant) == request.tenant]
            if fit:
                self._give(request, min(fit, key=lambda each: self._lent[each.cpu]))  # of several, the first
            elif not request.is_promised:
                self._take(request, now_s)
        self._look_again()

    def _take(self, request: _Request, now_s: float) -> None:
        """Have a sandbox made anew for a request, if it may be: of the tenant that has the most."""
        shares = self._shares()
        due = [each for each in self._idle if self._takes_at_s(request, each, shares) <= now_s]
        if due:
            request.is_promised = True
            taken = max(due, key=lambda each: shares[self._served[each]])  # of several, the longest idle
            del self._idle[taken], self._served[taken]
            self._take_away(taken)

    def _takes_at_s(self, request: _Request, sandbox: Sandbox, shares: Counter[str]) -> float:
        """Return when a request may take away an idle sandbox of another tenant."""
        own, other = shares[request.tenant], shares[self._served[sandbox]]
        if not own:
            return request.since_s
        since_s = self._idle[sandbox]
        return (min(since_s, request.since_s) if other >= own + 2 else since_s) + PATIENCE * self.making_s

    def _shares(self) -> Counter[str]:
        """Return how many sandboxes each tenant has, or is promised."""
        promised = (each.tenant for each in self._wanting if each.is_promised)
        return Counter([*self._served.values(), *promised])

    def _look_again(self) -> None:
        """Match once more when the first who waits may take what is idle now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        unpromised = [each for each in self._wanting if not each.is_promised]
        if self._idle and unpromised:
            shares = self._shares()
            at_s = min(self._takes_at_s(each, idle, shares) for each in unpromised for idle in self._idle)
            self._timer = asyncio.get_running_loop().call_later(at_s - self._clock_s(), self._match)

    def _give(self, request: _Request, sandbox: Sandbox) -> None:
        self._waiting.remove(request)
        del self._idle[sandbox]
        self._served[sandbox] = request.tenant
        self._lent[sandbox.cpu] += 1
        request.given.set_result(sandbox)
