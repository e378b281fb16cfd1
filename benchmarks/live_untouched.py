"""The reference page of live.py: streamlit-webrtc returns each frame unchanged."""

from streamlit_webrtc import WebRtcMode, webrtc_streamer

webrtc_streamer(
    "untouched",
    mode=WebRtcMode.SENDRECV,
    rtc_configuration={"iceServers": []},
    media_stream_constraints={"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}, "audio": False},
)
