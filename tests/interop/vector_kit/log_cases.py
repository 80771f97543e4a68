"""A custodian's log: its entries, its files, its receipts, what was kept of it."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Sequence

from triclave_spec import checkpoints, merkle, notes, protobuf, tiles, tree_proof

from .cast import DATASET, OWNER
from .custody_cast import CUSTODIAN, ENTRIES, FORKED, LOG, NOW, OTHER_LOG, PERMIT, RELEASE, REQUESTER, entry, packed
from .custody_cast import start, started
from .forged_capsules import flip
from .vec import Vec


def _entry(name: str, rule: str, expect: str, comment: str, data: bytes) -> Vec:
    return start("log-entry-" + name, "log-entry", rule, expect, comment).add("entry", packed(data))


def _of(kind: int, **fields: Any) -> bytes:
    return protobuf.encode("LogEntry", {"kind": kind, "time": NOW, **fields})


def entry_cases() -> Iterator[Vec]:
    """Entries."""
    key: Dict[str, Any] = {"key_id": CUSTODIAN.id, "owner": OWNER.id, "dataset": DATASET}
    refusal: Dict[str, Any] = {"request_hash": RELEASE["request_hash"], "error": 6, "reason": "le permis a expiré"}
    for name, comment, data in (
            ("release", "a release", entry()), ("refusal", "a refusal of something that could not be read", _of(2, **refusal)),
            ("key-created", "a key", _of(3, **key, epoch=2**64 - 1)),
            ("key-destroyed", "its end", _of(4, **key, reason="the study has ended")),
            ("started", "a start", _of(7))):
        yield _entry(name, "LOG-02", "ok", comment, data)
    for name, rule, comment, data in (
            ("unknown-field", "LOG-01", "a field that nobody knows", entry() + protobuf.write_field(17, 1, "uint32")),
            ("no-bytes", "LOG-04", "no bytes", b""), ("kind-8", "LOG-02", "a kind to come", _of(8)),
            ("field-missing", "LOG-02", "a release without a session", entry(session=b"")),
            ("field-surplus", "LOG-02", "a start with a permit", _of(7, permit_id=PERMIT.id)),
            ("time-none", "LOG-03", "no time", entry(time=0)),
            ("hash-short", "LOG-03", "a hash of 31 bytes", entry(answer_hash=bytes(30) + b"\x01")),
            ("compartments-descend", "LOG-03", "compartments in descending order", entry(compartments=["west", "east"])),
            ("reason-control", "LOG-03", "a reason with an escape", _of(7, reason="\x1b[2J"))):
        yield _entry(name, rule, "malformed", comment, data)


def _proof(index: int = 3, entries: Sequence[bytes] = tuple(ENTRIES), signer: notes.NoteSigner = LOG, extra: bytes = b"",
           size: int = 0) -> str:
    checkpoint = checkpoints.sign(signer, size or len(entries), merkle.root(entries))
    return checkpoints.Proof(extra, index, tree_proof.inclusion(index, entries), checkpoint).text()


def proof_cases() -> Iterator[Vec]:
    """Proofs beside an entry, and receipts."""

    def made(name: str, rule: str, expect: str, comment: str, text: str, about: bytes = ENTRIES[3]) -> Vec:
        vec = start("log-proof-" + name, "log-proof", rule, expect, comment).add("log-key", LOG.key.vkey)
        if about:
            vec.add("entry", packed(about))
        if expect == "ok":
            vec.add("index", str(checkpoints.parse_proof(text.encode()).index))
        return vec.add("proof", packed(text.encode()))

    good = _proof()
    lines = good.split("\n")
    yield made("good", "LOG-11", "ok", "the fourth of seven entries", good)
    yield made("last", "LOG-11", "ok", "the last of seven, in the tree's short branch", _proof(6), ENTRIES[6])
    yield made("receipt", "LOG-11", "ok", "a receipt, which holds the entry", _proof(extra=ENTRIES[3]), b"")
    for name, comment, text in (
            ("hash-surplus", "a hash too many", good.replace("index 3\n", f"index 3\n{lines[2]}\n")),
            ("hash-missing", "a hash too few", good.replace(lines[2] + "\n", "", 1)),
            ("beyond", "an index behind the end", good.replace("index 3", "index 7")),
            ("other-log", "another log's proof", _proof(signer=OTHER_LOG))):
        yield made(name, "LOG-11", "forged", comment, text)
    yield made("other-size", "LOG-11", "forged", "a root that is signed with another size", _proof(6, size=8), ENTRIES[6])
    yield made("other-entry", "LOG-11", "forged", "a proof of another entry", good, FORKED[4])
    yield made("receipt-other-entry", "LOG-11", "forged", "a receipt with another entry inside", _proof(extra=FORKED[4]), b"")
    for name, comment, text in (
            ("index-zeroes", "an index with a leading zero", good.replace("index 3", "index 03")),
            ("hash-short", "a hash of 31 bytes", good.replace(lines[2], "A" * 41 + "A==")),
            ("base64", "a hash with stray bits", good.replace(lines[2], "A" * 42 + "B="))):
        yield made(name, "LOG-11", "malformed", comment, text)


def _files(entries: Sequence[bytes], signer: notes.NoteSigner = LOG, **changed: bytes) -> Dict[str, bytes]:
    return {**tiles.files(entries, signer), **changed}


def audit_cases() -> Iterator[Vec]:
    """Whole logs, held against what was kept of them."""

    def made(name: str, rule: str, expect: str, comment: str, files: Dict[str, bytes], receipts: Sequence[str] = (),
             kept: Sequence[str] = ()) -> Vec:
        vec = start("log-" + name, "log", rule, expect, comment).add("log-key", LOG.key.vkey)
        for path, data in files.items():
            vec.add("log-file", f"{path} {packed(data)}".rstrip())
        for key, texts in (("receipt", receipts), ("kept", kept)):
            for text in texts:
                vec.add(key, packed(text.encode()))
        if expect == "ok":
            head = checkpoints.open_checkpoint(files["checkpoint"], LOG.key)
            vec.add("size", str(head.size)).add("root", head.root.hex())
        return vec

    seven = _files(ENTRIES)
    receipt = _proof(extra=ENTRIES[3], entries=ENTRIES[:5])
    older = [checkpoints.sign(LOG, n, merkle.root(ENTRIES[:n])) for n in (0, 4, 7)]
    yield made("seven", "LOG-15", "ok", "seven entries, a receipt and three checkpoints", seven, [receipt], older)
    yield made("empty", "LOG-09", "ok", "a log without entries", _files([]))
    yield made("two-levels", "LOG-12", "ok", "a full tile, one behind it and one above them", _files(started(258)))
    yield made("forked-checkpoint", "LOG-15", "forged", "somebody was shown another history", seven, [],
               [checkpoints.sign(LOG, 7, merkle.root(FORKED))])
    yield made("forked-receipt", "LOG-15", "forged", "a receipt of another history", seven,
               [_proof(4, FORKED, extra=FORKED[4])])
    yield made("rolled-back", "LOG-15", "forged", "the log was longer before", _files(ENTRIES[:4]), [], older[2:])
    entries, hashes = "tile/entries/000.p/7", "tile/0/000.p/7"
    yield made("tile-flipped", "LOG-15", "forged", "one bit of a tile of hashes", _files(ENTRIES, **{hashes: flip(seven[hashes], 40)}))
    changed = _files(ENTRIES, checkpoint=checkpoints.sign(LOG, 7, merkle.root(FORKED)).encode())
    yield made("other-root", "LOG-15", "forged", "it signs a root that its entries do not give", changed)
    yield made("entries-changed", "LOG-15", "forged", "an entry was changed later", _files(ENTRIES, **{entries: tiles.bundle(FORKED)}))
    for name, rule, comment, path, data in (
            ("bundle-short", "LOG-13", "six entries in a bundle of seven", entries, tiles.bundle(ENTRIES[:6])),
            ("tile-short", "LOG-13", "six hashes in a tile of seven", hashes, seven[hashes][:-32])):
        yield made(name, rule, "malformed", comment, _files(ENTRIES, **{path: data}))
    yield made("entry-none", "LOG-02", "malformed", "an entry of a kind to come", _files(ENTRIES + [_of(8)]))


def path_cases() -> Iterator[Vec]:
    """Names of files."""
    yield start("log-path-wide", "log-path", "LOG-12", "ok", "the 1,234,068th tile").add("path", "tile/0/x001/x234/067")
    for name, comment, path in (
            ("path-level-8", "a level that no log reaches", "tile/8/000"),
            ("path-width-256", "a full tile as a part", "tile/0/000.p/256"),
            ("path-up", "the folder above", "tile/0/../../checkpoint"),
            ("path-zeroes", "a group of zeroes too many", "tile/0/x000/001")):
        yield start("log-" + name, "log-path", "LOG-12", "invalid_argument", comment).add("path", path)


def cases() -> Iterator[Vec]:
    """All of these."""
    yield from entry_cases()
    yield from proof_cases()
    yield from audit_cases()
    yield from path_cases()
