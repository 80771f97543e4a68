"""Seals health data before it reaches a storage provider, with keys that are split across custodians.

>>> sealed = triclave.seal(b"a finding", policy=town.policy, producer=town.producer, compartment="clinical")
>>> triclave.open(sealed, policy=town.policy, keys=[town.keys["outscale"], town.keys["ovhcloud"]]).read()
b'a finding'
"""

from triclave import samples
from triclave._core import Explanation, Identity, Permit, Policy, Recipient, Signer, Verifier, engine_name
from triclave.errors import (
    Culprit,
    CustodianUnavailableError,
    Error,
    ForgedError,
    GatherReport,
    InvalidArgumentError,
    IoError,
    MalformedError,
    PermitRefusedError,
    PolicyRefusedError,
    QuorumShortError,
    UnsupportedError,
)
from triclave.opening import Custodians, ObjectInfo, Opener, SealedFile, inspect, open
from triclave.sealing import SealedWriter, Sealer, seal
from triclave.tables import Column, OpenTable, SealedTable, Segment, open_table, seal_table

__all__ = [
    "Column", "Culprit", "CustodianUnavailableError", "Custodians", "Error", "Explanation", "ForgedError", "GatherReport", "Identity",
    "InvalidArgumentError", "IoError", "MalformedError", "ObjectInfo", "OpenTable", "Opener", "Permit", "PermitRefusedError", "Policy",
    "PolicyRefusedError", "QuorumShortError", "Recipient", "SealedFile", "SealedTable", "SealedWriter", "Sealer", "Segment",
    "Signer", "UnsupportedError", "Verifier", "engine_name", "inspect", "open", "open_table", "samples", "seal", "seal_table",
]  # fmt: skip
