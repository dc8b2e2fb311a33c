"""The id of a visitor's session: the page's own, or one that is derived and can't be traced."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b

from ingest.tracking.hit import Hit
from state.salts.day_salts import DaySalts

LENGTH = 22


def find_visitor(hit: Hit, salts: DaySalts, is_running: Callable[[str, str], bool]) -> None:
    """The id that the page gives; else one that is the same for this site, address and browser on
    one day. A session that runs over midnight keeps the id of the day before."""
    if hit.sent.session_id:
        hit.session_id = hit.sent.session_id
        return
    told = (hit.site, hit.caller.address, hit.caller.user_agent)
    before = salts.yesterday(hit.at)
    if before is not None and is_running(hit.site, old := derived_id(before, *told)):
        hit.session_id = old
    else:
        hit.session_id = derived_id(salts.today(hit.at), *told)


def derived_id(salt: bytes, site: str, address: str, user_agent: str) -> str:
    """The first 22 characters of base64url(BLAKE2b(salt, site + address + User-Agent)), the parts
    separated by a line end, which none of them holds."""
    told = "\n".join((site, address, user_agent)).encode("utf-8", "surrogatepass")
    digest = blake2b(told, key=salt, digest_size=32).digest()
    return urlsafe_b64encode(digest)[:LENGTH].decode()
