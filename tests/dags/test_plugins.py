"""What Airflow itself runs for us: a question that is put again is a new one."""

import importlib.util
import uuid

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.airflow


def _plugin(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "plugins" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_question_of_a_try_that_is_over_no_longer_waits_with_the_task(airflow_home):
    from airflow.models import import_all_models
    from airflow.models.base import Base
    from airflow.models.hitl import HITLDetail
    from airflow.models.hitl_history import HITLDetailHistory
    from sqlalchemy import create_engine, event, select
    from sqlalchemy.orm import Session

    plugin = _plugin("fresh_questions")
    plugin.FreshQuestions.on_load()
    try:
        import_all_models()
        engine = create_engine("sqlite://")
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            for subject in ("first", "other"):
                session.add(
                    HITLDetail(
                        ti_id=uuid.uuid4(), options=["Одобрить"], subject=subject, body="", multiple=False, params={}, params_input={}
                    )
                )
            session.flush()
            over = session.scalar(select(HITLDetail).where(HITLDetail.subject == "first"))
            session.add(HITLDetailHistory(over))
            session.flush()
            assert session.scalars(select(HITLDetail.subject)).all() == ["other"]
            assert session.scalars(select(HITLDetailHistory.subject)).all() == ["first"]
    finally:
        event.remove(HITLDetailHistory, "after_insert", plugin.keep_in_history_alone)
