"""The far side of chat services: one real TLS server that bears their names, reached by their real addresses.

Names are answered here instead of by DNS, and the certificate is signed by an authority made for the test.
Apprise and all of ours run as they are.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.alerts.receivers import Receiver, http_receiver

NAMES = (
    "hooks.slack.com",
    "discord.com",
    "api.telegram.org",
    "chat.googleapis.com",
    "prod-1.westus.logic.azure.com",
    "events.pagerduty.com",
    "api.opsgenie.com",
    "api.pushover.net",
    "api.ciscospark.com",
    "api.pushbullet.com",
)


@contextmanager
def chat_services(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run all services as one receiver, over TLS, and let their names lead to it."""
    certificate = make_certificate(folder)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with http_receiver(context) as server:
        lead_to(server.server_port, monkeypatch)
        yield server


def lead_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer look-ups of the services' names with this machine and a port; all others go on to the system."""
    system = socket.getaddrinfo

    def look_up(host: Any, asked: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in NAMES:
            return system(host, asked, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def make_certificate(folder: Path) -> Path:
    """Make a key and a certificate for all names; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "services")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1,
        not_valid_before=now - timedelta(days=1), not_valid_after=now + timedelta(days=1),
    )  # fmt: skip
    names = x509.SubjectAlternativeName([x509.DNSName(each) for each in NAMES])
    signed = built.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "services.pem"
    path.write_bytes(private + signed.public_bytes(pem))
    return path
