"""What the tests of this folder share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def triclave_program() -> Path:
    """The built program, for the tests that exchange files with it."""
    program = Path(os.environ.get("TRICLAVE_PROGRAM", HERE.parents[1] / "build/release/bin/triclave"))
    assert program.is_file(), f"TRICLAVE_PROGRAM: {program} is not a file"
    return program


@pytest.fixture(scope="session")
def vec_folder() -> Path:
    """tests/vectors."""
    return HERE.parent / "vectors"
