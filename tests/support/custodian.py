"""Custodians as real daemons, for tests: each in a folder of its own, on a port that the system chooses."""

import json
import os
import signal
import subprocess
import time

from town import PROGRAM

PASSPHRASE = "correct horse"


class Authority:
    """A trial authority and its certificates in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.make()

    def make(self, *arguments):
        subprocess.run([PROGRAM, "custodian", "ca", str(self.folder), *arguments], check=True, capture_output=True, timeout=60)

    def client(self, name="client"):
        """The certificate's and the key's path of a client."""
        if not (self.folder / f"{name}.crt").exists():
            self.make("--client", name)
        return self.folder / f"{name}.crt", self.folder / f"{name}.key"


class Custodian:
    """One custodian: `triclave custodian init`, then `serve` as often as one likes."""

    def __init__(self, folder, authority, name="ovh", more=""):
        self.folder, self.authority, self.name = folder, authority, name
        self.process = self.port = None
        self.heard = 0  # bytes of what it told its operator
        folder.mkdir()
        if not (authority.folder / f"{name}.crt").exists():
            authority.make("--server", name)
        (folder / "passphrase").write_text(PASSPHRASE)
        (folder / "passphrase").chmod(0o600)
        tls = {"certificate": f"{name}.crt", "private_key": f"{name}.key", "client_ca": "ca.crt"}
        stated = " ".join(f'{key}: "{authority.folder / value}"' for key, value in tls.items())
        self.config = folder / "custodian"
        self.config.write_text(
            f'version: 1\nname: "{name}"\nlog_name: "{name}.example/triclave"\ndatabase: "state.db"\n'
            f'listen: "127.0.0.1:0"\ntls {{ {stated} }}\n{more}'
        )
        made = self.ok("init", "--passphrase-memory", "8", unlock=True)
        self.log_key, self.witness_key = made["log_key"], made["witness_key"]
        self.written = self.config.read_text()

    def run(self, *command, unlock=False):
        """Runs `triclave custodian COMMAND CONFIG ..`; the first of `command` may be two words."""
        words = command[0].split()
        arguments = ["--passphrase-file", str(self.folder / "passphrase")] if unlock else []
        return subprocess.run(
            [PROGRAM, "custodian", *words, str(self.config), *map(str, command[1:]), *arguments, "--json"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def ok(self, *command, **how):
        """The same, which must succeed; gives back its JSON."""
        ran = self.run(*command, **how)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def create_key(self, owner, dataset, public):
        """A key for an owner's dataset; gives back its fingerprint."""
        made = self.ok("key create", "--owner", owner, "--dataset", dataset, "--name", self.name, "-o", public, unlock=True)
        return made["fingerprint"]

    def start(self, *before):
        """Starts the daemon, by another program where there is one `before` it, and waits until it says its port."""
        with open(self.folder / "stderr", "ab") as stderr:
            self.heard = stderr.tell()
            self.process = subprocess.Popen(
                [*before, PROGRAM, "custodian", "serve", str(self.config), "--allow-root", "--json", "--passphrase-file", str(self.folder / "passphrase")],
                stdout=subprocess.PIPE, stderr=stderr, text=True,
                restore_signals=False,  # SIGXFSZ stays ignored: a file that may not grow is an error, as on a full disk
            )  # fmt: skip
        said = self.process.stdout.readline()
        assert said, self.complaints()
        self.port = json.loads(said)["port"]
        return self

    def cosign_with(self, others):
        """Writes into the configuration that it and these running custodians cosign one another's logs."""
        certificate, key = self.authority.client(f"{self.name}-caller")
        lines = [f'watch: "{each.log_key}"\n' for each in others]
        lines += [f'witness {{ address: "127.0.0.1:{each.port}" key: "{each.witness_key}" '
                  f'server_ca: "{self.authority.folder / "ca.crt"}" certificate: "{certificate}" private_key: "{key}" }}\n'
                  for each in others]  # fmt: skip
        self.config.write_text(self.written + "".join(lines))

    def said(self):
        """The daemon's next line."""
        return json.loads(self.process.stdout.readline())

    def told(self):
        """What the daemon tells its operator from its start on, each line once, until it ends."""
        with open(self.folder / "stderr", encoding="utf-8") as stderr:
            while True:
                stderr.seek(self.heard)
                line = stderr.readline()
                if line.endswith("\n"):
                    self.heard = stderr.tell()
                    yield line
                elif self.process.poll() is not None:
                    return
                else:
                    time.sleep(0.02)

    def complaints(self):
        """What the daemons have told their operator so far, beside what gRPC says."""
        lines = (self.folder / "stderr").read_text().splitlines()
        return [line.removeprefix("triclave: ") for line in lines if line.startswith("triclave: ")]

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Ends the daemon; gives back its exit code."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.process = None
        return code
