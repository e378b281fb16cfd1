"""The page that live.py compares with: streamlit-webrtc hands each frame back as it came."""

from streamlit_webrtc import WebRtcMode, webrtc_streamer

webrtc_streamer(
    "untouched",
    mode=WebRtcMode.SENDRECV,
    rtc_configuration={"iceServers": []},
    media_stream_constraints={"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}, "audio": False},
)
