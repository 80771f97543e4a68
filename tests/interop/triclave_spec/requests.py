"""What a requester asks a custodian, and the sealed answer (SPEC section 13)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import List, Sequence, Tuple

from . import hpke, masks, permits, record, xwing
from .encoding import check_strict_name, h, m, read_m, sized, text, u32, u64
from .errors import MALFORMED, require
from .kdf import Random

MASK = 64
SKEW = 120


@dataclass(frozen=True)
class Item:
    """One leaf whose mask is asked for."""

    capsule_id: bytes
    generation: int
    enc: bytes
    dataset: str
    compartment: str
    path: bytes
    policy: bytes

    def encode(self) -> bytes:
        """item, well-formed or not."""
        return m(self.capsule_id, u32(self.generation), self.enc, self.dataset, self.compartment, self.path, self.policy)


@dataclass(frozen=True)
class Request:
    """A request's fields."""

    key_id: bytes
    permit_hash: bytes
    nonce: bytes
    time: int
    one_use_key: bytes
    items: Tuple[Item, ...]

    def encode(self) -> bytes:
        """request, well-formed or not."""
        return m(self.key_id, self.permit_hash, self.nonce, u64(self.time), self.one_use_key,
                 m(*(item.encode() for item in self.items)))

    @property
    def session(self) -> bytes:
        """What the requests of one gathering have in common."""
        #= SPEC LOG-05
        return h(m("triclave/v1/session", self.permit_hash, self.nonce))


def _item(data: bytes) -> Item:
    capsule_id, generation, enc, dataset, compartment, path, policy = read_m(data, 7, "an item")
    item = Item(sized(capsule_id, 32, "a capsule's id"), int.from_bytes(sized(generation, 4, "a generation"), "big"),
                sized(enc, xwing.ENC, "an enc"), text(dataset, "a dataset"), text(compartment, "a compartment"), path,
                policy)
    check_strict_name(item.dataset, "a dataset")
    check_strict_name(item.compartment, "a compartment")
    require(len(path) < record.MAX_LEVELS and all(1 <= step <= record.MAX_CHILDREN for step in path), MALFORMED,
            "a path leads nowhere")
    record.limit(len(policy), 0, record.MAX_POLICY, "bytes of a policy")
    return item


def parse(data: bytes) -> Request:
    """Form and limits."""
    record.limit(len(data), 0, record.MAX_REQUEST, "bytes of a request")
    #= SPEC REQ-01
    key_id, permit_hash, nonce, time, one_use_key, items = read_m(data, 6, "a request")
    parts = read_m(items, -1, "the items of a request")
    record.limit(len(parts), 1, record.MAX_ITEMS, "items of a request")
    seconds = int.from_bytes(sized(time, 8, "a time"), "big")
    require(seconds <= permits.LATEST, MALFORMED, "a time behind the year 9999")
    return Request(sized(key_id, 32, "a key id"), sized(permit_hash, 32, "a permit's hash"), sized(nonce, 16, "a nonce"),
                   seconds, sized(one_use_key, xwing.PUBLIC, "a one-use key"), tuple(_item(part) for part in parts))


def export_masks(key: xwing.PrivateKey, request: Request) -> List[bytes]:
    """mask || rho of each item."""
    out = []
    for item in request.items:
        #= SPEC REQ-08
        context = hpke.setup_base_r(key, xwing.KEM_ID, item.enc, masks.wrap_info(item.capsule_id, item.generation, key.id))
        place = masks.Place(item.capsule_id, item.generation, item.dataset, item.compartment, item.path, item.policy)
        out.append(context.export(place.mask_context, MASK))
    return out


def _answer_info(key_id: bytes, request_hash: bytes) -> bytes:
    return h(m("triclave/v1/answer", key_id, request_hash))


def seal_answer(key_id: bytes, request: bytes, one_use_key: bytes, exported: Sequence[bytes],
                random: Random = os.urandom) -> bytes:
    """enc || ciphertext."""
    #= SPEC ANS-01
    enc, context = hpke.setup_base_s(one_use_key, _answer_info(key_id, h(request)), random, hpke.AEAD_AES_256_GCM)
    return enc + context.seal(b"".join(exported))


def open_answer(one_use: xwing.PrivateKey, request: bytes, answer: bytes) -> List[bytes]:
    """What came as the answer to one's own request."""
    asked = parse(request)
    #= SPEC ANS-02
    sized(answer, xwing.ENC + MASK * len(asked.items) + 16, "an answer")
    context = hpke.setup_base_r(one_use, xwing.KEM_ID, answer[:xwing.ENC], _answer_info(asked.key_id, h(request)),
                                hpke.AEAD_AES_256_GCM)
    plaintext = context.open(answer[xwing.ENC:])
    return [plaintext[at:at + MASK] for at in range(0, len(plaintext), MASK)]


def one_use_key(random: Random = os.urandom) -> xwing.PrivateKey:
    """Drawn for one request and forgotten with it."""
    #= SPEC ANS-03
    return xwing.PrivateKey(random(xwing.SEED))
