"""A preview killed in the middle has stored nothing."""

import signal
import subprocess
import sys

from tests.company import Company, steady
from tests.conftest import NOW, environment_of
from tests.database import contents
from tests.landed import landed

COMPANY = Company({"K1": steady(3), "K2": steady(2), "K3": steady(1), "K4": steady(1)})
KILLER = """
import os, signal, sys
from pipelines.whatif import simulate
real, calls = simulate._compared, []
def deadly(*arguments):
    calls.append(real(*arguments))
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return calls[-1]
simulate._compared = deadly
sys.argv = ["fleetbill", *sys.argv[1:]]
from pipelines.cli.main import main
main()
"""


def test_killed_in_the_middle_it_has_stored_nothing(server_home, tmp_path):
    with landed(server_home, tmp_path / "made", COMPANY, NOW) as template, template.copy(tmp_path / "home") as settings:
        before = contents(settings)
        (tmp_path / "tried").mkdir()
        (tmp_path / "tried" / "components.csv").write_text(
            "tariff_code,valid_from,component_no,name,kind,price\nT1,2025-01-01,1,Мониторинг транспорта,vehicles,360\n", encoding="utf-8"
        )
        command = [sys.executable, "-c", KILLER, "preview", "--month", "2026-01", "--tariffs", str(tmp_path / "tried")]
        killed = subprocess.run(command, env=environment_of(settings), capture_output=True, timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert contents(settings) == before
