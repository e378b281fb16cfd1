"""What is trained, and how: not part of the installed package."""
