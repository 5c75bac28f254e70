"""Days and months as Airflow's partitions: which days a month waits for, which month a day belongs to, how a day is named."""

import pytest

from pipelines.billing.model import Purpose
from pipelines.runs.following import FOLLOW_UPS, FollowUp

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def mapper(dags):
    """The scheduler's own mapper, made from the DAG as the scheduler reads it."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    return decode_timetable(encode_timetable(dags["close_month"].timetable)).default_partition_mapper


@pytest.mark.parametrize(("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-01", 31), ("2026-12", 31), ("2026-04", 30)])
def test_a_month_waits_for_each_of_its_days(mapper, month, days):
    assert mapper.to_upstream(month) == {f"{month}-{day:02}" for day in range(1, days + 1)}


@pytest.mark.parametrize("day", ["2026-02-01", "2026-02-28"])
def test_a_day_belongs_to_its_month(mapper, day):
    assert mapper.to_downstream(day) == "2026-02"


def test_a_run_after_midnight_is_of_the_day_before(dags):
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import TimeRestriction
    from pendulum import datetime

    timetable = decode_timetable(encode_timetable(dags["fleet_daily"].timetable))
    begin = datetime(2026, 2, 28, 22, 0, tz="UTC")  # midnight in Kaliningrad, 01:00 in Moscow; the next tick is 1 March 00:15 there
    run = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=TimeRestriction(earliest=begin, latest=None, catchup=True))
    assert run.run_after == datetime(2026, 2, 28, 22, 15, tz="UTC")
    assert run.partition_key == "2026-02-28"


def test_the_day_is_emitted_whatever_failed_before(dags):
    daily = dags["fleet_daily"]
    emitting = [task for task in daily.tasks if task.outlets]
    assert [task.task_id for task in emitting] == ["known"]
    assert emitting[0].trigger_rule == "all_done"
    assert [asset.name for asset in emitting[0].outlets] == ["fleet_day"]
    assert daily.get_task("usage").trigger_rule == "all_done"


def test_each_platform_day_is_a_task_of_its_own(dags):
    land = dags["fleet_daily"].get_task("land")
    assert land.is_mapped
    assert land.upstream_task_ids == {"platforms"}


@pytest.mark.parametrize("dag_id", ["prepay_month", "close_month", "correct_month"])
def test_the_decision_is_one_group(dags, dag_id):
    group = dags[dag_id].task_group.children["decision"]
    assert set(group.children) == {"approval", "issue", "rejected"}


def test_the_month_that_begins_is_paid_ahead(dags):
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import TimeRestriction
    from pendulum import datetime

    timetable = decode_timetable(encode_timetable(dags["prepay_month"].timetable))
    begin = datetime(2026, 1, 15, tz="UTC")
    run = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=TimeRestriction(earliest=begin, latest=None, catchup=True))
    assert run.run_after == datetime(2026, 2, 1, 3, 0, tz="UTC")  # 06:00 in Moscow
    assert run.partition_key == "2026-02"


@pytest.mark.parametrize("dag_id", ["fleet_daily", "prepay_month", "close_month", "correct_month"])
def test_a_run_may_be_triggered_with_its_partition_key(dags, dag_id):
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    timetable = decode_timetable(encode_timetable(dags[dag_id].timetable))
    assert timetable.partitioned or timetable.partitioned_at_runtime


def test_trouble_with_correctives_holds_up_no_day(dags):
    daily = dags["fleet_daily"]
    assert daily.get_task("watch").upstream_task_ids == {"usage"}
    assert daily.get_task("known").upstream_task_ids == {"watch"}


@pytest.mark.parametrize(
    ("dag_id", "after"), [("prepay_month", {"documents", "print", "onec"}), ("correct_month", {"documents", "print", "onec"})]
)
def test_what_waits_for_a_person_is_never_approved_by_the_dag(dags, dag_id, after):
    from airflow.providers.standard.operators.hitl import HITLOperator

    asking = dags[dag_id]
    approval = asking.get_task("approval")
    assert isinstance(approval, HITLOperator)
    assert (approval.defaults, approval.response_timeout) == (None, None)
    assert [user["id"] for user in approval.assigned_users] == ["finance"]
    for follower in ("issue", "rejected"):
        assert asking.get_task(follower).upstream_task_ids == {"approval"}
        assert asking.get_task(follower).trigger_rule == "all_success"
    assert asking.get_task("issue").get_flat_relative_ids(upstream=False) == after


def test_the_month_is_never_approved_by_the_dag(dags):
    from airflow.providers.standard.operators.hitl import HITLOperator

    close = dags["close_month"]
    approval = close.get_task("approval")
    assert isinstance(approval, HITLOperator)
    assert (approval.options, approval.multiple) == (["Одобрить", "Отклонить"], False)
    assert approval.defaults is None
    assert approval.response_timeout is None
    assert [user["id"] for user in approval.assigned_users] == ["finance"]
    for follower in ("issue", "rejected"):
        assert close.get_task(follower).upstream_task_ids == {"approval"}
        assert close.get_task(follower).trigger_rule == "all_success"
    after = {"documents", "print", "onec", "workbook", "consumers", "export", "dealer_reports"}
    assert close.get_task("issue").get_flat_relative_ids(upstream=False) == after


@pytest.mark.parametrize(
    ("dag_id", "purpose"), [("close_month", Purpose.CLOSE), ("prepay_month", Purpose.PREPAY), ("correct_month", Purpose.CORRECT)]
)
def test_what_follows_on_the_command_line_follows_in_the_dag(dags, dag_id, purpose):
    """Steps have the names of tasks; where the command only queues for 1C, the DAG sends."""
    steps = {FollowUp.ONEC if step is FollowUp.OUTBOX else step for step in FOLLOW_UPS[purpose]}
    assert steps <= set(dags[dag_id].task_ids)
