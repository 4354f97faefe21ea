"""Holds the arrows: proto <- sandboxes <- verifierd, clients know proto only, imports go downwards."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
IMPORT_ROOTS = {
    "verifier": REPOSITORY / "proto",
    "sandboxes": REPOSITORY,
    "verifierd": REPOSITORY,
    "verifierd_client": REPOSITORY / "clients" / "python",
}

# What each distribution's packages may import of the others.
MAY_IMPORT = {
    "verifier": set[str](),
    "sandboxes": {"verifier"},
    "verifierd": {"verifier", "sandboxes", "verifierd_client"},
    "verifierd_client": {"verifier"},
}

# Parts of `verifierd` from the bottom up; a part may import the parts of lower rows and itself.
LAYERS = (
    {"model", "errors", "json_text", "logs", "stopping"},
    {"admission", "observing"},
    {"economics"},
    {"judging", "selection", "audit"},
    {"execution", "identity"},
    {"batches", "fleet"},
    {"durable", "telemetry"},
    {"api", "config", "datasets"},
    {"console", "daemon", "export", "report"},
    {"cli"},
    {"__main__"},
)

# What runs inside a sandbox has the standard library, and who reads answers these libraries.
BESIDE_IT = {
    "sandboxes.inside.equality": {"math_verify"},
    "sandboxes.inside.expressions": {"latex2sympy2_extended", "mpmath", "sympy"},
}

LINES_AIMED_AT = 300
LINES_ALLOWED = 400


def _modules() -> dict[str, Path]:
    """Every hand-written module by its dotted name."""
    found = {}
    for package, root in IMPORT_ROOTS.items():
        for path in sorted((root / package).rglob("*.py")):
            if not path.stem.endswith(("_pb2", "_pb2_grpc")):
                found[".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")] = path
    return found


MODULES = _modules()


def _imports(module: str) -> Iterator[str]:
    """Dotted names that a module imports, anywhere in it, those for type checking too."""
    path = MODULES[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield submodule if submodule in MODULES else base


def _part(module: str) -> str:
    """The part of `verifierd` that a module belongs to: its second name, or the package itself."""
    return ".".join(module.split(".")[1:2])


def _layer(part: str) -> int:
    return next(height for height, parts in enumerate(LAYERS) if part in parts)


def test_the_parts_of_verifierd_are_those_drawn_here() -> None:
    parts = {_part(module) for module in MODULES if module.startswith("verifierd.")}
    assert parts <= set().union(*LAYERS), "give each new part its row in LAYERS"


@pytest.mark.parametrize("package", IMPORT_ROOTS)
def test_distributions_import_downwards_only(package: str) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module.split(".")[0] == package
        for imported in _imports(module)
        if (top := imported.split(".")[0]) in IMPORT_ROOTS and top not in {package, *MAY_IMPORT[package]}
    ]
    assert wrong == []


def test_parts_of_verifierd_import_downwards_only() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module.startswith("verifierd.")
        for imported in _imports(module)
        if imported.startswith("verifierd.")
        and _part(imported) != _part(module)
        and _layer(_part(imported)) >= _layer(_part(module))
    ]
    assert wrong == []


def test_modules_import_in_no_circle() -> None:
    graph = {module: {name for name in _imports(module) if name in MODULES} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("imports go in a circle: " + " <- ".join(error.args[1]))


def test_only_the_edges_know_the_wire() -> None:
    """Messages are turned into the model in `api` and `fleet`; the core never sees gRPC or protobuf."""
    wire = {"verifier", "grpc", "google", "grpc_health", "grpc_reflection", "grpc_status"}
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module.split(".")[0] in {"sandboxes", "verifierd"}
        and _part(module) not in {"api", "daemon", "cli", "fleet"}
        for imported in _imports(module)
        if imported.split(".")[0] in wire
    ]
    assert wrong == []


def test_only_the_command_line_and_its_files_are_clients() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module.startswith("verifierd.") and _part(module) not in {"cli", "datasets"}
        for imported in _imports(module)
        if imported.split(".")[0] == "verifierd_client"
    ]
    assert wrong == []


def test_what_runs_inside_a_sandbox_needs_no_more_than_it_has_there() -> None:
    inside = "sandboxes.inside"
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module == inside or module.startswith(f"{inside}.")
        for imported in _imports(module)
        if imported.split(".")[0] not in {*sys.stdlib_module_names, *BESIDE_IT.get(module, ())}
        and imported != inside
        and not imported.startswith(f"{inside}.")
    ]
    assert wrong == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_in_its_first_line_what_it_is_for(module: str) -> None:
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text("utf-8")), clean=False)
    assert docstring is not None, f"{module} has no docstring"
    assert docstring.splitlines()[0].strip(), f"the docstring of {module} begins with an empty line"


@pytest.mark.filterwarnings("default:.*lines, aim:UserWarning")
def test_a_module_fits_on_a_few_screens() -> None:
    lines = {module: len(path.read_text("utf-8").splitlines()) for module, path in MODULES.items()}
    for module, count in lines.items():
        if LINES_AIMED_AT < count <= LINES_ALLOWED:
            warnings.warn(f"{module} has {count} lines, aim at {LINES_AIMED_AT}", stacklevel=1)
    assert {module: count for module, count in lines.items() if count > LINES_ALLOWED} == {}
