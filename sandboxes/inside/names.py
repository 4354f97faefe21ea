"""Which names of a test program are the candidate's: those that it reads and does not define."""

from __future__ import annotations

import ast
import builtins
import symtable
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class FreeNames:
    """The names that a test program reads and does not define."""

    of_candidate: list[str]
    modules: list[str]  # of the standard library, used for their attributes only


def free_names(source: str, candidate_names: list[str]) -> FreeNames:
    """Find the free names: a built-in's or a standard module's is Python's own unless it is named.

    Were they the candidate's, a class `math` of its own could answer `math.isclose`.
    """
    tree = ast.parse(source)
    bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    plain = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in bases}
    read, bound = _global_names(symtable.symtable(source, "<tests>", "exec"))
    own = bound | set(dir(builtins)) | {name for name in read if name.startswith("__")}
    free = (read - own) | set(candidate_names)
    modules = (free & sys.stdlib_module_names) - plain - set(candidate_names)
    return FreeNames(sorted(free - modules), sorted(modules))


def _global_names(scope: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the global names that a scope and those within it read, and those that they bind."""
    read: set[str] = set()
    bound: set[str] = set()
    for symbol in scope.get_symbols():
        if scope.get_type() == "module" or symbol.is_global():
            if symbol.is_referenced():
                read.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                bound.add(symbol.get_name())
    for inner in scope.get_children():
        inner_read, inner_bound = _global_names(inner)
        read |= inner_read
        bound |= inner_bound
    return read, bound
