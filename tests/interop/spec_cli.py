#!/usr/bin/env python3
"""A small command line over triclave_spec: other tests exchange files with the program through it.

    spec_cli.py keygen --kind recipient|signer --name NAME --out PREFIX      writes PREFIX.pub and PREFIX.key
    spec_cli.py seal --producer P.key --owner O.pub --dataset D --compartment NAME=POLICY.json --recipient R.pub ...
    spec_cli.py open --producer P.pub --owner O.pub --identity R.key ... --in SEALED --out PLAIN
    spec_cli.py rewrap --producer P.pub --owner-key O.key --owner-recipient O2.pub --compartment NAME=POLICY.json ...
    spec_cli.py inspect FILE --json
    spec_cli.py seal-table .. | open-table ..                                 as table_cli.py says

A policy file is JSON: {"authority": hex, "expires": seconds, "rules": {..}, "tree": NODE}, all but the tree optional.
NODE is {"key_id": hex, "operator": text} or {"k": number, "children": [NODE, ..]}. Exit status 1 is a refusal: its kind
is the first word on stderr.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

import table_cli
from triclave_spec import capsule as reading
from triclave_spec import keyfile, objects, opening, protobuf, record, sealing, table_segments, xwing
from triclave_spec import policy as wire
from triclave_spec.errors import SpecError
from triclave_spec.signatures import Signer


def node_from_json(value: Dict[str, Any]) -> wire.Node:
    """A tree's node as JSON."""
    if "key_id" in value:
        return wire.Leaf(bytes.fromhex(value["key_id"]), value["operator"])
    return wire.Threshold(value["k"], tuple(node_from_json(c) for c in value["children"]))


def policy_from_json(value: Dict[str, Any]) -> wire.Policy:
    """A wire-level policy as JSON."""
    rules = {k: tuple(v) if isinstance(v, list) else v for k, v in value.get("rules", {}).items()}
    return wire.Policy(node_from_json(value["tree"]), bytes.fromhex(value.get("authority", "")), wire.Rules(**rules),
                       value.get("expires", 0))


def _policies(pairs: List[str]) -> Dict[str, wire.Policy]:
    split = [pair.split("=", 1) for pair in pairs]
    return {name: policy_from_json(json.loads(Path(path).read_text())) for name, path in split}


def _secret(path: str, passphrase: Optional[str]) -> bytes:
    return keyfile.load(path).unlock(Path(passphrase).read_bytes() if passphrase else None)


def _trust(args: argparse.Namespace) -> reading.Trust:
    trust = reading.Trust()
    for path in args.producer:
        trust.add_producer(keyfile.load(path).public)
    for path in args.owner:
        trust.add_owner(keyfile.load(path).public)
    return trust


def _identities(args: argparse.Namespace) -> List[xwing.PrivateKey]:
    keys = [xwing.PrivateKey(_secret(path, args.passphrase_file)) for path in args.identity]
    return keys + [xwing.PrivateKey(xwing.own_key_seed(Path(path).read_bytes())) for path in args.own_key]


def _publics(paths: List[str]) -> Dict[bytes, bytes]:
    files = [keyfile.load(path) for path in paths]
    return {f.fingerprint: f.public for f in files}


def keygen(args: argparse.Namespace) -> None:
    """Writes both files of a key; the private one with mode 0600."""
    seed = bytes.fromhex(args.seed) if args.seed else os.urandom(32 if args.kind == keyfile.RECIPIENT else 64)
    created = datetime.date.today().isoformat()
    passphrase = Path(args.passphrase_file).read_bytes() if args.passphrase_file else None
    public = keyfile.write_public(args.kind, seed, args.name, created)
    Path(args.out + ".pub").write_bytes(public)
    cheap = keyfile.Argon2Parameters(1024, 1, 1)
    keyfile.save_private(args.out + ".key",
                         keyfile.write_private(args.kind, seed, args.name, created, passphrase, cheap))
    print(keyfile.parse(public).fingerprint.hex())


def _build(args: argparse.Namespace, producer: Signer) -> sealing.Built:
    return sealing.build(producer, keyfile.load(args.owner).fingerprint, args.dataset, _policies(args.compartment),
                         _publics(args.recipient))


def seal(args: argparse.Namespace) -> None:
    """Builds a capsule and seals one object in it."""
    producer = Signer(_secret(args.producer, args.passphrase_file))
    built = _build(args, producer)
    stream = args.stream or next(iter(built.data_keys))
    sealed = objects.seal(built.core, built.record, stream, built.data_keys[stream], Path(args.input).read_bytes(),
                          args.name, producer if args.signed else None, args.capsule is not None)
    if args.capsule:
        Path(args.capsule).write_bytes(built.record)
    Path(args.output).write_bytes(sealed)


def seal_table(args: argparse.Namespace) -> None:
    """Builds a capsule and seals a table's segment in it."""
    table_cli.seal(args, _build(args, Signer(_secret(args.producer, args.passphrase_file))))


def open_table(args: argparse.Namespace) -> None:
    """Opens a table's columns."""
    table_cli.open_table(args, _trust(args), _identities(args))


def _capsule_of(args: argparse.Namespace, sealed: objects.SealedObject) -> reading.Capsule:
    data = Path(args.capsule).read_bytes() if args.capsule else sealed.capsule
    return reading.read(data, _trust(args))


def open_object(args: argparse.Namespace) -> None:
    """Opens an object, or a range of one: OFFSET:LENGTH, or -LENGTH from the end."""
    sealed = objects.parse(Path(args.input).read_bytes())
    capsule = _capsule_of(args, sealed)
    sealed.check_against(capsule)
    opened = opening.open_compartment(capsule, sealed.compartment, _identities(args))
    if args.range is None:
        plaintext = sealed.read_whole(capsule, opened.data_key)
    elif args.range.startswith("-"):
        plaintext = sealed.reader(opened.data_key).read_suffix(int(args.range[1:]))
    else:
        offset, _, length = args.range.partition(":")
        plaintext = sealed.reader(opened.data_key).read(int(offset), int(length))
    Path(args.output).write_bytes(plaintext)


def rewrap(args: argparse.Namespace) -> None:
    """Rewraps the capsule of an object, those of a table's segments, or a capsule record by itself."""
    data = Path(args.input).read_bytes()
    owner = Signer(_secret(args.owner_key, args.passphrase_file))
    trust = _trust(args).add_owner(owner.public)
    mine = _publics(args.owner_recipient)

    def renewed(capsule: bytes) -> bytes:
        return sealing.rewrap(reading.read(capsule, trust), owner, list(mine), _policies(args.compartment),
                              {**_publics(args.recipient), **mine}, _identities(args))
    if data[8:10] == b"\x00\x02":
        new = objects.replace_capsule(data, renewed(objects.parse(data).capsule))
    elif data[8:10] == b"\x00\x03":
        new = b"".join(table_segments.replace_capsule(s, renewed(s.capsule)) for s in table_segments.parse(data))
    else:
        new = renewed(data)
    Path(args.output).write_bytes(new)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value


def describe_capsule(data: bytes) -> Dict[str, Any]:
    """A capsule's fields, unverified."""
    record.check_preamble(data, record.CAPSULE)
    outer = protobuf.decode("Capsule", data[16:])
    wraps = []
    for signed in outer["wraps"]:
        wrap = protobuf.decode("Wrap", signed["wrap"])
        for compartment in wrap["compartments"]:
            compartment["policy"] = protobuf.decode("CompartmentPolicy", compartment["policy"])
        wraps.append(wrap)
    return _plain({"core": protobuf.decode("Core", outer["core"]), "wraps": wraps})


def describe_header(data: bytes) -> Dict[str, Any]:
    """A header's fields, unverified."""
    return _plain(protobuf.decode("ObjectHeader", data))


def inspect(args: argparse.Namespace) -> None:
    """Shows what an observer sees; nothing of it is verified."""
    data = Path(args.file).read_bytes()
    if data.startswith(b"triclave-key"):
        key = keyfile.parse(data)
        shown: Dict[str, Any] = {"role": key.role, "private": key.private, "name": key.name,
                                 "fingerprint": key.fingerprint.hex()}
    elif data[8:10] == b"\x00\x01":
        shown = {"capsule": describe_capsule(data)}
    elif data[8:10] == b"\x00\x03":
        shown = table_cli.describe(data, describe_header, describe_capsule)
    else:
        sealed = objects.parse(data)
        shown = {"header": describe_header(sealed.header),
                 "stream_bytes": len(sealed.stream),
                 "capsule": describe_capsule(sealed.capsule) if sealed.capsule else None}
    print(json.dumps(shown, indent=None if args.json else 2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Reads and writes Triclave files as SPEC.md says.")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Any, *options: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name)
        sub.set_defaults(run=run)
        sub.add_argument("--passphrase-file")
        for option in options:
            flag, many = option.rstrip("*!"), option.endswith("*")
            extra: Dict[str, Any] = {"action": "append", "default": []} if many else {"required": option[-1] == "!"}
            dest = {"in": "input", "out": "output"}.get(flag, flag.replace("-", "_"))
            sub.add_argument("--" + flag, dest=dest, **extra)
        return sub

    sub = command("keygen", keygen, "name!", "seed")
    sub.add_argument("--kind", required=True, choices=[keyfile.RECIPIENT, keyfile.SIGNER])
    sub.add_argument("--out", required=True)
    sub = command("seal", seal, "producer!", "owner!", "dataset!", "compartment*", "recipient*", "in!", "out!",
                  "stream", "capsule")
    sub.add_argument("--name", default="")
    sub.add_argument("--signed", action="store_true")
    sub = command("seal-table", seal_table, "producer!", "owner!", "dataset!", "compartment*", "recipient*", "in!",
                  "out!", "capsule", "columns*", "compress*", "append-to")
    sub.add_argument("--name", default="")
    sub.add_argument("--rows", type=int, help="of each row group; none: all in one")
    command("open-table", open_table, "producer*", "owner*", "identity*", "own-key*", "in!", "out!", "capsule*",
            "compartment*", "column*")
    command("open", open_object, "producer*", "owner*", "identity*", "own-key*", "in!", "out!", "capsule", "range")
    command("rewrap", rewrap, "producer*", "owner*", "owner-key!", "owner-recipient*", "recipient*", "identity*",
            "own-key*", "compartment*", "in!", "out!")
    sub = command("inspect", inspect)
    sub.add_argument("file")
    sub.add_argument("--json", action="store_true", help="one line")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Runs one command."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
