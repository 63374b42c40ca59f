"""Handing out a stored archive: the same bytes every time, their digest as the ETag, length known
beforehand.
"""

from collections.abc import Iterator
from typing import BinaryIO

from flask import request
from werkzeug.wrappers import Response

from registry.documents.archive import CHUNK
from registry.errors import Conflict
from registry.exports import service as exports
from registry.exports.archives import ZIP
from registry.exports.models import Batch


def archive_response(batch: Batch) -> Response:
    """The archive as an attachment; 304 when the reader holds it. Raises Conflict `batch_packing`."""
    if not batch.digest:
        raise Conflict("batch_packing", number=batch.number)
    response = Response(content_type=ZIP)
    response.set_etag(batch.digest)
    response.headers["Content-Disposition"] = f'attachment; filename="{batch.number}.zip"'
    response.headers["Cache-Control"] = "private, no-cache"
    if response.make_conditional(request).status_code == 304:
        return response
    stream = exports.archive(batch)
    response.response = _chunks(stream)
    response.call_on_close(stream.close)
    response.content_length = batch.size
    return response


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Read as it is sent; a reader who goes away closes it through the response."""
    with stream:
        while chunk := stream.read(CHUNK):
            yield chunk
