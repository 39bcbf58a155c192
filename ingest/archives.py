"""Opens what was sent as files: zips, gzip and zstd files, within the limits."""

import io
import zipfile
import zlib

from ingest import wild
from ingest.limits import CHUNK_BYTES, FILES_PER_IMPORT, IMPORT_DECODED_BYTES, PATH_CHARS, ZIP_DEPTH
from ingest.sources import SourceFile
from ingest.streams import Refused, in_mib, undo_gzip, undo_zstd

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_START = b"\x1f\x8b"
ZSTD_START = b"\x28\xb5\x2f\xfd"
TOO_MANY_FILES = f"There are more than {FILES_PER_IMPORT} files; import them in smaller groups."
TOO_LARGE = (
    f"The files are larger than {in_mib(IMPORT_DECODED_BYTES)} together; import them in smaller groups."
)


def open_files(files: list[SourceFile]) -> list[SourceFile]:
    """Unpack all files, archives in archives too: UTF-8, ordered by path. Raises Refused (413, 422)."""
    found: list[SourceFile] = []
    left = IMPORT_DECODED_BYTES
    for file in files:
        left = _open(file, found, left, depth=0)
    return sorted(found, key=lambda file: file.path)


def _open(file: SourceFile, found: list[SourceFile], left: int, *, depth: int) -> int:
    """Unpack one file into `found`; returns how many bytes are left of the cap."""
    if file.data.startswith(ZIP_STARTS) and depth < ZIP_DEPTH:
        return _open_zip(file, found, left, depth=depth)
    data, path = file.data, file.path
    if data.startswith(GZIP_START):
        data, path = undo_gzip(data, max(left, 1)), path.removesuffix(".gz")
    elif data.startswith(ZSTD_START):
        data, path = undo_zstd(data, max(left, 1)), path.removesuffix(".zst")
    left -= len(data)
    if left < 0:
        raise Refused(TOO_LARGE, status=413)
    if len(found) >= FILES_PER_IMPORT:
        raise Refused(TOO_MANY_FILES, status=413)
    found.append(SourceFile(path[-PATH_CHARS:], wild.utf8(data)))
    return left


def _open_zip(file: SourceFile, found: list[SourceFile], left: int, *, depth: int) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) + len(found) > FILES_PER_IMPORT:
                raise Refused(TOO_MANY_FILES, status=413)
            for entry in entries:
                if _is_noise(entry.filename):
                    continue
                inner = SourceFile(entry.filename.replace("\\", "/"), _read_entry(archive, entry, left))
                left = _open(inner, found, left, depth=depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Refused(
            f"The archive {file.name[:80]!r} is damaged, encrypted or packed in a way we cannot read.",
            status=422,
        ) from None
    return left


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int) -> bytes:
    """Read one entry without trusting the size it claims."""
    parts, size = [], 0
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > cap:
                raise Refused(TOO_LARGE, status=413)
            parts.append(chunk)
    return b"".join(parts)


def _is_noise(path: str) -> bool:
    """Say whether an entry is what operating systems add to archives."""
    return path.startswith("__MACOSX/") or path.endswith((".DS_Store", "Thumbs.db"))
