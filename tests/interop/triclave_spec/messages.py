"""The schema of capsule.proto, object.proto, policy.proto and table.proto as tables."""

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
}
