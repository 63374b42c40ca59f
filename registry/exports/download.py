"""Handing out a stored archive: the same bytes every time, their digest as the ETag, length known, never cached shared."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from registry.exports import service as exports
from registry.exports.archives import ZIP
from registry.exports.models import Batch


def archive_response(batch: Batch) -> AnyResponse:
    """The archive as an attachment; 304 when the reader holds it. Raises Conflict `batch_packing`."""
    stream = exports.archive(batch)
    response = Response(wrap_file(request.environ, stream), content_type=ZIP, direct_passthrough=True)
    response.content_length = batch.size
    response.headers["Content-Disposition"] = f'attachment; filename="{batch.number}.zip"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(batch.digest)
    response.call_on_close(stream.close)
    return response.make_conditional(request)
