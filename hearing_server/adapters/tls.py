"""The server's TLS: the certificate of the settings, or one of our own making for a first try."""

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hearing_server.adapters.folder import write_durably
from hearing_server.config import BadSetting, Settings

VALID = datetime.timedelta(days=90)


def server_context(settings: Settings, folder: Path) -> ssl.SSLContext | None:
    """None without TLS. With --self-signed, makes a certificate in `folder` when there is none.

    BadSetting when the certificate or key of the settings cannot be used.
    """
    if not settings.has_tls:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.tls_certificate:
        try:  # no password: a server that asks for one on a terminal would wait for ever
            context.load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
        except OSError as error:
            raise BadSetting(f"tls_certificate and tls_key: {error.strerror or error}") from None
        return context
    certificate, key = folder / "self-signed.crt", folder / "self-signed.key"
    if not (certificate.exists() and key.exists() and _still_good(certificate, settings)):
        _make(settings, certificate, key)
    context.load_cert_chain(certificate, key)
    return context


def _still_good(path: Path, settings: Settings) -> bool:
    """For a day at least, and for every name that the settings give the server now."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return certificate.not_valid_after_utc > tomorrow and set(names) >= set(_names(settings))


def _make(settings: Settings, certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hearing server (self-signed)")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(_names(settings)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_durably(key, pem, 0o600)
    write_durably(certificate, made.public_bytes(serialization.Encoding.PEM))


def _names(settings: Settings) -> list[x509.GeneralName]:
    """How another machine may call this one."""
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName(socket.gethostname()),
    ]
    public = urlsplit(settings.url).hostname or "localhost"
    for host in (*settings.hosts, public, *settings.media_addresses):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return list(dict.fromkeys(names))
