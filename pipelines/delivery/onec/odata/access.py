"""Where a base of 1C answers over HTTP and as whom we log in: the Airflow connection that its row of the sheet `peers` names."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from pipelines import settings as environment
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.odata.entities import SERVICE, Entities
from pipelines.platforms.credentials import WebAccess, access_of
from pipelines.platforms.errors import AuthFailed

BaseSecrets = Mapping[str, str]
"""Code of a base → its Airflow connection, a URI or JSON; one that is not there is taken from the environment."""


def entities(base: DeclaredPeer, at: datetime, secrets: BaseSecrets | None = None) -> Entities:
    """The base's entities, not asked yet. AuthFailed where its connection is missing, cannot be read or may not be used."""
    return Entities(access(base, secrets), at)


def access(base: DeclaredPeer, secrets: BaseSecrets | None = None) -> WebAccess:
    """Address and user. The address may end with ``/odata/standard.odata`` or with the name of the publication."""
    secret = (secrets or {}).get(base.code) or (environment.connection(base.connection) if base.connection else None)
    given = access_of("1C base", base.code, base.connection, secret)
    _check_seconds(given)
    address = given.base_url.removesuffix(SERVICE) + SERVICE
    scheme, _, rest = address.partition("://")
    return replace(given, base_url=f"{scheme}://{quote(rest, safe='/:[]%')}")


def _check_seconds(given: WebAccess) -> None:
    seconds = given.options.get("timeout")
    try:
        is_bad = seconds is not None and not 0 < float(seconds) <= 3600
    except (TypeError, ValueError):
        is_bad = True
    if is_bad:
        raise AuthFailed(f"{given.title}: the connection's timeout is no number of seconds up to 3600")
