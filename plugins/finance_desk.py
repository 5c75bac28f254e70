"""The finance desk inside Airflow's interface, as “Billing” in its menu: Airflow's log-in, rights, questions and runs for `pipelines.desk`.

Every process of Airflow reads this file, so the web application is made by the first request, in the API server alone.
"""

from functools import cache

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/billing"
DAGS = ("close_month", "correct_month", "prepay_month", "watch_days")
"""DAGs that ask a person about a run."""
SIGNED_WITH = b"fleetbill finance desk"


class AirflowDesk:
    """What the desk asks of Airflow (`pipelines.desk.orchestrator`). Who may see an approval may look, who may answer one may act."""

    @property
    def key(self):
        """A secret that all API servers of this Airflow share."""
        import hmac

        from airflow.configuration import conf

        return hmac.digest(conf.get_mandatory_value("api", "secret_key").encode(), SIGNED_WITH, "sha256")

    async def person(self, request):
        """Whom Airflow's own cookie or token names."""
        from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
        from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
        from fastapi import HTTPException
        from fastapi.concurrency import run_in_threadpool

        from pipelines.desk.orchestrator import NotAllowed, NotSignedIn, Person

        try:
            user = await get_user(request, None, await bearer_scheme(request))
        except HTTPException:
            raise NotSignedIn("nobody is signed in") from None
        may = {method: await run_in_threadpool(_may, user, method, DAGS[0], DagAccessEntity.HITL_DETAIL) for method in ("GET", "PUT")}
        if not may["GET"]:
            raise NotAllowed(f"{user.get_name()} не может видеть одобрения: таковы права в Airflow.")
        return Person(str(user.get_id()), user.get_name(), may["PUT"], user)

    def asking(self):
        """Questions whose task waits, or goes on with an answer."""
        from airflow.models.dagrun import DagRun
        from airflow.models.hitl import HITLDetail
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session
        from airflow.utils.state import TaskInstanceState
        from sqlalchemy import select

        states = [TaskInstanceState[name] for name in ("AWAITING_INPUT", "DEFERRED", "SCHEDULED", "QUEUED", "RUNNING")]
        wanted = (
            select(HITLDetail, TaskInstance.dag_id, TaskInstance.run_id, TaskInstance.task_id, DagRun.conf)
            .join(TaskInstance, HITLDetail.ti_id == TaskInstance.id)
            .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
            .where(TaskInstance.dag_id.in_(DAGS), TaskInstance.state.in_(states))
        )
        with create_session(scoped=False) as session:
            return [_asking(*row) for row in session.execute(wanted)]

    def answer(self, person, task, option, fields):
        """The answer as Airflow's own page gives it; a question that was cleared meanwhile is none of this attempt's."""
        from uuid import UUID

        from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
        from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
        from airflow.models.hitl import HITLDetail
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session
        from fastapi import HTTPException

        from pipelines.desk.orchestrator import AnsweredBefore, AskedAnew, NotAllowed

        place = task.place
        self._refuse_unless(person, "PUT", place.dag_id, "HITL_DETAIL")
        payload = UpdateHITLDetailPayload(chosen_options=[option], params_input=dict(fields))
        try:
            with create_session(scoped=False) as session:
                asked = session.get(TaskInstance, UUID(task.attempt), with_for_update={"of": TaskInstance})
                if asked is None or (asked.dag_id, asked.run_id, asked.task_id) != (place.dag_id, place.run_id, place.task_id):
                    raise AskedAnew("the task was cleared")
                update_hitl_detail(place.dag_id, place.run_id, place.task_id, payload, person.identity, session)
        except HTTPException as error:
            if error.status_code == 403:
                raise NotAllowed(f"{person.name} не входит в FLEETBILL_APPROVERS: ответ не считается. Ничего не сделано.") from None
            if error.status_code != 409:
                raise AskedAnew("the question waits no longer") from None
        else:
            return
        with create_session(scoped=False) as session:
            given = _given(session.get(HITLDetail, UUID(task.attempt)))
        if given is None:
            raise AskedAnew("the question waits no longer")
        raise AnsweredBefore(given)

    def start(self, person, dag_id, partition_key, why, given=None):
        """A run of a DAG, in the person's name."""
        from airflow.api.common.trigger_dag import trigger_dag
        from airflow.exceptions import AirflowException
        from airflow.utils.types import DagRunTriggeredByType

        from pipelines.errors import Refused

        self._refuse_unless(person, "POST", dag_id, "RUN")
        try:
            trigger_dag(
                dag_id, triggered_by=DagRunTriggeredByType.UI, triggering_user_name=person.name, note=why, partition_key=partition_key,
                conf=dict(given) if given else None,
            )  # fmt: skip
        except AirflowException as error:
            raise Refused(f"Airflow не запустил {dag_id}: {error}") from None

    @staticmethod
    def _refuse_unless(person, method, dag_id, entity):
        from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity

        from pipelines.desk.orchestrator import NotAllowed

        if not _may(person.identity, method, dag_id, DagAccessEntity[entity]):
            raise NotAllowed(f"{person.name} не может этого в {dag_id}: таковы права в Airflow. Ничего не сделано.")


def _may(user, method, dag_id, entity):
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails

    return get_auth_manager().is_authorized_dag(method=method, access_entity=entity, details=DagDetails(id=dag_id), user=user)


def _asking(detail, dag_id, run_id, task_id, conf):
    from pipelines.desk.orchestrator import AskingTask
    from pipelines.runs.questions import QuestionPlace

    return AskingTask(
        QuestionPlace(dag_id, run_id, task_id), str(detail.ti_id), tuple(detail.options or ()), tuple(detail.params or ()),
        (conf or {}).get("issue_date"), _given(detail),
    )  # fmt: skip


def _given(detail):
    """The answer that Airflow has taken, or None."""
    from pipelines.desk.orchestrator import AnswerGiven

    if detail is None or not detail.response_received:
        return None
    return AnswerGiven(", ".join(detail.chosen_options or ()), detail.responded_by_user_name or "", detail.responded_at)


@cache
def application():
    """The desk with this house's settings."""
    from pipelines import settings
    from pipelines.desk.app import application as desk

    return desk(settings.load(), AirflowDesk())


async def app(scope, receive, send):
    """What Airflow mounts (ASGI)."""
    await application()(scope, receive, send)


class FinanceDesk(AirflowPlugin):
    """What Airflow finds in its folder of plugins."""

    name = "fleetbill_finance_desk"
    fastapi_apps = [{"app": app, "url_prefix": PREFIX, "name": "fleetbill finance desk"}]  # noqa: RUF012 - Airflow's own form
    external_views = [  # noqa: RUF012 - as above
        {"name": "Billing", "href": f"{PREFIX}/", "destination": "nav", "url_route": "billing"}
    ]
