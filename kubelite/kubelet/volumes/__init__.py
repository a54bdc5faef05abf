"""Volumes: what a pod's containers find in the directories they mount.

Lives here: the volume manager with its retries and updates, the table ``VOLUMES`` of sources, the
projection of ConfigMaps, Secrets and facts about the pod into files, and the watches these need.
Must not live here: files and mounts as a process sees them (``images/files.py``, ``runtime/``),
claims and how storage comes to a node.
Models ``pkg/kubelet/volumemanager``, ``pkg/volume`` and ``pkg/kubelet/util/manager``.
"""

from kubelite.kubelet.volumes.manager import VolumeManager
from kubelite.kubelet.volumes.mounting import Mounted, MountError, Mounting
from kubelite.kubelet.volumes.sources import VOLUMES

__all__ = ["VOLUMES", "MountError", "Mounted", "Mounting", "VolumeManager"]
