"""Networks compiled by OpenVINO once and then shared by all runs.

A bundle is a zip of TFLite models. They are prepared in three steps: read from TFLite, reduced to the needed
outputs and given 8-bit input; written as OpenVINO's own files into the user's cache; compiled for this processor, which
OpenVINO caches next to them. A later start only needs the last step, from its cache.

Why OpenVINO: the landmark network (full, float32, without its mask) took 5.2 ms on one thread and 2.9 on two;
LiteRT took 9.8 and 6.1, ONNX Runtime 10.2 and 6.0 (one run, AMD EPYC Zen 5).
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.downloads import DownloadFailed, cache_dir
from posecore.errors import EngineUnavailable
from posecore.estimation.arrays import FloatArray
from posecore.estimation.inputs import check_process
from posecore.estimation.models import Task, identify_model, model_unusable
from posecore.system import replace_after_fork, usable_cores

# With more threads, inference of networks of this size does not get faster.
_MOST_THREADS = 4

# Increase it whenever the content of the cache changes.
_FORMAT = 2


@dataclass(frozen=True)
class Network:
    """Description of one network in a bundle.

    Attributes:
        name: of its folder in the cache.
        task: what its bundle is for, see ``model_unusable``.
        file_name: in the bundle.
        side: width and height of its input in pixels.
        outputs: shape of each output by name, in the order of ``Request.run``. Other outputs are not computed.
        mean, scale: the network's input is (pixel - mean) / scale.
    """

    name: str
    task: Task
    file_name: str
    side: int
    outputs: Mapping[str, tuple[int, ...]] = field(hash=False)
    mean: float
    scale: float


class Request:
    """One network's buffers for one run; two threads must not use it at the same time.

    Attributes:
        picture: (side, side, 3) uint8 RGB, the network's input buffer. Write to it in place.
    """

    def __init__(self, compiled: Any) -> None:
        self._process = os.getpid()
        self._request = compiled.create_infer_request()
        self._outputs = [self._request.get_output_tensor(index).data for index in range(len(compiled.outputs))]
        self.picture: NDArray[np.uint8] = self._request.get_input_tensor().data[0]

    def run(self) -> list[FloatArray]:
        """Run the network on ``picture``. The next run overwrites the returned arrays.

        Raises:
            EngineUnavailable: if it was made before this process was forked.
        """
        check_process(self._process)
        # In this thread: handing each picture to one of OpenVINO's and waiting for it costs a tenth of the time.
        self._request.infer(share_inputs=True, share_outputs=True)
        return self._outputs


_LOADING = threading.Lock()


def usual_threads() -> int:
    """Threads per inference on this machine: one per usable core, at most four."""
    return min(usable_cores(), _MOST_THREADS)


def load_networks(bundle: Path, networks: Sequence[Network], threads: int) -> list[Any]:
    """Load and compile networks of a bundle, cached by file, network and number of threads.

    Args:
        bundle: a ``.task`` file.
        networks: which of its networks.
        threads: threads per inference.

    Returns:
        OpenVINO's compiled models, in the same order: read-only, shared by all threads.

    Raises:
        ModelUnusable: if the file is not a bundle with these TFLite networks.
        EngineUnavailable: if OpenVINO or these networks do not run here.
        ModelNotFound: if there is no such file.
    """
    with _LOADING:  # the first two visitors must not compile the same network twice
        sha256 = identify_model(bundle).sha256
        # One after the other: first calls into OpenVINO from two threads have been seen to deadlock, one waiting for
        # Python's GIL and one for a lock of OpenVINO's.
        return [_load(bundle, sha256, threads, network) for network in networks]


def release_networks() -> None:
    """Forget the loaded networks; each is freed once nobody uses it, and loaded again when it is next asked for."""
    with _LOADING:
        _load.cache_clear()


@lru_cache(maxsize=24)
def _load(bundle: Path, sha256: str, threads: int, network: Network) -> Any:
    core = load_openvino()
    if isinstance(core, str):
        raise EngineUnavailable(core)
    folder = _cache_folder(sha256)
    try:
        compiled = _compile(core, bundle, network, folder=folder, threads=threads)
    except RuntimeError as error:
        raise EngineUnavailable(f"OpenVINO could not compile the networks for this processor: {error}.") from error
    Request(compiled)  # the first use, while no other thread can have it
    return compiled


@cache
def load_openvino() -> Any | str:
    """The process's OpenVINO core; or the reason why it does not load, in words. Loading is tried only once."""
    try:
        with _no_metrics():
            import openvino

        return openvino.Core()
    except (ImportError, OSError, RuntimeError) as error:
        return f"OpenVINO, which runs the fast engine, does not load on this machine: {error}."


@contextmanager
def _no_metrics() -> Iterator[None]:
    """Import OpenVINO without its usage metrics.

    Importing it reports to Google Analytics, from a separate process, and writes an id into the user's home folder. If
    its telemetry package cannot be imported, it works without.
    """
    absent: Any = None  # makes Python treat the module as impossible to import
    before = sys.modules.get("openvino_telemetry")
    sys.modules["openvino_telemetry"] = absent
    try:
        yield
    finally:
        del sys.modules["openvino_telemetry"]
        if before is not None:
            sys.modules["openvino_telemetry"] = before


def _load_anew() -> object:
    global _LOADING, _load, load_openvino
    inherited = _load, load_openvino
    _LOADING = threading.Lock()
    _load = lru_cache(maxsize=24)(_load.__wrapped__)
    load_openvino = cache(load_openvino.__wrapped__)
    return inherited


replace_after_fork(_load_anew)


def _cache_folder(sha256: str) -> Path | None:
    """Cache folder for the files made from this bundle, or None if this user has no cache."""
    import openvino

    name = f"{sha256[:16]}-{_FORMAT}-openvino-{openvino.__version__.split('-')[0]}"
    try:
        return cache_dir() / "engine" / name
    except DownloadFailed:
        return None


def _compile(core: Any, bundle: Path, network: Network, *, folder: Path | None, threads: int) -> Any:
    """Compile the network, from the cache if it is there and intact."""
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",  # bfloat16, the default on some processors, moves landmarks by pixels
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,  # with pinning, runs of two visitors would share one core and leave others idle
    }
    prepared = folder / network.name / f"{network.name}.xml" if folder else None
    if prepared and (compiled := _from_cache(core, prepared, settings)):
        return compiled
    model = _read(core, bundle, network)
    if prepared:
        with suppress(OSError, RuntimeError):  # such as a full disk: go on without a cache
            return _through_cache(core, model, prepared, settings)
    return core.compile_model(model, "CPU", settings)


def _from_cache(core: Any, prepared: Path, settings: dict[str, Any]) -> Any | None:
    """Compile the prepared network, or return None if it is missing or damaged."""
    try:
        expected = json.loads(prepared.with_suffix(".json").read_text())
        compiled = core.compile_model(prepared, "CPU", settings | {"CACHE_DIR": str(prepared.parent)})
    except (OSError, RuntimeError, ValueError):
        return None
    # OpenVINO accepts damaged weights without an error.
    if np.allclose(_sample_outputs(compiled), expected, rtol=1e-3, atol=1e-3):
        return compiled
    shutil.rmtree(prepared.parent, ignore_errors=True)
    return None


def _through_cache(core: Any, model: Any, prepared: Path, settings: dict[str, Any]) -> Any:
    """Write the network in OpenVINO's own format, compile it, and store sample outputs next to it."""
    import openvino

    prepared.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=prepared.parent) as folder:
        written = Path(folder) / prepared.name
        openvino.save_model(model, written, compress_to_fp16=False)
        for suffix in (".bin", ".xml"):
            os.replace(written.with_suffix(suffix), prepared.with_suffix(suffix))
        compiled = core.compile_model(prepared, "CPU", settings | {"CACHE_DIR": str(prepared.parent)})
        # The sample outputs come last: if they exist, everything else does.
        written.with_suffix(".json").write_text(json.dumps(_sample_outputs(compiled)))
        os.replace(written.with_suffix(".json"), prepared.with_suffix(".json"))
    return compiled


def _sample_outputs(compiled: Any) -> list[float]:
    """Some output values for one fixed picture: enough to detect damaged weights."""
    request = Request(compiled)
    request.picture[:] = np.random.default_rng(0).integers(0, 256, request.picture.shape)
    return [float(value) for output in request.run() for value in output.ravel()[:: max(1, output.size // 50)]]


def _read(core: Any, bundle: Path, network: Network) -> Any:
    """Read the network from its bundle, reduced to the needed outputs and with uint8 pixels as its input."""
    with tempfile.TemporaryDirectory() as folder:  # OpenVINO reads TFLite only from a file
        file = Path(folder) / network.file_name
        file.write_bytes(_unzip(bundle, network))
        try:
            model = core.read_model(file)
        except RuntimeError as error:
            raise model_unusable(bundle, f"its {network.file_name} is not a TFLite model", network.task) from error
    return _with_pixels(_cut(bundle, model, network), network)


def _unzip(bundle: Path, network: Network) -> bytes:
    try:
        with zipfile.ZipFile(bundle) as archive:
            return archive.read(network.file_name)
    except KeyError as error:
        raise model_unusable(bundle, f"it does not contain {network.file_name}", network.task) from error
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise model_unusable(bundle, f"it is not a complete zip file ({error})", network.task) from error


def _cut(bundle: Path, model: Any, network: Network) -> Any:
    """Reduce the model to the needed outputs, after checking that it is the known one."""
    import openvino

    with suppress(RuntimeError):  # of an unknown model, which is refused below
        if model.is_dynamic():  # one picture at a time
            model.reshape([1, network.side, network.side, 3])
    found = {output.any_name: output for output in model.outputs}
    shapes = {name: _shape(output) for name, output in found.items() if name in network.outputs}
    inputs = [_shape(value) for value in model.inputs]
    if shapes != network.outputs or inputs != [(1, network.side, network.side, 3)]:
        raise EngineUnavailable(
            f"The fast engine does not know the networks in {bundle}: expected {network.file_name} to take "
            f"(1, {network.side}, {network.side}, 3) and to give {network.outputs}, but got {inputs} and {shapes}."
        )
    sources = [found[name].node.input_value(0) for name in network.outputs]
    return openvino.Model(sources, model.get_parameters(), network.file_name)


def _shape(port: Any) -> tuple[int, ...]:
    """Shape of an input or output; -1 for a dynamic dimension."""
    return tuple(side.get_length() if side.is_static else -1 for side in port.partial_shape)


def _with_pixels(model: Any, network: Network) -> Any:
    """Make the model take a picture's uint8 pixels; normalising them becomes part of the model."""
    import openvino
    from openvino.preprocess import PrePostProcessor

    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(openvino.Type.u8)
    steps.input().preprocess().convert_element_type(openvino.Type.f32).mean(network.mean).scale(network.scale)
    return steps.build()
