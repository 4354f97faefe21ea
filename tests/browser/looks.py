"""The pages that are looked at: their names and where they are."""

from __future__ import annotations

from tests.support.consoles import CANCELLED, FINISHED, HOSTILE, RUNNING

LOOKS = {
    "batches": "/",
    "batches-none": "/?tenant=nobody",
    "batch": f"/batches/{FINISHED}",
    "batch-running": f"/batches/{RUNNING}",
    "batch-cancelled": f"/batches/{CANCELLED}",
    "batch-hostile": f"/batches/{HOSTILE}",
    "candidate-wrong": f"/batches/{FINISHED}/candidates/{{wrong}}",
    "candidate-slow": f"/batches/{FINISHED}/candidates/{{slow}}",
    "candidate-redacted": f"/batches/{CANCELLED}/candidates/1",
    "candidate-hostile": f"/batches/{HOSTILE}/candidates/8",
    "compare": f"/batches/{FINISHED}/compare?left={{right}}&right={{wrong}}",
    "search": "/search",
    "search-found": "/search?q=total",
    "problems": "/problems",
    "problem": "/problem?id=sums/blank-parted-2",
    "problem-of-one-test": "/problem?id=one/test",
    "usage": "/usage",
    "workers": "/workers",
    "not-found": "/batches/none",
}
