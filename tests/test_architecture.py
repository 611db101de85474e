"""The shape of the package: who may import whom, what is loaded, how long modules are, what is documented."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "cellcnn_helpers"
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def topic_of(module):
    """The second part of a dotted name: the unit that has a level; None for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


every_module = pytest.mark.parametrize("module", MODULES)

# Imports run downward; modules of level 1 do not import one another. Private modules are of level 0.
LEVELS = {
    "dataset": 0,
    "nn": 1,
    "simulate": 1,
    "images": 1,
    "evaluation": 1,
    "datasets": 2,
    "models": 2,
    "training": 2,
    "explain": 2,
    "plots": 2,
    "widgets": 3,
    "exercises": 3,
    "grading": 3,
    "__main__": 4,
}
LEVELS |= {
    topic: 0 for topic in map(topic_of, MODULES) if topic and topic.startswith("_") and topic not in LEVELS
}
# `.show()` of a data set imports inside the method, the one way up that the design has.
UPWARD = {("dataset", "plots")}
HEAVY = {
    *("keras", "tensorflow", "torch", "jax", "cv2", "matplotlib", "scipy", "skimage", "pandas", "sklearn"),
    "IPython",
}
LIGHT_TOPICS = [topic for topic, level in LEVELS.items() if level <= 1]
LONGEST = 400


def imported_names(tree, module, path):
    """Absolute dotted names that the nodes of `tree` import."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                base = f"{above}.{base}" if base else above
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def topics_imported(source, module, path):
    """The topics of the package that a module imports, its own left out."""
    names = imported_names(ast.parse(source), module, path)
    topics = {topic_of(name) for name in names if name.startswith("cellcnn_helpers.")}
    return (topics & LEVELS.keys()) - {topic_of(module)}


def breaches(source, module, path):
    """The topics that a module imports though its level forbids it."""
    own = LEVELS[topic_of(module)]
    highest = 0 if own == 1 else own
    above = {topic for topic in topics_imported(source, module, path) if LEVELS[topic] > highest}
    return {topic for topic in above if (topic_of(module), topic) not in UPWARD}


@every_module
def test_every_module_has_a_level(module):
    assert topic_of(module) is None or topic_of(module) in LEVELS


@every_module
def test_imports_run_downward(module):
    path = MODULES[module]
    source = path.read_text(encoding="utf-8")
    if topic_of(module) is None:
        assert not topics_imported(source, module, path)  # the package itself stays light
    else:
        assert not breaches(source, module, path)


@pytest.mark.parametrize(
    "module, source, expected",
    [
        ("cellcnn_helpers.nn.dense", "from cellcnn_helpers import images", {"images"}),
        ("cellcnn_helpers.nn.dense", "def f():\n    import cellcnn_helpers.plots.style", {"plots"}),
        ("cellcnn_helpers.nn.dense", "from ..widgets import base", {"widgets"}),
        ("cellcnn_helpers.nn.dense", "from .gradients import x\nfrom .. import _checks", set()),
        ("cellcnn_helpers.plots", "from cellcnn_helpers.nn import conv2d", set()),
    ],
)
def test_a_breach_would_be_seen(module, source, expected):
    assert breaches(source, module, Path("module.py")) == expected


@every_module
def test_no_assert(module):
    # Python -O removes them, and their messages name no argument.
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] == []


@every_module
def test_modules_are_short(module):
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", [m for m in MODULES if topic_of(m) in [None, *LIGHT_TOPICS]])
def test_nothing_heavy_at_the_top_of_light_modules(module):
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        function.body = []  # what is imported inside is imported when it is needed
    assert not {name.split(".")[0] for name in imported_names(tree, module, path)} & HEAVY


def test_importing_light_modules_loads_nothing_heavy():
    # In a process of its own: here, other tests have loaded everything.
    names = [module for module in MODULES if topic_of(module) in [None, *LIGHT_TOPICS]]
    code = f"import importlib, json, sys\nfor name in {names}: importlib.import_module(name)\n"
    code += "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(run.stdout)) & HEAVY == set()


# Documentation

SHAPED = {"nn"}  # topics whose functions take and give arrays throughout


def public_objects():
    """What each topic offers, and the public methods of its classes: (dotted name, object)."""
    for topic in LEVELS:
        module_name = f"cellcnn_helpers.{topic}"
        if topic.startswith("_") or module_name not in MODULES:
            continue
        for name, item in vars(importlib.import_module(module_name)).items():
            if name.startswith("_") or not getattr(item, "__module__", "").startswith(module_name):
                continue
            if inspect.isfunction(item) or inspect.isclass(item):
                yield f"{module_name}.{name}", item
            if inspect.isclass(item):
                for method, function in vars(item).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{module_name}.{name}.{method}", function


def missing_from(name, item):
    """What the docstring of a public object lacks."""
    doc = inspect.getdoc(item) or ""
    if not doc:
        return ["docstring"]
    if inspect.isclass(item) and issubclass(item, (tuple, Exception)):
        return []  # results and errors are made by the package, not called by the reader
    lacks = []
    first = doc.split("\n\n")[0]
    if "\n" in first or not first.endswith((".", "?")):
        lacks.append("a first line that is one sentence")
    is_method = inspect.isfunction(item) and "." in item.__qualname__
    if not is_method and arguments(item) and "Parameters\n----------" not in doc:
        lacks.append("Parameters")
    if topic_of(name) in SHAPED and inspect.isfunction(item) and takes_arrays(item) and "->" not in doc:
        lacks.append("shape line")
    return lacks


def arguments(item):
    try:
        names = inspect.signature(item).parameters
    except ValueError:
        return []
    return [name for name in names if name not in ("self", "cls", "args", "kwargs")]


def takes_arrays(item):
    return {"x", "dy", "images", "labels", "params", "logits", "predictions"} & set(arguments(item))


def test_everything_public_is_documented():
    lacking = {name: lacks for name, item in public_objects() if (lacks := missing_from(name, item))}
    assert lacking == {}


def test_lacking_documentation_would_be_seen():
    def dense(x):
        pass

    assert missing_from("cellcnn_helpers.nn.dense", dense) == ["docstring"]
    dense.__doc__ = "Weigh features\nand add."
    dense.__qualname__ = "dense"
    assert missing_from("cellcnn_helpers.nn.dense", dense) == [
        "a first line that is one sentence",
        "Parameters",
        "shape line",
    ]
