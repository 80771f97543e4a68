"""Fixtures of the program's tests."""

import os
import shutil
import signal

import pytest

import memory
from custodian import Custodian
from town import Town

# A job in the background may have been told to ignore these, and its children would be, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def has_terminals() -> bool:
    """Whether this system has pseudo-terminals; a bare folder made into a root may not."""
    try:
        for descriptor in os.openpty():
            os.close(descriptor)
    except OSError:
        return False
    return True


def pytest_configure(config):
    config.addinivalue_line("markers", "terminal: speaks to the program through a pseudo-terminal")
    config.addinivalue_line("markers", "memory: reads the memory of a process that wants nobody to")


def pytest_collection_modifyitems(config, items):
    """What this system does not let a test do is left out, and the totals say so ("deselected")."""
    missing = {"terminal": not has_terminals(), "memory": not memory.may_read()}
    left_out = [item for item in items if any(missing[each.name] for each in item.iter_markers() if each.name in missing)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def town(founded, tmp_path):
    """A town of its own for each test."""
    shutil.copytree(founded.folder, tmp_path, dirs_exist_ok=True)
    return Town(tmp_path)


@pytest.fixture
def custodian(authority, tmp_path):
    """Makes custodians, by name; their daemons end with the test."""
    made = []

    def make(name="ovh", **how):
        made.append(Custodian(tmp_path / f"custodian-{name}", authority, name, **how))
        return made[-1]

    yield make
    for each in made:
        each.stop(signal.SIGKILL)
