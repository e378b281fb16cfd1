"""The watch over connections in tests/e2e misses none, so that a test with it can fail."""

import sys

from tests.e2e.connections import Connections

CALLER = """
import socket, subprocess, sys
def call(family, host, port):
    with socket.socket(family) as caller:
        caller.settimeout(0.01)
        try: caller.connect((host, port))
        except OSError: pass
call(socket.AF_INET, "127.0.0.1", 9)
call(socket.AF_INET, "192.0.2.1", 443)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
    for send in (lambda to: caller.sendto(b"", to), lambda to: caller.sendmsg([b""], [], 0, to)):
        try: send(("198.51.100.1", 99))
        except OSError: pass
        try: send(("127.0.0.1", 53))
        except OSError: pass
if "child" not in sys.argv:
    subprocess.run([sys.executable, "-c", open("/proc/self/cmdline").read().split(chr(0))[2], "child"], check=True)
    call(socket.AF_INET6, "2001:db8::1", 80)
"""


def test_calls_beyond_this_machine_are_noted_whoever_makes_them():
    watch = Connections()
    process = watch.popen([sys.executable, "-c", CALLER])
    assert process.wait(timeout=60) == 0
    assert watch.outside == {"192.0.2.1:443", "198.51.100.1:99", "127.0.0.1:53", "2001:db8::1:80"}
    assert watch.calls == 2 * 6 + 1
