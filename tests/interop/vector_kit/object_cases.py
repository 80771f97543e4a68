"""Sealed objects, good and bad."""

from __future__ import annotations

from typing import Callable, Iterator, Optional, Tuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from triclave_spec import capsule as reading
from triclave_spec import cobblestone, objects, protobuf, sealing
from triclave_spec.encoding import u32
from triclave_spec.policy import Policy, any_of
from triclave_spec.signatures import OBJECT

from .cast import KEYS, OBJECTS, OWNER, PRODUCER, PUBLICS, STRANGER, Parts, Stream, leaf, parts, small
from .forged_capsules import flip
from .good_capsules import trust
from .vec import Vec
from .writing import object_vec

CHUNK = cobblestone.CHUNK
STEP = CHUNK + cobblestone.TAG
TEXT = b"Sealed where the data is born."


class Sealed:
    """An object taken apart, so that cases can change its parts."""

    def __init__(self, name: str, plaintext: Optional[bytes] = TEXT, signed: bool = False, zeros: Tuple[int, ...] = (),
                 built: Optional[Parts] = None, stream: str = "west", header: Optional[dict] = None) -> None:
        self.parts = built or OBJECTS
        random = Stream("object " + name)
        self.fields = {
            "kind": 2, "capsule_id": self.parts.id, "object_id": random(16), "name": name, "dataset": "weather",
            "streams": [stream], "signed": signed, **(header or {})}
        self.header = protobuf.encode("ObjectHeader", self.fields)
        salt = random(24)
        key = self.parts.data_keys[stream if stream in self.parts.data_keys else "west"]
        context = objects.stream_context(self.header, 0)
        self.plaintext = plaintext if plaintext is not None else compressible(key, salt, context, zeros)
        self.stream = cobblestone.encrypt(key, context, self.plaintext, lambda _: salt)
        self.capsule = self.parts.record()
        self.sign()

    def sign(self) -> None:
        """The content signature over the parts as they are now."""
        signed = self.fields["signed"]
        self.signature = PRODUCER.sign(OBJECT, objects.content(self.header, [self.stream])) if signed else b""

    def record(self) -> bytes:
        """The record."""
        return objects.encode(self.header, self.capsule, self.stream, self.signature)

    def chunk(self, index: int) -> bytes:
        """An encrypted chunk."""
        at = cobblestone.PREFIX + index * STEP
        return self.stream[at:at + STEP]


def compressible(key: bytes, salt: bytes, context: bytes, sizes: Tuple[int, ...]) -> bytes:
    """A plaintext that equals the cipher's keystream: the file then holds zeros, which .vec files write shortly."""
    aead_key, base, _ = cobblestone.derive(key, salt, context)
    out = []
    for index, size in enumerate(sizes):
        nonce = (int.from_bytes(base, "big") ^ index).to_bytes(12, "big")
        out.append(AESGCM(aead_key).encrypt(nonce, bytes(size), None)[:size])
    return b"".join(out)


def good() -> Iterator[Vec]:
    """Objects that a reader opens."""
    for name, comment, sizes, signed in (
            ("empty", "no plaintext: one empty chunk", (0,), False),
            ("empty-signed", "no plaintext, signed", (0,), True),
            ("one-byte-less", "16,383 bytes: the longest single chunk", (CHUNK - 1,), False),
            ("one-chunk", "16,384 bytes: a full chunk and an empty one", (CHUNK, 0), False),
            ("chunks", "three chunks, read by ranges", (CHUNK, CHUNK, 77), False),
            ("chunks-signed", "three chunks with a content signature", (CHUNK, CHUNK, 77), True)):
        sealed = Sealed(name, None, signed, sizes)
        whole = len(sealed.plaintext)
        ranges = [(0, whole), (0, 1), (CHUNK - 3, 10), (whole - 5, 5), (whole - 5, 50), (CHUNK, CHUNK), (whole + 9, 4)]
        yield object_vec("object-" + name, "OBJ-08" if signed else "OBJ-05", "ok", comment, sealed.record(),
                         sealed.plaintext, ranges=[r for r in ranges if r[0] >= 0])
    for name in ("short", "", "naïve größe 気象.csv"):
        sealed = Sealed(name)
        label = {"short": "short", "": "unnamed"}.get(name, "unicode-name")
        yield object_vec(f"object-{label}", "OBJ-05", "ok", "thirty bytes of text", sealed.record(), TEXT)
    sealed = Sealed("detached", signed=True)
    capsule, sealed.capsule = sealed.capsule, b""
    yield object_vec("object-detached", "OBJ-02", "ok", "the capsule is kept elsewhere", sealed.record(), TEXT,
                     capsule=capsule)
    built = parts("object nested", {"west": Policy(any_of(leaf("owner"), leaf("alice"))),
                                    "east": Policy(leaf("owner"))})
    sealed = Sealed("second compartment", built=built, stream="east")
    yield object_vec("object-second-compartment", "OBJ-02", "ok", "the stream's compartment is the capsule's second",
                     sealed.record(), TEXT)
    sealed = Sealed("rewrapped", signed=True,
                    built=parts("object rewrap", {"west": Policy(any_of(leaf("owner"), leaf("alice")))}))
    capsule = sealing.rewrap(reading.read(sealed.capsule, trust()), OWNER, [KEYS["owner"].id],
                             {"west": Policy(any_of(leaf("owner"), leaf("bob")))}, PUBLICS, [KEYS["owner"]], now=0,
                             random=Stream("object rewrap 1"))
    record = objects.replace_capsule(sealed.record(), capsule)
    yield object_vec("object-rewrapped", "CAP-13", "ok", "sealed at generation 0, rewrapped for bob", record,
                     TEXT, who=["bob"], owner=True)
    yield object_vec("object-rewrapped-former", "CAP-13", "quorum_short", "a former recipient opens no longer", record,
                     who=["alice"], owner=True)


def headers() -> Iterator[Vec]:
    """Headers that are wrong by themselves, or for their capsule."""
    for name, rule, expect, comment, change in (
            ("kind", "OBJ-01", "malformed", "the header says kind 1", {"kind": 1}),
            ("capsule-id-short", "OBJ-01", "malformed", "a capsule id of 31 bytes", {"capsule_id": b"\x01" * 31}),
            ("object-id-short", "OBJ-01", "malformed", "an object id of 15 bytes", {"object_id": b"\x01" * 15}),
            ("dataset", "OBJ-01", "malformed", "a dataset with a capital", {"dataset": "Weather"}),
            ("name-control", "ENC-04", "malformed", "a line feed in the object's name", {"name": "a\nb"}),
            ("name-long", "ENC-04", "malformed", "an object's name of 1,025 bytes", {"name": "n" * 1025}),
            ("previous", "OBJ-01", "malformed", "a byte object with a previous segment", {"previous": b"\x01" * 32}),
            ("no-stream", "OBJ-01", "malformed", "no stream at all", {"streams": []}),
            ("two-streams", "OBJ-01", "malformed", "a byte object with two streams", {"streams": ["west", "west"]}),
            ("other-capsule", "OBJ-02", "forged", "the id of another capsule", {"capsule_id": b"\x01" * 32}),
            ("other-dataset", "OBJ-02", "forged", "another dataset than the capsule's", {"dataset": "oceans"}),
            ("compartment-unknown", "OBJ-02", "forged", "a compartment that the core does not list",
             {"streams": ["north"]})):
        sealed = Sealed("header " + name, header=change, signed=True)
        yield object_vec("object-header-" + name, rule, expect, comment, sealed.record())
    sealed = Sealed("unknown field")
    sealed.header += protobuf.write_field(9, 1, "uint32")
    yield object_vec("object-header-unknown-field", "PB-05", "malformed", "a field that no schema has", sealed.record())
    sealed = Sealed("false")
    sealed.header += b"\x38\x00"
    yield object_vec("object-header-default", "PB-03", "malformed", "`signed` says false", sealed.record())
    sealed = Sealed("true")
    sealed.header += b"\x38\x02"
    yield object_vec("object-header-bool", "PB-06", "malformed", "`signed` says 2", sealed.record())
    record = Sealed("lengths").record()
    for name, rule, expect, comment, data in (
            ("header-gigabytes", "LIM-01", "malformed", "a header of 4 GiB", record[:12] + b"\xff" * 4 + record[16:]),
            ("header-too-long", "LIM-01", "malformed", "a header of 64 KiB + 1",
             record[:12] + u32(65_537) + record[16:20] + bytes(80_000)),
            ("capsule-gigabytes", "LIM-01", "malformed", "a capsule of 4 GiB", record[:16] + b"\xff" * 4 + record[20:]),
            ("kind-mismatch", "REC-03", "malformed", "a capsule's kind", record[:9] + b"\x01" + record[10:]),
            ("newer-version", "REC-02", "unsupported", "version 2", record[:11] + b"\x02" + record[12:]),
            ("plaintext", "REC-01", "malformed", "no record at all", TEXT),
            ("cut-in-capsule", "REC-01", "malformed", "cut within the capsule", record[:400]),
            ("cut-before-stream", "OBJ-06", "malformed", "nothing behind the capsule",
             record[:len(record) - len(TEXT) - 16 - 56])):
        yield object_vec("object-" + name, rule, expect, comment, data)


def streams() -> Iterator[Vec]:
    """Streams with chunks moved or changed."""
    def swap(s: Sealed) -> bytes:
        return s.stream[:56] + s.chunk(1) + s.chunk(0) + s.chunk(2)
    changes: Tuple[Tuple[str, str, str, str, Callable[[Sealed], bytes]], ...] = (
        ("chunk-dropped", "OBJ-05", "forged", "the second chunk is missing",
         lambda s: s.stream[:56] + s.chunk(0) + s.chunk(2)),
        ("chunks-swapped", "OBJ-05", "forged", "the first two chunks change places", swap),
        ("chunk-twice", "OBJ-05", "forged", "the first chunk stands twice",
         lambda s: s.stream[:56] + s.chunk(0) + s.chunk(0) + s.chunk(1) + s.chunk(2)),
        ("last-chunk-dropped", "OBJ-06", "malformed", "the stream ends on a chunk boundary",
         lambda s: s.stream[:56] + s.chunk(0) + s.chunk(1)),
        ("last-chunk-twice", "OBJ-05", "forged", "the short chunk stands twice", lambda s: s.stream + s.chunk(2)),
        ("trailing-byte", "REC-04", "forged", "one byte behind the end, which is taken for a chunk's",
         lambda s: s.stream + b"\x00"),
        ("tag-cut", "OBJ-06", "malformed", "fifteen bytes of the last chunk", lambda s: s.stream[:56 + 2 * STEP + 15]),
        ("salt-flipped", "OBJ-05", "forged", "one bit of the salt", lambda s: flip(s.stream, 0)),
        ("commitment-flipped", "OBJ-05", "forged", "one bit of the commitment", lambda s: flip(s.stream, 55)),
        ("tag-flipped", "OBJ-05", "forged", "one bit of the last tag", lambda s: flip(s.stream, -1)))
    for name, rule, expect, comment, change in changes:
        sealed = Sealed("stream " + name, None, False, (CHUNK, CHUNK, 20))
        sealed.stream = change(sealed)
        yield object_vec("object-" + name, rule, expect, comment, sealed.record())
    first = Sealed("first")
    second = Sealed("second")
    second.header = first.header
    yield object_vec("object-header-swapped", "OBJ-05", "forged", "the header of another object of the same capsule",
                     second.record())
    built = parts("cross", {c: Policy(leaf("owner")) for c in ("west", "east")})
    sealed = Sealed("cross", built=built, stream="east")
    sealed.stream = cobblestone.encrypt(built.data_keys["west"], objects.stream_context(sealed.header, 0), TEXT,
                                        Stream("cross stream"))
    yield object_vec("object-wrong-compartment", "OBJ-05", "forged",
                     "the header says east, the stream stands under the key of west", sealed.record())
    sealed = Sealed("foreign")
    sealed.capsule = small("foreign capsule", core_name="foreign").record()
    yield object_vec("object-foreign-capsule", "OBJ-02", "forged", "another capsule inside", sealed.record())


def signed() -> Iterator[Vec]:
    """Content signatures."""
    sealed, other = Sealed("content", signed=True), Sealed("other content", signed=True)
    sealed.signature = other.signature
    yield object_vec("object-signature-of-another", "OBJ-08", "forged", "the signature of another object",
                     sealed.record())
    sealed = Sealed("by stranger", signed=True)
    sealed.signature = STRANGER.sign(OBJECT, objects.content(sealed.header, [sealed.stream]))
    yield object_vec("object-signature-of-stranger", "OBJ-08", "forged", "somebody else's signature", sealed.record())
    for half, at in (("ed25519", 1), ("ml-dsa", 99)):
        sealed = Sealed("half " + half, signed=True)
        sealed.signature = flip(sealed.signature, at)
        yield object_vec(f"object-half-signed-{half}", "SIG-01", "forged", "one half of the signature does not verify",
                         sealed.record())
    sealed = Sealed("resealed", signed=True)
    sealed.stream = cobblestone.encrypt(sealed.parts.data_keys["west"], objects.stream_context(sealed.header, 0),
                                        b"Made by one who could open it.", Stream("resealed stream"))
    yield object_vec("object-resealed", "OBJ-08", "forged", "another content under the right key, the old signature",
                     sealed.record())
    sealed = Sealed("unsigned", signed=True)
    sealed.signature = b""
    yield object_vec("object-signature-missing", "REC-01", "malformed", "signed, and nothing behind the stream",
                     sealed.record())


def cases() -> Iterator[Vec]:
    """Every object."""
    for group in (good, headers, streams, signed):
        yield from group()
