"""Fixtures of the Python package's tests. The package is what cmake/python.sh has put into build/python."""

import os
import pathlib
import sys

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = os.environ.get("TRICLAVE_PYTHON", str(ROOT / "build" / "python"))
sys.path.insert(0, PACKAGE)
sys.dont_write_bytecode = True

import triclave  # noqa: E402
import triclave.samples  # noqa: E402

# Few examples by default; TRICLAVE_EXAMPLES=1000 for a long look.
hypothesis.settings.register_profile(
    "triclave", max_examples=int(os.environ.get("TRICLAVE_EXAMPLES", "25")), deadline=None, database=None, derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)  # fmt: skip
hypothesis.settings.load_profile("triclave")


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The sample policy with everybody's keys."""
    return triclave.samples.cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="session")
def custodians(town):
    """Keys that open the clinical compartment."""
    return [town.keys["outscale"], town.keys["orange"]]


@pytest.fixture(scope="session")
def everybody(town):
    """Keys that open everything."""
    return list(town.keys.values())


@pytest.fixture(scope="session")
def sealer(town):
    return triclave.Sealer(town.policy, town.producer)


@pytest.fixture
def opener(town, everybody):
    return triclave.Opener(town.policy, everybody)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def seal_table(sealer, here):
    """Seals columns into the file "table"."""
    return lambda data, **how: triclave.seal_table(data, "table", sealer=sealer, **how)


@pytest.fixture
def open_table(opener, here):
    """Opens it with everybody's keys."""
    return lambda sealed="table", **how: triclave.open_table(sealed, opener=opener, **how)
