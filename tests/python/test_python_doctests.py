"""The examples in the package's docstrings, run as they stand, and its types, checked strictly."""

import doctest
import importlib
import pathlib
import subprocess
import sys

import fsspec
import pyarrow
import pytest

import triclave

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


def test_the_readme_works_pasted(here, capfd):
    readme = (SOURCES.parents[1] / "README.md").read_text(encoding="utf-8")
    snippets = [each.split("```")[0] for each in readme.split("```python\n")[1:]]
    assert snippets
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})
    shown = capfd.readouterr().out
    assert "E11" in shown and "2840175123456" not in shown
