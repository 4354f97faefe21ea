"""The pages that are looked at: their names and where they are."""

from __future__ import annotations

from tests.support.consoles import FINISHED, HOSTILE, RUNNING

LOOKS = {
    "batches": "/",
    "batches-none": "/?tenant=nobody",
    "batch": f"/batches/{FINISHED}",
    "batch-running": f"/batches/{RUNNING}",
    "batch-hostile": f"/batches/{HOSTILE}",
    "candidate-wrong": f"/batches/{FINISHED}/candidates/{{wrong}}",
    "candidate-slow": f"/batches/{FINISHED}/candidates/{{slow}}",
    "candidate-hostile": f"/batches/{HOSTILE}/candidates/8",
    "compare": f"/batches/{FINISHED}/compare?left={{right}}&right={{wrong}}",
    "search": "/search",
    "search-found": "/search?q=total",
    "problems": "/problems",
    "problem": "/problem?id=sums/blank-parted-2",
    "usage": "/usage",
    "workers": "/workers",
    "not-found": "/batches/none",
}
