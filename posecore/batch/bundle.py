"""The results of a batch as one zip."""

import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from posecore.batch.summary import SUMMARY_CSV, SUMMARY_PARQUET
from posecore.batch.task import CLIPS, LANDMARKS, MARK
from posecore.system import whole_file


def write_data_set(
    out: Path, clips: Iterable[str], target: Path, *, on_file: Callable[[int, int], bool] = lambda *_: True
) -> bool:
    """Write summary, landmarks and results of some videos to a zip, which appears whole or not at all.

    The marks that say where a batch goes on are not in it, as they are of no use elsewhere.

    Args:
        out: folder of the results on this machine.
        clips: names of the videos.
        target: the zip.
        on_file: called after each file with the number of files done and of all; if it returns False, it ends.

    Returns:
        Whether it was written.

    Raises:
        OSError: if it cannot be written.
    """
    files = [path for name in (SUMMARY_CSV, SUMMARY_PARQUET) if (path := out / name).is_file()]
    for clip in clips:
        for folder in (out / CLIPS / clip, out / LANDMARKS / f"clip={clip}"):
            files += [path for path in sorted(folder.iterdir()) if path.name != MARK]
    # Parquet, npz and MP4 are compressed.
    with suppress(_Ended), whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(files, start=1):
            archive.write(path, path.relative_to(out).as_posix())
            if not on_file(number, len(files)):
                raise _Ended
        return True
    return False


class _Ended(Exception):
    """It was ended before the zip was whole."""
