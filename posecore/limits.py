"""All limits on what posecore accepts, in one place.

A host can change them through environment variables: ``POSECORE_LIMIT_CLIP_FRAMES=20000`` sets ``clip_frames``. Some
are smaller by themselves if there is little memory. The size of one upload in bytes is Streamlit's own setting
(``server.maxUploadSize`` in ``.streamlit/config.toml``).
"""

import os
from dataclasses import dataclass, fields

from posecore.errors import InvalidOption
from posecore.system import usable_memory


@dataclass(frozen=True)
class Limits:
    """Limits that keep a single malicious or careless input from taking over the machine.

    Attributes:
        upload_megabytes: size of all uploads that are on their way to one app server, or in its memory as no page has
            taken them yet; further ones wait.
        uploads_waiting: uploads that wait for that, half of them of one visit.
        upload_wait_seconds: how long one waits.
        upload_seconds: time for one upload; if others wait then, it ends.
        picture_pixels: width x height of a photo; checked before it is decoded.
        clip_frame_pixels: width x height of one frame of a video (8K UHD is 33 million).
        clip_frames: frames of one video (an hour at 60 frames per second is 216,000).
        clip_seconds: length of one video.
        people: maximum number of people in a frame.
        least_height_cm, most_height_cm: of a person, where it is given.
        person_frames: frames times people of one video whose landmarks are kept, 1 KB each; if more people come and
            go than this allows, the last ones are left out.
        runs_at_once: jobs, such as the analysis of a video or the development of a raw photo, that one app server does
            at the same time; further ones wait.
        waiting_places: jobs that wait for one of these places; further ones are asked to come again.
        waiting_per_visit: of these places, those that one visit can take.
        job_seconds: time of work for one job; if jobs of other visits wait then, it ends, with the result so far.
        clip_megabytes: memory for processing one video, in addition to the loaded model's, and for developing a
            camera's raw photo (Linux).
        overlay_megabytes: size of an overlay by itself, as a video or as pictures; its writing ends there.
        seconds_per_frame: a video is abandoned if one frame takes longer than this, and so is a raw photo.
        seconds_idle: how long an idle worker process is kept, and the models of an app that nobody uses.
        live_viewers: concurrent live sessions on one app server; each can keep a processor core busy.
        device_viewers: visitors of one app server whose own devices send it landmarks at the same time.
        live_seconds: a live session ends after this time, so that others get a turn; it can be started again.
        take_seconds: longest recording of a live session.
        seconds_after_leaving: how long a visitor's video is kept after the connection is lost, since many visitors
            return after a brief network failure.
        sessions_rows: rows of a file of exercise sessions that is read. In the app, nobody can import more repetitions
            and holds in all.
        sessions_megabytes: size of such a file, also after it is unpacked.
        sign_examples: examples in one book of taught signs; each movement is compared with all of them.
        signs_megabytes: size of a file of taught signs; an example of 3 seconds takes 0.05.
        labelled_photos: photos of one labelled set, and files in one zip of them.
        labelled_photo_megabytes: size of one file in such a zip, after it is unpacked.
        labelled_people: people in one labelled photo, and in results on it; each is compared with all others.
        labels_megabytes: size of a file of labels, or of results on labelled photos, also after it is unpacked. Once
            read it takes up to 20 times as much memory.
        photo_set_megabytes: size of all photos that one visitor of the app gives to be labelled or scored.
        batch_clips: videos in the queue of one Batch page.
        batch_megabytes: size of all videos that one visitor of the app gives to a batch.
        motion_megabytes: size of a file with a movement that another program wrote, such as C3D.
        share_seconds: length of a shared page; of a longer video it has the part around the moment.
        share_days: how long an address of a shared page lives; 0, which is the default: there are no such addresses.
        shared_megabytes: size of all pages that have such addresses.
        puppet_kilobytes: size of an SVG file of a puppet; a drawing without pictures in it has far less.
    """

    upload_megabytes: int = 800
    uploads_waiting: int = 400
    upload_wait_seconds: int = 120
    upload_seconds: int = 600
    picture_pixels: int = 64_000_000
    clip_frame_pixels: int = 36_000_000
    clip_frames: int = 216_000
    clip_seconds: int = 7_200
    people: int = 20
    least_height_cm: int = 50
    most_height_cm: int = 260
    person_frames: int = 2_000_000
    runs_at_once: int = 2
    waiting_places: int = 20
    waiting_per_visit: int = 4
    job_seconds: int = 1_800
    clip_megabytes: int = 3_000
    overlay_megabytes: int = 2_000
    seconds_per_frame: int = 60
    seconds_idle: int = 240
    live_viewers: int = 4
    device_viewers: int = 200
    live_seconds: int = 3_600
    take_seconds: int = 600
    seconds_after_leaving: int = 120
    sessions_rows: int = 100_000
    sessions_megabytes: int = 20
    sign_examples: int = 300
    signs_megabytes: int = 20
    labelled_photos: int = 20_000
    labelled_photo_megabytes: int = 100
    labelled_people: int = 500
    labels_megabytes: int = 50
    photo_set_megabytes: int = 1_000
    batch_clips: int = 200
    batch_megabytes: int = 2_000
    motion_megabytes: int = 100
    share_seconds: int = 60
    share_days: int = 0
    shared_megabytes: int = 500
    puppet_kilobytes: int = 500

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None, memory: int | None = None) -> "Limits":
        """The default limits, overridden by each ``POSECORE_LIMIT_<FIELD>`` in the environment.

        Args:
            environment: by default this process's own.
            memory: bytes that this process may use; with less than ``SMALL_MEMORY``, the defaults are those for it.

        Raises:
            InvalidOption: if a value is not a whole number above zero.
        """
        given = os.environ if environment is None else environment
        changed = dict(FOR_SMALL_MEMORY) if memory is not None and memory < SMALL_MEMORY else {}
        for field in fields(cls):
            name = f"POSECORE_LIMIT_{field.name.upper()}"
            if name in given:
                changed[field.name] = whole_number(name, given[name])
        return cls(**changed)


def whole_number(name: str, text: str) -> int:
    """Parse the value of an environment variable as a whole number.

    Raises:
        InvalidOption: if it is not a whole number above zero.
    """
    if not text.isdecimal() or int(text) == 0:
        raise InvalidOption(f"Expected {name} to be a whole number above zero, but got {text!r}.")
    return int(text)


SMALL_MEMORY = 2_000_000_000
"""Bytes; many free hosts give 1 GB, in which the libraries and networks of a server and one worker take two thirds."""

FOR_SMALL_MEMORY = {
    "upload_megabytes": 320,
    "picture_pixels": 25_000_000,
    "clip_frame_pixels": 4_000_000,
    "person_frames": 200_000,
    "runs_at_once": 1,
    "clip_megabytes": 500,
    "seconds_idle": 20,
    "live_viewers": 1,
    "labels_megabytes": 5,
    "photo_set_megabytes": 100,
}
"""Limits that differ where there is less memory than that."""

LIMITS = Limits.from_environment(memory=usable_memory())
HAS_SMALL_MEMORY = (usable_memory() or SMALL_MEMORY) < SMALL_MEMORY
"""Whether this process may use less than ``SMALL_MEMORY``; False where that is not known."""
