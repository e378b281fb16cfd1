"""What a person looks at: poses drawn on their picture, and poses as a 3D figure."""
