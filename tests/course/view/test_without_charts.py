"""Live views need neither numpy nor matplotlib: in a browser without them they work as well."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = '''
import sys

class Missing:
    """Finds nothing of the chart libraries, as where they are not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from course.contents import progress
from course.glossary import glossary
from course.questions.view import quiz
from course.quiz import predict
from course.source import show
from course.view.cluster_view import ClusterView
from course.view.controls import controls, replicas_slider
from course.view.graph import graph
from course.view.manifest_diff import manifest_diff
from course.view.message_flow import message_flow
from course.view.packing import packing
from course.view.play import play
from course.view.scheduling import scheduling
from course.view.time_view import compare, replay
from course.view.why import why
from course.view.why_not import why_not
from kubelite import Cluster
from tests.manifests import deployment

cluster = Cluster(nodes=2)
cluster.apply(deployment("web", 2))
cluster.run(20)
pod = "pod/" + cluster.get("pods").names[0]
views = [
    ClusterView(cluster), replay(cluster), compare(cluster, cluster.branch(at=5)),
    why(cluster, pod), why_not(cluster, pod), controls(cluster, nodes=True, chaos=True),
    replicas_slider(cluster, "deployment/web"), play("scheduler"), play("kubelet"),
    quiz("07"), predict("More?", ["yes", "no"], answer="yes", why="It was asked for."),
    glossary(cluster), progress, show("replicaset-plan"), scheduling(cluster, pod),
    packing(cluster), message_flow(cluster, about="deployment/web"),
    manifest_diff(cluster, "deployment/web"),
    *(graph(cluster, of=of) for of in ("owners", "services", "labels")),
]
views[0].colour_by = "owner"
views[5].sliders["replicas"].value = 3
views[7].buttons["place"].click()
for view in views:
    bundle = getattr(view, "_repr_mimebundle_", None)
    assert bundle() if bundle else repr(view)
print(len(views), "views,", sorted({"numpy", "matplotlib"} & set(sys.modules)))
'''


def test_live_views_do_without_numpy_and_matplotlib() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "21 views, []\n", done.stderr[-3000:]
