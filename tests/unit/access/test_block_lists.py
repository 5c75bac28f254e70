"""A block list is read back as it was written, and nothing else is taken for one."""

import pytest

from pipelines.access.block_lists import NotOurList, path_of, read, write
from pipelines.settings import Settings

ROW = {"account_id": "10;=1", "client_code": "C", "organization_code": "ORG", "reason": "долг", "since": "2026-03-01"}


def test_what_was_written_is_read(tmp_path):
    path = path_of(Settings(home=tmp_path), "gps1/../x")
    assert read(path) == ()
    write(path, [ROW])
    assert read(path) == ("10;=1",)
    assert path.is_relative_to(tmp_path)


@pytest.mark.parametrize("content", [b"account;client\n1;2\n", b"account_id\n\xff\n"])
def test_a_list_of_somebody_else_is_named(tmp_path, content):
    (tmp_path / "blocked.csv").write_bytes(content)
    with pytest.raises(NotOurList, match="somebody else writes there"):
        read(tmp_path / "blocked.csv")
