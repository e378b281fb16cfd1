"""How far the two ways to the pose of a head are from each other, on real photos and frames of videos.

    python benchmarks/heads.py photo.jpg video.mp4 ...

The first way takes the 11 landmarks that bodies have in the face, the second those of the face network. Neither is
the truth. Angles are in degrees; "turn" is the one rotation from one to the other.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from posecore import FramePoses, PoseOptions, decode_picture, estimate_image
from posecore.errors import PosecoreError
from posecore.estimation.faces import FaceNetwork
from posecore.media.clips import open_clip
from posecore.media.pictures import identify_picture
from posecore.rigid.camera import Camera
from posecore.rigid.people import pose_people

_SIZES_PX = (12, 16, 24, 40, 80, 100_000)


def pictures_of(path: Path, every: int) -> Iterator[np.ndarray]:
    """The photo, or every nth frame of the video."""
    if identify_picture(path):
        yield decode_picture(path)
        return
    with open_clip(path) as clip:
        for index, frame in enumerate(clip):
            if index % every == 0:
                yield frame.rgb


def both_ways(rgb: np.ndarray, poses: FramePoses, network: FaceNetwork) -> Iterator[tuple[float, float, np.ndarray]]:
    """Size of the face in pixels, turn between both ways, and the difference of their angles, of each head."""
    camera = Camera.from_fov(poses.size, 60)
    faces = network.find(rgb, poses)
    of_bodies, of_faces = pose_people(poses, camera).poses, pose_people(poses, camera, faces=faces).poses
    for slot in of_bodies.keys() & of_faces.keys():
        if slot.kind == "head" and slot.id in faces:
            face = poses.xy[poses.person_ids.tolist().index(slot.id), :11]
            one, other = of_bodies[slot], of_faces[slot]
            apart = (np.subtract(one.euler_deg, other.euler_deg) + 180) % 360 - 180
            yield float(np.ptp(face, axis=0).max()), one.turn_from(other), apart


def main() -> None:
    """Print one table over all files, by the size of the face."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=15, help="use every nth frame of a video")
    arguments = parser.parse_args()
    network, options, found = FaceNetwork(), PoseOptions(people=6), []
    for path in arguments.files:
        try:
            for rgb in pictures_of(path, arguments.every):
                found += both_ways(rgb, estimate_image(rgb, options), network)
        except PosecoreError as error:
            print(f"{path.name}: {error}")
    size, turn = np.array([row[:2] for row in found]).T
    apart = np.array([row[2] for row in found])
    print("face px      heads   turn: median    90%   within 15   median of yaw, pitch, roll apart")
    for low, high in zip((_SIZES_PX[0], *_SIZES_PX[:-1]), (_SIZES_PX[-1], *_SIZES_PX[1:]), strict=True):
        here = (size >= low) & (size < high)
        if here.any():
            angles = "  ".join(f"{value:+.1f}" for value in np.median(apart[here], axis=0))
            label = f"{low} to {high}" if high < _SIZES_PX[-1] else f"{low} and more"
            median, most = np.percentile(turn[here], [50, 90])
            within = (turn[here] < 15).mean()
            print(f"{label:12}{here.sum():6}{median:16.1f}{most:7.1f}{within:12.0%}   {angles}")


if __name__ == "__main__":
    main()
