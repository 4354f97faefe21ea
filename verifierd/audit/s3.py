"""S3 and whatever speaks like it: how s3fs is set up for blobs, and what is wrong there, in words.

Credentials, region and endpoint come from where every program of AWS has them: its variables and files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import fsspec
from fsspec import AbstractFileSystem

from verifierd.audit import bounded_calls
from verifierd.audit.bounded_calls import Call, run

CONNECT_S = 3.0
READ_S = 8.0
"""Seconds without a byte after which a request is given up."""
WHOLE: Mapping[str, Any] = {"chunksize": 5 << 30}
"""Has `pipe_file` write an object by one PUT, so that nothing can be left of half of one."""
INSTALL = "s3fs is not installed: pip install 'verifierd[s3]'"
_NO_BUCKET = "NoSuchBucket"
_OF_CREDENTIALS = frozenset(
    {
        "403",
        "AccessDenied",
        "CredentialRetrievalError",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SignatureDoesNotMatch",
    }
)
_HINT = (
    "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE and ~/.aws, and at what they may do"
)


def is_s3(url: str) -> bool:
    """Say whether a URL means objects in S3."""
    return url.startswith(("s3://", "s3a://"))


def refused(url: str) -> str | None:
    """Return what is wrong with the form of a URL of S3, in words that show none of its secrets."""
    place = url.partition("://")[2]
    if "@" in place:
        return (
            "credentials do not stand in the URL of a bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{1,254}(/[^?#]*)?", place):
        return "it should be s3://BUCKET/PREFIX; an endpoint other than AWS's is set by AWS_ENDPOINT_URL_S3"
    return None


def open_file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of a URL, with connections of its own, and the path in it. Connects to nothing.

    Raises:
        ImportError: s3fs is not installed.
    """
    fs, root = fsspec.core.url_to_fs(
        url,
        skip_instance_cache=True,
        use_listings_cache=False,  # another process writes too
        config_kwargs={
            "connect_timeout": CONNECT_S,
            "read_timeout": READ_S,
            "max_pool_connections": bounded_calls.AT_ONCE,
            "retries": {"mode": "standard", "total_max_attempts": 2},
        },
    )
    fs.retries = 1  # those of botocore are enough: the writer tries again for ever, and a person can
    return fs, root


def check(fs: AbstractFileSystem, root: str) -> None:
    """Ask for one name of a bucket, which finds out whether it is there and may be used.

    Raises:
        Exception: of s3fs or botocore; `words` tells what it means.
    """
    bucket, key, _ = fs.split_path(root)
    asked = {"Bucket": bucket, "Prefix": f"{key}/" if key else "", "MaxKeys": 1}
    run(fs, Call("call_s3", ("list_objects_v2",), asked))


def is_bucket_gone(error: BaseException) -> bool:
    """Say whether the bucket is missing, and not one object in it."""
    return _code(error) == _NO_BUCKET


def words(error: BaseException) -> str | None:
    """Return what an error of S3 means; None where its own words say it."""
    code = _code(error)
    if code == _NO_BUCKET:
        return f"there is no such bucket ({code})"
    if code in _OF_CREDENTIALS:
        return f"its credentials are missing or refused ({code}): {_HINT}"
    return None


def _code(error: BaseException) -> str:
    """Return the code of S3's answer, or the name of the error where there was none."""
    cause = error.__cause__ if hasattr(error.__cause__, "response") else error
    response: Any = getattr(cause, "response", None)
    return str(response["Error"].get("Code", "")) if response else type(cause).__name__
