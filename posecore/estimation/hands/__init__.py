"""MediaPipe's hand networks: detect palms, and estimate the landmarks of the hand in a region."""
