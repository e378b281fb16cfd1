"""Movements that other programs wrote, one file a format; all become a ``posecore.evaluation.motion.Motion``."""
