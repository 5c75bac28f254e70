"""The finance workbook of a month under a link of Airflow's UI, for whoever may see the approval: `/fleetbill/workbooks/2026-02`.

Every process of Airflow reads this file, so the web application is made by the first request, in the API server alone.
"""

from functools import cache

from airflow.plugins_manager import AirflowPlugin


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
        from pipelines import settings
        from pipelines.desk.files import NoSuchFile, month_workbook
        from pipelines.period import Month

        try:
            made = month_workbook(settings.load(), Month.parse(month))
        except (ValueError, NoSuchFile):
            raise HTTPException(404, "Такой книги нет") from None
        return Response(made.content, media_type=made.media_type, headers={"Content-Disposition": f'attachment; filename="{made.name}"'})

    return made


async def app(scope, receive, send):
    """What Airflow mounts (ASGI)."""
    await application()(scope, receive, send)


class MonthWorkbooks(AirflowPlugin):
    """What Airflow finds in its folder of plugins."""

    name = "fleetbill_month_workbooks"
    fastapi_apps = [{"app": app, "url_prefix": "/fleetbill", "name": "fleetbill"}]  # noqa: RUF012 - Airflow's own form
