"""What tests of connectors share: nobody waits for a retry; how long it would have waited is noted."""

import pytest

from pipelines.platforms import retries


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(retries, "sleep", waited.append)
    return waited
