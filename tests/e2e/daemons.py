"""A town whose custodians are asked over the network: three real daemons, a policy that names them, a permit."""

import signal

import town as t
from custodian import Authority, Custodian

ACCESS = "all(owner, 2 of (outscale, ovh, orange))"


class Daemons:
    """Custodians of a town, and a requester with a permit by the town's access body."""

    def __init__(self, town, names=t.CUSTODIANS):
        self.town, self.authority, self.all = town, Authority(town.folder / "ca"), {}
        for name in ("access-body", "researcher"):
            town.ok("keygen", "signer", name, "-o", "keys")
        for name in names:
            self.add(name)
        self.authority.client("client")
        self.write_policy("policy-net", ACCESS, [self.entry(name) for name in names])
        self.permit("permit")

    def add(self, name):
        """One more custodian, which holds a key for the hospital's dataset."""
        self.all[name] = Custodian(self.town.folder / f"custodian-{name}", self.authority, name)
        self.create_key(name, f"{name}-net")
        self.all[name].start()

    def create_key(self, name, public):
        """Another key, whose public half is keys/PUBLIC.pub."""
        keys = self.town.folder / "keys"
        self.all[name].create_key(keys / "hospital.pub", t.DATASET, keys / f"{public}.pub")

    def __getitem__(self, name):
        return self.all[name]

    def end(self):
        for each in self.all.values():
            each.stop(signal.SIGKILL)

    def entry(self, name, public=None):
        """Its entry in a policy's registry."""
        each = self.all[name]
        address = f'endpoint: "127.0.0.1:{each.port}" tls_ca: "ca/ca.crt" log_key: "{each.log_key}" '
        return t.recipient(name, key=public or f"{name}-net").replace("country {", address + "country {", 1)

    def write_policy(self, name, access, entries):
        """A policy whose custodians are asked over the network."""
        registry = [t.recipient("owner", "OWNER", operator="hospital"), *entries]
        signer = 'signers { name: "access-body" key_file: "keys/access-body.pub" roles: AUTHORITY }\n'
        text = t.policy_text(access, registry, signer).replace('name: "clinical"', 'name: "clinical" authority: "access-body"')
        self.town.write(name, text.encode())

    def permit(self, name, *more, dataset=t.DATASET, compartment="clinical", requester="researcher", authority="access-body",
               until="2099-12-31"):  # fmt: skip
        """A permit file."""
        self.town.ok("permit", "issue", "--authority", f"keys/{authority}.key", "--requester", f"keys/{requester}.pub",
                     "--dataset", dataset, "--compartment", compartment, "--purpose", "OSIRIS study", "--not-after", until,
                     "-o", name, *more)  # fmt: skip

    @staticmethod
    def asking(permit="permit", requester="researcher", client="client"):
        """Options by which a command asks the custodians."""
        return ("--permit", permit, "--requester", f"keys/{requester}.key", "--tls-cert", f"ca/{client}.crt",
                "--tls-key", f"ca/{client}.key", "--no-memory")  # fmt: skip
