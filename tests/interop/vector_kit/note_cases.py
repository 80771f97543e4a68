"""Keys of logs and witnesses, signed checkpoints, and what witnesses are asked."""

from __future__ import annotations

import base64
from typing import Iterator, Sequence

from triclave_spec import checkpoints, merkle, notes, tree_proof
from triclave_spec.encoding import u8, u64

from .cast import seed
from .custody_cast import ENTRIES, FORKED, LOG, NOW, OTHER_LOG, OTHER_WITNESS, WITNESS, packed, start
from .vec import Vec


def _vkey(kind: int, public: bytes, identity: str = "", name: str = "ovh.example/triclave") -> str:
    data = base64.b64encode(u8(kind) + public).decode()
    return f"{name}+{identity or notes.key_id(name, kind, public).hex()}+{data}"


def key_cases() -> Iterator[Vec]:
    """Verifier keys."""
    public = LOG.key.public
    for name, comment, vkey in (("published", "the example of C2SP signed-note",
                                 "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
                                ("witness", "a witness's", WITNESS.key.vkey)):
        yield start("log-key-" + name, "log-key", "LOG-08", "ok", comment).add("log-key", vkey)
    # RFC 8032's base point plus the point of order two: (-x, -y), on the curve, outside the main subgroup.
    base = bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666")
    mixed = (2**255 - 19 - int.from_bytes(base, "little") | 1 << 255).to_bytes(32, "little")
    for name, expect, comment, vkey in (
            ("other-id", "forged", "the id of another key", _vkey(1, public, OTHER_LOG.key.id.hex())),
            ("type", "unsupported", "type 6, with its longer key", _vkey(6, seed("ml-dsa-44", 1_312))),
            ("neutral", "malformed", "the neutral element", _vkey(1, u8(1) + bytes(31))),
            ("mixed-order", "malformed", "a point of twice the main subgroup's order", _vkey(1, mixed)),
            ("not-canonical", "malformed", "a y above p", _vkey(1, b"\xff" * 31 + b"\x7f")),
            ("not-on-curve", "malformed", "no point at all", _vkey(1, u8(2) + bytes(31))),
            ("name-space", "malformed", "a name with a wide space", _vkey(1, public, name="ovh\u2003example"))):
        yield start("log-key-" + name, "log-key", "LOG-08", expect, comment).add("log-key", vkey)


def _head(entries: Sequence[bytes] = tuple(ENTRIES)) -> checkpoints.Checkpoint:
    return checkpoints.Checkpoint(LOG.key.name, len(entries), merkle.root(entries))


def checkpoint_cases() -> Iterator[Vec]:
    """Checkpoints and their cosignatures."""

    def made(name: str, rule: str, expect: str, comment: str, note: str, cosigned: int = 0) -> Vec:
        vec = start("checkpoint-" + name, "checkpoint", rule, expect, comment).add("log-key", LOG.key.vkey)
        vec.add("witness", WITNESS.key.vkey).add("witness", OTHER_WITNESS.key.vkey)
        if expect == "ok":
            head = checkpoints.open_checkpoint(note.encode(), LOG.key)
            vec.add("size", str(head.size)).add("root", head.root.hex()).add("cosigned", str(cosigned))
        return vec.add("note", packed(note.encode()))

    body = _head().text()
    line = LOG.sign(body)
    witness = WITNESS.cosign(body, NOW)
    yield made("good", "LOG-10", "ok", "seven entries", f"{body}\n{line}")
    yield made("cosigned", "LOG-07", "ok", "one witness twice, another once, and somebody else between",
               f"{body}\n{witness}{line}{OTHER_LOG.sign(body)}{WITNESS.cosign(body, NOW + 1)}{OTHER_WITNESS.cosign(body, NOW)}", 2)
    more = _head().text(["a further line"])
    yield made("extension", "LOG-09", "ok", "a further line, which the witness signs too",
               f"{more}\n{LOG.sign(more)}{WITNESS.cosign(more, NOW)}", 1)
    foreign = notes.signature_line("x.example", LOG.key.id, bytes(64)) + notes.signature_line(LOG.key.name, bytes(4), b"\x00")
    yield made("other-keys", "LOG-07", "ok", "lines of other keys of the same name or id, which prove nothing",
               f"{body}\n{foreign}{line}")
    bad = notes.signature_line(LOG.key.name, LOG.key.id, bytes(64))
    for name, rule, comment, note in (
            ("unsigned", "LOG-07", "only another log has signed", f"{body}\n{OTHER_LOG.sign(body)}"),
            ("signed-twice", "LOG-07", "of two lines of the log's key one does not verify", f"{body}\n{line}{bad}"),
            ("changed", "LOG-07", "another size than was signed", f"{_head(ENTRIES[:6]).text()}\n{line}"),
            ("cosignature-as-signature", "LOG-07", "the log's name and key in a witness's line",
             f"{body}\n" + notes.NoteSigner(LOG.key.name, notes.WITNESS, seed("log", 32)).cosign(body, NOW)),
            ("cosignature-time", "LOG-07", "a witness's line with another time",
             f"{body}\n{line}" + notes.signature_line(WITNESS.key.name, WITNESS.key.id, u64(NOW + 1) + notes.parse_lines(witness)[0].signature[8:]))):
        yield made(name, rule, "forged", comment, note)
    origin = checkpoints.Checkpoint("x.example", 7, merkle.root(ENTRIES)).text()
    yield made("other-origin", "LOG-10", "forged", "the log has signed for another origin", f"{origin}\n{LOG.sign(origin)}")
    for name, comment, text in (
            ("size-zeroes", "a leading zero", body.replace("\n7\n", "\n07\n")),
            ("size-huge", "a size above 2^62", body.replace("\n7\n", f"\n{2**62 + 1}\n")),
            ("empty-root", "an empty log with a root", body.replace("\n7\n", "\n0\n"))):
        yield made(name, "LOG-09", "malformed", comment, f"{text}\n{LOG.sign(text)}")
    for name, comment, note in (
            ("no-lines", "no signature", body + "\n"),
            ("no-final-newline", "the last line does not end", f"{body}\n{line[:-1]}"),
            ("lines-65", "65 signatures", f"{body}\n{line}" + foreign[:foreign.index(chr(10)) + 1] * 64),
            ("control", "a tabulator", f"{body}\n{line}".replace("triclave\n7", "triclave\t\n7"))):
        yield made(name, "LOG-06", "malformed", comment, note)


def cosign_cases() -> Iterator[Vec]:
    """A witness that is asked again and again; the last answer counts."""

    def made(name: str, expect: str, comment: str, asked: Sequence[str], answer: str = "") -> Vec:
        vec = start("cosign-" + name, "cosign", "LOG-14", expect, comment).add("log-key", LOG.key.vkey)
        for each in asked:
            vec.add("asks", packed(each.encode()))
        return vec.add("answer", answer) if answer else vec

    def ask(old: int, size: int, entries: Sequence[bytes] = tuple(ENTRIES), signer: notes.NoteSigner = LOG) -> str:
        checkpoint = checkpoints.sign(signer, size, merkle.root(entries[:size]))
        return checkpoints.cosign_request(old, tree_proof.consistency(old, entries[:size]), checkpoint)

    first = ask(0, 5)
    yield made("first", "ok", "a log that it has not seen yet", [first], "cosigned")
    yield made("grown", "ok", "it has grown by two", [first, ask(5, 7)], "cosigned")
    yield made("same", "ok", "the same again", [first, ask(5, 5)], "cosigned")
    yield made("other-size", "ok", "the log thinks of another size", [first, ask(4, 7)], "5")
    for name, comment, asked in (
            ("forked", "another history of the same length", [first, ask(5, 5, FORKED)]),
            ("forked-grown", "another history, with its own proof", [first, ask(5, 7, FORKED)]),
            ("proof-missing", "no proof", [first, checkpoints.cosign_request(5, [], ask(5, 7).split("\n\n", 1)[1])]),
            ("unsigned", "the root of its entries, which nobody signed",
             [first, ask(5, 7).replace(checkpoints.sign(LOG, 7, merkle.root(ENTRIES)), ask(5, 5).split("\n\n", 1)[1])])):
        yield made(name, "forged", comment, asked)
    yield made("unknown", "permit_refused", "a log that it does not watch", [ask(0, 5, signer=OTHER_LOG)])
    yield made("old-zeroes", "malformed", "an old size with a leading zero", [first.replace("old 0", "old 00")])


def cases() -> Iterator[Vec]:
    """All of these."""
    yield from key_cases()
    yield from checkpoint_cases()
    yield from cosign_cases()
