"""A photo at an address for the visitor's browser."""

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from pages.ui.serving.addresses import address, offer, withdraw
from pages.ui.serving.visits import Visit
from posecore.media.pictures import encode_jpeg, fit_picture


class ServedPhoto:
    """A photo that is served until it is closed.

    Attributes:
        key: identifies it.
        address: where; None: nowhere, as ``address`` of pages.ui.serving.addresses.
        closed: whether it is served no longer.
    """

    def __init__(self, key: str, rgb: np.ndarray, most_px: int) -> None:
        self.key = key
        self._content = encode_jpeg(fit_picture(rgb, most_px))
        self._token = offer(self._answer)
        self.address = address(self._token)
        self.closed = False

    async def _answer(self, request: Request) -> Response:
        return Response(self._content, media_type="image/jpeg")

    def close(self) -> None:
        """Serve it no longer."""
        self.closed = True
        withdraw(self._token)


def served_photo(visit: Visit, key: str, rgb: np.ndarray, most_px: int) -> ServedPhoto:
    """The photo at an address; one at a time in a visit.

    Args:
        visit: keeps it.
        key: identifies the photo.
        rgb: (H, W, 3) uint8.
        most_px: longest side of what is sent.
    """
    served = visit.get(ServedPhoto)
    if served is None or served.key != key or served.closed:
        served = ServedPhoto(key, rgb, most_px)
        visit.keep(served)
    return served
