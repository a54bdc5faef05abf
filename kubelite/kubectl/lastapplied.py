"""``kubectl apply view-last-applied`` and ``set-last-applied``: what apply remembers.

Models pkg/cmd/apply/apply_view_last_applied.go and apply_set_last_applied.go.
"""

from __future__ import annotations

import json

from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gotext import json_text
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, usage_error

VIEW = (*FILES, SELECTOR, Flag("all", SWITCH), Flag("output", TEXT, "yaml", short="o"))
SET = (*FILES, *output.FLAGS, writing.DRY_RUN, Flag("create-annotation", SWITCH))


def view(client: Client, given: Given) -> None:
    """Print what was applied last."""
    form = given["output"]
    if form not in ("yaml", "json"):
        raise usage_error(
            given.path,
            f"Unexpected -o output mode: {form}, the flag 'output' must be one of yaml|json",
        )

    def one(info: Info) -> None:
        text = (info.plain["metadata"].get("annotations") or {}).get(writing.LAST_APPLIED)
        if text is None:
            return
        plain = json.loads(text)
        client.write(go_yaml(plain) if form == "yaml" else json_text(plain, indent=2) + "\n")

    built(client, given, latest=True).visit(one)


def remember(client: Client, given: Given) -> None:
    """Let what files say count as applied last, without applying it."""
    mode = writing.dry_run(client, given)
    write = writing.printer(client, given, mode)

    def one(info: Info) -> None:
        live = client.get(info.kind, info.name, info.namespace)
        held = live.metadata.annotations.get(writing.LAST_APPLIED)
        if held is None and not given["create-annotation"]:
            raise CommandError(
                f"no last-applied-configuration annotation found on resource: {info.name}, to "
                "create the annotation, run the command with --create-annotation"
            )
        text = _remembered(info.wanted or {})
        if text == held:
            client.say(f"set-last-applied {info.name}: no changes required.")
            return
        if mode == writing.CLIENT:
            write(to_dict(live), "configured")
            return
        notes = {"metadata": {"annotations": {writing.LAST_APPLIED: text}}}
        dry = mode == writing.SERVER
        done = client.patch(info.kind, info.name, notes, info.namespace, MERGE_PATCH, dry_run=dry)
        write(to_dict(done), "configured")

    built(client, given, retrieve=False).visit(one)


def _remembered(body: writing.Document) -> str:
    """The file's object as text, without the annotation itself."""
    meta = dict(body.get("metadata") or {})
    notes = dict(meta.get("annotations") or {})
    if notes.pop(writing.LAST_APPLIED, None) is not None:
        meta["annotations"] = notes
    return json_text(body | {"metadata": meta}) + "\n"
