"""The peers that are Python packages: what a careful user of each would write, after a check that it opens again.

usage: compare_peers.py file IN OUT            seals a file with pyca in frames of 1 MiB
       compare_peers.py bulk PEER SIZE TOTAL   a round of plain calls for each line that it reads: their answers come in
                                               fresh memory, and in a process with others that is not what it would be
"""

import base64
import os
import sys
import threading

KEY = bytes(range(32))
MIB = 1 << 20


def by_two(work, count):
    """work(first, last) for each half of `count` pieces, by two threads."""
    other = threading.Thread(target=work, args=(count // 2, count))
    other.start()
    work(0, count // 2)
    other.join()


def pyca_plain(plain, size):
    """AESGCM's plain call, which takes memory for each answer."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, pieces = AESGCM(KEY), [plain[at : at + size] for at in range(0, len(plain), size)]
    nonces = [i.to_bytes(12, "little") for i in range(len(pieces))]

    def seal():
        for nonce, piece in zip(nonces, pieces):
            cipher.encrypt(nonce, piece, b"column")

    assert cipher.decrypt(nonces[0], cipher.encrypt(nonces[0], pieces[0], b"column"), b"column") == pieces[0]
    return [("pyca", len(plain), seal)]


def pyca_bulk(plain, size):
    """AESGCM on messages of `size`: cases of one and two threads."""
    import numpy
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, count, step = AESGCM(KEY), len(plain) // size, size + 16
    nonces = [i.to_bytes(12, "little") for i in range(count)]
    sealed = memoryview(numpy.ones(count * step, numpy.uint8))
    opened = memoryview(numpy.ones(len(plain), numpy.uint8))

    def seal(first=0, last=count):
        for i in range(first, last):
            cipher.encrypt_into(nonces[i], plain[i * size : (i + 1) * size], b"column", sealed[i * step : (i + 1) * step])

    def open_again(first=0, last=count):
        for i in range(first, last):
            cipher.decrypt_into(nonces[i], sealed[i * step : (i + 1) * step], b"column", opened[i * size : (i + 1) * size])

    seal()
    open_again()
    assert opened == plain
    return [
        ("pyca_into", len(plain), seal),
        ("pyca_into_open", len(plain), open_again),
        ("pyca_into_2", len(plain), lambda: by_two(seal, count)),
    ]


def tink_bulk(plain, size):
    """Tink's AEAD, which takes and gives bytes."""
    from tink import aead, new_keyset_handle

    aead.register()
    primitive = new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    pieces = [bytes(plain[at : at + size]) for at in range(0, len(plain), size)]
    assert primitive.decrypt(primitive.encrypt(pieces[0], b"column"), b"column") == pieces[0]

    def seal():  # each answer is let go before the next one, as pyca's
        for each in pieces:
            primitive.encrypt(each, b"column")

    return [("tink", len(plain), seal)]


class Esdk:
    """AWS Encryption SDK with a raw AES keyring, key commitment, no signature: its fastest suite."""

    def __init__(self):
        import aws_encryption_sdk
        from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
        from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
        from aws_cryptographic_material_providers.mpl.models import AesWrappingAlg, CreateRawAesKeyringInput
        from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy

        self.client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
        providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
        self.keyring = providers.create_raw_aes_keyring(
            input=CreateRawAesKeyringInput(
                key_namespace="bench", key_name="key", wrapping_key=KEY, wrapping_alg=AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16
            )
        )
        self.suite = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
        assert self.open(self.seal(b"as it was")) == b"as it was"

    def seal(self, plain):
        """One message."""
        how = {"keyring": self.keyring, "encryption_context": {"of": "bench"}, "algorithm": self.suite, "frame_length": MIB}
        return self.client.encrypt(source=plain, **how)[0]

    def open(self, sealed):
        """The same back."""
        return self.client.decrypt(source=sealed, keyring=self.keyring)[0]

    def bulk(self, plain):
        """One column of 64 MiB at most."""
        piece = bytes(plain[: 64 * MIB])
        return [("esdk", len(piece), lambda: self.seal(piece) and None)]

    def objects(self, count):
        """Objects of 1 KiB."""
        plain = os.urandom(1024)
        sealed = self.seal(plain)
        return [
            ("esdk_seal", count, lambda: [self.seal(plain) for _ in range(count)] and None),
            ("esdk_open", count, lambda: [self.open(sealed) for _ in range(count)] and None),
        ]


def pyca_objects(count):
    """An envelope made by hand: a fresh data key for each object, wrapped with AES-GCM."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain, wrapping = os.urandom(1024), AESGCM(KEY)

    def seal_one():
        key, one, two = os.urandom(32), os.urandom(12), os.urandom(12)
        return one + wrapping.encrypt(one, key, b"wrap") + two + AESGCM(key).encrypt(two, plain, b"object")

    def open_one(sealed):
        key = wrapping.decrypt(sealed[:12], sealed[12:60], b"wrap")
        return AESGCM(key).decrypt(sealed[60:72], sealed[72:], b"object")

    sealed = seal_one()
    assert open_one(sealed) == plain
    return [
        ("pyca_seal", count, lambda: [seal_one() for _ in range(count)] and None),
        ("pyca_open", count, lambda: [open_one(sealed) for _ in range(count)] and None),
    ]


def pyca_cells(count):
    """Values of 16 bytes under one key, each with a random nonce."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, random = AESGCM(KEY), os.urandom
    values = [b"%016d" % i for i in range(count)]
    nonces = [random(12) for _ in values]
    sealed = [cipher.encrypt(nonce, value, None) for nonce, value in zip(nonces, values)]

    def seal():
        for value in values:
            nonce = random(12)
            nonce + cipher.encrypt(nonce, value, None)  # pylint: disable=expression-not-assigned

    def open_again():
        for nonce, each in zip(nonces, sealed):
            cipher.decrypt(nonce, each, None)

    assert cipher.decrypt(nonces[-1], sealed[-1], None) == values[-1]
    return [("pyca_seal", count, seal), ("pyca_open", count, open_again)]


class Kms:
    """Keys wrapped in process: what a key service costs is not Parquet's fault."""

    @staticmethod
    def make():
        """A client for pyarrow."""
        import pyarrow.parquet.encryption as parquet_encryption

        class Client(parquet_encryption.KmsClient):
            """Master keys are their own names."""

            def wrap_key(self, key_bytes, master_key_identifier):
                return base64.b64encode(master_key_identifier.encode() + b"|" + key_bytes)

            def unwrap_key(self, wrapped_key, master_key_identifier):
                return base64.b64decode(wrapped_key).split(b"|", 1)[1]

        return Client()


class Pme:
    """Parquet Modular Encryption, AES-GCM, 256 bits, a key for each column; uncompressed, no dictionaries."""

    def __init__(self):
        import pyarrow.parquet.encryption as parquet_encryption

        self.factory = parquet_encryption.CryptoFactory(lambda _: Kms.make())
        self.service = parquet_encryption.KmsConnectionConfig()
        self.pe = parquet_encryption

    def write(self, table, sink, **how):
        """The whole table."""
        import pyarrow.parquet as parquet

        columns = {f"key-{name}": [name] for name in table.column_names}
        config = self.pe.EncryptionConfiguration(
            footer_key="footer", column_keys=columns, encryption_algorithm="AES_GCM_V1", data_key_length_bits=256
        )
        properties = self.factory.file_encryption_properties(self.service, config)
        parquet.write_table(table, sink, compression="NONE", use_dictionary=False, encryption_properties=properties, **how)

    def open(self, source):
        """A file whose columns can be read by one thread."""
        import pyarrow.parquet as parquet

        properties = self.factory.file_decryption_properties(self.service, self.pe.DecryptionConfiguration())
        return parquet.ParquetFile(source, decryption_properties=properties, pre_buffer=False)

    def cases(self, table):
        """Writing into warm memory and reading from it."""
        import numpy
        import pyarrow

        memory = numpy.ones(int(table.nbytes * 1.2), numpy.uint8)

        def write():
            self.write(table, pyarrow.FixedSizeBufferWriter(pyarrow.py_buffer(memory)))

        sink = pyarrow.BufferOutputStream()
        self.write(table, sink)
        file = sink.getvalue()
        assert self.open(pyarrow.BufferReader(file)).read(use_threads=False).equals(table)
        return [
            ("pme_write", table.nbytes, write),
            ("pme_read", table.nbytes, lambda: self.open(pyarrow.BufferReader(file)).read(use_threads=False) and None),
        ]


def pyca_file(source, target):
    """A file in frames of 1 MiB, numbered."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, plain, sealed, number = AESGCM(KEY), memoryview(bytearray(MIB)), memoryview(bytearray(MIB + 16)), 0
    with open(source, "rb", 0) as reader, open(target, "wb", 0) as writer:
        while size := reader.readinto(plain):
            cipher.encrypt_into(number.to_bytes(12, "little"), plain[:size], b"frame", sealed[: size + 16])
            writer.write(sealed[: size + 16])
            number += 1


def opens_pyca_file(sealed, source):
    """Whether the first and the last frame are the source's."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with open(source, "rb") as plain, open(sealed, "rb") as frames:
        last = (os.path.getsize(source) - 1) // MIB
        for number in (0, last):
            plain.seek(number * MIB)
            frames.seek(number * (MIB + 16))
            if AESGCM(KEY).decrypt(number.to_bytes(12, "little"), frames.read(MIB + 16), b"frame") != plain.read(MIB):
                return False
    return True


if __name__ == "__main__":
    if sys.argv[1] == "file":
        pyca_file(*sys.argv[2:4])
    else:
        from compare_tools import serve

        peer, size, total = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
        content = memoryview(bytearray(os.urandom(MIB)) * (total // MIB))
        bytearray(31 * MIB)  # let go at once: from then on glibc keeps what is freed, as in any program that has run a while
        serve({"pyca": pyca_plain, "tink": tink_bulk}[peer](content, size))
