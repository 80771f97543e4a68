"""A small town for the program's tests: a hospital, three custodians, a policy, and the program to call."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRICLAVE_PROGRAM", str(ROOT / "build" / "release" / "bin" / "triclave"))

# Exit codes by kind of error.
INVALID_ARGUMENT, MALFORMED, UNSUPPORTED, FORGED, POLICY_REFUSED = 2, 3, 4, 5, 6
QUORUM_SHORT, IO = 8, 10

CUSTODIANS = ("outscale", "ovh", "orange")
DATASET = "cohort"
CLINICAL = ("dossier", "entree", "dep", "glycemie", "motif", "commentaire")


def recipient(name, role="CUSTODIAN", key=None, operator=None):
    """One entry of a policy's registry."""
    return (
        f'recipients {{ name: "{name}" role: {role} operator: "{operator or name}" key_file: "keys/{key or name}.pub" '
        'country { value: "FR" illustrative: true } owner_country { value: "FR" illustrative: true } }\n'
    )


def policy_text(access, recipients, more=""):
    """A policy of one dataset with the compartment "clinical"."""
    signers = (
        'signers { name: "hospital" key_file: "keys/hospital.pub" roles: OWNER }\n'
        'signers { name: "pipeline" key_file: "keys/pipeline.pub" roles: PRODUCER }\n'
    )
    compartment = f'compartments {{ name: "clinical" access: "{access}" }}\n'
    return f'version: 1\ndataset: "{DATASET}"\n{compartment}{"".join(recipients)}{signers}{more}'


def table_policy_text(clinical, recipients, more=""):
    """A policy for tables: who is meant is for the owner alone, what ails them for others; no other column has a place."""
    identifiers = 'compartments { name: "identifiers" access: "owner" columns: "nir" columns: "nom*" }\n'
    text = policy_text(clinical, recipients, identifiers + more)
    columns = " ".join(f'columns: "{each}"' for each in CLINICAL)
    assert text.count('name: "clinical"') == 1
    return text.replace('name: "clinical"', f'name: "clinical" {columns}')


class Town:
    """A folder with everybody's keys and the policy "all(owner, 2 of (outscale, ovh, orange))"."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.env = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"), HOME=str(self.folder))

    def found(self):
        """Makes everybody's keys and the policy."""
        (self.folder / "keys").mkdir()
        for name in ("owner",) + CUSTODIANS:
            self.ok("keygen", "recipient", name, "-o", "keys")
        for name in ("hospital", "pipeline", "stranger"):
            self.ok("keygen", "signer", name, "-o", "keys")
        registry = [recipient("owner", "OWNER", operator="hospital")] + [recipient(name) for name in CUSTODIANS]
        self.write_policy("policy", "all(owner, 2 of (outscale, ovh, orange))", registry)
        return self

    def write_policy(self, name, access, recipients, more=""):
        """Writes a policy file into the folder."""
        (self.folder / name).write_text(policy_text(access, recipients, more), encoding="utf-8")

    def write_table_policy(self, name, clinical, recipients):
        """Writes a policy with the compartments "identifiers" and "clinical"."""
        (self.folder / name).write_text(table_policy_text(clinical, recipients), encoding="utf-8")

    def run(self, *arguments, **how):
        """Runs the program in the folder; gives back the finished process, output as bytes."""
        how.setdefault("stdin", subprocess.DEVNULL if "input" not in how else None)
        if "input" in how:
            del how["stdin"]
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, timeout=300, **how)

    def ok(self, *arguments, **how):
        """Runs the program, which must succeed; gives back what it wrote to standard output."""
        ran = self.run(*arguments, **how)
        assert ran.returncode == 0, ran.stderr.decode() + ran.stdout.decode()
        return ran.stdout

    def json(self, *arguments, **how):
        """The same with --json."""
        return json.loads(self.ok(*arguments, "--json", **how))

    def fails(self, code, *arguments, **how):
        """Runs the program, which must fail with this exit code; gives back its words."""
        ran = self.run(*arguments, **how)
        words = ran.stderr.decode()
        assert ran.returncode == code, f"exit code {ran.returncode} where {code} was expected: {words}"
        assert words.startswith("triclave: "), words
        return words

    def keys(self, *names):
        """Options for private keys."""
        return [part for name in names for part in ("--key", f"keys/{name}.key")]

    def seal(self, *arguments, **how):
        """Seals as the pipeline."""
        return self.ok("seal", *arguments, "--policy", "policy", "--producer", "keys/pipeline.key", "--compartment", "clinical", **how)

    def open(self, sealed, *arguments, by=("owner", "outscale", "orange"), policy="policy", **how):
        """Opens as the owner with two custodians; gives back standard output."""
        return self.ok("open", sealed, "--policy", policy, *self.keys(*by), *arguments, **how)

    def refuses(self, code, sealed, *arguments, by=("owner", "outscale", "orange"), policy="policy", **how):
        """Opening that must fail."""
        return self.fails(code, "open", sealed, "--policy", policy, *self.keys(*by), *arguments, **how)

    def write(self, name, content):
        """A file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def read(self, name):
        """The same back."""
        return (self.folder / name).read_bytes()

    def names(self, under="."):
        """Every file below, hidden ones too."""
        top = self.folder / under
        return sorted(str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir())
