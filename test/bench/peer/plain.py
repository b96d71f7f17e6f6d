"""The index of hemibrain's cell types as most users of neuprint-python and pandas would write it: one question, a groupby."""
import json
import re
import resource
import sys
from collections import Counter

from neuprint import Client
from transport import without_tls

ANNOTATIONS = ("superclass class subclass supertype somaNeuromere itoleeHl trumanHl hemilineage cellBodyFiber "
               "dimorphism hemibrainType mancType flywireType synonyms").split()
TRANSMITTERS = ["consensusNt", "celltypePredictedNt", "predictedNt"]
SIDES = {"L": "left", "R": "right", "M": "middle", "C": "middle"}
COLUMNS = ["type", "instance", "somaSide", *TRANSMITTERS, *ANNOTATIONS, "pre", "post", "roiInfo"]
META = ["dataset", "tag", "uuid", "lastDatabaseEdit", "primaryRois", "roiHierarchy"]


def parents_of(node, parents):
    for child in node.get("children", []):
        parents.setdefault(child["name"], node["name"])
        parents_of(child, parents)
    return parents


def side_of(cell):
    found = re.search(r"_([LRM])$", cell["instance"] or "")
    return SIDES.get(found[1] if found else str(cell["somaSide"]).strip().upper(), "unknown")


def shares(counts, names, primary):
    sums = {}
    for roi, of in counts.items():
        named = sums.setdefault(names[roi], {"pre": 0, "post": 0})
        for key in named: named[key] += of[key]
    listed = [(name, of) for name, of in sums.items()
              if any(of[key] and 200 * of[key] >= 3 * primary[key] for key in of)]
    percent = lambda of, key: (of[key] * 20000 + primary[key]) // (2 * max(primary[key], 1)) / 100
    listed.sort(key=lambda share: (-share[1]["pre"] - share[1]["post"], share[0]))
    return [{"name": name, **of, "prePercent": percent(of, "pre"), "postPercent": percent(of, "post")} for name, of in listed]


def entry(name, cells, names, regions):
    counts = {}
    for cell in cells:
        for roi, of in json.loads(cell["roiInfo"] or "{}").items():
            if roi in names:
                sums = counts.setdefault(roi, {"pre": 0, "post": 0})
                for key in sums: sums[key] += of.get(key, 0)
    primary = {key: sum(of[key] for of in counts.values()) for key in ("pre", "post")}
    sides = [side_of(cell) for cell in cells]
    votes = {source: Counter(cell[source] for cell in cells if cell[source]) for source in TRANSMITTERS}
    best = [(source, min(told, key=lambda value: (value == "unclear", -told[value], value)))
            for source, told in votes.items() if told]
    annotations = {key: sorted({cell[key] for cell in cells if cell[key]}) for key in ANNOTATIONS}
    listed, inside = shares(counts, names, primary), shares(counts, regions, primary)
    return {"name": name, "cells": {"total": len(cells), **{side: sides.count(side) for side in ("left", "right", "middle", "unknown")}},
            "synapses": {key: sum(int(cell[key] or 0) for cell in cells) for key in ("pre", "post")},
            "annotations": {key: values for key, values in annotations.items() if values},
            "neurotransmitter": {"name": best[0][1], "source": best[0][0]} if best else None, "primary": primary,
            "rois": listed, "regions": inside, "region": inside[0]["name"] if inside else None}


if __name__ == "__main__":
    server, dataset, output = sys.argv[1:]
    client = without_tls(Client, server, dataset)
    meta = client.fetch_custom("MATCH (m:Meta) RETURN " + ", ".join(f"m.{key} AS {key}" for key in META)).iloc[0]
    cells = client.fetch_custom("MATCH (n:Neuron) RETURN " + ", ".join(f"n.{key} AS {key}" for key in COLUMNS))
    root = json.loads(meta.roiHierarchy)
    parents = parents_of(root, {})
    without_half = lambda roi: re.sub(r"\s*\((L|R|M)\)$", "", roi)
    names = {roi: without_half(roi) for roi in meta.primaryRois}
    regions = {roi: without_half(roi if parents.get(roi, root["name"]) == root["name"] else parents[roi]) for roi in names}
    cells = cells.astype(object).where(cells.notna(), None)
    types = [entry(name, of.to_dict("records"), names, regions) for name, of in cells.groupby("type")]
    sums = {key: sum(of["synapses"][key] for of in types) for key in ("pre", "post")}
    totals = {"types": len(types), "cells": int(cells.type.notna().sum()), "untyped": int(cells.type.isna().sum()), **sums}
    found = {"name": meta.dataset, **{key: getattr(meta, key) for key in ("tag", "uuid", "lastDatabaseEdit")}}
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"dataset": found, "totals": totals, "types": types}, file)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
