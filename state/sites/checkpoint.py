"""Checkpoints of all sites. That of the one site without the setting has its pieces alone; else
each site's pieces follow a piece with its key."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from state.checkpoint import CheckpointLoader, CheckpointMismatch, dump
from state.sites.sites import Sites


class KeptSite(Struct, array_like=True, tag=True):
    """The pieces of the site of that key follow; without one this is the end."""

    key: str | None


_MARK = b"\x92\xa8KeptSite"
_encode, _decode = Encoder().encode, Decoder(KeptSite).decode


def dump_sites(sites: Sites) -> Iterator[bytes]:
    """The pieces of a checkpoint. No record may be applied before the last one is read."""
    if sites.is_one:
        yield from dump(sites.first.analytics)
        return
    for site in sites:
        yield _encode(KeptSite(site.key))
        yield from dump(site.analytics)
    yield _encode(KeptSite(None))


class SitesLoader:
    """Loads a checkpoint piece by piece. With the last one all sites get their new models; a site
    that it hasn't stays as it is, and the pieces of one that the settings haven't are left out.

    Raises:
        CheckpointMismatch: the checkpoint can't be used; nothing has changed then.
    """

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._loaders: list[CheckpointLoader] = []
        self._loader: CheckpointLoader | None = None
        self._keys: set[str] = set()
        self._has_marks = False
        self.is_done = False

    def load(self, piece: bytes) -> None:
        if piece.startswith(_MARK):
            self._turn(_decode(piece).key)
            return
        if not self._loaders and not self._has_marks:  # a checkpoint of one site
            self._begin("")
        if self._loader is not None:
            self._loader.load(piece)
            if self._loader.is_done and not self._has_marks:
                self._finish()

    def _turn(self, key: str | None) -> None:
        self._has_marks = True
        if key is None:
            self._finish()
        else:
            self._begin(key)

    def _begin(self, key: str) -> None:
        site = self._sites.at(key)
        self._loader = None
        if site is not None and site.key in self._keys:
            raise CheckpointMismatch("two sites of the checkpoint are one by these settings")
        if site is not None:
            self._keys.add(site.key)
            self._loader = CheckpointLoader(site.analytics, waits=True)
            self._loaders.append(self._loader)

    def _finish(self) -> None:
        if not all(loader.is_done for loader in self._loaders):
            raise CheckpointMismatch("the checkpoint of a site has no end")
        for loader in self._loaders:
            loader.use()
        self.is_done = True


def restore_sites(sites: Sites, pieces: Iterable[bytes]) -> None:
    """Load all pieces of a checkpoint at once.

    Raises:
        CheckpointMismatch: it can't be used; nothing has changed then.
    """
    loader = SitesLoader(sites)
    for piece in pieces:
        loader.load(piece)
    if not loader.is_done:
        raise CheckpointMismatch("the checkpoint has no end")
