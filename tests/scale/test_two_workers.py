"""A month under Airflow's CeleryExecutor: two workers share a database, an object storage and a broker, and it is the month of one process.

The long stories (a worker killed while it prints, the broker killed, two schedulers) are told by `make scale`.
"""

import shutil

import pytest

from stack.layout import CELERY, Layout
from tests.database import difference
from tests.scale.house import Size, comparable, house, undisturbed

pytestmark = pytest.mark.airflow
SMALL = Size(contracts=2, days=1)


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server, the broker, is not installed")
@pytest.mark.timeout(1200)
def test_two_workers_make_the_month_of_one_process(settings, tmp_path):
    with house(SMALL, Layout(CELERY, workers=2), print_batch=1) as made:
        made.days()
        run_id = made.ask()
        made.approve(run_id)
        made.finished("close_month", run_id)
        tasks = made.tasks("close_month", run_id)
        found = comparable(made.settings)
        for number in (1, 2):  # a worker keeps nothing in its own home but logs and temporary folders
            home = made.stack.home / "workers" / str(number)
            assert [path for path in home.rglob("*") if path.is_file()] == []
    assert {task["hostname"] for task in tasks if task["hostname"]} <= {"worker-1", "worker-2"}
    assert {task["hostname"] for task in tasks if task["task_id"] == "onec"} == {"worker-1"}
    assert len([task for task in tasks if task["task_id"] == "print"]) == 2
    expected = undisturbed(SMALL, settings, tmp_path / "fbs-alone")
    assert difference(found[0], expected[0]) == {}
    assert found[1] == expected[1]
    assert len(found[1]) == 4
