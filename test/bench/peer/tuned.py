"""The same index by somebody who knows pandas, Cypher and neuprint-python well, and has measured."""
import json
import resource
import sys
from collections import defaultdict

import pandas as pd
from neuprint import Client
from transport import without_tls

ANNOTATIONS = ("superclass class subclass supertype somaNeuromere itoleeHl trumanHl hemilineage cellBodyFiber "
               "dimorphism hemibrainType mancType flywireType synonyms").split()
TRANSMITTERS = "consensusNt celltypePredictedNt predictedNt".split()
SIDES = {**dict.fromkeys(["L", "LEFT", "LHS"], "left"), **dict.fromkeys(["R", "RIGHT", "RHS"], "right"),
         **dict.fromkeys(["M", "C", "MIDDLE", "MIDLINE", "CENTER"], "middle")}


def fetch(client):
    # Two questions: what is said of the dataset once need not travel with each of 22,704 cells.
    meta = client.fetch_custom("""
        MATCH (m:Meta) OPTIONAL MATCH (n:Neuron) WHERE n.type IS NULL
        RETURN m.dataset AS name, m.tag AS tag, m.uuid AS uuid, m.lastDatabaseEdit AS lastDatabaseEdit,
            m.primaryRois AS rois, m.roiHierarchy AS hierarchy, count(n) AS untyped""")
    # Columns rather than a map per row, and no ORDER BY: neuprint-python's own comments say what either costs.
    columns = ["type", "instance", "somaSide", *TRANSMITTERS, *ANNOTATIONS, "pre", "post", "roiInfo"]
    asked = ", ".join(f"n.{column} AS {column}" for column in columns)
    cells = client.fetch_custom(f"MATCH (n:Neuron) WHERE n.type IS NOT NULL RETURN {asked}")
    return meta.iloc[0].to_dict(), cells


def parents_in(node, parents):
    for child in node.get("children", []):
        parents.setdefault(child["name"], node["name"])
        parents_in(child, parents)
    return parents


def votes(cells, column):
    # Most columns are empty in any one dataset: without the blank ones first, the groupby has little to do.
    said = cells.loc[cells[column].notna(), ["type", column]].astype(str)
    return said[said[column].str.strip() != ""].groupby(["type", column]).size().rename("cells").reset_index()


def shares(counts, names, primary):
    sums = counts.groupby(["type", counts["roi"].map(names).rename("name")])[["pre", "post"]].sum().reset_index()
    sums = sums.join(primary.add_suffix("All"), on="type")
    for side in ("pre", "post"):
        # In integers, rounded half up: floats put some shares on the other side of the threshold.
        part, whole = sums[side], sums[side + "All"]
        sums[side + "Percent"] = (part * 20000 + whole) // (2 * whole).clip(lower=1) / 100
    is_listed = ((sums["pre"] > 0) & (200 * sums["pre"] >= 3 * sums["preAll"])
                 | (sums["post"] > 0) & (200 * sums["post"] >= 3 * sums["postAll"]))
    sums = sums[is_listed].assign(both=sums["pre"] + sums["post"])
    sums = sums.sort_values(["both", "name"], ascending=[False, True])
    # One pass over the rows: a groupby().apply() would make a frame for each of 5,620 types.
    shares_of = defaultdict(list)
    records = sums[["name", "pre", "post", "prePercent", "postPercent"]].to_dict("records")
    for name, share in zip(sums["type"], records):
        shares_of[name].append(share)
    return shares_of


def index(meta, cells):
    is_typed = cells["type"].str.strip() != ""
    untyped = meta["untyped"] + (~is_typed).sum()
    cells = cells[is_typed]
    side = cells["instance"].str.extract(r"_([LRM])$")[0].map(SIDES)
    side = side.fillna(cells["somaSide"].str.strip().str.upper().map(SIDES)).fillna("unknown")
    sides = pd.crosstab(cells["type"], side).reindex(columns=["left", "right", "middle", "unknown"], fill_value=0)
    sides.insert(0, "total", sides.sum(axis=1))
    synapses = cells.groupby("type")[["pre", "post"]].sum().astype(int)

    annotations = {name: {} for name in sides.index}
    for column in ANNOTATIONS:
        for name, values in votes(cells, column).groupby("type")[column].agg(list).items():
            annotations[name][column] = values
    transmitters = {}
    for source in TRANSMITTERS:
        found = votes(cells, source)
        is_told = (found[source] != "unclear") | (found.groupby("type")["cells"].transform("size") == 1)
        best = found[is_told].sort_values(["cells", source], ascending=[False, True]).drop_duplicates("type")
        for name, value in zip(best["type"], best[source]):
            transmitters.setdefault(name, {"name": value, "source": source})

    # The ROIs are filtered while they are read: of those in roiInfo, most are parents or layers of a primary one.
    rois = set(meta["rois"])
    counts = pd.DataFrame([(name, roi, of.get("pre", 0), of.get("post", 0))
                           for name, info in zip(cells["type"], cells["roiInfo"]) if isinstance(info, str)
                           for roi, of in json.loads(info).items() if roi in rois],
                          columns=["type", "roi", "pre", "post"])
    counts = counts.groupby(["type", "roi"])[["pre", "post"]].sum().query("pre + post > 0").reset_index()
    primary = counts.groupby("type")[["pre", "post"]].sum().reindex(sides.index, fill_value=0)
    halves = pd.Series(meta["rois"], index=meta["rois"]).str.replace(r"\s*\((L|R|M)\)$", "", regex=True)
    root = json.loads(meta["hierarchy"])
    parents = parents_in(root, {})
    regions = {roi: roi if parents.get(roi, root["name"]) == root["name"] else parents[roi] for roi in rois}
    regions = pd.Series(regions).str.replace(r"\s*\((L|R|M)\)$", "", regex=True)
    rois_of, regions_of = shares(counts, halves, primary), shares(counts, regions, primary)

    rows = zip(sides.index, *(frame.to_dict("records") for frame in (sides, synapses, primary)))
    types = [{"name": name, "cells": cells_of, "synapses": synapses_of, "annotations": annotations[name],
              "neurotransmitter": transmitters.get(name), "primary": primary_of, "rois": rois_of[name],
              "regions": regions_of[name], "region": regions_of[name][0]["name"] if regions_of[name] else None}
             for name, cells_of, synapses_of, primary_of in rows]
    totals = {"types": len(types), "cells": len(cells), "untyped": int(untyped), **synapses.sum().to_dict()}
    dataset = {key: meta[key] for key in ("name", "tag", "uuid", "lastDatabaseEdit")}
    return {"dataset": dataset, "totals": totals, "types": types}


if __name__ == "__main__":
    server, dataset, output = sys.argv[1:]
    answer = index(*fetch(without_tls(Client, server, dataset)))
    with open(output, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
