"""Certificates of servers on loopback, signed by themselves: whoever trusts the file trusts that server alone."""

import subprocess
from pathlib import Path


def certificate(folder: Path, name: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """Files of a certificate for a name (``IP:…`` or ``DNS:…``) and of its key."""
    folder.mkdir(parents=True, exist_ok=True)
    made, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=fleetbill test", "-addext", f"subjectAltName={name}"]
    subprocess.run(["openssl", "req", "-x509", *curve, *names, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key
