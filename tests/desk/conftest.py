"""The desk in Airflow's own API server: its users and rights, its metadata, its questions; served in this process."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from pipelines.desk.seal import Seal
from pipelines.period import Month
from tests.company import Company, steady
from tests.dags.conftest import airflow_home, alerts, dags, home  # noqa: F401 - fixtures
from tests.dags.runs import AT, Run
from tests.landed import landed

USERS = {"finance": "user", "director": "user", "engineer": "admin", "watcher": "viewer"}
FEBRUARY = Month(2026, 2)
COMPANY = Company({"K1": steady(10), "K2": steady(4)}, months=(FEBRUARY,))
SYNCED = ("close_month", "payments_in", "reblock_client")


@pytest.fixture(scope="session")
def february(server_home, tmp_path_factory):
    """The company with its February landed, to be copied."""
    with landed(server_home, tmp_path_factory.mktemp("february"), COMPANY, AT) as template:
        yield template


class AirflowServer:
    """Airflow's application with every plugin of ours; `client`: a browser in which a user is signed in."""

    def __init__(self, app, plugin) -> None:
        self.app, self.plugin = app, plugin

    def client(self, user: str | None):
        """Requests with the cookie that Airflow's log-in gives; None: nobody is signed in."""
        from starlette.testclient import TestClient

        made = TestClient(self.app, base_url="http://localhost")
        if user is not None:
            made.cookies.set("_token", self.token(user))
        return made

    def token(self, user: str) -> str:
        """The user's token, signed by Airflow."""
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

        return self.app.state.auth_manager.generate_jwt(SimpleAuthManagerUser(username=user, role=USERS[user]))

    def form_token(self, user: str, at) -> str:
        """What a form of the desk carries that was shown to the user at the moment."""
        return Seal(self.plugin["AirflowDesk"]().key, user).token(at)


@pytest.fixture(scope="session")
def airflow_server(airflow_home, dags) -> Iterator[AirflowServer]:  # noqa: F811
    """Made once: importing Airflow's interface and reading its plugins takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        told = {
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(airflow_home / "passwords.json"),
            "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of these tests alone, long enough for a signature of sha512 to be content with it",
            "AIRFLOW__API__SECRET_KEY": "another secret of these tests",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }
        for name, value in told.items():
            patch.setenv(name, value)
        (airflow_home / "passwords.json").write_text(json.dumps(dict.fromkeys(USERS, "password")))
        _metadata(dags)
        from airflow.api_fastapi.app import create_app, purge_cached_app

        app = create_app(apps="core")
        [mounted] = [route.app for route in app.routes if getattr(route, "path", "") == "/billing"]
        yield AirflowServer(app, mounted.__globals__)
        purge_cached_app()


def _metadata(dags) -> None:  # noqa: F811
    """Airflow's tables, and our DAGs in them as its processor would write them."""
    from airflow import settings
    from airflow.models import import_all_models
    from airflow.models.base import Base

    settings.configure_orm()
    import_all_models()
    Base.metadata.create_all(settings.engine)
    from airflow.models.dagbundle import DagBundleModel
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from airflow.utils.db import synchronize_log_template
    from airflow.utils.session import create_session

    synchronize_log_template()
    with create_session(scoped=False) as session:
        session.add(DagBundleModel(name="dags-folder"))
        session.flush()
        chosen = [LazyDeserializedDAG.from_dag(dags[dag_id]) for dag_id in SYNCED]
        SerializedDAG.bulk_write_to_db("dags-folder", None, chosen, session=session)
        from airflow.models.serialized_dag import SerializedDagModel

        for dag in chosen:
            SerializedDagModel.write_dag(dag, bundle_name="dags-folder", session=session)


class AskedMonth:
    """A month whose DAG has drafted it and asks: the task waits in Airflow's metadata, the question stands in the warehouse."""

    def __init__(self, dags, month: str) -> None:  # noqa: F811
        from airflow.api.common.trigger_dag import trigger_dag
        from airflow.utils.types import DagRunTriggeredByType

        self.run = Run(dags["close_month"], month)
        trigger_dag("close_month", triggered_by=DagRunTriggeredByType.TEST, partition_key=month, run_id=self.run.run_id)

    def draft_and_ask(self) -> None:
        """The draft is made, the question put: as the task does, which then waits."""
        self.run.call("draft")
        self.ask()

    def ask(self, task_id: str = "approval") -> None:
        """The task puts its question, or puts it again, as another attempt."""
        from airflow.models.hitl import HITLDetail
        from airflow.utils.session import create_session
        from airflow.utils.state import TaskInstanceState

        page = self.run.ask(task_id)
        task = self.run.dag.get_task(task_id)
        with create_session(scoped=False) as session:
            waiting = self._instance(session, task_id)
            if detail := session.get(HITLDetail, waiting.id):
                session.delete(detail)
                session.flush()
            waiting.id = self.run.attempts[task_id]
            waiting.state = TaskInstanceState.AWAITING_INPUT
            session.flush()
            users = [{"id": name, "name": name} for name in ("finance", "director")]
            session.add(
                HITLDetail(
                    ti_id=waiting.id, options=list(task.options), subject=page.subject, body=page.body, multiple=False,
                    params={name: {"value": None} for name in task.params}, params_input={}, assignees=users,
                )
            )  # fmt: skip

    def resumed(self, task_id: str = "approval") -> None:
        """Airflow resumes the task with what its metadata hold; what is not answered resumes nothing."""
        from airflow.sdk.serde import deserialize
        from airflow.utils.session import create_session
        from airflow.utils.state import TaskInstanceState

        with create_session(scoped=False) as session:
            waiting = self._instance(session, task_id)
            assert waiting.state == TaskInstanceState.SCHEDULED
            event = deserialize(waiting.next_kwargs)["event"]
            waiting.state = TaskInstanceState.SUCCESS
        self.run.results[task_id] = self.run.dag.get_task(task_id).execute_complete(self.run._context(task_id), event)

    def is_waiting(self) -> bool:
        """Whether Airflow still waits for a person."""
        from airflow.utils.session import create_session

        with create_session(scoped=False) as session:
            return self._instance(session, "approval").state == "awaiting_input"

    def _instance(self, session, task_id):
        from airflow.models.taskinstance import TaskInstance
        from sqlalchemy import select

        return session.scalars(
            select(TaskInstance).where(
                TaskInstance.dag_id == "close_month", TaskInstance.run_id == self.run.run_id, TaskInstance.task_id == task_id
            )
        ).one()


class Desk:
    """The desk as a user sees it in a browser."""

    def __init__(self, server: AirflowServer, user: str | None) -> None:
        self.server, self.user, self.browser = server, user, server.client(user)

    def get(self, path: str, **fields):
        """A page."""
        return self.browser.get(f"/billing{path}" + (f"?{urlencode(fields)}" if fields else ""))

    def fields_of(self, path: str, action: str, **query) -> dict[str, str]:
        """The hidden fields of the first form of a page that goes to an action."""
        page = self.get(path, **query).text
        form = re.search(rf'<form method="post" action="/billing{re.escape(action)}".*?</form>', page, re.DOTALL)
        assert form, page
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0]))

    def post(self, action: str, fields, headers=None, **more):
        """A form sent; what the person sees after it."""
        return self.browser.post(f"/billing{action}", data={**fields, **more}, headers=headers or {"sec-fetch-site": "same-origin"})


@pytest.fixture
def desk(airflow_server, home):  # noqa: F811
    """``desk("finance")``: the desk of this test's warehouse, as a user sees it."""
    airflow_server.plugin["application"].cache_clear()
    yield lambda user="finance": Desk(airflow_server, user)
    _forget_runs()


def _forget_runs() -> None:
    """No run of a test waits in another one's metadata."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session(scoped=False) as session:
        session.execute(delete(TaskInstance))
        session.execute(delete(DagRun))


@pytest.fixture
def asked(desk, dags):  # noqa: F811
    """February, drafted and asked about."""
    made = AskedMonth(dags, str(FEBRUARY))
    made.draft_and_ask()
    return made
