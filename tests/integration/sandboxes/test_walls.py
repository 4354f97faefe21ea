"""What a run can and cannot see, keep or touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandboxes.model import Ending, StdioRun

from .conftest import Perform, asserts, call, job

pytestmark = pytest.mark.anyio

TWICE = (StdioRun(b""), StdioRun(b""))


@pytest.mark.parametrize("directory", ["/tmp", "/dev/shm"])
async def test_files_of_one_run_are_gone_in_the_next(perform: Perform, directory: str) -> None:
    source = f"import os\nprint(os.listdir({directory!r}))\nopen('{directory}/kept', 'w').write('x')"
    outcomes = await perform(job(source, *TWICE))
    assert [outcome.stdout for outcome in outcomes] == [b"[]\n", b"[]\n"]


@pytest.mark.parametrize(
    "path",
    ["/", "/usr", "/usr/lib", "/dev", "/etc", "/run", "/proc/sys/kernel/core_pattern", "/run/verifierd.zip"],
)
async def test_nothing_but_the_scratch_directories_can_be_written(perform: Perform, path: str) -> None:
    source = (
        f"import os\npath = {path!r}\n"
        "try:\n    open(path if os.path.isfile(path) else path + '/planted', 'wb').write(b'x')\n"
        "except OSError as error:\n    print('refused')"
    )
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"refused\n", outcome


async def test_the_host_is_not_there(perform: Perform) -> None:
    source = (
        "import os\nseen = [p for p in ('/root', '/home', '/etc/shadow', '/var/lib/docker', '/sys/fs', '/boot', '/run/cgroup/memory',"
        " '/run/cgroup/unified', '/proc/1/environ_of_host') if os.path.exists(p)]\n"
        "processes = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "print(seen, sorted(processes), sorted({*os.environ} - {'PWD'}))"
    )
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"[] ['1', '2'] ['HOME', 'LANG', 'PATH', 'PYTHONHASHSEED']\n"


async def test_a_run_does_not_learn_its_place_among_the_hosts_cgroups(perform: Perform) -> None:
    (outcome,) = await perform(job("print({line.rstrip().split(':')[2] for line in open('/proc/self/cgroup') "
                                   "if line.split(':')[1] in ('memory', 'pids', 'cpuacct', '')})"))  # fmt: skip
    assert outcome.stdout == b"{'/'}\n", outcome


async def test_process_one_cannot_be_read_traced_or_signalled(perform: Perform) -> None:
    source = (
        "import ctypes, os, signal\n"
        "for path in ('environ', 'mem', 'maps', 'fd/0', 'root'):\n"
        "    try:\n        open(f'/proc/1/{path}', 'rb').read(1)\n        print('read', path)\n"
        "    except OSError:\n        pass\n"
        "libc = ctypes.CDLL(None)\nprint(libc.ptrace(16, 1, 0, 0))\n"
        "for n in signal.valid_signals():\n"
        "    try:\n        os.kill(1, n)\n    except PermissionError:\n        pass\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.killpg(0, signal.SIGTERM)\nprint('alive')"
    )
    outcomes = await perform(job(source, *TWICE))
    assert [outcome.stdout for outcome in outcomes] == [b"-1\nalive\n"] * 2, outcomes


@pytest.mark.parametrize(
    "system_call",
    [
        "prlimit(1, 7, (ctypes.c_ulong * 2)(0, 0), None)",
        "syscall(302, ctypes.c_ulong(0x100000001), 7, (ctypes.c_ulong * 2)(0, 0), None)",  # prlimit64
        "sched_setscheduler(1, 5, ctypes.byref(ctypes.c_int(0)))",
        "sched_setaffinity(1, 8, ctypes.byref(ctypes.c_ulong(1)))",
        "setpriority(0, 1, 19)",
        "setpriority(1, 1, 19)",
        "setpriority(2, 0, 19)",
        "syscall(251, 1, 1, 0x6000)",  # ioprio_set
        "syscall(251, 3, 0, 0x6000)",
    ],
)
async def test_a_run_cannot_set_limits_or_priorities_of_process_one(
    perform: Perform, system_call: str
) -> None:
    outcomes = await perform(job(f"import ctypes\nprint(ctypes.CDLL(None).{system_call})", *TWICE))
    assert [outcome.stdout for outcome in outcomes] == [b"-1\n"] * 2, outcomes


async def test_a_run_may_read_what_etc_has_for_everybody(perform: Perform) -> None:
    source = "import os\nprint(len(os.listdir('/etc')) > 0, open('/etc/passwd').readline().split(':')[0])"
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"True root\n", outcome


async def test_a_run_may_set_its_own(perform: Perform) -> None:
    source = (
        "import os, resource\nos.sched_setaffinity(0, {0})\nos.setpriority(os.PRIO_PROCESS, 0, 5)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))\nresource.prlimit(os.getpid(), resource.RLIMIT_NOFILE, (16, 16))\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"(16, 16)\n", outcome


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("the internet", "import socket; socket.create_connection(('1.1.1.1', 80), 1)"),
        ("the host's loopback", "import socket; socket.create_connection(('127.0.0.1', 22), 1)"),
        ("name resolution", "import socket; socket.getaddrinfo('example.org', 80)"),
        ("its own loopback", "import socket; socket.socket().bind(('127.0.0.1', 0))"),
        ("netlink", "import socket; socket.socket(16, socket.SOCK_RAW, 0)"),
        ("vsock", "import socket; socket.socket(40, socket.SOCK_STREAM)"),
        ("raw packets", "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    ],
)
async def test_there_is_no_network(perform: Perform, what: str, source: str) -> None:
    (outcome,) = await perform(job(source))
    assert outcome.ending is Ending.RAISED
    assert outcome.raised is not None
    assert outcome.raised.class_name in ("OSError", "PermissionError", "gaierror", "ConnectionRefusedError")


@pytest.mark.parametrize(
    "system_call",
    [
        "unshare(0x10000000)",
        "unshare(0x20000)",
        "mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "umount2(b'/proc', 2)",
        "chroot(b'/tmp')",
        "syscall(250, 0, 0)",  # keyctl
        "syscall(321, 0, 0, 0)",  # bpf
        "syscall(298, 0, 0, -1, -1, 0)",  # perf_event_open
        "syscall(425, 8, 0)",  # io_uring_setup
        "syscall(323, 0)",  # userfaultfd
        "shmget(1, 4096, 0o1666)",
        "semget(1, 1, 0o1666)",
        "setuid(0)",
        "setgid(0)",
    ],
)
async def test_a_dangerous_system_call_is_refused(perform: Perform, system_call: str) -> None:
    (outcome,) = await perform(job(f"import ctypes\nprint(ctypes.CDLL(None).{system_call})"))
    assert outcome.stdout == b"-1\n", outcome


async def test_a_run_has_no_capability_and_can_gain_none(perform: Perform) -> None:
    source = (
        "status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)\n"
        "print(*(int(status[k], 16) for k in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')), status['NoNewPrivs'],"
        " status['Seccomp'])"
    )
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"0 0 0 0 0 1 2\n", outcome


async def test_a_run_knows_no_open_file_but_its_own(perform: Perform) -> None:
    source = "import os\nprint(sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:-1])"
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"[0, 1, 2, 3]\n"


@pytest.mark.usefixtures("own_uids")
async def test_two_candidates_have_two_uids_that_the_host_does_not_use(perform: Perform) -> None:
    source = "import os\nprint(os.getuid(), os.geteuid() == os.getgid() == os.getegid(), os.getgroups())"
    outputs = [(await perform(job(source)))[0].stdout.split() for _ in range(2)]
    assert outputs[0][0] != outputs[1][0]
    assert all(int(output[0]) >= 1000 and output[1:] == [b"True", b"[]"] for output in outputs)


async def test_another_candidates_source_and_answers_are_not_in_memory(perform: Perform) -> None:
    secret = "SECRET" + "-" + "MARKER" * 3
    await perform(job(f"def f(): return '{secret}'\nprint(f() * 100)", StdioRun(secret.encode()), call("f")))
    source = (
        "needle = ('SECRET' + '-').encode() + b'MARKER' * 2 + b'MARKER'\n"
        "hits = 0\n"
        "for line in open('/proc/self/maps'):\n"
        "    span, mode = line.split()[:2]\n"
        "    start, end = (int(x, 16) for x in span.split('-'))\n"
        "    if 'r' not in mode or 'v' in line.split()[-1]: continue\n"
        "    with open('/proc/self/mem', 'rb', 0) as memory:\n"
        "        memory.seek(start)\n"
        "        try: hits += memory.read(end - start).count(needle + b'MARKER'[:0] + b\"'\")\n"
        "        except (OSError, ValueError, OverflowError): pass\n"
        "print(hits)"
    )
    (outcome,) = await perform(job(source))
    assert outcome.ending in (Ending.FINISHED, Ending.RAISED)
    assert outcome.stdout in (b"0\n", b""), outcome


async def test_the_test_programs_answers_are_not_in_the_candidates_memory(perform: Perform) -> None:
    source = (
        "import gc, sys\n"
        "def peek(x):\n"
        "    needle = 987654320 + x\n"
        "    found = [o for o in gc.get_objects() if isinstance(o, (list, dict, tuple)) and needle in o]\n"
        "    frame, hits = sys._getframe().f_back, []\n"
        "    while frame:\n"
        "        hits += [v for v in frame.f_locals.values() if v == needle]\n"
        "        frame = frame.f_back\n"
        "    return len(found) + len(hits)\n"
    )
    (outcome,) = await perform(job(source, asserts("expected = 987654320 + 1", "assert peek(1) == 0")))
    assert outcome.ending is Ending.FINISHED, outcome


async def test_the_host_has_no_core_dump_of_a_crash(perform: Perform, tmp_path: Path) -> None:
    await perform(job("import os; os.abort()"))
    assert not list(Path.cwd().glob("core*"))
