"""Certificates for https in the office's network: an authority of the office's own, or one that was given.

What is made lies in `data/tls`: `ca.crt` goes to phones and screens, `server.crt` and `server.key` to nginx.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.domain.errors import Refusal

CA_LIFE = timedelta(days=3650)
LIFE = timedelta(days=820)
"""Telephones refuse longer ones (Apple: 825 days, https://support.apple.com/en-us/103769)."""
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""The authority may speak for addresses of private networks (RFC 1918) and the names it was made for, no others."""


class CertificateFault(Refusal):
    """Nothing was put in place."""


def make(folder: Path, names: Sequence[str], now: datetime) -> datetime:
    """A certificate for the names and addresses, by the authority of the folder, made when there is none; its end."""
    folder.mkdir(mode=0o700, exist_ok=True)
    ca, ca_key = _authority(folder, names, now)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        _builder(subject, ca.subject, now, LIFE)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write(folder / "server.key", _key_bytes(key))
    _write(folder / "server.crt", made.public_bytes(serialization.Encoding.PEM) + _pem(ca))
    return made.not_valid_after_utc


def take(folder: Path, certificate: Path, key: Path, now: datetime) -> datetime:
    """Puts a given certificate (with its chain) and key in place; its end. Raises `CertificateFault`."""
    try:
        found = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
    except (ValueError, TypeError):
        raise CertificateFault("certificate_unread", file=certificate, key=key) from None
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if secret.public_key().public_bytes(*form) != found.public_key().public_bytes(*form):
        raise CertificateFault("certificate_other_key", file=certificate, key=key)
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise CertificateFault("certificate_over", file=certificate)
    folder.mkdir(mode=0o700, exist_ok=True)
    _write(folder / "server.key", key.read_bytes())
    _write(folder / "server.crt", certificate.read_bytes())
    return found.not_valid_after_utc


def ends_at(folder: Path) -> datetime | None:
    """When the certificate in place ends; None without one."""
    file = folder / "server.crt"
    return _end(file, file.stat().st_mtime_ns) if file.exists() else None


@lru_cache(maxsize=2)
def _end(file: Path, _written: int) -> datetime:
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def _authority(
    folder: Path, names: Sequence[str], now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if (folder / "ca.crt").exists():
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateFault("certificate_unread", file=folder / "ca.crt", key=folder / "ca.key")
        return x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Loket {names[0]}"[:64])])
    domains = {each for each in names if not _is_address(each)} | {"local"}
    allowed: list[x509.GeneralName] = [x509.DNSName(each) for each in sorted(domains)]
    allowed += [x509.IPAddress(ipaddress.ip_network(each)) for each in PRIVATE]
    usage = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"], False,
    )  # fmt: skip
    made = (
        _builder(name, name, now, CA_LIFE)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "ca.key", _key_bytes(key))
    _write(folder / "ca.crt", _pem(made))
    return made, key


def _builder(subject: x509.Name, issuer: x509.Name, now: datetime, life: timedelta) -> x509.CertificateBuilder:
    """A day early: the screens' clocks may be behind."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now.astimezone(UTC) - timedelta(days=1)).not_valid_after(now.astimezone(UTC) + life)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _general(text: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(text)) if _is_address(text) else x509.DNSName(text)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form)


def _write(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())
    fresh.replace(file)
