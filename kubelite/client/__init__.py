"""How every component talks to the API server and keeps up with it.

Lives here: the typed client, the reflector and informer (a local copy of one kind), the work
queue, expectations, back-off, the event recorder, and the shell that turns a plan into calls.
Must not live here: any decision about what the cluster should look like.
Models client-go (tools/cache, util/workqueue, tools/record) and the controller helpers.
"""

from kubelite.client.client import Client
from kubelite.client.events import EventRecorder
from kubelite.client.expectations import Expectations
from kubelite.client.informer import Informer, key_of
from kubelite.client.workqueue import WorkQueue

__all__ = ["Client", "EventRecorder", "Expectations", "Informer", "WorkQueue", "key_of"]
