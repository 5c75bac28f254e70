"""The finance workbook of a month under a link of Airflow's UI, for whoever may see the approval: `/fleetbill/workbooks/2026-02`.

Every process of Airflow reads this file, so the web application is made by the first request, in the API server alone.
"""

from functools import cache

from airflow.plugins_manager import AirflowPlugin

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@cache
def application():
    """The web application: one route, behind Airflow's own log-in and rights."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI, HTTPException, Response

    may_see_approvals = requires_access_dag("GET", DagAccessEntity.HITL_DETAIL, param_dag_id="close_month")
    made = FastAPI(title="fleetbill", docs_url=None, redoc_url=None, openapi_url=None)

    @made.get("/workbooks/{month}", dependencies=[Depends(may_see_approvals)])
    def workbook(month: str) -> Response:
        """The month's workbook as it was written last."""
        try:
            name, content = _workbook(month)
        except (ValueError, FileNotFoundError):
            raise HTTPException(404, "Такой книги нет") from None
        return Response(content, media_type=SPREADSHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return made


def _workbook(month):
    """File name and bytes; ValueError for what is no month, FileNotFoundError without the workbook."""
    from pipelines import settings
    from pipelines.documents.paths import workbook_path
    from pipelines.documents.store import DocumentStore
    from pipelines.period import Month

    path = workbook_path(Month.parse(month))
    return path.rsplit("/", maxsplit=1)[-1], DocumentStore(settings.load().documents).get(path)


async def app(scope, receive, send):
    """What Airflow mounts (ASGI)."""
    await application()(scope, receive, send)


class MonthWorkbooks(AirflowPlugin):
    """What Airflow finds in its folder of plugins."""

    name = "fleetbill_month_workbooks"
    fastapi_apps = [{"app": app, "url_prefix": "/fleetbill", "name": "fleetbill"}]  # noqa: RUF012 - Airflow's own form
