"""A file of sessions, whatever its kind."""

from posecore.progress.csv_file import read_csv
from posecore.progress.excel_file import read_excel
from posecore.progress.rows import unreadable
from posecore.progress.sessions import ExerciseSession

_ZIP, _OLD_EXCEL = b"PK", b"\xd0\xcf\x11\xe0"


def read_sessions(data: bytes) -> list[ExerciseSession]:
    """Read exercise sessions from the content of a CSV or Excel file (.xlsx), without thumbnails.

    The file may come from anywhere: sizes are limited by ``posecore.limits``, and nothing in it is evaluated.

    Raises:
        UnreadableSessions: if it is neither, or not right; the message says in which row and column, what was expected
            and what is there.
    """
    if data.startswith(_OLD_EXCEL):
        raise unreadable(
            "Expected CSV or .xlsx, but got an old Excel file (.xls) or one with a password. In the spreadsheet, save "
            "it as .xlsx without a password."
        )
    return read_excel(data) if data.startswith(_ZIP) else read_csv(data)
