"""The command line: ``posecore``, or ``python -m posecore``.

A command is one row of ``_COMMANDS`` and one module of this folder, imported when the command is used. Commands import
what they need when they run, so that ``--help`` is fast, and errors during an import (a missing library, a limit that
is not a number) are reported like any other error.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from posecore.cli.console import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_NOT_WRITTEN, NotWritten, complain
from posecore.errors import PosecoreError
from posecore.system import VERSION

# Each is a function of that name, with underscores, in the module of that name.
_COMMANDS = {
    "image": "Photos: draw the landmarks on them and write their tables.",
    "video": "A video: draw the landmarks on it and save them.",
    "batch": "Many videos: analyse each once, and write one data set and one summary.",
    "hands": "Photos and videos: find hands, their landmarks, gestures and letters.",
    "export": "A saved result: write it in other formats.",
    "reps": "A video or a saved result: count the repetitions of an exercise.",
    "compare": "Two videos, saved results or photos: how alike, and when.",
    "evaluate": "Labelled photos: score models and other systems on them.",
    "evaluate-clip": "A video or a saved result: score it against motion capture or another result.",
    "doubts": "Photos without labels: find those to look at first.",
    "rigid": "Photos and videos: where tags and parts of people are, and how they are turned.",
    "calibrate": "Photos or a video of a printed board: the camera that took them.",
    "sheet": "Tags or a calibration board to print, as PDF.",
}

_EXAMPLES = """\
\b
Examples:
  python -m posecore image photo.jpg --out results
  python -m posecore image *.jpg --out results --people 3
  python -m posecore video walk.mp4 --out results
  python -m posecore video walk.mp4 --out results --no-film --json
  python -m posecore batch videos --out results
  python -m posecore hands photo.jpg wave.mp4 --out results
  python -m posecore rigid tags.jpg --tags 36h11 --tag-size 0.05 --camera camera.yml
  python -m posecore export results/walk.posecore.npz --to trc,angles,html
  python -m posecore export results/walk.posecore.npz --to all --smoothing butterworth --out walk.zip
  python -m posecore reps squats.mp4 --exercise squat
  python -m posecore compare teacher.mp4 pupil.mp4
  python -m posecore evaluate --images photos --annotations labels.json --search fast,thorough --out scores
  python -m posecore evaluate-clip results/walk.posecore.npz walk.c3d --out scores
  python -m posecore doubts --images photos --out doubts

Exit codes: 0 success; 1 the outputs could not be written; 2 a file or an option was not usable; 130 interrupted.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    signal.signal(signal.SIGTERM, _stop)
    _prepare_streams()
    try:
        with _without_native_chatter(), _models_released():
            return int(_posecore.main(arguments, standalone_mode=False))
    except (KeyboardInterrupt, click.Abort):
        complain("Interrupted. Partial files have been removed.")
        return EXIT_INTERRUPTED
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "posecore"
        complain(f"{command}: {error.format_message()} See {command} --help")
        return EXIT_BAD_INPUT
    except PosecoreError as error:
        complain(error)
        return EXIT_NOT_WRITTEN if isinstance(error, NotWritten) else EXIT_BAD_INPUT
    except OSError as error:  # such as help that cannot be printed
        complain(f"The command could not be finished: {error}.")
        return EXIT_NOT_WRITTEN


def _prepare_streams() -> None:
    """Make sure that any text can be printed, such as names in a script that the console does not have."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed before this program started
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the program runs
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


class _Commands(click.Group):
    """The commands of ``_COMMANDS``, imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            ctx.fail(f"Expected a command ({' | '.join(_COMMANDS)}), but got {cmd_name!r}.")
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"posecore.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    epilog=_EXAMPLES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="posecore", message="%(prog)s %(version)s")
@click.pass_context
def _posecore(context: click.Context) -> None:
    """Find the landmarks of bodies and hands in photos and videos."""
    if context.invoked_subcommand is None:
        context.fail(f"Expected a command: {' | '.join(_COMMANDS)}.")


@contextmanager
def _models_released() -> Iterator[None]:
    try:
        yield
    finally:
        if photos := sys.modules.get("posecore.estimation.photos"):  # otherwise no model was loaded
            photos.release_models()


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """Hide what native libraries print on descriptor 2; Python's own stderr is still shown.

    MediaPipe logs its start-up there and has no switch for it.
    """
    if not _has_descriptor(sys.stderr):
        yield
        return
    with suppress(OSError):
        sys.stderr.flush()
    python_stderr, visible = sys.stderr, os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    stream = os.fdopen(os.dup(visible), "w", encoding=python_stderr.encoding, errors="backslashreplace")
    try:
        sys.stderr = stream
        yield
    finally:
        sys.stderr = python_stderr
        with suppress(OSError):
            stream.close()
        os.dup2(visible, 2)
        os.close(visible)


def _has_descriptor(stream: Any) -> bool:
    try:
        return bool(stream.fileno() == 2)
    except (AttributeError, OSError, ValueError):
        return False


def _stop(number: int, frame: object) -> NoReturn:
    # Raised as an exception, so that temporary files are removed on the way out.
    sys.exit(128 + number)
