"""The first page after login."""

from fastapi import APIRouter
from fastapi.responses import Response

from pipelines.cabinet.visit import Known
from pipelines.warehouse import query

router = APIRouter()


@router.get("/")
def start(known: Known) -> Response:
    """The clients that the reader sees."""
    with known.rows() as connection:
        clients = query.rows(connection, "cabinet/clients", clients=list(known.reader.clients), most=100)
    return known.page("start.html", clients=clients)
