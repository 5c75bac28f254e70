"""S3 whose every failure is told in one way, and that makes no bucket of a slip in a URL. Imported where it is used: s3fs is slow."""

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from s3fs import S3FileSystem
from s3fs.core import S3_RETRYABLE_ERRORS

from pipelines.errors import StorageUnavailable

_BROKEN = (OSError, BotoCoreError, ClientError, *S3_RETRYABLE_ERRORS)
_BODIES = 3  # an answer that breaks off half-way is asked for again

logging.getLogger("botocore").setLevel(logging.WARNING)  # its finer lines hold signatures


class ObjectStorage(S3FileSystem):  # type: ignore[misc]  # s3fs has no types
    """s3fs of one process and thread. StorageUnavailable when the storage does not answer or lets us in; FileNotFoundError as ever."""

    retries = _BODIES

    async def _call_s3(self, method: str, *akwarglist: Any, **kwargs: Any) -> Any:
        bucket = str(kwargs.get("Bucket", ""))
        try:
            return await super()._call_s3(method, *akwarglist, **kwargs)
        except FileNotFoundError:  # of an object; unless it is the bucket that nobody has
            await self._require(bucket)
            raise
        except _BROKEN as error:
            raise _unavailable(bucket, error) from None

    async def _require(self, bucket: str) -> None:
        known: set[str] = self.__dict__.setdefault("_known_buckets", set())
        if bucket and bucket not in known:
            try:
                await super()._call_s3("head_bucket", Bucket=bucket)
            except FileNotFoundError:
                raise StorageUnavailable(f"s3://{bucket}: there is no such bucket") from None
            except _BROKEN as error:
                raise _unavailable(bucket, error) from None
            known.add(bucket)

    async def _cat_file(self, path: str, *given: Any, **named: Any) -> Any:
        try:
            return await super()._cat_file(path, *given, **named)
        except FileNotFoundError:
            raise
        except _BROKEN as error:
            raise _unavailable(path, error) from None

    async def _get_file(self, rpath: str, lpath: str, *given: Any, **named: Any) -> Any:
        try:
            return await super()._get_file(rpath, lpath, *given, **named)
        except FileNotFoundError:
            raise
        except S3_RETRYABLE_ERRORS as error:  # other errors may be the local disk's
            raise _unavailable(rpath, error) from None

    async def _mkdir(self, path: str, *given: Any, **named: Any) -> None:
        """Folders of an object storage are names alone."""

    async def _makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - fsspec's own signature
        """As `_mkdir`."""


def _unavailable(path: str, error: BaseException) -> StorageUnavailable:
    """The failure in one line. What AWS's library says names addresses and causes, and never a secret."""
    said = " ".join(str(error).split()) or type(error).__name__
    refused = isinstance(error, PermissionError)
    return StorageUnavailable(f"s3://{path}: the storage {'does not let us in' if refused else 'does not answer'}: {said}")
