"""The examples in the package's docstrings, run as they stand, and its types, checked strictly."""

import ast
import doctest
import importlib
import pathlib
import re
import subprocess
import sys

import fsspec
import pyarrow
import pytest

import triclave
from triclave import _core

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python"
MODULES = sorted(path.stem for path in (SOURCES / "triclave").glob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_examples(module, town, here):
    pathlib.Path("lab.csv").write_text("test;value\nsodium;140\npotassium;4\n")
    keys = [town.keys["outscale"], town.keys["orange"]]
    triclave.seal("lab.csv", "lab.csv.sealed", policy=town.policy, producer=town.producer, compartment="clinical")
    stays = pyarrow.table({"nir": ["2840175123456"], "glucose": [5.4]})
    triclave.seal_table(stays, "stays.table", policy=town.policy, producer=town.producer)
    names = {"triclave": triclave, "town": town, "keys": keys, "pyarrow": pyarrow, "fsspec": fsspec}
    found = importlib.import_module("triclave" if module == "__init__" else f"triclave.{module}")
    result = doctest.testmod(found, extraglobs=names, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0 and (result.attempted > 0) == (">>>" in pathlib.Path(found.__file__).read_text())


def test_types_are_strict():
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", "/dev/null", "triclave"],
        cwd=SOURCES, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def parameters(of):
    """Names of a function's parameters: of its stub, or as nanobind writes them into the docstring's first line."""
    if isinstance(of, ast.FunctionDef):
        names = [each.arg for each in (*of.args.args, *of.args.kwonlyargs)]
    else:
        inside = of.__doc__.splitlines()[0].split("(", 1)[1].rsplit(") ->", 1)[0]
        while (flat := re.sub(r"\[[^\[\]]*\]|'[^']*'", "", inside)) != inside:
            inside = flat
        names = [each.split(":")[0].strip() for each in inside.split(",") if each.strip() not in ("", "*")]
    return [each for each in names if each not in ("self", "/")]


def functions(body):
    return {each.name: each for each in body if isinstance(each, ast.FunctionDef)}


def test_the_stub_of_the_extension_module_is_complete():
    stub = ast.parse((SOURCES / "triclave" / "_core.pyi").read_text())
    told = {each.name: functions(each.body) for each in stub.body if isinstance(each, ast.ClassDef)}
    told[None] = functions(stub.body)
    there = {name: vars(each) for name, each in vars(_core).items() if isinstance(each, type)}
    there[None] = {name: each for name, each in vars(_core).items() if not isinstance(each, type)}
    compared = 0
    assert told.keys() == there.keys()
    for owner, stubs in told.items():
        members = {name: each for name, each in there[owner].items() if not name.startswith("__") or name in stubs}
        assert stubs.keys() == members.keys(), owner
        for name, each in stubs.items():
            if not any(getattr(mark, "id", "") == "property" for mark in each.decorator_list):
                assert parameters(each) == parameters(members[name]), (owner, name)
                compared += 1
    assert compared > 40


def test_the_readme_works_pasted(here, capfd):
    readme = (SOURCES.parents[1] / "README.md").read_text(encoding="utf-8")
    snippets = [each.split("```")[0] for each in readme.split("```python\n")[1:]]
    assert snippets
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})
    shown = capfd.readouterr().out
    assert "E11" in shown and "2840175123456" not in shown
