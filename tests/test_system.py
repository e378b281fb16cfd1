import pytest

from posecore import MissingSystemLibrary
from posecore.system import DEBIAN_PACKAGES, naming_missing_library


@pytest.mark.parametrize(("library", "package"), DEBIAN_PACKAGES.items())
@pytest.mark.parametrize("kind", [ImportError, OSError])
def test_a_missing_library_is_named_with_its_package(library, package, kind):
    """The loader's message is the fault that is simulated here; it reads the same for each library."""
    with pytest.raises(MissingSystemLibrary) as caught, naming_missing_library():
        raise kind(f"{library}: cannot open shared object file: No such file or directory")
    assert library in str(caught.value)
    assert f"apt-get install {package}" in str(caught.value)


def test_a_library_nobody_listed_is_named_all_the_same():
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
