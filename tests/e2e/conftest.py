"""Fixtures of the program's tests."""

import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE.parent / "interop", HERE):
    sys.path.insert(0, str(folder))
sys.dont_write_bytecode = True

from town import Town  # noqa: E402


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """The town as it is founded once."""
    return Town(tmp_path_factory.mktemp("town")).found()


@pytest.fixture
def town(founded, tmp_path):
    """A town of its own for each test."""
    shutil.copytree(founded.folder, tmp_path, dirs_exist_ok=True)
    return Town(tmp_path)
