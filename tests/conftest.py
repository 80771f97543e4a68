"""What the tests of all folders share: where their helpers lie, and a town that is founded once."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE / "interop", HERE / "support"):
    sys.path.insert(0, str(folder))
sys.dont_write_bytecode = True

from custodian import Authority  # noqa: E402
from town import Town  # noqa: E402


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """The town as it is founded once."""
    return Town(tmp_path_factory.mktemp("town")).found()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A trial authority that certifies daemons and clients."""
    return Authority(tmp_path_factory.mktemp("authority"))
