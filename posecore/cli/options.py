"""Options that several commands share."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

import click

from posecore.errors import InvalidOption
from posecore.estimation.pose_options import EngineChoice, PoseOptions, SearchChoice
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.view.overlays.names import USUAL_FAMILY, AnchorName, PieceName, ReferenceName
from posecore.view.silhouettes import Background, BackgroundName, BackgroundPicture

if TYPE_CHECKING:
    from posecore.motion.smoothing import Smoothing
    from posecore.poses import FramePoses, PoseSequence
    from posecore.rigid.board import Board
    from posecore.view.overlays.ghost import Ghost
    from posecore.view.overlays.own_picture import OwnPicture
    from posecore.view.overlays.puppet_svg import Puppet

GivenHeights = float | Mapping[int, float]
"""Metres of everybody in a video, or by id of the person."""

GivenLens = float | Literal["exif"]
"""Field of view in degrees across a photo's longer side, or that its EXIF data say it."""

_Command = TypeVar("_Command", bound=Callable[..., Any])
_USUAL = PoseOptions()
_WHOLE = ClipOptions()

# Files are checked where they are read: one that cannot be read must not stop the others.
PATH = click.Path(readable=False, path_type=Path)


out = click.option(
    "--out", type=PATH, required=True, metavar="DIR", help="Folder to write to; created if it does not exist."
)
overwrite = click.option(
    "--overwrite",
    is_flag=True,
    help="Replace results of another file or with other options, which are kept otherwise: the new ones get a number.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
people_in_photos = click.option(
    "--people", type=int, default=20, show_default=True, metavar="N", help="Maximum number of people in a photo."
)
photos_at_once = click.option(
    "--workers", type=int, metavar="N", help="Photos estimated at once.  [default: one on each core]"
)
background = click.option(
    "--background",
    default="keep",
    show_default=True,
    metavar="keep|blur|plain|FILE",
    help="What is behind the people: keep it, blur it, make it plain, or replace it by this picture.",
)


def _heights(context: click.Context, option: click.Parameter, text: str | None) -> GivenHeights | None:
    """``--height``: one number for everybody, or a number for each id."""
    if text is None:
        return None
    try:
        if "=" not in text:
            return float(text)
        pairs = (word.split("=") for word in text.split(","))
        return {int(person): float(height_m) for person, height_m in pairs}
    except ValueError as error:
        raise click.BadParameter(
            f"expected metres, such as 1.75, or metres by person, such as 1=1.75,2=1.68, but got {text!r}."
        ) from error


def _lens(context: click.Context, option: click.Parameter, text: str | None) -> GivenLens | None:
    """``--camera-axes``: degrees, or that the photo's EXIF data say them."""
    if text is None or text == "exif":
        return "exif" if text else None
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not 0 < degrees < 180:
        raise click.BadParameter(f"expected exif, or degrees between 0 and 180, but got {text!r}.")
    return degrees


camera_axes = click.option(
    "--camera-axes",
    "lens",
    callback=_lens,
    metavar="exif|DEG",
    help="Turn metres to the axes of the camera, whose field of view across the longer side the photo states, or which "
    "is DEG.  [default: metres in the axes of each person's own crop, as the model gives them]",
)
height = click.option(
    "--height",
    "heights",
    callback=_heights,
    metavar="M|ID=M,...",
    help="Height of the person, in metres, or of each by id (1=1.75,2=1.68): scales all metres to it.  "
    "[default: metres are the model's guess]",
)
_FIT = [
    click.option(
        "--body",
        type=click.Choice(["solid"]),
        help="solid: one body over the whole video, with bones of constant length, and left and right told apart.",
    ),
    click.option(
        "--field-of-view",
        "field_of_view_deg",
        type=float,
        metavar="DEG",
        help="Of the camera, across the longer side of the picture, for a solid body.  [default: as stated, or 60]",
    ),
]
_PART = [
    click.option("--start", "start_s", type=float, default=_WHOLE.start_s, metavar="S", help="Start at this second."),
    click.option("--end", "end_s", type=float, metavar="S", help="End before this second."),
    click.option(
        "--every", type=int, default=_WHOLE.every, show_default=True, metavar="N", help="Use only every Nth frame."
    ),
]
film_side = click.option(
    "--film-side",
    type=int,
    metavar="PX",
    help="Longest side of the annotated video.  [default: that of the original]",
)
film_quality = click.option(
    "--film-quality",
    type=click.Choice(get_args(FilmQuality)),
    default=_WHOLE.film_quality,
    show_default=True,
    help="Encode fast, or make a smaller file.",
)
no_smoothing = click.option(
    "--no-smoothing",
    is_flag=True,
    help="Landmarks as the model returns them, to be smoothed later (see export --smoothing).",
)
_BOARD = [
    click.option(
        "--board",
        "columns_rows",
        default="5x7",
        show_default=True,
        metavar="CxR",
        help="Squares of the board, across and down.",
    ),
    click.option(
        "--square",
        "square_m",
        type=float,
        default=0.035,
        show_default=True,
        metavar="M",
        help="Side of its squares in metres.",
    ),
    click.option(
        "--board-tags",
        "board_family",
        default="4x4_50",
        show_default=True,
        metavar="FAMILY",
        help="Tags in its squares.",
    ),
]
overlay = click.option(
    "--overlay",
    "pieces",
    multiple=True,
    type=click.Choice(get_args(PieceName)),
    help="Draw this on the people instead of their skeletons; may be given several times.",
)
ghost = click.option(
    "--ghost",
    metavar="NAME|PHOTO",
    help=f"A pose to fill, with a score: {', '.join(get_args(ReferenceName))}, or that of the person in a photo.",
)
puppet = click.option(
    "--puppet",
    type=PATH,
    metavar="FILE",
    help="Draw this puppet on each person: an SVG file made from the template. The built-in one is --overlay puppet.",
)
_PICTURE = [
    click.option(
        "--picture",
        "picture_file",
        type=PATH,
        metavar="FILE",
        help="Draw this picture on each person, or on printed markers; PNG and WebP may be transparent.",
    ),
    click.option(
        "--anchor",
        type=click.Choice(get_args(AnchorName)),
        default="head",
        show_default=True,
        help="What the picture is held to.",
    ),
    click.option(
        "--picture-size",
        type=float,
        default=1.0,
        show_default=True,
        metavar="X",
        help="Its height in lengths of that part, or in sides of the marker.",
    ),
    click.option("--picture-turn", type=float, default=0.0, metavar="DEG", help="Turn it clockwise."),
    click.option(
        "--picture-shift",
        type=(float, float),
        default=(0.0, 0.0),
        metavar="RIGHT UP",
        help="Shift it, in the same lengths.",
    ),
    click.option(
        "--marker-family",
        default=USUAL_FAMILY,
        show_default=True,
        metavar="FAMILY",
        help="Tags that are markers: AprilTag's, such as 36h11, or ArUco's. The sheet command makes some to print.",
    ),
]
_ESTIMATION = [
    click.option(
        "--model",
        default=_USUAL.model,
        show_default=True,
        metavar="NAME|FILE",
        help="lite (fastest), full, heavy (most accurate), or the path of a .task file.",
    ),
    click.option(
        "--people",
        type=int,
        default=_USUAL.people,
        show_default=True,
        metavar="N",
        help="Maximum number of people to find.",
    ),
    click.option(
        "--search",
        type=click.Choice(get_args(SearchChoice)),
        default=_USUAL.search,
        show_default=True,
        help="thorough also finds small or distant people, and takes longer.",
    ),
    click.option(
        "--object-detector",
        type=PATH,
        metavar="FILE",
        help="For the thorough search: a MediaPipe object detection model, such as efficientdet_lite0.tflite.",
    ),
    *(
        click.option(f"--min-{name}", type=float, default=0.5, show_default=True, metavar="0..1", help=meaning)
        for name, meaning in (
            ("detection", "Minimum score of a detected person."),
            ("presence", "Minimum score of a person's landmarks."),
            ("tracking", "With several people: minimum overlap of a detection with a tracked person to be matched."),
        )
    ),
    click.option(
        "--engine",
        type=click.Choice(get_args(EngineChoice)),
        default=_USUAL.engine,
        show_default=True,
        help="fast (OpenVINO), mediapipe (the reference), or auto: fast if it runs here.",
    ),
    click.option(
        "--threads",
        type=int,
        metavar="N",
        help="Threads of the fast engine.  [default: one per core, at most four]",
    ),
]


def check_heights(given: GivenHeights | None, people: int) -> None:
    """Check the heights before anybody is looked for.

    Raises:
        InvalidOption: if a height is outside the limits, or one number is given where several people may be found.
    """
    from posecore.motion.height import check_height

    if given is None:
        return
    for height_m in given.values() if isinstance(given, Mapping) else [given]:
        check_height(height_m)
    if people > 1 and not isinstance(given, Mapping):
        raise InvalidOption(
            f"Expected --height for each person by id where several may be found, such as 1={given:g},2=1.68, but got "
            f"{given:g} for up to {people} people."
        )


def field_of_view_of(lens: GivenLens | None, photo: Path, size: tuple[int, int]) -> float | None:
    """The field of view in degrees that ``--camera-axes`` says; None if it is not given, or the photo states none."""
    if lens != "exif":
        return lens
    from posecore.rigid.camera_files import camera_of_photo

    camera = camera_of_photo(photo, size)
    return None if camera is None else camera.fov_deg


def fitted(body: str | None, field_of_view_deg: float | None) -> "Smoothing | None":
    """What ``fit`` asks for; None if it does not.

    Raises:
        InvalidOption: if a field of view is given without a body, or is none.
    """
    if body is None:
        if field_of_view_deg is not None:
            raise InvalidOption("Expected --field-of-view with --body solid only, but got no --body.")
        return None
    from posecore.motion.smoothing import Smoothing

    return Smoothing("solid") if field_of_view_deg is None else Smoothing("solid", field_of_view_deg=field_of_view_deg)


def heights_of(given: GivenHeights | None, poses: "FramePoses | PoseSequence") -> dict[int, float]:
    """The heights that the option says, metres by id.

    One number is everybody's: after a cut or a gap the same person has another id.

    Raises:
        InvalidOption: if nobody has one of the ids.
    """
    there = poses.person_ids.tolist()
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return dict.fromkeys(there, given)
    if unknown := [person for person in given if person not in there]:
        ids = ", ".join(map(str, there)) or "none"
        raise InvalidOption(f"Expected --height for people of this result ({ids}), but got one for {unknown[0]}.")
    return dict(given)


def ghost_of(given: str | None, estimation: PoseOptions) -> "Ghost | None":
    """The pose to fill that the option says.

    Raises:
        InvalidOption: if it is neither a name nor a file.
        UnreadableMedia, MediaTooLarge, NotComparable: about the photo.
    """
    from posecore.pipeline import estimate_image
    from posecore.view.overlays.ghost import Ghost

    if given is None:
        return None
    if given in get_args(ReferenceName):
        return Ghost.named(cast(ReferenceName, given))
    if not Path(given).exists():
        raise InvalidOption(
            f"Expected --ghost to be {', '.join(get_args(ReferenceName))} or the path of a photo, but got {given!r}."
        )
    return Ghost.of(estimate_image(Path(given), estimation))


def puppet_of(file: Path | None) -> "Puppet | None":
    """The puppet that the option says.

    Raises:
        UnreadablePuppet: about the file.
    """
    from posecore.view.overlays.puppet_svg import Puppet

    return None if file is None else Puppet.read(file)


def background_of(given: str) -> Background:
    """The background that the option says.

    Raises:
        InvalidOption: if it is neither a name nor a file.
        UnreadableMedia, MediaTooLarge: about the file.
    """
    from posecore.media.pictures import decode_picture

    if given in get_args(BackgroundName):
        return cast(BackgroundName, given)
    if not Path(given).exists():
        raise InvalidOption(
            f"Expected --background to be {', '.join(get_args(BackgroundName))} or the path of a picture, but got "
            f"{given!r}."
        )
    return BackgroundPicture(decode_picture(Path(given)))


def part(command: _Command) -> _Command:
    """Add the options that say which frames of a video are used, named as in ``ClipOptions``."""
    return _with(_PART, command)


def fit(command: _Command) -> _Command:
    """Add the options of a solid body."""
    return _with(_FIT, command)


def estimation(command: _Command) -> _Command:
    """Add the options of the estimation, named as in ``PoseOptions``."""
    return _with(_ESTIMATION, command)


@dataclass(frozen=True)
class GivenPicture:
    """The picture of one's own that the options of ``own_picture`` say."""

    file: Path | None
    place: dict[str, Any]

    def load(self) -> "OwnPicture | None":
        """The picture; None if none was given.

        Raises:
            UnreadableMedia, MediaTooLarge: about the file.
            InvalidOption: about its place.
        """
        from posecore.media.pictures import decode_transparent
        from posecore.view.overlays.own_picture import OwnPicture

        return None if self.file is None else OwnPicture(decode_transparent(self.file), **self.place)

    def as_dict(self) -> dict[str, Any] | None:
        """Facts of a manifest: the file's name and SHA-256, and the place; None if none was given."""
        from posecore.media.files import file_sha256

        if self.file is None:
            return None
        place = self.place | {"offset": list(self.place["offset"])}
        return {"file": self.file.name, "sha256": file_sha256(self.file), **place}


def own_picture(command: _Command) -> _Command:
    """Add the options of a picture of one's own; the command gets them as ``own``, a ``GivenPicture``."""

    @wraps(command)
    def with_picture(
        *arguments: Any,
        picture_file: Path | None,
        anchor: str,
        picture_size: float,
        picture_turn: float,
        picture_shift: tuple[float, float],
        marker_family: str,
        **others: Any,
    ) -> Any:
        place = {
            "anchor": anchor,
            "size": picture_size,
            "angle_deg": picture_turn,
            "offset": picture_shift,
            "family": marker_family,
        }
        return command(*arguments, own=GivenPicture(picture_file, place), **others)

    return _with(_PICTURE, cast(_Command, with_picture))


def _with(options: Sequence[Callable[[_Command], _Command]], command: _Command) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command


def board(command: _Command) -> _Command:
    """Add the options of a calibration board, see ``board_of``."""
    return _with(_BOARD, command)


def board_of(columns_rows: str, square_m: float, family: str) -> "Board":
    """The board that the options say.

    Raises:
        InvalidOption: if there is no such board.
    """
    from posecore.rigid.board import Board

    columns, _, rows = columns_rows.lower().partition("x")
    if not (columns.isdecimal() and rows.isdecimal()):
        raise InvalidOption(f"Expected --board to be columns and rows such as 5x7, but got {columns_rows!r}.")
    return Board(int(columns), int(rows), square_m, family)
