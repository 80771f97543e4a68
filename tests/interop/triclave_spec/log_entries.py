"""The entries of a custodian's log (SPEC section 14, Entries)."""

from __future__ import annotations

from . import protobuf, record
from .encoding import check_free_name, check_strict_name, sized
from .errors import MALFORMED, require

RELEASE, REFUSAL, KEY_CREATED, KEY_DESTROYED, APPROVED, REVOKED, STARTED = range(1, 8)
MAX_ENTRY, MAX_TEXT, MAX_COMPARTMENTS = 8_192, 1_024, 64

_MUST = {
    RELEASE: "key_id request_hash answer_hash session permit_id requester dataset compartments masks",
    REFUSAL: "request_hash error reason",
    KEY_CREATED: "key_id owner dataset",
    KEY_DESTROYED: "key_id owner dataset",
    APPROVED: "permit_id",
    REVOKED: "permit_id",
    STARTED: "",
}
_MAY = {
    RELEASE: "purpose",
    REFUSAL: "key_id session permit_id requester dataset compartments purpose",
    KEY_CREATED: "epoch",
    KEY_DESTROYED: "epoch reason",
    APPROVED: "requester dataset compartments purpose reason",
    REVOKED: "reason",
    STARTED: "reason",
}


def parse(data: bytes) -> protobuf.Message:
    """A leaf of the log."""
    #= SPEC LOG-04
    require(1 <= len(data) <= MAX_ENTRY, MALFORMED, "an entry has no bytes or too many")
    #= SPEC LOG-01
    entry = protobuf.decode("LogEntry", data)
    #= SPEC LOG-02
    require(entry["kind"] in _MUST, MALFORMED, f"kind {entry['kind']} of a log entry")
    must, may = set(_MUST[entry["kind"]].split()), set(_MAY[entry["kind"]].split())
    present = {name for name, value in entry.items() if value} - {"kind", "time"}
    require(must <= present <= must | may, MALFORMED, "a log entry has not the fields of its kind")
    #= SPEC LOG-03
    require(entry["time"] != 0, MALFORMED, "a log entry without time")
    for name, length in (("key_id", 32), ("request_hash", 32), ("answer_hash", 32), ("session", 32), ("requester", 32),
                         ("owner", 32), ("permit_id", 16)):
        if entry[name]:
            sized(entry[name], length, name)
    if entry["dataset"]:
        check_strict_name(entry["dataset"], "a dataset")
    for name in entry["compartments"]:
        check_strict_name(name, "a compartment")
    record.limit(len(entry["compartments"]), 0, MAX_COMPARTMENTS, "compartments of a log entry")
    require(entry["compartments"] == sorted(set(entry["compartments"])), MALFORMED, "compartments are out of order")
    for name in ("purpose", "reason"):
        check_free_name(entry[name], MAX_TEXT, name, may_be_empty=True)
    return entry
