"""TLS for the server: its certificate and key, and whose certificates its callers must have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from verifierd.logs import get_logger

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_FILE_BYTES = 1 << 20


class TlsUnusable(Exception):
    """A file of the server's TLS cannot be used; the message says which and why."""

    def __init__(self, file: Path | None, why: str) -> None:
        """Name the file."""
        super().__init__(
            f"the server cannot speak TLS: {file}: {why}; the table tls of the settings names it"
        )


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where they are, as PEM.

    Attributes:
        certificate: the server's chain, its own certificate first.
        key: the private key of it.
        client_ca: who signs callers' certificates; None: callers need none.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Return what a port speaks TLS with. Files that change are read again at the next connection.

    Raises:
        TlsUnusable: one of them cannot be used.
    """
    return _Reloading(files).credentials()


class _Reloading:
    """Reads the files again whenever one of them is another than before."""

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._seen = _seen(files)
        self._log = get_logger(__name__)

    def credentials(self) -> grpc.ServerCredentials:
        return grpc.dynamic_ssl_server_credentials(
            _configuration(self._files),
            self._changed,  # type: ignore[arg-type]  # None, for no change, is what its documentation says
            require_client_authentication=self._files.client_ca is not None,
        )

    def _changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return what is new in the files, None where nothing is; where they cannot be used, what was stays.

        gRPC calls it for every connection, from a thread of its own.
        """
        try:
            seen = _seen(self._files)
            if seen == self._seen:
                return None
            self._seen = seen  # one that cannot be used is told of once
            configuration = _configuration(self._files)
        except (OSError, TlsUnusable) as error:
            self._log.error("tls_not_reloaded", error=str(error))
            return None
        self._log.info("tls_reloaded", certificate=str(self._files.certificate))
        return configuration


def _configuration(files: TlsFiles) -> grpc.ServerCertificateConfiguration:
    certificate, key = _read(files.certificate), _read(files.key)
    _check_pair(files, certificate, key)
    client_ca = None if files.client_ca is None else _read(files.client_ca)
    if client_ca is not None:
        _check_certificates(files.client_ca, client_ca)
    return grpc.ssl_server_certificate_configuration([(key, certificate)], client_ca)


def _seen(files: TlsFiles) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what tells each file from what it was before."""
    return tuple(map(_mark, (files.certificate, files.key, files.client_ca)))


def _mark(file: Path | None) -> tuple[int, int, int] | None:
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise TlsUnusable(file, f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE_BYTES:
        raise TlsUnusable(file, "too large for a certificate or a key")
    return content


def _check_pair(files: TlsFiles, certificate: bytes, key: bytes) -> None:
    """Refuse what gRPC would take, and then fail every handshake with."""
    # It takes longer to import than the rest of the server, and only TLS needs it.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    chain = _check_certificates(files.certificate, certificate)
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise TlsUnusable(files.key, "no private key as PEM without a password") from None
    if private.public_key() != chain[0].public_key():
        raise TlsUnusable(files.key, f"not the key of the first certificate in {files.certificate}")


def _check_certificates(file: Path | None, content: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(content)
    except ValueError:
        raise TlsUnusable(file, "no certificate as PEM") from None
