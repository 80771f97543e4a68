"""What the tests of this folder share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True


@pytest.fixture(scope="session")
def triclave_program() -> Path:
    """The built program, which TRICLAVE_PROGRAM names; tests that exchange files with it are skipped without it."""
    path = os.environ.get("TRICLAVE_PROGRAM")
    if not path:
        pytest.skip("TRICLAVE_PROGRAM does not name the built program")
    program = Path(path)
    assert program.is_file(), f"TRICLAVE_PROGRAM: {program} is not a file"
    return program


@pytest.fixture(scope="session")
def standards() -> Path:
    """The folder of published vectors, which TRICLAVE_VECTORS names."""
    path = os.environ.get("TRICLAVE_VECTORS")
    if not path:
        pytest.skip("TRICLAVE_VECTORS does not name the folder of published vectors")
    return Path(path)


@pytest.fixture(scope="session")
def vec_folder() -> Path:
    """tests/vectors."""
    return HERE.parent / "vectors"
