"""One batch: verdicts, clusters, picks, cost, and its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.queries import Asked, CandidateRow
from verifierd.console import parameters
from verifierd.console.console import Console, absent
from verifierd.console.drawing.treemap import Box, squarified
from verifierd.console.pages.batches import LIVE_STATES
from verifierd.console.verdicts import NAMES
from verifierd.model import Cluster, Verdict

SIZE = 50
MOST_BOXES = 40
MOST_CLUSTERS = 200
MAP_WIDTH, MAP_HEIGHT = 640.0, 360.0


@dataclass(frozen=True, slots=True)
class ClusterBox:
    """A cluster's rectangle; where small ones share one, `cluster` is None and `others` their number."""

    box: Box
    candidates: int
    cluster: Cluster | None = None
    others: int = 0


def batch(console: Console, request: Request) -> Response:
    """Show a batch and a page of its candidates."""
    shelf = console.shelf
    row = console.batch(request)
    verdict = parameters.choice(request, "verdict", NAMES)
    cluster_id = parameters.text(request, "cluster")
    begun, ended = shelf.begun(row), shelf.ended(row)
    clusters = ended.clusters if ended else ()
    chosen = next((each for each in clusters if each.id == cluster_id), None)
    if cluster_id and chosen is None:
        raise absent(f"cluster {cluster_id!r} in this batch")
    candidates, more = (
        _of_cluster(console, request, row.id, chosen)
        if chosen
        else _of_batch(console, request, row.id, verdict)
    )
    picked = shelf.candidates_by_id(row.id, [each.candidate_id for each in ended.picks] if ended else [])
    return console.page(
        "batch",
        row=row,
        begun=begun,
        ended=ended,
        why_abandoned=shelf.why_abandoned(row),
        boxes=treemap(clusters),
        map_size=(MAP_WIDTH, MAP_HEIGHT),
        clusters=clusters[:MOST_CLUSTERS],
        clusters_left_out=max(0, len(clusters) - MOST_CLUSTERS),
        picked=picked,
        cluster_of={name: each.id for each in clusters for name in each.candidate_ids},
        candidates=candidates,
        more=more,
        verdict=verdict,
        chosen=chosen,
        is_first=not (parameters.text(request, "page") or parameters.text(request, "from")),
        is_live=row.state in LIVE_STATES,
        here=parameters.here(request),
    )


def treemap(clusters: Sequence[Cluster]) -> list[ClusterBox]:
    """Return the clusters' rectangles; the smallest share one where there are many."""
    shown, others = list(clusters[:MOST_BOXES]), clusters[MOST_BOXES:]
    sizes = [len(each.candidate_ids) for each in shown]
    rest = sum(len(each.candidate_ids) for each in others)
    boxes = squarified([*sizes, *([rest] if rest else [])], MAP_WIDTH, MAP_HEIGHT) if sizes else []
    found = [
        ClusterBox(box, count, cluster) for box, count, cluster in zip(boxes, sizes, shown, strict=False)
    ]
    return [*found, ClusterBox(boxes[-1], rest, None, len(others))] if rest else found


def _of_batch(
    console: Console, request: Request, batch_id: str, verdict: str
) -> tuple[Sequence[CandidateRow], dict[str, object]]:
    """Return a page of a batch's candidates, and what the address of the next one asks for."""
    verdicts = (Verdict[verdict],) if verdict else ()
    asked = Asked(SIZE, parameters.text(request, "page"))
    page = console.shelf.candidates(batch_id, verdicts, asked)
    return page.items, {"page": page.next_token, "verdict": verdict} if page.next_token else {}


def _of_cluster(
    console: Console, request: Request, batch_id: str, cluster: Cluster
) -> tuple[Sequence[CandidateRow], dict[str, object]]:
    start = parameters.number(request, "from") or 0
    ids = cluster.candidate_ids[start : start + SIZE]
    rows = console.shelf.candidates_by_id(batch_id, ids)
    found = [rows[name] for name in ids if name in rows]
    is_last = start + SIZE >= len(cluster.candidate_ids)
    return found, {} if is_last else {"cluster": cluster.id, "from": start + SIZE}
