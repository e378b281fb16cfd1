"""One body for a whole video: bones keep their length, and left stays left.

The model places each landmark in each frame by itself: bones change their length by a third, arms and legs shiver in
depth, and in some views left and right are exchanged for whole stretches. Here one body is fitted to all frames:

1. **Sides.** Left and right are told apart over time (``sides``).
2. **Bones.** A first pass finds the lengths of the bones, the same on both sides, from some of the frames.
3. **Fit.** Joints are then placed where a camera sees them, near to the model's own 3D joints, with bones of these
   lengths and little acceleration (``solve``); windows that overlap, so a video may be of any length.
   Feet that stand still in the picture stand still.
4. **Whole.** Face and hands are carried along with their limbs (``whole``).
5. **Upright.** Whoever stands is in balance over their feet, which says what is up (``upright``): world landmarks are
   turned so that y points down in the room, however the camera was held.
6. **Distance.** The path of the hips is at a distance that changes as that of a person does (``distance``).

It does not correct what the model gets wrong all the time, such as the depth of an arm that it takes to be before the
trunk when it is behind. docs/smoothing.md says what was measured.
"""

from posecore.motion.body.fitting import BodyFit, fit, fit_bodies

__all__ = ["BodyFit", "fit", "fit_bodies"]
