"""The socket of our own page."""

from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import PerMessageDeflate

from tests.support import Running

PATH = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


async def test_it_is_compressed_and_keeps_32_kib_for_it(server: Running) -> None:
    async with connect(server.url.replace("http", "ws") + PATH, proxy=None) as socket:
        [deflate] = socket.protocol.extensions
        assert isinstance(deflate, PerMessageDeflate)
        assert deflate.remote_max_window_bits == deflate.local_max_window_bits == 12
        assert str(await socket.recv()).startswith("0{")
