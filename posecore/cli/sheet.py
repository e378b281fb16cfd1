"""``posecore sheet``: tags or a calibration board to print, as PDF in exact millimetres."""

from pathlib import Path

import click

from posecore.cli import options
from posecore.cli.console import Report
from posecore.cli.outputs import OutputFolder
from posecore.errors import InvalidOption


@click.command()
@options.board
@click.option(
    "--tags", "family", metavar="FAMILY", help="Tags of this family (36h11, 4x4_50, ...) instead of the board."
)
@click.option("--tag-size", "size_m", type=float, metavar="M", help="Side of a tag's black square in metres.")
@click.option("--ids", default="0-5", show_default=True, metavar="N,N-N", help="Which tags.")
@click.option("--page", default="a4", show_default=True, metavar="a4|a3|letter", help="Size of the pages.")
@options.out
@options.overwrite
@options.as_json
def sheet(
    columns_rows: str,
    square_m: float,
    board_family: str,
    family: str | None,
    size_m: float | None,
    ids: str,
    page: str,
    out: Path,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Write the board that cameras are calibrated with as a PDF, or tags. Print it at 100 %.

    Writes board_5x7_35mm.pdf, or tags_36h11_50mm.pdf.
    """
    from posecore.rigid.sheets import write_board_sheet, write_tag_sheet

    if (family is None) != (size_m is None):
        raise InvalidOption("Expected --tags and --tag-size together, but got only one of them.")
    report = Report(as_json)
    if family is None or size_m is None:
        board = options.board_of(columns_rows, square_m, board_family)
        stem = f"board_{board.columns}x{board.rows}_{1000 * board.square_m:g}mm"
    else:
        stem = f"tags_{family}_{1000 * size_m:g}mm"
    with OutputFolder(out, overwrite=overwrite).whole(Path(stem), stem) as written:
        path = written.folder / f"{stem}.pdf"
        if family is None or size_m is None:
            write_board_sheet(path, board, page=page)
        else:
            write_tag_sheet(path, family, _numbers(ids), size_m, page=page)
    outputs = list(written.paths.values())
    report.add_done(outputs[0], outputs)
    report.say(f"Wrote {outputs[0]}. Print it at 100 %, and check that its ruler is 100 mm long.")
    return report.finish()


def _numbers(ids: str) -> list[int]:
    """The numbers in a text such as ``0-5,8``."""
    numbers: list[int] = []
    for part in ids.split(","):
        first, _, last = part.strip().partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()) or len(first + last) > 8:
            raise InvalidOption(f"Expected --ids to be numbers such as 0-5,8, but got {ids!r}.")
        numbers += range(int(first), min(int(last or first), int(first) + 9999) + 1)
    return numbers
