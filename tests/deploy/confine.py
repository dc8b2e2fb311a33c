"""Becomes a program inside of what a systemd unit or a container leaves it: ``confine.py SPEC``, as
root and in a mount namespace of its own. What the service manager would do is done here by the same
means of the kernel, but for namespaces of users and networks, and for cgroups.

SPEC is JSON: ``binds`` {place: directory}, ``writable`` [place], ``secrets`` {place: text},
``calls`` (or null), ``families``, ``uid``, ``umask``, ``files``, ``cwd``, ``command``,
``environment``."""

import ctypes
import errno
import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CAPABILITIES = 41
MS_BIND = 4096
ALLOW, REFUSE, UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
EQUAL, MASKED_EQUAL = 4, 7
WRITE, EXECUTE = 2, 4
EMPTIED = ("/opt", "/var/lib", "/run", "/root", "/home", "/tmp")
NAMESPACES = {"unshare", "setns"}


class Comparison(ctypes.Structure):
    """``struct scmp_arg_cmp`` of libseccomp."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def main(spec: dict[str, Any]) -> None:
    command = spec["command"]
    lay_out(spec)
    files = min(spec["files"], resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    os.umask(spec["umask"])
    os.chdir(spec["cwd"])
    give_up_privileges(spec["uid"])
    if spec["calls"] is not None:
        refuse_calls(set(spec["calls"]), spec["families"])
    os.execve(command[0], command, spec["environment"])


def lay_out(spec: dict[str, Any]) -> None:
    """Everything read-only and the homes empty, but for what is bound."""
    binds: dict[str, str] = spec["binds"]
    held = {place: os.open(source, os.O_PATH) for place, source in binds.items()}
    for place in EMPTIED:
        mode = "1777" if place in spec["writable"] else "755"
        mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", place)
    for place, source in held.items():
        Path(place).mkdir(parents=True, exist_ok=True)
        bind(source, place)
        os.close(source)
    for place, text in spec["secrets"].items():
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        Path(place).write_text(text)
        Path(place).chmod(0o400)
        os.chown(place, spec["uid"], spec["uid"])
    for place in mounted():
        if place not in spec["writable"] and not place.startswith(("/proc", "/dev", "/sys")):
            mount("-o", "remount,bind,ro", place)
    mount("-t", "proc", "-o", "hidepid=invisible", "proc", "/proc")


def mounted() -> list[str]:
    """The topmost mount at each place."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return list(dict.fromkeys(line.split()[4] for line in lines))


def bind(source: int, place: str) -> None:
    """By descriptor, since its name leads elsewhere by now; mount(8) would follow the name."""
    libc = ctypes.CDLL(None, use_errno=True)
    link = f"/proc/self/fd/{source}".encode()
    assert libc.mount(link, place.encode(), None, MS_BIND, None) == 0, os.strerror(
        ctypes.get_errno()
    )


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def give_up_privileges(uid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(CAPABILITIES):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0


def refuse_calls(calls: set[str], families: list[str]) -> None:
    """SystemCallFilter=, RestrictAddressFamilies=, MemoryDenyWriteExecute= and
    RestrictNamespaces= as systemd makes them of seccomp."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(REFUSE))

    def rule(action: int, name: str, *when: Comparison) -> None:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            array = (Comparison * len(when))(*when)
            added = library.seccomp_rule_add_array(context, action, number, len(when), array)
            assert added == 0, (name, added)

    special = {"mmap", "mprotect", "pkey_mprotect", "socket", "clone3"} | NAMESPACES
    for name in calls - special:
        rule(ALLOW, name)
    rule(UNKNOWN, "clone3")  # its flags can't be looked at; libc falls back to clone
    for protection in (0, WRITE, EXECUTE):
        rule(ALLOW, "mmap", Comparison(2, MASKED_EQUAL, WRITE | EXECUTE, protection))
    for name in ("mprotect", "pkey_mprotect"):
        rule(ALLOW, name, Comparison(2, MASKED_EQUAL, EXECUTE, 0))
    for family in families:
        rule(ALLOW, "socket", Comparison(0, EQUAL, getattr(socket, family), 0))
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
