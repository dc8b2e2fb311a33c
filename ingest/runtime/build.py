"""The build of the Python that runs the server, which decides over a tenth of its speed."""

from platform import python_version
from sysconfig import get_config_var


def python_build() -> str:
    """Returns version and build, like "Python 3.11.2 with profile-guided optimization"."""
    return f"Python {python_version()} {'with' if is_profiled() else 'without'} {PGO}"


def is_profiled() -> bool:
    """True if this Python was built with profile-guided optimization. Debian removes the flags of
    that build from sysconfig, where other builds keep a template of them."""
    arguments = get_config_var("CONFIG_ARGS") or ""
    return "--enable-optimizations" in arguments or not get_config_var("PGO_PROF_USE_FLAG")


PGO = "profile-guided optimization"
