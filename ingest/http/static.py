"""Static files: compressed once, held in memory, cached by browsers without an end."""

import gzip
import mimetypes
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

from ingest.http.headers import accepts_gzip
from ingest.http.responses import refuse
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import Refusal

FOREVER = "public, max-age=31536000, immutable"
SMALLEST_COMPRESSED = 500


def add_files(app: FastAPI, files: Mapping[str, bytes], ledger: Ledger) -> None:
    """Serve ``files`` by name under ``/assets``. Their URLs have to change with their content
    (``?v=``), since browsers don't revalidate them."""
    compressed = {
        name: gzip.compress(content, 9)
        for name, content in files.items()
        if len(content) >= SMALLEST_COMPRESSED
    }

    @app.get("/assets/{name}", include_in_schema=False)
    async def get_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            return refuse(ledger, Refusal("not_found", "There is no such file."))
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        content = files[name]
        if name in compressed and accepts_gzip(request.headers.get("accept-encoding", "")):
            content = compressed[name]
            headers["Content-Encoding"] = "gzip"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, headers=headers, media_type=kind)
