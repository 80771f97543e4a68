"""The schemas of the .proto files as tables."""

from __future__ import annotations

from typing import Dict, NamedTuple


class Field(NamedTuple):
    """One field: `type` is a scalar type or the name of a message in SCHEMA."""

    name: str
    type: str
    repeated: bool = False
    oneof: str = ""


SCALARS = ("uint32", "uint64", "bool", "bytes", "string")

SCHEMA: Dict[str, Dict[int, Field]] = {
    "Capsule": {
        1: Field("core", "bytes"),
        2: Field("core_signature", "bytes"),
        3: Field("wraps", "SignedWrap", repeated=True),
    },
    "SignedWrap": {1: Field("wrap", "bytes"), 2: Field("signature", "bytes")},
    "Core": {
        1: Field("suite", "uint32"),
        2: Field("salt", "bytes"),
        3: Field("producer", "bytes"),
        4: Field("owner", "bytes"),
        5: Field("dataset", "string"),
        6: Field("compartments", "CoreCompartment", repeated=True),
    },
    "CoreCompartment": {1: Field("name", "string"), 2: Field("check", "bytes")},
    "Wrap": {
        1: Field("capsule_id", "bytes"),
        2: Field("generation", "uint32"),
        3: Field("recipients", "WrapRecipient", repeated=True),
        4: Field("compartments", "WrapCompartment", repeated=True),
        5: Field("former", "bytes", repeated=True),
    },
    "WrapRecipient": {1: Field("key_id", "bytes"), 2: Field("kem", "uint32"), 3: Field("enc", "bytes")},
    "WrapCompartment": {
        1: Field("name", "string"),
        2: Field("policy", "bytes"),
        3: Field("leaves", "Leaf", repeated=True),
    },
    "Leaf": {1: Field("masked_share", "bytes"), 2: Field("commitment", "bytes")},
    "ObjectHeader": {
        1: Field("kind", "uint32"),
        2: Field("capsule_id", "bytes"),
        3: Field("object_id", "bytes"),
        4: Field("name", "string"),
        5: Field("dataset", "string"),
        6: Field("streams", "string", repeated=True),
        7: Field("signed", "bool"),
        8: Field("previous", "bytes"),
    },
    "CompartmentPolicy": {
        1: Field("authority", "bytes"),
        2: Field("rules", "Rules"),
        3: Field("expires", "uint64"),
        4: Field("tree", "PolicyNode"),
    },
    "Rules": {
        1: Field("deny_coalition", "string", repeated=True),
        2: Field("require_label", "string", repeated=True),
        3: Field("region", "string"),
        4: Field("min_operators", "uint32"),
        5: Field("min_countries", "uint32"),
    },
    "PolicyNode": {
        1: Field("leaf", "PolicyLeaf", oneof="kind"),
        2: Field("threshold", "Threshold", oneof="kind"),
    },
    "PolicyLeaf": {1: Field("key_id", "bytes"), 2: Field("operator", "string")},
    "Threshold": {1: Field("k", "uint32"), 2: Field("children", "PolicyNode", repeated=True)},
    "TableFooter": {
        1: Field("columns", "uint32"),
        2: Field("own", "Column", repeated=True),
        3: Field("row_groups", "RowGroup", repeated=True),
        4: Field("notes", "KeyValue", repeated=True),
    },
    "Column": {1: Field("position", "uint32"), 2: Field("field", "Field"), 3: Field("compression", "uint32")},
    "Field": {
        1: Field("name", "string"),
        2: Field("format", "string"),
        3: Field("nullable", "bool"),
        4: Field("dictionary_ordered", "bool"),
        5: Field("metadata", "KeyValue", repeated=True),
        6: Field("children", "Field", repeated=True),
        7: Field("dictionary", "Field"),
    },
    "KeyValue": {1: Field("key", "bytes"), 2: Field("value", "bytes")},
    "RowGroup": {1: Field("rows", "uint64"), 2: Field("chunks", "bytes")},
    "SignedPermit": {1: Field("permit", "bytes"), 2: Field("authority_key", "bytes"), 3: Field("signature", "bytes")},
    "Permit": {
        1: Field("id", "bytes"),
        2: Field("authority", "bytes"),
        3: Field("requester", "bytes"),
        4: Field("dataset", "string"),
        5: Field("compartments", "string", repeated=True),
        6: Field("purpose", "string"),
        7: Field("not_before", "uint64"),
        8: Field("not_after", "uint64"),
        9: Field("most_releases", "uint32"),
        10: Field("needs_approval", "bool"),
    },
    "SignedRevocation": {
        1: Field("revocation", "bytes"),
        2: Field("authority_key", "bytes"),
        3: Field("signature", "bytes"),
    },
    "ReleaseRequest": {
        1: Field("permit_record", "bytes"),
        2: Field("requester_key", "bytes"),
        3: Field("request", "bytes"),
        4: Field("signature", "bytes"),
    },
    "ReleaseAnswer": {1: Field("answer", "bytes"), 2: Field("entry", "bytes"), 3: Field("proof", "string")},
    "RevokeRequest": {1: Field("record", "bytes")},
    "RevokeAnswer": {},
    "StatusRequest": {},
    "StatusAnswer": {
        1: Field("name", "string"),
        2: Field("log_name", "string"),
        3: Field("keys", "KeyStatus", repeated=True),
        4: Field("checkpoint", "string"),
    },
    "KeyStatus": {
        1: Field("key_id", "bytes"),
        2: Field("owner", "string"),
        3: Field("dataset", "string"),
        4: Field("epoch", "uint32"),
        5: Field("created", "uint64"),
        6: Field("destroyed", "uint64"),
    },
    "LogFileRequest": {1: Field("path", "string")},
    "LogFileAnswer": {1: Field("content", "bytes")},
    "CosignRequest": {1: Field("request", "string")},
    "CosignAnswer": {1: Field("cosignatures", "string")},
    "ErrorDetail": {1: Field("kind", "uint32"), 2: Field("message", "string")},
    "LogEntry": {
        1: Field("kind", "uint32"),
        2: Field("time", "uint64"),
        3: Field("key_id", "bytes"),
        4: Field("request_hash", "bytes"),
        5: Field("answer_hash", "bytes"),
        6: Field("session", "bytes"),
        7: Field("permit_id", "bytes"),
        8: Field("requester", "bytes"),
        9: Field("dataset", "string"),
        10: Field("compartments", "string", repeated=True),
        11: Field("purpose", "string"),
        12: Field("masks", "uint32"),
        13: Field("error", "uint32"),
        14: Field("reason", "string"),
        15: Field("owner", "bytes"),
        16: Field("epoch", "uint64"),
    },
    "SignedErasure": {1: Field("statement", "bytes"), 2: Field("signature", "bytes")},
    "ErasureStatement": {
        1: Field("owner", "bytes"),
        2: Field("dataset", "string"),
        3: Field("time", "uint64"),
        4: Field("logs", "ErasureLog", repeated=True),
        5: Field("keys", "ErasureKey", repeated=True),
        6: Field("capsules", "ErasureCapsule", repeated=True),
    },
    "ErasureLog": {1: Field("origin", "string"), 2: Field("size", "uint64"), 3: Field("root", "bytes")},
    "ErasureKey": {
        1: Field("key_id", "bytes"),
        2: Field("kem", "uint32"),
        3: Field("name", "string"),
        4: Field("destroyed_by", "uint32"),
        5: Field("destroyed", "uint64"),
        6: Field("log", "string"),
        7: Field("entry", "uint64"),
    },
    "ErasureCapsule": {1: Field("capsule_id", "bytes"), 2: Field("wraps", "ErasureWrap", repeated=True)},
    "ErasureWrap": {
        1: Field("generation", "uint32"),
        2: Field("wrap_hash", "bytes"),
        3: Field("compartments", "ErasureCompartment", repeated=True),
    },
    "ErasureCompartment": {
        1: Field("name", "string"),
        2: Field("policy", "bytes"),
        3: Field("released", "bytes", repeated=True),
    },
}
