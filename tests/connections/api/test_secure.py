"""Over TLS, as with the vendors: connections stay open, certificates are checked, and slow drips are given up."""

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connections.api.errors import TooMuch, Unavailable
from tests.connections.vendor import USER, Reply, Vendor, answer, huma

HOST = "127.0.0.2"


def certificate(folder: Path) -> Path:
    """A self-signed certificate for the host, in one file with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = certificate(tmp_path)
    # The environment isn't asked about this machine itself, so it is told where requests looks without it.
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(made))
    return made


@pytest.fixture
def secure(trusted: Path) -> Iterator[Vendor]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    with Vendor(host=HOST, secure=context) as server:
        server.on("/users/u1", answer(200, USER))
        yield server


def test_it_is_kept_open(secure: Vendor) -> None:
    client = huma(secure)
    for _ in range(3):
        assert client.user("u1")["id"] == "u1"
    assert secure.sockets == 1


def test_a_certificate_that_nobody_signed_is_not_talked_to(secure: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", certifi.where())
    with pytest.raises(Unavailable) as caught:
        huma(secure).create_user({"givenName": "Ada"})
    assert not caught.value.may_have_taken_effect
    assert secure.seen == []


def test_what_drips_and_what_never_ends_holds_nobody(secure: Vendor) -> None:
    secure.on("/users/u1", Reply(b"HTTP/1.1 200 OK\r\n", b"y", 100_000, drip=0.05))
    with pytest.raises(Unavailable):
        huma(secure, timeout=(0.5, 0.5)).user("u1")
    assert secure.sent < 1000
    secure.on("/users/u1", Reply(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 32_000, close=True))
    with pytest.raises(TooMuch):
        huma(secure, timeout=(5.0, 5.0)).user("u1")
    assert secure.sent < 64 * 1024 * 1024
