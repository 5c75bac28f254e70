"""What is installed is pinned with a digest of every file, and no file says where from."""

import re

import pytest

from tests.conftest import ROOT

FILES = ("requirements.txt", ".ci/installer.txt")
_PIN = re.compile(r"[A-Za-z0-9._-]+==[^ ;]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n")


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_the_digests_of_its_files(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    assert _PIN.sub("", pins) == ""
    assert "://" not in text
    assert "==" in pins


def test_every_direct_requirement_is_pinned():
    wanted = re.findall(r"^[A-Za-z0-9][A-Za-z0-9._-]*", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    plain = {re.sub(r"[-_.]+", "-", each).lower() for each in pinned}
    assert [each for each in wanted if re.sub(r"[-_.]+", "-", each).lower() not in plain] == []
