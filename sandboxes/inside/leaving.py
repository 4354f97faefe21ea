"""What Python does when it ends, done by hand, since a run leaves its process by `os._exit`.

Follows Py_FinalizeEx, flush_std_files and finalize_modules of CPython's Python/pylifecycle.c.
"""

from __future__ import annotations

import atexit
import builtins
import gc
import sys
import threading
import traceback
import types
import warnings
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import takewhile
from typing import Any


class Origin:
    """Stands as a program's `__loader__`: while it lives, so do the program's globals."""


EMPTY: tuple[Iterable[object], ...] = ([], (), {}, set(), "", range(0))
YOUNG_OBJECTS = 700  # the threshold of CPython's collector: with more, it would have collected
# Kinds of objects that do nothing when they go but let go of what they hold.
HARMLESS = frozenset(
    {
        *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CellType, types.ModuleType),
        *(list, dict, tuple, set, frozenset, map, zip, filter, enumerate, partial, type(lru_cache(len))),
        *(type(iter(each)) for each in EMPTY),
        *(type({}.keys()), type({}.values()), type({}.items())),
        *(deque, defaultdict, OrderedDict, Origin),
    }
)


def flush_streams() -> bool:
    """Flush `sys.stdout` and `sys.stderr`, whatever they are by now; tell whether that went well."""
    out, err = (_flushed(getattr(sys, name, None)) for name in ("stdout", "stderr"))
    return out and err


def _flushed(stream: Any) -> bool:
    if stream is None:
        return True
    try:
        if not getattr(stream, "closed", False):
            stream.flush()
    except BaseException as error:
        _tell_ignored(stream, error)
        return False
    return True


def _tell_ignored(stream: object, error: BaseException) -> None:
    try:
        print(f"Exception ignored in: {stream!r}", file=sys.stderr)
        traceback.print_exception(type(error), error, None)
    except BaseException:  # that stream is broken, too
        return


class World:
    """The interpreter's names before a program's, so that what the program made can be told and let go.

    It looks at as few objects as it can: in a fork, each look at one copies the page that it lies on.
    """

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._builtins: dict[str, Any] = {}
        self._last_module = self._last_builtin = ""

    def remember(self) -> None:
        """Take down, before any fork, what there is."""
        self._builtins = dict(vars(builtins))
        self._last_module = next(reversed(sys.modules))
        self._last_builtin = next(reversed(self._builtins))

    def left_nothing(self) -> Callable[[], bool]:
        """Return, before the fork of a program, what tells at its end that Python would find nothing to do.

        It has written what the streams held, then. It knows by the kinds of what the program made: functions
        and containers alone do nothing when they go; a class, a file or a generator might. In a program that
        made many objects it does not look.
        """
        modules, last = sys.modules, next(reversed(sys.modules))
        out, err = sys.stdout, sys.stderr
        count, objects, callbacks, exits = gc.get_count, gc.get_objects, gc.callbacks, atexit._ncallbacks
        locks: Any = getattr(threading, "_shutdown_locks", None)
        if locks is None:  # newer Pythons keep threads elsewhere
            return lambda: False
        main_threads, shown = len(locks), len(warnings.filters)
        thread_exits = threading._threading_atexits  # type: ignore[attr-defined]

        def left_nothing() -> bool:
            try:
                if len(locks) > main_threads or thread_exits or exits() or callbacks:
                    return False
                if next(reversed(modules)) is not last or sys.stdout is not out or sys.stderr is not err:
                    return False
                young, *older = count()
                if young > YOUNG_OBJECTS or any(older) or len(warnings.filters) != shown:
                    return False
                kinds = set(map(type, objects()))
                if Origin not in kinds or not kinds <= HARMLESS:  # without it, they were frozen
                    return False
                out.flush()
                err.flush()
            except BaseException:  # the program may have changed any of it
                return False
            return True

        return left_nothing

    def restore(self) -> None:
        """Let go of all that a program made, so that its finalizers run and its files write what they hold.

        Those of the standard library's modules that it imported stay: their own ends write nothing.
        """
        gc.collect()  # as Python does: it also puts owners before what they own, so that buffers close first
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
        sys.excepthook = sys.__excepthook__
        for name in _newer(vars(builtins), self._last_builtin):
            delattr(builtins, name)
        origins = [weakref.ref(origin) for origin in self._forget_modules()]
        gc.collect()
        if any(origin() is not None for origin in origins):
            vars(builtins).update(self._builtins)
            gc.collect()
        for origin in origins:
            _clear_globals(origin())

    def _forget_modules(self) -> list[Origin]:
        origins = []
        for name in ("__main__", *_newer(sys.modules, self._last_module)):
            module = sys.modules.get(name)
            if module is not None and getattr(module, "__spec__", None) is None:
                del sys.modules[name]
                origins.append(getattr(module, "__loader__", None))
        return [origin for origin in origins if isinstance(origin, Origin)]


def _newer(names: dict[str, Any], last: str) -> list[str]:
    """Return the names that came into a dictionary after another one."""
    return list(takewhile(lambda name: name != last, reversed(names)))


def _clear_globals(origin: Origin | None) -> None:
    """Empty globals that something outside the program still holds: a signal handler, a cache, a thread."""
    for namespace in gc.get_referrers(origin) if origin else ():
        if isinstance(namespace, dict) and namespace.get("__loader__") is origin:
            names = [name for name in namespace if name != "__builtins__"]
            for name in sorted(names, key=lambda name: not name.startswith("_") or name.startswith("__")):
                namespace[name] = None
