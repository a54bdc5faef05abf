"""Images: what a container can run. One image is one small Python class.

Lives here: the ``Program`` base, the built-in images with their table ``IMAGES``, the small
shell, and the rules of image names.
Must not live here: pods, probes, or anything that knows why a container is started.
Stands in for container images and their registries.
"""

from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.registry import IMAGES, register

__all__ = ["IMAGES", "Program", "register"]
