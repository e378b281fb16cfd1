"""``posecore rigid``: where tags, heads and other rigid bodies are in photos and videos, and how they are turned."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import Report, complain, find_models, process_each, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.cli.sources import is_photo
from posecore.errors import InvalidOption
from posecore.rigid.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np

    from posecore.estimation.faces import FaceNetwork
    from posecore.poses import FramePoses
    from posecore.rigid.camera import Camera
    from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
    from posecore.rigid.tags import TagFinder

ASSUMED_FOV_DEG = 65.0
"""Across the longer side: phones have 65 to 70 degrees, webcams 55 to 75."""

_WHY_ASSUMED = (
    f"The camera is not known: {ASSUMED_FOV_DEG:g} degrees across the longer side are assumed, so distances may be off "
    "by a third. Give --camera or --fov."
)


@dataclass(frozen=True)
class _Asked:
    fov_deg: float | None
    camera_file: Path | None
    finder: "TagFinder | None"
    axis_m: dict[str, float]
    kinds: tuple[str, ...]
    people: int
    faces: "FaceNetwork | None"
    smoothing: bool
    drawn: bool

    def camera_for(self, file: Path, size: tuple[int, int], notes: list[str]) -> "Camera":
        """The camera that took a photo or video of this size."""
        from posecore.rigid.camera import Camera
        from posecore.rigid.camera_files import camera_of_photo, load_camera

        if self.camera_file is not None:
            return load_camera(self.camera_file, size=size)
        if self.fov_deg is not None:
            return Camera.from_fov(size, self.fov_deg)
        stated = camera_of_photo(file, size) if is_photo(file) else None
        if stated is None:
            notes.append(_WHY_ASSUMED)
        return stated or Camera.from_fov(size, ASSUMED_FOV_DEG)


@click.command()
@click.argument("files", type=options.PATH, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--fov",
    "fov_deg",
    type=float,
    metavar="DEG",
    help="Field of view of the camera, across the longer side of its image.",
)
@click.option(
    "--camera",
    "camera_file",
    type=options.PATH,
    metavar="FILE",
    help="Calibration of the camera (YAML or JSON of OpenCV, ROS or Kalibr); FILE#NAME if it has several.  [default: "
    f"from the photo's EXIF data, or {ASSUMED_FOV_DEG:g} degrees]",
)
@click.option(
    "--tags",
    "family",
    metavar="FAMILY",
    help="Find tags: 36h11, 25h9, 16h5 (AprilTag), 4x4_50, aruco, ... instead of people.",
)
@click.option("--tag-size", "size_m", type=float, metavar="M", help="Side of a tag's black square in metres.")
@click.option(
    "--kinds",
    metavar="KIND,...",
    help=f"Without --tags: which parts of people: {', '.join(KINDS)}. It is faster without hands.  [default: all]",
)
@click.option(
    "--people", type=int, default=1, show_default=True, metavar="N", help="Without --tags: maximum number of people."
)
@click.option(
    "--no-faces",
    is_flag=True,
    help="Heads by the landmarks of bodies instead of those of faces: faster, and less exact.",
)
@click.option("--no-smoothing", is_flag=True, help="Poses in videos as they are measured.")
@click.option(
    "--out", type=options.PATH, metavar="DIR", help="Folder for a table and the photo or video with axes drawn on it."
)
@options.overwrite
@click.option("--no-film", is_flag=True, help="Draw nothing, which is faster.")
@options.as_json
def rigid(
    files: tuple[Path, ...],
    fov_deg: float | None,
    camera_file: Path | None,
    family: str | None,
    size_m: float | None,
    kinds: str | None,
    people: int,
    no_faces: bool,
    no_smoothing: bool,
    out: Path | None,
    overwrite: bool,
    no_film: bool,
    as_json: bool,
) -> int:
    """Find where rigid bodies are in photos and videos, and how they are turned: tags, or parts of people.

    With --out, writes STEM.rigid.csv, of a video also STEM.rigid.nc, and STEM.rigid.png or .mp4 with the axes drawn. A
    file that cannot be used does not stop the others.
    """
    from posecore.estimation.networks import load_openvino

    if fov_deg is not None and camera_file is not None:
        raise InvalidOption("Expected --fov or --camera, but got both.")
    finder, axis_m = _tag_finder(family, size_m)
    wanted = tuple(KINDS) if kinds is None else _kinds(kinds)
    report = Report(as_json)
    faces = None
    if finder is None:
        if kinds is None and isinstance(missing := load_openvino(), str):
            complain(f"Hands are left out. {missing}")
            wanted = tuple(kind for kind in wanted if not KINDS[kind].needs_hands)
        find_models("full", *(["hand"] if any(KINDS[kind].needs_hands for kind in wanted) else []))
        faces = _face_network() if "head" in wanted and not no_faces else None
    asked = _Asked(fov_deg, camera_file, finder, axis_m, wanted, people, faces, not no_smoothing, not no_film)
    folder = None if out is None else OutputFolder(out, overwrite=overwrite)
    process_each(files, report, lambda file: (_photo if is_photo(file) else _video)(file, asked, folder, report))
    return report.finish()


def _tag_finder(family: str | None, size_m: float | None) -> "tuple[TagFinder | None, dict[str, float]]":
    from posecore.rigid.tags import TagFinder

    if (family is None) != (size_m is None):
        raise InvalidOption("Expected --tags and --tag-size together, but got only one of them.")
    if family is None or size_m is None:
        return None, {}
    return TagFinder(family, size_m), {family: size_m / 2}


def _face_network() -> "FaceNetwork | None":
    """The face network; None, with a reason, if it cannot be had here."""
    from posecore.errors import EngineUnavailable, ModelNotFound
    from posecore.estimation.faces import FaceNetwork

    try:
        find_models("face")
        return FaceNetwork()
    except (ModelNotFound, EngineUnavailable) as error:
        complain(f"Heads are posed by the landmarks of bodies, as with --no-faces. {error}")
        return None


def _kinds(names: str) -> tuple[str, ...]:
    kinds = tuple(name.strip() for name in names.split(","))
    if unknown := [name for name in kinds if name not in KINDS]:
        raise InvalidOption(f"Expected --kinds to be some of {', '.join(KINDS)}, but got {unknown[0]!r}.")
    return kinds


def _photo(file: Path, asked: _Asked, folder: OutputFolder | None, report: Report) -> None:
    from posecore.export.rigid_file import write_rigid
    from posecore.media.pictures import decode_picture, encode_png
    from posecore.rigid.pose import FrameRigid
    from posecore.view.rigid_drawing import draw_rigid

    notes: list[str] = []
    rgb = decode_picture(file, on_note=notes.append)
    size = (rgb.shape[1], rgb.shape[0])
    camera = asked.camera_for(file, size, notes)
    found = (
        _people_in(rgb, asked, camera, notes)
        if asked.finder is None
        else FrameRigid(asked.finder.find(rgb, camera), 0.0, size)
    )
    outputs: list[Path] = []
    if folder is not None:
        stem = _stem(file)
        with folder.whole(file, stem) as written:
            write_rigid(found, written.folder / f"{stem}.rigid.csv")
            if asked.drawn:
                drawn = draw_rigid(rgb, found, camera, axis_m=asked.axis_m)
                (written.folder / f"{stem}.rigid.png").write_bytes(encode_png(drawn))
        outputs = list(written.paths.values())
    _report(file, found, camera, outputs, notes, report)


def _video(file: Path, asked: _Asked, folder: OutputFolder | None, report: Report) -> None:
    from posecore.export.rigid_file import write_rigid
    from posecore.export.rigid_netcdf_file import write_rigid_netcdf
    from posecore.runs.rigid_video import draw_rigid_video

    notes: list[str] = []
    found, camera = _bodies_in_video(file, asked, notes)
    outputs: list[Path] = []
    if folder is not None:
        stem = _stem(file)
        with folder.whole(file, stem) as written:
            write_rigid(found, written.folder / f"{stem}.rigid.csv")
            write_rigid_netcdf(found, written.folder / f"{stem}.rigid.nc")
            if asked.drawn:
                with progress_bar(unit="frame", desc="Drawing") as show:
                    film = written.folder / f"{stem}.rigid.mp4"
                    draw_rigid_video(file, found, camera, film, axis_m=asked.axis_m, on_frame=show)
        outputs = list(written.paths.values())
    _report(file, found, camera, outputs, notes, report)


def _people_in(rgb: "np.ndarray", asked: _Asked, camera: "Camera", notes: list[str]) -> "FrameRigid":
    from posecore.estimation.hand_options import HandOptions
    from posecore.estimation.pose_options import PoseOptions
    from posecore.pipeline import estimate_hands_image, estimate_image
    from posecore.rigid.people import pose_people

    poses: FramePoses = estimate_image(rgb, PoseOptions(people=asked.people))
    hands = None
    if any(KINDS[kind].needs_hands for kind in asked.kinds):
        hands = estimate_hands_image(rgb, HandOptions(hands=2 * asked.people), poses=poses)
    faces = asked.faces.find(rgb, poses) if asked.faces else None
    found = _only(pose_people(poses, camera, hands=hands, faces=faces), asked.kinds)
    notes += _why_missing(poses.person_ids.tolist(), found.poses, asked.kinds)
    return found


def _bodies_in_video(file: Path, asked: _Asked, notes: list[str]) -> "tuple[RigidSequence, Camera]":
    from posecore.estimation.hand_options import HandOptions
    from posecore.estimation.pose_options import PoseOptions
    from posecore.pipeline import RunSummary, estimate_video
    from posecore.rigid.people import pose_people_over_time
    from posecore.rigid.pose import RigidSequence
    from posecore.runs.faces_in_video import find_faces_in_video
    from posecore.runs.rigid_video import find_tags_in_video

    with progress_bar(unit="frame") as show:
        if asked.finder is not None:
            cameras: list[Camera] = []

            def camera_of(size: tuple[int, int]) -> "Camera":
                cameras.append(asked.camera_for(file, size, notes))
                return cameras[0]

            tags = find_tags_in_video(
                file, asked.finder, camera_of, smoothing=asked.smoothing, on_frame=show, on_note=notes.append
            )
            return tags, cameras[0]
        ends: list[RunSummary] = []
        wants_hands = any(KINDS[kind].needs_hands for kind in asked.kinds)
        poses = estimate_video(
            file,
            PoseOptions(people=asked.people, smoothing=asked.smoothing),
            hands=HandOptions(hands=2 * asked.people) if wants_hands else None,
            workers=1,  # in a process of its own, as a video may be from anywhere
            on_progress=lambda progress: show(progress.frames, progress.total),
            on_note=notes.append,
            on_end=ends.append,
        )
    camera = asked.camera_for(file, poses.size, notes)
    faces = None
    if asked.faces and poses.person_ids.size:
        with progress_bar(unit="frame", desc="Faces") as show:
            faces = find_faces_in_video(file, poses, asked.faces, on_frame=show)
    everything = pose_people_over_time(poses, camera, hands=ends[0].hands, faces=faces, smooth=asked.smoothing)
    frames = [_only(everything.frame(index), asked.kinds) for index in range(len(everything))]
    found = RigidSequence.from_frames(frames, size=everything.size, fps=everything.fps)
    notes += _why_missing(poses.person_ids[poses.seen.any(axis=0)].tolist(), found.slots, asked.kinds)
    return found, camera


def _why_missing(people: list[int], found: "Collection[RigidSlot]", kinds: tuple[str, ...]) -> list[str]:
    from posecore.rigid.people import absences

    return absences(people, found, kinds) if people else ["Nobody was found."]


def _only(frame: "FrameRigid", kinds: tuple[str, ...]) -> "FrameRigid":
    from dataclasses import replace

    return replace(frame, poses={slot: pose for slot, pose in frame.poses.items() if slot.kind in kinds})


def _stem(file: Path) -> str:
    from posecore.export.formats import safe_name

    return safe_name(file.stem, "photo" if is_photo(file) else "video")


def _report(
    file: Path,
    found: "FrameRigid | RigidSequence",
    camera: "Camera",
    outputs: list[Path],
    notes: list[str],
    report: Report,
) -> None:
    from posecore.export.rigid_file import body_as_dict, frames_of

    frames = [
        {
            "frame": index,
            "time_s": round(frame.time_s, 6),
            "bodies": [body_as_dict(*each) for each in frame.poses.items()],
        }
        for index, frame in enumerate(frames_of(found))
    ]
    seen: dict[str, Any] = {"size_px": list(found.size), "fov_deg": round(camera.fov_deg, 2), "frames": frames}
    report.add_done(file, outputs, **seen, notes=notes)
    report.say(f"{file.name}: {_summary(found)}")
    for line in _lines(found):
        report.say(line)
    if outputs:
        report.say("Wrote " + ", ".join(map(str, outputs)))
    for note in notes:
        report.say(note)


def _summary(found: "FrameRigid | RigidSequence") -> str:
    from posecore.rigid.pose import FrameRigid

    if isinstance(found, FrameRigid):
        return {0: "nothing found.", 1: "1 body."}.get(len(found), f"{len(found)} bodies.")
    frames = int(found.seen.any(axis=1).sum())
    return f"{len(found.slots)} bodies, in {frames} of {len(found)} frames."


def _lines(found: "FrameRigid | RigidSequence") -> list[str]:
    """A line for each body: of a photo its pose, of a video how long it is seen, and where."""
    from posecore.rigid.pose import FrameRigid

    if not isinstance(found, FrameRigid):
        near_far = [(found.translation_m[found.seen[:, index], index, 2]) for index in range(len(found.slots))]
        return [
            f"   {slot}: {len(depths)} frames, {depths.min():.2f} to {depths.max():.2f} m ahead"
            for slot, depths in zip(found.slots, near_far, strict=True)
        ]
    return [f"   {slot}: {_sentence(pose)}" for slot, pose in found.poses.items()]


def _sentence(pose: "RigidPose") -> str:
    place = ", ".join(f"{each:.3f}" for each in pose.translation_m)
    yaw, pitch, roll = pose.euler_deg
    doubt = "; uncertain" if pose.uncertain else ""
    return (
        f"at {place} m; yaw {yaw:.1f}, pitch {pitch:.1f}, roll {roll:.1f} degrees; error {pose.error_px:.2f} px{doubt}"
    )
