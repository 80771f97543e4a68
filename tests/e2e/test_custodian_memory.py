"""What stands in a daemon's memory once it has answered: its keys once, in guarded memory, and nothing of what it released."""

import sqlite3
import struct

import pytest
from custody_scene import Asker, Scene
from memory import copies
from triclave_spec import cobblestone, hpke, keyfile, masks, requests, xwing
from triclave_spec.encoding import m

from custodian import PASSPHRASE

pytestmark = pytest.mark.memory
ANSWERS = 5


@pytest.fixture(scope="module")
def scene(founded, authority, tmp_path_factory):
    """Three daemons."""
    made = Scene(founded, tmp_path_factory.mktemp("remembered"), authority)
    yield made
    made.close()


def long_lived(daemon, public):
    """What a daemon keeps as long as it runs, as its database and the passphrase give it; and what leads there."""
    with sqlite3.connect(f"file:{daemon.folder / 'state.db'}?mode=ro", uri=True) as database:
        (parameters,) = database.execute("SELECT value FROM settings WHERE name = 'passphrase'").fetchone()
        (log_key,) = database.execute("SELECT value FROM settings WHERE name = 'log_key'").fetchone()
        key_id, sealed = database.execute("SELECT id, sealed FROM keys").fetchone()
    *costs, salt = struct.unpack(">III16s", parameters)
    vault = keyfile.Argon2Parameters(*costs).derive(PASSPHRASE.encode(), salt)

    def unseal(name, message):
        return cobblestone.decrypt(vault, m("triclave/v1/custodian-secret", name), message)

    own = unseal("key " + key_id.hex(), sealed)
    private = xwing.PrivateKey(xwing.own_key_seed(own))
    assert private.public == public
    x25519 = private._x25519.private_bytes_raw()  # noqa: SLF001
    kept = {"passphrase": PASSPHRASE.encode(), "vault": vault, "log key": unseal("log key", log_key), "seed": private.seed, "x25519": x25519}
    return private, kept, {"own key": own, "own key in hex": own.hex().encode()}


def released(asker, private, channel, public):
    """One answer, and every secret on the way to it."""
    asked, one_use, mask = asker.ask(public)
    answer = channel.release(asked)["answer"]
    request = requests.parse(asked["request"])
    item = request.items[0]
    shared = private.decapsulate(item.enc)
    exporter = hpke.Context(xwing.KEM_ID, shared, masks.wrap_info(item.capsule_id, item.generation, private.id)).exporter_secret
    return {"mask": mask[:32], "rho": mask[32:], "wrap's secret": shared, "exporter": exporter,
            "answer's secret": one_use.decapsulate(answer[:xwing.ENC])}  # fmt: skip


def test_nothing_that_was_released_and_each_key_once(scene):
    daemon, public, asker = scene.daemons["ovh"], scene.public_key("ovh"), Asker(scene.town)
    private, kept, passing = long_lived(daemon, public)
    pid = daemon.process.pid
    with scene.channel("ovh") as channel:
        answered = [released(asker, private, channel, public) for _ in range(ANSWERS)]
        gone = {f"{name} {number}": secret for number, each in enumerate(answered) for name, secret in each.items()}
        found = copies(pid, {**kept, **passing, **gone, "public": public[:32]})
    assert found.pop("public")[0] > 0, "the search finds nothing"
    wrong = {name: counts for name, counts in found.items() if counts[0] > 0 or (name not in kept and counts[1] > 0)}
    assert not wrong, f"copies in ordinary and in guarded memory: {wrong}"
    assert all(found[name][1] <= 1 for name in kept), found
    assert found["seed"] == (0, 1)
