"""Contents out of the store: whole texts, and the message list of any model call."""

from uuid import UUID

from django.db import connection

from runs import sql
from runs.blobs import decompress


def read_blob(run_id: UUID, digest: bytes) -> bytes | None:
    """Fetch one content of a run, or None when it is not there."""
    return read_blobs(run_id, [digest]).get(bytes(digest))


def read_blobs(run_id: UUID, digests: list[bytes]) -> dict[bytes, bytes]:
    """Fetch several contents of a run at once, by digest; absent ones are left out."""
    if not digests:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.READ_BLOBS, {"run": run_id, "digests": [bytes(digest) for digest in digests]})
        return {bytes(digest): decompress(bytes(data), zstd=zstd) for digest, zstd, data in cursor.fetchall()}


def read_messages(run_id: UUID, head: bytes) -> list[bytes]:
    """Rebuild a message list exactly: the bytes of each message, in order."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CONTEXT_CHAIN, {"run": run_id, "head": bytes(head)})
        return [decompress(bytes(data), zstd=zstd) for _, zstd, data, _ in cursor.fetchall()]


def read_message_digests(run_id: UUID, head: bytes) -> list[bytes]:
    """List the digests of a message list, in order, without its contents."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CONTEXT_DIGESTS, {"run": run_id, "head": bytes(head)})
        return [bytes(digest) for (digest,) in cursor.fetchall()]
