"""Handing out a stored archive: the same bytes every time, their digest as the ETag, length known beforehand,
and from any byte on, so that a broken download of gigabytes goes on where it broke.
"""

from flask import request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from registry.documents.archive import CHUNK
from registry.documents.sheets import Encoding, Unencodable
from registry.errors import Conflict, Refused
from registry.exports import rekey
from registry.exports import service as exports
from registry.exports.models import Batch
from registry.exports.packing import ZIP, rows_of


def archive_response(batch: Batch) -> Response:
    """The archive as an attachment; 304 when the reader holds it, 206 for a part of it (RFC 9110, 14).

    Raises Conflict `batch_packing`.
    """
    if not batch.digest:
        raise Conflict("batch_packing", number=batch.number)
    stream = exports.archive(batch)
    response = Response(_Closing(stream, CHUNK), content_type=ZIP, direct_passthrough=True)
    response.set_etag(batch.digest)
    response.headers["Content-Disposition"] = f'attachment; filename="{batch.number}.zip"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.content_length = batch.size
    try:
        answer = response.make_conditional(request, accept_ranges=True, complete_length=batch.size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        raise
    if answer.status_code == 304:
        stream.close()
    return answer


class _Closing(FileWrapper):
    """Closes its file when the last byte is read; a reader who goes away closes it through the response."""

    def __next__(self) -> bytes:
        try:
            return super().__next__()
        except StopIteration:
            self.close()
            raise


def csv_response(batch: Batch, encoding: Encoding) -> Response:
    """The list of a batch as CSV, from its frozen rows. Raises Refused naming what the encoding has not."""
    try:
        data = b"".join(rekey.csv_of(lambda: rows_of(batch.id), encoding=encoding))
    except Unencodable as lost:
        raise Refused("not_encodable", encoding=encoding, characters=str(lost)) from lost
    response = Response(data, content_type=f"text/csv; charset={encoding}")
    response.headers["Content-Disposition"] = f'attachment; filename="{batch.number}-{encoding}.csv"'
    return response
