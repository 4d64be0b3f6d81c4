"""TLS with a certificate of the tenant's own, new at every start: no key is written down."""

from __future__ import annotations

import os
import ssl
import tempfile
from pathlib import Path


class NoCertificateError(ValueError):
    """trustme, which makes certificates, is not installed."""


def prepared(names: list[str], beside: Path | None) -> tuple[ssl.SSLContext, Path]:
    """What serves these names over https, and the file that makes a client trust it."""
    try:
        import trustme  # noqa: PLC0415 - of the demonstration's group, and for --tls only
    except ImportError as missing:
        raise NoCertificateError("--tls needs trustme: pip install trustme") from missing
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    file = beside.with_name(f"{beside.name}.ca.pem") if beside else _fresh_file()
    file.write_bytes(authority.cert_pem.bytes())
    return context, file


def _fresh_file() -> Path:
    handle, name = tempfile.mkstemp(prefix="local-tenant-", suffix=".ca.pem")
    os.close(handle)
    return Path(name)
