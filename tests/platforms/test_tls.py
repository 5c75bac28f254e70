"""HTTPS as platforms and bases of 1C are asked: a certificate is trusted because the connection names it, or not at all."""

import pytest

from pipelines.platforms.credentials import access_of
from pipelines.platforms.errors import AuthFailed, Transient
from pipelines.platforms.transport import Transport
from tests.certificates import certificate
from tests.conftest import NOW
from tests.loopback import Loopback, as_json


class Answering(Loopback):
    def reply(self, request):
        return as_json({"asked": request.path})


def _asked(port, host="127.0.0.1", **options):
    extra = "&".join(f"{name}={value}" for name, value in options.items())
    access = access_of("1C base", "BP", "bp", f"https://robot:t0psecret@{host}:{port}/base?{extra}")
    transport = Transport(access, NOW, auth=(access.login, access.password))
    try:
        return transport.ask("GET", "/x").status
    finally:
        transport.close()


def test_a_certificate_is_trusted_by_name_or_not_at_all(tmp_path):
    ours, theirs = certificate(tmp_path / "ours"), certificate(tmp_path / "theirs")
    with Answering(ours) as server:
        assert _asked(server.port, ca_file=ours[0]) == 200
        assert _asked(server.port, verify="false") == 200
        for options in ({}, {"ca_file": theirs[0]}):
            with pytest.raises(AuthFailed, match="not trusted") as refused:
                _asked(server.port, **options)
            assert "t0psecret" not in str(refused.value)
        with pytest.raises(AuthFailed, match="not trusted"):  # another name than the certificate's
            _asked(server.port, host="localhost", ca_file=ours[0])
        with pytest.raises(AuthFailed, match="cannot be read"):
            _asked(server.port, ca_file=tmp_path / "none.pem")
        asked = len(server.requests)
    assert asked == 2, "nothing is sent to a server that is not trusted"
    with Answering() as plain, pytest.raises(Transient):
        _asked(plain.port, ca_file=ours[0])
