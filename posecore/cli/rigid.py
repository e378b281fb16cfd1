"""``posecore rigid``: where tags, heads and other rigid bodies are in photos and videos, and how they are turned."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from posecore.cli import options
from posecore.cli.console import Report, complain, find_models, process_each, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.cli.sources import is_photo
from posecore.errors import InvalidOption
from posecore.rigid.kinds import ASSUMED_FOV_DEG, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from posecore.estimation.faces import FaceNetwork
    from posecore.rigid.camera import Camera
    from posecore.rigid.corners import Thing
    from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence
    from posecore.rigid_pipeline import RigidOptions, Stage
    from posecore.runs.progress import Progress

_WHY_ASSUMED = (
    f"The camera is not known: {ASSUMED_FOV_DEG:g} degrees across the longer side are assumed, so distances may be off "
    "by a third. Give --camera or --fov."
)


# A thing has no name here, and there is only one.
_THING, _UNSEEN = "thing", "-"


@dataclass(frozen=True)
class _Picked:
    """A thing with where its corners were picked: (N, 2) pixels from the photo's corner; NaN: not."""

    thing: "Thing"
    corners: "np.ndarray"


@dataclass(frozen=True)
class _Asked:
    fov_deg: float | None
    camera_file: Path | None
    bodies: "RigidOptions"
    tag_size_m: float | None
    faces: "FaceNetwork | None"
    smoothing: bool
    drawn: bool
    picked: _Picked | None = None

    @property
    def axis_m(self) -> dict[str, float]:
        """Length of the axes of tags by family, and of the thing."""
        if self.picked is not None:
            return {_THING: min(self.picked.thing.size_m[:2]) / 2}
        family, size_m = self.bodies.family, self.tag_size_m
        return {} if family is None or size_m is None else {family: size_m / 2}

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
    "--thing",
    "sides",
    metavar="WxH|WxHxD",
    help="Find a flat thing or a box of this size in metres in a photo, by its --corners.",
)
@click.option(
    "--corners",
    metavar='"X,Y X,Y ..."',
    help="Where its corners are, pixels from the photo's upper left corner: clockwise round the front from its top "
    f"left one, then those behind; {_UNSEEN} for one that is not seen.",
)
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
    sides: str | None,
    corners: str | None,
    kinds: str | None,
    people: int,
    no_faces: bool,
    no_smoothing: bool,
    out: Path | None,
    overwrite: bool,
    no_film: bool,
    as_json: bool,
) -> int:
    """Find where rigid bodies are in photos and videos, and how they are turned: tags, a thing, or parts of people.

    With --out, writes STEM.rigid.csv, of a video also STEM.rigid.nc, and STEM.rigid.png or .mp4 with the axes drawn. A
    file that cannot be used does not stop the others.
    """
    if fov_deg is not None and camera_file is not None:
        raise InvalidOption("Expected --fov or --camera, but got both.")
    if (family is None) != (size_m is None):
        raise InvalidOption("Expected --tags and --tag-size together, but got only one of them.")
    picked = _picked(files, sides, corners)
    if picked is not None and family is not None:
        raise InvalidOption("Expected --thing or --tags, but got both.")
    report = Report(as_json)
    if picked is not None:
        bodies = _nothing_else()
    elif family is None or size_m is None:
        bodies = _parts_of_people(kinds, people, smoothing=not no_smoothing)
    else:
        bodies = _tags(family, size_m)
    faces = _face_network() if "head" in bodies.kinds and not no_faces else None
    asked = _Asked(fov_deg, camera_file, bodies, size_m, faces, not no_smoothing, not no_film, picked)
    folder = None if out is None else OutputFolder(out, overwrite=overwrite)
    process_each(files, report, lambda file: (_photo if is_photo(file) else _video)(file, asked, folder, report))
    return report.finish()


def _picked(files: tuple[Path, ...], sides: str | None, corners: str | None) -> _Picked | None:
    import numpy as np

    from posecore.rigid.corners import Thing

    if (sides is None) != (corners is None):
        raise InvalidOption("Expected --thing and --corners together, but got only one of them.")
    if sides is None or corners is None:
        return None
    if len(files) != 1 or not is_photo(files[0]):
        raise InvalidOption("Expected one photo with --thing, as its corners are elsewhere in every other.")
    try:
        size_m = tuple(float(side) for side in sides.split("x"))
    except ValueError as error:
        raise InvalidOption(f"Expected --thing to be a size such as 0.21x0.297, but got {sides!r}.") from error
    thing = Thing(size_m)
    unseen = (np.nan, np.nan)
    try:
        places = [unseen if each == _UNSEEN else tuple(map(float, each.split(","))) for each in corners.split()]
    except ValueError:
        places = []
    if len(places) != len(thing.corners_m) or any(len(place) != 2 for place in places):
        raise InvalidOption(f"Expected --corners to be {len(thing.corners_m)} of X,Y or -, but got {corners!r}.")
    return _Picked(thing, np.array(places))


def _nothing_else() -> "RigidOptions":
    from posecore.rigid_pipeline import RigidOptions

    return RigidOptions(())


def _tags(family: str, size_m: float) -> "RigidOptions":
    from posecore.rigid.tags import tag_points
    from posecore.rigid_pipeline import RigidOptions

    tag_points(size_m)  # which fails before anything is read if there is no such size
    return RigidOptions((), family=family)


def _parts_of_people(kinds: str | None, people: int, *, smoothing: bool) -> "RigidOptions":
    """Without hands, with a reason, if they cannot be had here and were not asked for by name."""
    from posecore.estimation.pose_options import PoseOptions
    from posecore.rigid_pipeline import RigidOptions, without_hands

    if kinds is None:
        wanted, why = without_hands(tuple(KINDS))
        if why:
            complain(why)
    else:
        wanted = _kinds(kinds)
    bodies = RigidOptions(wanted, PoseOptions(people=people, smoothing=smoothing))
    find_models("full", *([] if bodies.hands is None else ["hand"]))
    return bodies


def _face_network() -> "FaceNetwork | None":
    """The face network; None, with a reason, if it cannot be had here."""
    from posecore.errors import ModelNotFound
    from posecore.rigid_pipeline import open_faces

    try:
        find_models("face")
        faces = open_faces()
    except ModelNotFound as error:
        faces = f"Heads are posed by the landmarks of bodies. {error}"
    if isinstance(faces, str):
        complain(faces)
        return None
    return faces


def _kinds(names: str) -> tuple[str, ...]:
    kinds = tuple(name.strip() for name in names.split(","))
    if unknown := [name for name in kinds if name not in KINDS]:
        raise InvalidOption(f"Expected --kinds to be some of {', '.join(KINDS)}, but got {unknown[0]!r}.")
    return kinds


def _photo(file: Path, asked: _Asked, folder: OutputFolder | None, report: Report) -> None:
    from posecore.export.rigid_file import write_rigid
    from posecore.media.pictures import decode_picture, encode_png
    from posecore.rigid_pipeline import see_in_photo
    from posecore.view.rigid_drawing import draw_rigid

    notes: list[str] = []
    rgb = decode_picture(file, on_note=notes.append)
    camera = asked.camera_for(file, (rgb.shape[1], rgb.shape[0]), notes)
    seen = see_in_photo(rgb, asked.bodies, asked.faces)
    found = seen.pose(camera, kinds=asked.bodies.kinds, tag_size_m=asked.tag_size_m)
    notes += seen.notes(found, asked.bodies.kinds)
    if asked.picked is not None:
        found = _thing_in(asked.picked, camera, notes)
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


def _thing_in(picked: _Picked, camera: "Camera", notes: list[str]) -> "FrameRigid":
    from posecore.rigid.corners import fit_corners
    from posecore.rigid.pose import FrameRigid, RigidSlot

    fit = fit_corners(picked.thing, picked.corners - 0.5, camera)
    if fit.problem is not None:
        notes.append(fit.problem)
    return FrameRigid({} if fit.pose is None else {RigidSlot(_THING, 1): fit.pose}, 0.0, camera.size)


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


def _bodies_in_video(file: Path, asked: _Asked, notes: list[str]) -> "tuple[RigidSequence, Camera]":
    from posecore.rigid_pipeline import see_faces, see_in_video

    def shown(show: "Callable[..., None]") -> "Callable[[Stage, Progress], None]":
        return lambda _, progress: show(progress.frames, progress.total)

    with progress_bar(unit="frame") as show:
        seen = see_in_video(file, asked.bodies, on_progress=shown(show), on_note=notes.append)
    camera = asked.camera_for(file, seen.size, notes)
    if asked.faces:
        with progress_bar(unit="frame", desc="Faces") as show:
            seen = see_faces(seen, file, asked.faces, shown(show))
    found = seen.pose(camera, kinds=asked.bodies.kinds, tag_size_m=asked.tag_size_m, smooth=asked.smoothing)
    notes += seen.notes(found, asked.bodies.kinds)
    return found, camera


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
    from posecore.export.rigid_file import rigid_as_dict

    report.add_done(file, outputs, **rigid_as_dict(found, camera), notes=notes)
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
