"""Where a folder or a URL becomes a file system: the lake, the documents, a platform's files (fsspec).

``s3://bucket/prefix`` goes to any S3-compatible storage. Who we are there, and where it is, say the Airflow connection
``fleetbill_storage`` (kind `aws`: login and password are the key and its secret; extra: endpoint_url, region_name,
aws_session_token, addressing_style, config_kwargs) or, without it, what AWS's own tools read: `AWS_…` variables, the role of a
pod or machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines import settings
from pipelines.connections import AirflowConnection, parse
from pipelines.errors import BadInput

if TYPE_CHECKING:
    from pipelines.object_storage import ObjectStorage

CONNECTION = "fleetbill_storage"
_S3 = ("s3", "s3a")
# a request is tried so often, after pauses that double from a second on, and each try waits so many seconds
_TRIES, _TO_CONNECT, _TO_ANSWER = 5, 5, 30
_BLOCK = 1 << 23  # bytes that are read ahead of a position


def place(url: str) -> tuple[Any, str]:
    """The fsspec file system of a folder, file or URL, and the path in it."""
    if "://" not in url:  # a bare path is no URL: fsspec would take a «#» or «::» in it for a chain
        from fsspec.implementations.local import LocalFileSystem

        return LocalFileSystem(), str(Path(url).absolute())
    scheme = urlsplit(url).scheme
    if scheme in _S3:
        return _object_storage(), url.partition("://")[2]
    from fsspec.core import url_to_fs

    filesystem, path = url_to_fs(url)
    return filesystem, path


def is_local(filesystem: Any) -> bool:
    """Whether a file system is folders of this machine."""
    protocol = filesystem.protocol
    return "file" in ((protocol,) if isinstance(protocol, str) else protocol)


def kind_of(filesystem: Any, path: str) -> str | None:
    """`file` or `directory`; None where nothing lies. fsspec's own `exists` and `isfile` take a storage that is down for an empty one."""
    try:
        return str(filesystem.info(path)["type"])
    except (FileNotFoundError, NotADirectoryError):
        return None


def options(connection: AirflowConnection | None) -> dict[str, Any]:
    """How s3fs is made: for a connection, or (None) for whatever AWS's own tools find."""
    extra = connection.extra if connection else {}
    endpoint = str(extra.get("endpoint_url") or "") or _host(connection)
    style = str(extra.get("addressing_style") or ("path" if endpoint else "auto"))
    return {
        "key": (connection and connection.login) or None,
        "secret": (connection and connection.password) or None,
        "token": extra.get("aws_session_token"),
        "endpoint_url": endpoint or None,
        "client_kwargs": {"region_name": extra["region_name"]} if extra.get("region_name") else {},
        "config_kwargs": {
            "retries": {"mode": "standard", "total_max_attempts": _TRIES},
            "connect_timeout": _TO_CONNECT,
            "read_timeout": _TO_ANSWER,
            "s3": {"addressing_style": style},
            # digests of our own are kept of every file; storages that are not Amazon's refuse its newer checksums
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
            **extra.get("config_kwargs", {}),
        },
        "default_block_size": _BLOCK,
        # other machines write there too: a listing that is kept would hide their files
        "use_listings_cache": False,
    }


def _host(connection: AirflowConnection | None) -> str:
    """The endpoint of a connection that names it as its host."""
    if connection is None or not connection.host:
        return ""
    name = connection.host if "://" in connection.host else f"https://{connection.host}"
    return f"{name}:{connection.port}" if connection.port else name


def _object_storage() -> "ObjectStorage":
    """A client of this process; fsspec keeps one for each thread, and makes another after a fork."""
    written = settings.connection(CONNECTION)
    try:
        connection = parse(written) if written else None
    except ValueError as error:
        raise BadInput.one(f"connection {CONNECTION}", str(error)) from None
    from pipelines.object_storage import ObjectStorage

    return ObjectStorage(**options(connection))
