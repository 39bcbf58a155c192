"""Run a child as an account without privileges: PostgreSQL refuses to run as root."""

import ctypes
import os
import pwd
import signal
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
#: Capabilities survive setuid, and access(2) counts them: initdb asks it about its programs.
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account that a child runs as."""

    uid: int
    gid: int
    #: It has to pass folders that are closed to it, such as /root.
    needs_passage: bool


def account_for(folder: Path, *, programs: Path) -> Account | None:
    """Choose who root's child is: the owner of the data, else postgres, else nobody. None if not root."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        info = folder.stat()
        uid, gid = info.st_uid, info.st_gid
    else:
        entry = next(user for user in map(find_user, ("postgres", "nobody", "daemon")) if user)
        uid, gid = entry.pw_uid, entry.pw_gid
    closed = is_closed(folder.parent) or is_closed(programs) or not is_readable(programs / "postgres")
    return Account(uid=uid, gid=gid, needs_passage=closed)


def find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def is_closed(folder: Path) -> bool:
    """Say whether some folder on the way is closed to other accounts."""
    return any(not part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents) if part.exists())


def is_readable(program: Path) -> bool:
    return program.stat().st_mode & 0o005 == 0o005


def become(account: Account | None) -> None:
    """Turn a child, between fork and exec, into the account; it ends cleanly when its parent dies."""
    if account:
        libc = c_library()
        if libc and account.needs_passage:
            libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        if libc and account.needs_passage:
            keep_passage(libc)
    end_with_parent(signal.SIGINT)  # after setuid, which clears it


def end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send the signal when the parent's thread ends (Linux; elsewhere nothing happens)."""
    libc = c_library()
    if libc:
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def c_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def keep_passage(libc: ctypes.CDLL) -> None:
    """Keep the one capability to pass closed folders, through exec; never the others of root."""
    mask = 1 << CAP_DAC_OVERRIDE
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    libc.capset(header, struct.pack("6I", mask, mask, mask, 0, 0, 0))
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
