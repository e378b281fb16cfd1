import os

import pytest

from posecore import MissingSystemLibrary, system
from posecore.system import (
    DEBIAN_PACKAGES,
    _container_share,
    _memory_limits,
    naming_missing_library,
    usable_cores,
    usable_memory,
)


@pytest.mark.parametrize(("library", "package"), DEBIAN_PACKAGES.items())
@pytest.mark.parametrize("kind", [ImportError, OSError])
def test_a_missing_library_is_named_with_its_package(library, package, kind):
    """The loader's message is simulated; it is the same for each library."""
    with pytest.raises(MissingSystemLibrary) as caught, naming_missing_library():
        raise kind(f"{library}: cannot open shared object file: No such file or directory")
    assert library in str(caught.value)
    assert f"apt-get install {package}" in str(caught.value)


def test_an_unlisted_library_is_named_too():
    with pytest.raises(MissingSystemLibrary, match=r"libstrange\.so\.3 is missing"), naming_missing_library():
        raise OSError("libstrange.so.3: cannot open shared object file: No such file or directory")


def test_the_real_loaders_message_is_understood():
    import ctypes

    with pytest.raises(MissingSystemLibrary, match="libposecore-absent"), naming_missing_library():
        ctypes.CDLL("libposecore-absent.so.1")


@pytest.mark.parametrize("error", [ImportError("No module named 'x'"), OSError("disk full"), ValueError("else")])
def test_other_errors_pass_through(error):
    with pytest.raises(type(error), match=str(error)), naming_missing_library():
        raise error


@pytest.mark.parametrize(
    ("files", "share"),
    [
        pytest.param({"cpu.max": "max 100000\n"}, None, id="v2 without a quota"),
        pytest.param({"cpu.max": "200000 100000\n"}, 2, id="v2 with two cores"),
        pytest.param({"cpu.max": "150000 100000\n"}, 2, id="v2 with one and a half"),
        pytest.param({"cpu.max": "50000 100000\n"}, 1, id="v2 with half a core"),
        pytest.param({"cpu.max": "10000 100000\n"}, 1, id="v2 with a tenth"),
        pytest.param({"cpu.max": "\n"}, None, id="v2 with an empty file"),
        pytest.param({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4, id="v1 with four"),
        pytest.param({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None, id="v1 without"),
        pytest.param({"cpu/cpu.cfs_quota_us": "400000\n"}, None, id="v1 with one file of two"),
        pytest.param({}, None, id="no files"),
    ],
)
def test_the_share_of_a_container_is_read(tmp_path, files, share):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert _container_share(tmp_path) == share


def test_there_is_no_share_without_control_groups(tmp_path):
    assert _container_share(tmp_path / "missing") is None


def test_usable_cores_are_at_most_those_of_the_machine():
    assert 1 <= usable_cores() <= os.cpu_count()


@pytest.mark.parametrize(("share", "expected"), [(None, 8), (2, 2), (64, 8)])
def test_usable_cores_are_at_most_the_containers_share(monkeypatch, share, expected):
    """Simulates a process bound to eight cores, in containers with different shares."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(system, "_container_share", lambda _: share)
    assert usable_cores.__wrapped__() == expected


@pytest.mark.parametrize(
    ("groups", "files", "limits"),
    [
        pytest.param("0::/\n", {"memory.max": "1073741824\n"}, [1 << 30], id="v2, a container"),
        pytest.param("0::/\n", {"memory.max": "max\n"}, [], id="v2 without a limit"),
        pytest.param("0::/\n", {}, [], id="v2, the whole machine"),
        pytest.param(
            "0::/system.slice/posecore.service\n",
            {"system.slice/memory.max": "4000\n", "system.slice/posecore.service/memory.max": "2000\n"},
            [2000, 4000],
            id="v2, a service in a slice",
        ),
        pytest.param(
            "5:cpu:/\n4:memory:/docker/2af1\n",
            {"memory/memory.limit_in_bytes": "3000\n"},
            [3000],
            id="v1, a container with its name outside",
        ),
    ],
)
def test_limits_of_memory_are_read_from_the_groups_of_the_process(tmp_path, groups, files, limits):
    (tmp_path / "own").write_text(groups)
    for name, text in files.items():
        (tmp_path / "cgroup" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cgroup" / name).write_text(text)
    assert [*_memory_limits(tmp_path / "own", tmp_path / "cgroup")] == limits
    assert [*_memory_limits(tmp_path / "missing", tmp_path / "cgroup")] == []


def test_usable_memory_is_at_most_that_of_the_machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 100_000_000 < usable_memory() <= pages
