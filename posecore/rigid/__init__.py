"""Six degrees of freedom: where a rigid body is in front of a camera, and how it is turned."""
