"""Reads a GLB file as a program for animation does: by pygltflib, with skeletons posed and meshes skinned."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pygltflib
from scipy.spatial.transform import Rotation

_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class GlbReader:
    """A GLB file.

    Attributes:
        gltf: as pygltflib has it.
        figures: names of the top nodes of its skeletons, by skin.
    """

    def __init__(self, path: Path) -> None:
        self.gltf = pygltflib.GLTF2().load(str(path))
        self._blob = self.gltf.binary_blob()
        self._parents = {child: index for index, node in enumerate(self.gltf.nodes) for child in node.children or ()}
        self.figures = [self.gltf.nodes[skin.skeleton].name for skin in self.gltf.skins]
        [animation] = self.gltf.animations
        self._tracks = {}
        for channel in animation.channels:
            sampler = animation.samplers[channel.sampler]
            key = (channel.target.node, channel.target.path)
            self._tracks[key] = (self.array(sampler.input)[:, 0], self.array(sampler.output), sampler.interpolation)

    def array(self, accessor: int) -> np.ndarray:
        """(count, width) values."""
        held = self.gltf.accessors[accessor]
        view = self.gltf.bufferViews[held.bufferView]
        width = _WIDTHS[held.type]
        start = view.byteOffset + (held.byteOffset or 0)
        values = np.frombuffer(self._blob, _TYPES[held.componentType], held.count * width, start)
        return values.reshape(held.count, width)

    def node(self, figure: int, name: str) -> int:
        """The index of a figure's joint, or of its top node."""
        skin = self.gltf.skins[figure]
        return next(node for node in (*skin.joints, skin.skeleton) if self.gltf.nodes[node].name == name)

    def names(self, figure: int) -> list[str]:
        return [self.gltf.nodes[node].name for node in self.gltf.skins[figure].joints]

    def parent(self, figure: int, name: str) -> str:
        return self.gltf.nodes[self._parents[self.node(figure, name)]].name

    def track(self, figure: int, name: str, path: str):
        """Times, values and interpolation; None if the node has no such track."""
        return self._tracks.get((self.node(figure, name), path))

    def _sample(self, node: int, path: str, rest, times: np.ndarray) -> np.ndarray:
        if (node, path) not in self._tracks:
            return np.tile(np.array(rest, float), (len(times), 1))
        at, values, between = self._tracks[node, path]
        place = np.interp(times, at, np.arange(len(at)))
        low = np.floor(place + 1e-9).astype(int)
        if between == "STEP":
            return values[low]
        high, share = np.minimum(low + 1, len(at) - 1), (place - low)[:, None].clip(0)
        mixed = values[low] * (1 - share) + values[high] * share
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True) if path == "rotation" else mixed

    def matrices(self, figure: int, times: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """(T, 4, 4) of each joint in the scene; at rest (one) without times."""
        at_rest, times = times is None, np.zeros(1) if times is None else times
        done: dict[int, np.ndarray] = {}

        def matrix(node: int) -> np.ndarray:
            if node not in done:
                held = self.gltf.nodes[node]
                rest = {"translation": held.translation or [0, 0, 0], "rotation": held.rotation or [0, 0, 0, 1]}
                rest["scale"] = held.scale or [1, 1, 1]
                if at_rest:
                    moved, turned, scaled = (np.array([rest[path]], float) for path in rest)
                else:
                    moved, turned, scaled = (self._sample(node, path, rest[path], times) for path in rest)
                own = np.tile(np.eye(4), (len(times), 1, 1))
                own[:, :3, :3] = Rotation.from_quat(turned).as_matrix() * scaled[:, None]
                own[:, :3, 3] = moved
                done[node] = matrix(self._parents[node]) @ own if node in self._parents else own
            return done[node]

        return {self.gltf.nodes[node].name: matrix(node) for node in self.gltf.skins[figure].joints}

    def places(self, figure: int, times: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """(T, 3) of each joint in the scene."""
        return {name: matrix[:, :3, 3] for name, matrix in self.matrices(figure, times).items()}

    def primitives(self, figure: int):
        [node] = [node for node in self.gltf.nodes if node.skin == figure]
        return self.gltf.meshes[node.mesh].primitives

    def skin(self, figure: int, times: np.ndarray | None = None, of: Sequence[int] | None = None) -> np.ndarray:
        """(T, V, 3) vertices, all or those with these numbers, moved by the joints; all primitives share them."""
        attributes = self.primitives(figure)[0].attributes
        points, joints, weights = (
            self.array(getattr(attributes, name))[slice(None) if of is None else of]
            for name in ("POSITION", "JOINTS_0", "WEIGHTS_0")
        )
        inverse = self.array(self.gltf.skins[figure].inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        moved = np.stack(list(self.matrices(figure, times).values()), axis=1) @ inverse  # (T, J, 4, 4)
        whole = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        by_joint = np.einsum("tvkij,vj->tvki", moved[:, joints], whole)
        return np.einsum("vk,tvki->tvi", weights, by_joint)[..., :3]

    def soles(self, figure: int, side: str, times: np.ndarray | None = None) -> np.ndarray:
        """(T, 2, 3) the hindmost and the foremost vertex of a foot's sole."""
        attributes = self.primitives(figure)[0].attributes
        points, joints = self.array(attributes.POSITION), self.array(attributes.JOINTS_0)[:, 0]
        on_sole = np.flatnonzero((joints == self.names(figure).index(f"{side}Foot")) & (points[:, 1] < 1e-3))
        ends = [on_sole[points[on_sole, 2].argmin()], on_sole[points[on_sole, 2].argmax()]]
        return self.skin(figure, times, ends)
