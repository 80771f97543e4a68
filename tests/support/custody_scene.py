"""A town whose custodians are daemons behind fault proxies, one that Python plays, and a requester written in Python."""

import contextlib
import datetime
import ipaddress
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fault_proxy import Faults, FaultProxy
from triclave_spec import custodian as spec
from triclave_spec import hpke, keyfile, masks, notes, permits, policy, protobuf, requests, xwing
from triclave_spec.encoding import h
from triclave_spec.signatures import Signer

from custodian import Custodian
from town import CUSTODIANS, DATASET, Town, recipient

SERVICE = "/triclave.v1.Custodian/"
KINDS = ("", "invalid_argument", "malformed", "unsupported", "forged", "policy_refused", "permit_refused", "quorum_short",
         "custodian_unavailable", "io")  # fmt: skip
PLAINTEXT = b"Patient 2840588157005, CIM-10 E11.9, HbA1c 7.9 %\n" * 50
AUTHORITY = 'signers { name: "access-body" key_file: "keys/stranger.pub" roles: AUTHORITY }\n'


class Refused(Exception):
    """A custodian's refusal: its kind, or gRPC's own status where it names none."""

    def __init__(self, error):
        details = [value for key, value in error.trailing_metadata() or () if key == "triclave-error-bin"]
        self.kind = KINDS[protobuf.decode("ErrorDetail", details[0])["kind"]] if details else error.code().name
        super().__init__(f"{self.kind}: {error.details()}")


class Channel:
    """Python's connection to a custodian's service."""

    def __init__(self, endpoint, authority, name="client"):
        certificate, key = authority.client(name)
        ca = (authority.folder / "ca.crt").read_bytes()
        credentials = grpc.ssl_channel_credentials(ca, key.read_bytes(), certificate.read_bytes())
        options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1),
                   ("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 100),
                   ("grpc.use_local_subchannel_pool", 1)]  # fmt: skip
        self.channel = grpc.secure_channel(endpoint, credentials, options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def bytes(self, method, data, wait=True):
        """A call with any bytes; gives back bytes."""
        try:
            return self.channel.unary_unary(SERVICE + method)(data, timeout=20, wait_for_ready=wait)
        except grpc.RpcError as error:
            raise Refused(error) from None

    def call(self, method, request, message, answer, **how):
        """A call with a message."""
        return protobuf.decode(answer, self.bytes(method, protobuf.encode(message, request), **how))

    def release(self, asked, **how):
        """Asks for masks."""
        return self.call("Release", asked, "ReleaseRequest", "ReleaseAnswer", **how)

    def log_file(self, path):
        """A file of the log."""
        return self.call("LogFile", {"path": path}, "LogFileRequest", "LogFileAnswer")["content"]


class Asker:
    """A requester who asks for one mask of a capsule that nobody made, and knows what it must be."""

    def __init__(self, town):
        def seeds(name):
            return keyfile.load(town.folder / f"keys/{name}.key").unlock(None)

        self.signer, self.authority = Signer(seeds("pipeline")), Signer(seeds("stranger"))
        self.owner = Signer(seeds("hospital"))
        now = int(time.time())
        self.permit = permits.Permit(b"p" * 16, self.authority.id, self.signer.id, DATASET, ("clinical",), "fault tests",
                                     now - 3600, now + 3600)  # fmt: skip

    def ask(self, public, permit=None, signer=None, **changes):
        """A signed request, its one-use key, and the mask that must come."""
        permit, key_id = permit or self.permit, xwing.key_id(xwing.KEM_ID, public)
        enc, sealer = hpke.setup_base_s(public, masks.wrap_info(h(b"capsule"), 0, key_id))
        wire = policy.encode(policy.Policy(policy.Leaf(key_id, "operator"), self.authority.id))
        item = requests.Item(h(b"capsule"), 0, enc, DATASET, "clinical", b"", wire)
        place = masks.Place(item.capsule_id, 0, DATASET, "clinical", b"", wire)
        one_use = requests.one_use_key()
        fields = dict(key_id=key_id, permit_hash=h(permit.encode()), nonce=os.urandom(16), time=int(time.time()),
                      one_use_key=one_use.public, items=(item,))  # fmt: skip
        request = requests.Request(**{**fields, **changes})
        asked = spec.build(request, permits.issue(permit, self.authority), signer or self.signer)
        return asked, one_use, sealer.export(place.mask_context, 64)


class Liar(spec.Custodian):
    """Gives wrong masks, which it logs as it should."""

    def export(self, request):
        return [bytes(64) for _ in request.items]


class PythonCustodian:
    """A custodian that the independent implementation plays over the same service; `lies`: its masks are wrong."""

    def __init__(self, authority, name="outscale", lies=False):
        self.seed, self.name, self.heard = os.urandom(32), name, []
        self.signer = notes.NoteSigner(f"{name}.example/triclave", notes.LOG, os.urandom(32))
        self.keeper = (Liar if lies else spec.Custodian)(DATASET, xwing.PrivateKey(self.seed), self.signer)
        if not (authority.folder / f"{name}.crt").exists():
            authority.make("--server", name)
        pair = [((authority.folder / f"{name}.key").read_bytes(), (authority.folder / f"{name}.crt").read_bytes())]
        credentials = grpc.ssl_server_credentials(pair, (authority.folder / "ca.crt").read_bytes(), True)
        self.server = grpc.server(ThreadPoolExecutor(4))
        method = grpc.unary_unary_rpc_method_handler(self.release)
        self.server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("triclave.v1.Custodian", {"Release": method}),))
        self.port = self.server.add_secure_port("127.0.0.1:0", credentials)
        self.server.start()

    def release(self, data, context):
        """The service's one method."""
        self.heard.append(data)
        asked = protobuf.decode("ReleaseRequest", data)
        return protobuf.encode("ReleaseAnswer", self.keeper.release(asked, int(time.time())))

    def write_public(self, path):
        """Its public key file."""
        path.write_bytes(keyfile.write_public(keyfile.RECIPIENT, self.seed, self.name, "2026-01-01"))


class Scene:
    """The town, its custodians and what lies between."""

    def __init__(self, founded, folder, authority, played=None):
        shutil.copytree(founded.folder, folder, dirs_exist_ok=True)
        self.town, self.authority, self.stack = Town(folder), authority, contextlib.ExitStack()
        self.daemons, self.proxies, log_keys = {}, {}, {}
        for name in CUSTODIANS:
            public = folder / f"keys/{name}.pub"
            public.unlink()
            if played and name == played.name:
                played.write_public(public)
                port, log_keys[name] = played.port, played.signer.key.vkey
            else:
                daemon = self.daemons[name] = Custodian(folder / f"custodian-{name}", authority, name)
                daemon.create_key(folder / "keys/hospital.pub", DATASET, public)
                self.stack.callback(daemon.stop)
                port, log_keys[name] = daemon.start().port, daemon.log_key
            self.proxies[name] = self.stack.enter_context(FaultProxy(("127.0.0.1", port), keep=True))
        registry = [recipient("owner", "OWNER", operator="hospital")]
        for name in CUSTODIANS:
            more = (f'endpoint: "{self.proxies[name].endpoint}" tls_ca: "{authority.folder / "ca.crt"}" '
                    f'log_key: "{log_keys[name]}" }}')  # fmt: skip
            registry.append(recipient(name).rstrip().removesuffix("}") + more + "\n")
        self.town.write_policy("policy", "all(owner, 2 of (outscale, ovh, orange))", registry, AUTHORITY)
        text = self.town.read("policy").replace(b'name: "clinical"', b'name: "clinical" authority: "access-body"')
        self.town.write("policy", text)
        (folder / "receipts").mkdir()
        self.town.write("data", PLAINTEXT)
        self.town.seal("data", "-o", "sealed")
        self.town.ok("permit", "issue", "--authority", "keys/stranger.key", "--requester", "keys/pipeline.pub", "--dataset",
                     DATASET, "--compartment", "clinical", "--purpose", "care", "--not-after", "2099-01-01", "-o", "permit")  # fmt: skip

    def close(self):
        """Ends everything."""
        self.stack.close()

    def calm(self):
        """Nothing is wrong with the network."""
        for proxy in self.proxies.values():
            proxy.faults = Faults()

    def arguments(self, deadline=10):
        """Options of opening over the network."""
        certificate, key = self.authority.client()
        return ("--policy", "policy", "--key", "keys/owner.key", "--permit", "permit", "--requester", "keys/pipeline.key",
                "--tls-cert", certificate, "--tls-key", key, "--deadline", deadline, "--receipts", "receipts")  # fmt: skip

    def opens(self, deadline=10):
        """Opens the object; gives back what the program says beside the plaintext."""
        ran = self.town.run("open", "sealed", *self.arguments(deadline))
        assert ran.returncode == 0 and ran.stdout == PLAINTEXT, ran.stderr.decode()
        return ran.stderr.decode()

    def fails(self, code, deadline=10):
        """The same, which must fail."""
        return self.town.fails(code, "open", "sealed", *self.arguments(deadline))

    def public_key(self, name):
        """A custodian's public key."""
        return keyfile.load(self.town.folder / f"keys/{name}.pub").public

    def channel(self, name):
        """Python's way to a custodian, through its proxy."""
        return Channel(self.proxies[name].endpoint, self.authority)

    def restart(self, name):
        """Starts a daemon again, behind the same proxy."""
        self.proxies[name].target = ("127.0.0.1", self.daemons[name].start().port)


def issue(folder, name, days=(-2, -1), rsa_key=False):
    """A certificate by the trial authority for this machine: by default one that ended yesterday."""
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    key = rsa.generate_private_key(65537, 2048) if rsa_key else ec.generate_private_key(ec.SECP256R1())
    begin, end = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(each) for each in days)
    builder = x509.CertificateBuilder().issuer_name(ca.subject).public_key(key.public_key()).serial_number(7)
    builder = builder.subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
    builder = builder.not_valid_before(begin).not_valid_after(end)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = builder.add_extension(here, critical=False)
    issuer = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer)  # RFC 5280, and so Python 3.13, wants it
    builder = builder.add_extension(by, critical=False)
    (folder / f"{name}.crt").write_bytes(builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
