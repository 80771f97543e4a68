"""Writes the key files beside it, from SPEC.md alone and with none of Triclave's code.

usage: make_keys.py FOLDER        needs PyPI `cryptography` 47 or newer (ML-KEM, ML-DSA, Argon2id)

Every secret here is SHA-256 of a word and protects nothing. Signatures are drawn anew by each run.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

PASSPHRASE = "correct horse battery staple"
CREATED = "2025-11-30"


def secret(word):
    return hashlib.sha256(b"triclave test key: " + word.encode()).digest()


def H(data):
    return hashlib.sha256(data).digest()


def M(*fields):
    fields = [field.encode() if isinstance(field, str) else field for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


class XWing:
    """draft-connolly-cfrg-xwing-kem."""

    def __init__(self, seed):
        self.seed = seed
        expanded = hashlib.shake_256(seed).digest(96)
        self.ml_kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x25519 = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public = self.ml_kem.public_key().public_bytes_raw() + self.x25519.public_key().public_bytes_raw()
        self.id = H(M("triclave/v1/key", (0x647A).to_bytes(2, "big"), self.public))

    def decapsulate(self, enc):
        point = enc[1088:]
        exchanged = self.x25519.exchange(x25519.X25519PublicKey.from_public_bytes(point))
        return hashlib.sha3_256(self.ml_kem.decapsulate(enc[:1088]) + exchanged + point + self.public[1184:] + b"\\.//^\\").digest()


class HybridSigner:
    """Ed25519 and ML-DSA-65."""

    def __init__(self, seeds):
        self.seed = seeds
        self.ed25519 = ed25519.Ed25519PrivateKey.from_private_bytes(seeds[:32])
        self.ml_dsa = mldsa.MLDSA65PrivateKey.from_seed_bytes(seeds[32:])
        self.parts = self.ed25519.public_key().public_bytes_raw(), self.ml_dsa.public_key().public_bytes_raw()
        self.public = b"".join(self.parts)
        self.id = H(M("triclave/v1/signer", *self.parts))

    def sign(self, role, message):
        signed = M("triclave/v1/sig", role, self.id, message)
        return self.ed25519.sign(signed) + self.ml_dsa.sign(signed)


def cobblestone(key, salt, context, plain):
    """C2SP chunked-encryption for one short chunk."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    return salt + derived[44:] + AESGCM(derived[:32]).encrypt(derived[32:44], plain, None)


def labeled(suite, label, rest):
    return b"HPKE-v1" + suite + label + rest


def hpke_export(shared_secret, info, context, length):
    """RFC 9180, base mode, with (0x647A, HKDF-SHA256, export-only)."""
    suite = b"HPKE\x64\x7a\x00\x01\xff\xff"

    def extract(salt, label, ikm):
        return hmac.new(salt, labeled(suite, label, ikm), "sha256").digest()

    def expand(key, label, rest, size):
        return HKDFExpand(hashes.SHA256(), size, size.to_bytes(2, "big") + labeled(suite, label, rest)).derive(key)

    schedule = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    exporter = expand(extract(shared_secret, b"secret", b""), b"exp", schedule, 32)
    return expand(exporter, b"sec", context, length)


def b64(data):
    return base64.b64encode(data).decode()


def key_file(kind, name, algorithm, identifier, lines):
    text = f"triclave-key 1\nkind: {kind}\nname: {name}\nalgorithm: {algorithm}\ncreated: {CREATED}\nfingerprint: {identifier.hex()}\n"
    text = (text + "".join(lines)).encode()
    return text + b"checksum: " + H(text)[:8].hex().encode() + b"\n"


def private_file(kind, name, algorithm, key, passphrase=None):
    if passphrase is None:
        return key_file(kind, name, algorithm, key.id, ["protection: none\n", f"secret: {b64(key.seed)}\n"])
    salt, memory, passes, lanes = secret("salt")[:16], 64, 2, 4
    protection = f"protection: argon2id m={memory} t={passes} p={lanes} salt={b64(salt)}\n"
    before = key_file(kind, name, algorithm, key.id, [protection])[:-27]  # without the checksum line
    unlocked = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(passphrase.encode())
    sealed = cobblestone(unlocked, secret("message salt")[:24], M("triclave/v1/key-file", before), key.seed)
    return key_file(kind, name, algorithm, key.id, [protection, f"secret: {b64(sealed)}\n"])


def main(folder):
    recipient, signer = XWing(secret("recipient")), HybridSigner(secret("ed25519") + secret("ml-dsa"))
    own = secret("own key")
    own_seed = HKDF(hashes.SHA512(), 32, None, M("triclave/v1/own-key")).derive(own)
    enc = mlkem.MLKEM768PublicKey.from_public_bytes(recipient.public[:1184]).encapsulate()[1]
    enc += x25519.X25519PrivateKey.from_private_bytes(secret("ephemeral")).public_key().public_bytes_raw()
    info = H(M("triclave/v1/possession", recipient.id))
    message = "a message, signed elsewhere"
    files = {
        "recipient-public.key": key_file(
            "recipient-public", "Hôpital de test", "x-wing", recipient.id, [f"public: {b64(recipient.public)}\n"]),
        "recipient-private.key": private_file("recipient-private", "Hôpital de test", "x-wing", recipient),
        "recipient-passphrase.key": private_file("recipient-private", "Hôpital de test", "x-wing", recipient, PASSPHRASE),
        "signer-public.key": key_file("signer-public", "Test producer", "ed25519+ml-dsa-65", signer.id, [
            f"public: {b64(signer.public)}\n", f"proof: {b64(signer.sign('possession', b'Test producer'))}\n"]),
        "signer-private.key": private_file("signer-private", "Test producer", "ed25519+ml-dsa-65", signer),
        "signer-passphrase.key": private_file("signer-private", "Test producer", "ed25519+ml-dsa-65", signer, PASSPHRASE),
        "known.json": json.dumps({
            "passphrase": PASSPHRASE,
            "recipient_id": recipient.id.hex(),
            "signer_id": signer.id.hex(),
            "own_key": own.hex(),
            "own_key_id": XWing(own_seed).id.hex(),
            "role": "core",
            "message": message,
            "signature": b64(signer.sign("core", message.encode())),
            "possession_enc": b64(enc),
            "possession_answer": hpke_export(recipient.decapsulate(enc), info, b"", 32).hex(),
        }, indent=1).encode() + b"\n",
    }  # fmt: skip
    for name, content in files.items():
        pathlib.Path(folder, name).write_bytes(content)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
