"""Which addresses a process and all that it starts call, as the kernel knows it.

A seccomp filter makes the kernel hold each call that names an address until it is noted here. It passes to every thread
and process that is started from there, whatever language it is written in, so none is missed. It needs Linux 5.5, but
no rights.
"""

import ctypes
import errno
import fcntl
import ipaddress
import os
import platform
import select
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

# Numbers of system calls: connect, sendto, sendmsg, sendmmsg, io_uring_setup, seccomp.
_CALLS = {"x86_64": (42, 44, 46, 307, 425, 317), "aarch64": (203, 206, 211, 269, 425, 277)}
_LOAD, _IS_EQUAL, _ANSWER = 0x20, 0x15, 0x06  # of the filter, in the machine language of BPF
_HOLD, _ALLOW = 0x7FC00000, 0x7FFF0000
_NO_NEW_PRIVILEGES, _SET_FILTER, _WITH_LISTENER = 38, 1, 8
_RECEIVE, _SEND, _GO_ON = 0xC0502100, 0xC0182101, 1  # of the listener's ioctl
_NUMBER_AT, _FIFTH_ARGUMENT_AT = 0, 48  # in what a filter sees of a call
_DNS = 53


class Connections:
    """Starts processes and notes whom they call.

    Attributes:
        outside: addresses beyond this machine, and every name server, each as "address:port".
        calls: how many calls were looked at.
    """

    def __init__(self) -> None:
        self.outside: set[str] = set()
        self.calls = 0

    def popen(self, *args: Any, **kwargs: Any) -> subprocess.Popen[Any]:
        """Start a process as ``subprocess.Popen`` does, held to the filter.

        Raises:
            OSError: if the kernel does not allow it.
        """
        started: list[subprocess.Popen[Any] | OSError] = []

        def start() -> None:  # in a thread of its own, as the filter stays with its thread
            try:
                listener = _filter_this_thread()
                threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
                started.append(subprocess.Popen(*args, **kwargs))
            except OSError as problem:
                started.append(problem)

        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
        if isinstance(started[0], OSError):
            raise started[0]
        return started[0]

    def _listen(self, listener: int) -> None:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while not poll.poll()[0][1] & select.POLLHUP:  # until the last process has ended
            held = bytearray(80)
            try:
                fcntl.ioctl(listener, _RECEIVE, held)
            except OSError as problem:
                if problem.errno == errno.ENOENT:  # the process was killed meanwhile
                    continue
                raise
            key, process, _flags, number, _arch, _at, *arguments = struct.unpack("QIIiIQ6Q", held)
            try:
                called = set(_called(process, number, arguments))
            except (OSError, ValueError, struct.error):
                called = {"an address that could not be read"}
            with suppress(OSError):  # the process was killed meanwhile: it calls nobody
                fcntl.ioctl(listener, _SEND, struct.pack("QqiI", key, 0, 0, _GO_ON))
                self.outside |= called
                self.calls += 1
        os.close(listener)


def _filter_this_thread() -> int:
    """Hold this thread and what it starts to the filter; return what to listen at."""
    connect, sendto, sendmsg, sendmmsg, io_uring, seccomp = _CALLS[platform.machine()]
    program = [  # the first two numbers: how many steps to leave out if it is so, and if it is not
        (_LOAD, 0, 0, _NUMBER_AT),
        *((_IS_EQUAL, hold, 0, number) for hold, number in ((9, connect), (8, sendmsg), (7, sendmmsg), (6, io_uring))),
        (_IS_EQUAL, 0, 4, sendto),  # else: allow
        (_LOAD, 0, 0, _FIFTH_ARGUMENT_AT),
        (_IS_EQUAL, 0, 3, 0),  # else it names an address: hold
        (_LOAD, 0, 0, _FIFTH_ARGUMENT_AT + 4),
        (_IS_EQUAL, 0, 1, 0),
        (_ANSWER, 0, 0, _ALLOW),
        (_ANSWER, 0, 0, _HOLD),
    ]
    steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    head = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener = libc.syscall(seccomp, _SET_FILTER, _WITH_LISTENER, head)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "this kernel lets nobody watch connections")
    return listener


def _called(process: int, number: int, arguments: list[int]) -> Iterator[str]:
    """What a held call names outside of this machine."""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for place in _addresses(memory, number, arguments):
            if place is None:
                yield "io_uring"
            elif place[1] == _DNS or not _is_here(place[0]):
                yield f"{place[0]}:{place[1]}"


def _addresses(memory: Any, number: int, arguments: list[int]) -> Iterator[tuple[str, int] | None]:
    """What a call names, None for a way around the calls that are held."""
    connect, sendto, sendmsg, _sendmmsg, io_uring, _ = _CALLS[platform.machine()]
    if number == io_uring:
        yield None
    elif number == connect:
        yield from _address(memory, arguments[1], arguments[2])
    elif number == sendto:
        yield from _address(memory, arguments[4], arguments[5])
    else:
        size, count = (56, 1) if number == sendmsg else (64, arguments[2])
        for index in range(count):
            name, length = struct.unpack("QI", _read(memory, arguments[1] + index * size, 12))
            yield from _address(memory, name, length)


def _address(memory: Any, at: int, length: int) -> Iterator[tuple[str, int]]:
    """The host and port of an address; nothing if it is none of the internet's."""
    if not at or length < 2:
        return
    given = _read(memory, at, min(length, 28))
    (family,) = struct.unpack_from("H", given)
    if family == socket.AF_INET:
        yield str(ipaddress.IPv4Address(given[4:8])), struct.unpack_from("!H", given, 2)[0]
    elif family == socket.AF_INET6:
        host = ipaddress.IPv6Address(given[8:24])
        yield str(host.ipv4_mapped or host), struct.unpack_from("!H", given, 2)[0]


def _read(memory: Any, at: int, length: int) -> bytes:
    memory.seek(at)
    return memory.read(length)


def _is_here(host: str) -> bool:
    """Whether an address is this machine's own: only these can be bound to."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified or address.is_loopback:
        return True
    if address.is_multicast:
        return False
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True
