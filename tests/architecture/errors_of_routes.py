"""Which of our errors leave a route, found in the source: who raises, who calls, who catches.

Calls are followed by name: of functions, through imports, also where a package passes a name on.
A method, and a function within another, which is handed on, are not followed.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("issuer", "keys", "contexts")
"""Those that have errors which a route is to answer, or what they are made from."""
OURS = "contexts.errors.MintmarkError"
EVERYTHING = frozenset({"Exception", "BaseException"})
ANSWERED = frozenset(
    {
        "issuer.home.problem.Problem",
        "issuer.database.database.UnavailableError",
        "issuer.database.database.UnstorableError",
    }
)
"""What `issuer.web.problems` answers, wherever it is raised."""
Caught = frozenset[str]


@dataclass
class Source:
    """A module: what each of its names stands for, its functions, and its classes with bases."""

    name: str
    names: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    tuples: dict[str, ast.Tuple] = field(default_factory=dict)

    def full_name(self, node: ast.expr | None) -> str:
        """Return what a name of the source stands for, dotted; '' for anything else."""
        match node:
            case ast.Name(id):
                here = id in self.functions or id in self.classes
                return f"{self.name}.{id}" if here else self.names.get(id, id)
            case ast.Attribute(value, attr):
                whose = self.full_name(value)
                return f"{whose}.{attr}" if whose else ""
        return ""


@cache
def sources() -> Mapping[str, Source]:
    """Return every module by its name."""
    by_name = {}
    for file in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        by_name[name] = source = Source(name)
        for node in ast.parse(file.read_text()).body:
            _note(source, node)
    return by_name


def _note(source: Source, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef(name):
            source.functions[name] = node
        case ast.ClassDef(name):
            source.classes[name] = node
        case ast.ImportFrom(module, names):
            source.names |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
        case ast.Import(names):
            source.names |= {one.asname or one.name: one.name for one in names}
        case ast.Assign([ast.Name(name)], ast.Name() | ast.Attribute() as value):
            source.names[name] = source.full_name(value)
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value):
            if isinstance(value, ast.Tuple):
                source.tuples[name] = value


@cache
def defined(name: str) -> str:
    """Return where the function or class of this name is defined: a package may pass it on."""
    module, _, last = name.rpartition(".")
    source = sources().get(module)
    if source is None or last in source.functions or last in source.classes:
        return name
    return defined(source.names[last]) if last in source.names else name


@cache
def kinds(error: str) -> Caught:
    """Return a class of errors, and each class that it is one of."""
    module, _, last = defined(error).rpartition(".")
    source = sources().get(module)
    node = source.classes.get(last) if source else None
    bases = [kinds(source.full_name(base)) for base in node.bases] if source and node else []
    return frozenset({defined(error)}).union(*bases)


@dataclass(frozen=True)
class Step:
    """What a function raises, or else calls, and what is caught around it."""

    name: str
    is_raised: bool
    caught: Caught


def _steps(source: Source, nodes: Iterable[ast.AST], caught: Caught) -> Iterator[Step]:
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.Lambda():
                continue
            case ast.Try(body, handlers, orelse, finalbody):
                types = [one.type for one in handlers if not _raises_again(one)]
                inside = caught.union(*(_caught(source, type_) for type_ in types))
                yield from _steps(source, body, inside)
                yield from _steps(source, [*handlers, *orelse, *finalbody], caught)
            case ast.With(items, body):
                managers = [item.context_expr for item in items]
                yield from _steps(source, managers, caught)
                yield from _steps(source, body, caught | _caught_by(source, managers))
            case _:
                if isinstance(node, ast.Raise) and node.exc:
                    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                    yield Step(defined(source.full_name(error)), True, caught)
                if isinstance(node, ast.Call):
                    yield Step(defined(source.full_name(node.func)), False, caught)
                yield from _steps(source, ast.iter_child_nodes(node), caught)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and not node.exc for node in ast.walk(handler))


def errors() -> dict[str, set[str]]:
    """Return the errors of ours that leave each function, by its name."""
    steps = {
        f"{source.name}.{name}": [
            *_steps(source, function.body, _caught_by(source, function.decorator_list))
        ]
        for source in sources().values()
        for name, function in source.functions.items()
    }
    left: dict[str, set[str]] = {name: set() for name in steps}
    before = -1
    while before != (before := sum(map(len, left.values()))):
        for name, taken in steps.items():
            for step in taken:
                raised = {step.name} if step.is_raised else left.get(step.name, set())
                ours = {error for error in raised if OURS in kinds(error)}
                left[name] |= {error for error in ours if not _is_caught(error, step.caught)}
    return left


def _caught_by(source: Source, managers: Iterable[ast.expr]) -> Caught:
    """Return what context managers catch, which may decorate a function as well: `suppress`, and
    one of ours around its `yield`."""
    calls = [manager for manager in managers if isinstance(manager, ast.Call)]
    return Caught().union(*(_caught_by_manager(source, call) for call in calls))


def _caught_by_manager(source: Source, call: ast.Call) -> Caught:
    if source.full_name(call.func) == "contextlib.suppress":
        return Caught().union(*(_caught(source, error) for error in call.args))
    module, _, name = defined(source.full_name(call.func)).rpartition(".")
    theirs = sources().get(module)
    function = theirs.functions.get(name) if theirs else None
    if theirs is None or function is None:
        return Caught()
    tries = [node for node in ast.walk(function) if isinstance(node, ast.Try) and _yields(node)]
    types = [handler.type for node in tries for handler in node.handlers]
    return Caught().union(*(_caught(theirs, type_) for type_ in types))


def _yields(node: ast.Try) -> bool:
    return any(isinstance(one, ast.Yield) for part in node.body for one in ast.walk(part))


def _caught(source: Source, type_: ast.expr | None) -> Caught:
    """Return the classes that an `except` names."""
    if type_ is None:
        return EVERYTHING
    if isinstance(type_, ast.Name) and type_.id in source.tuples:
        type_ = source.tuples[type_.id]
    parts = type_.elts if isinstance(type_, ast.Tuple) else [type_]
    return frozenset(defined(source.full_name(part)) for part in parts)


def _is_caught(error: str, caught: Caught) -> bool:
    return bool(caught & (kinds(error) | EVERYTHING))


def routes() -> Iterator[tuple[str, Caught]]:
    """Yield each route by its name, with the errors that its blueprint answers."""
    for source in sources().values():
        if not source.name.startswith("issuer."):
            continue
        for name, function in source.functions.items():
            blueprints = {source.full_name(one) for one in _decorators(function, "get", "post")}
            if blueprints:
                yield f"{source.name}.{name}", _answered(source, blueprints)


def _answered(source: Source, blueprints: set[str]) -> Caught:
    answered: set[str] = set()
    for function in source.functions.values():
        for decorator in function.decorator_list:
            match decorator:
                case ast.Call(ast.Attribute(blueprint, "errorhandler"), [error]):
                    if source.full_name(blueprint) in blueprints:
                        answered |= _caught(source, error)
    return frozenset(answered)


def _decorators(function: ast.FunctionDef, *methods: str) -> Iterator[ast.expr]:
    """Yield whose method decorates a function: the `pages` of `@pages.get("/")`."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(ast.Attribute(whose, attr)) if attr in methods:
                yield whose


def leaving() -> Iterator[tuple[str, str]]:
    """Yield each route with an error of the issuer's that leaves it, and that nobody answers."""
    left = errors()
    for route, answered in routes():
        for error in sorted(left[route]):
            if error.startswith("issuer.") and not _is_caught(error, ANSWERED | answered):
                yield route, error
