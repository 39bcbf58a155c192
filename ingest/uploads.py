"""Files of a multipart form, with their paths and within the cap."""

from collections.abc import Iterable, Iterator

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from ingest.limits import CHUNK_BYTES, UPLOAD_BYTES
from ingest.streams import Refused, in_mib


class CappedUploads(FileUploadHandler):
    """Stops a form whose files are larger than UPLOAD_BYTES together, whatever length it tells."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count a chunk and hand it on."""
        self._size += len(raw_data)
        if self._size > UPLOAD_BYTES:
            raise Refused(
                f"The files are larger than {in_mib(UPLOAD_BYTES)} together; send fewer.",
                status=413,
            )
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


def uploaded_files(request: HttpRequest) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Read each file as (path, chunks). Browsers drop folders from names; `paths` may repeat them."""
    paths = request.POST.getlist("paths")
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    for n, file in enumerate(files):
        path = paths[n] if len(paths) == len(files) and paths[n] else file.name or "file"
        yield path, file.chunks(CHUNK_BYTES * 4)
