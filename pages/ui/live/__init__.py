"""Parts of the Webcam page, and the processing of live frames outside the page's thread and the event loop."""
