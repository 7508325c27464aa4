"""Reads one export with one program and prints what it sees as JSON.

    read.py READER FILE

{"version", "nodes", "edges", "literals": whether literals are nodes, "labels": {node: label},
 "sentences": {statement: [sentence, …]}, "spans": [[article, start, end, sentence], …]}
"""

import csv
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path


def table(version, labels, rows):
    """What is seen, from the nodes' labels by id and the edges as dictionaries of attributes."""
    labels, rows = list(labels), list(rows)
    return {
        "version": version,
        "nodes": len(labels),
        "labels": dict(labels),
        "edges": len(rows),
        "literals": True,
        "sentences": {row["statement"]: [row["sentence"]] for row in rows},
        "spans": [
            [row["article"], int(row["sentence_start"]), int(row["sentence_end"]), row["sentence"]] for row in rows
        ],
    }


def networkx(read):
    import networkx as nx

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = read(nx)
    assert graph.is_directed()
    edges = (data for _, _, data in graph.edges(data=True))
    return table(nx.__version__, graph.nodes(data="label"), edges)


def node_link(file):
    document = json.loads(file.read_text(encoding="utf-8"))

    def read(nx):
        newer = tuple(map(int, nx.__version__.split(".")[:2])) >= (3, 6)
        return nx.node_link_graph(document) if newer else nx.node_link_graph(document, edges="edges")

    return networkx(read)


def igraph(file):
    import igraph

    graph = igraph.Graph.Read_GraphML(str(file))
    return table(igraph.__version__, zip(graph.vs["id"], graph.vs["label"]), (edge.attributes() for edge in graph.es))


def rdflib(file, syntax):
    import rdflib

    graph = rdflib.Graph()
    graph.parse(str(file), format=syntax)
    ng = rdflib.Namespace("https://w3id.org/newsgraph/ns#")
    classes = ["Person", "Organization", "Company", "Place", "Country", "Product", "Event", "Topic"]
    entities = {node for name in classes for node in graph.subjects(rdflib.RDF.type, ng[name])}
    statements = set(graph.subjects(rdflib.RDF.type, ng.Statement))
    local = lambda node: "/".join(str(node).rsplit("/", 2)[1:])
    evidence = {one: list(graph.objects(one, ng.evidence)) for one in statements}
    text = lambda node: str(graph.value(node, ng.sentence))
    number = lambda node, name: int(graph.value(node, ng[name]))
    hash_of = lambda node: str(graph.value(graph.value(node, ng.article), ng.textHash))
    return {
        "version": rdflib.__version__,
        "nodes": len(entities),
        "labels": {local(node): str(graph.value(node, rdflib.RDFS.label)) for node in entities},
        "edges": len(statements),
        "literals": False,
        "sentences": {local(one): [text(node) for node in nodes] for one, nodes in evidence.items()},
        "spans": [
            [hash_of(node), number(node, "sentenceStart"), number(node, "sentenceEnd"), text(node)]
            for nodes in evidence.values()
            for node in nodes
        ],
    }


def python_csv(file):
    def rows(part):
        path = file.with_suffix(f".{part}.csv")
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream, strict=True))

    nodes, edges = rows("nodes"), rows("edges")
    ids = {node["id"] for node in nodes}
    assert len(ids) == len(nodes) and all(edge["source"] in ids and edge["target"] in ids for edge in edges)
    return table(sys.version.split()[0], ((node["id"], node["label"]) for node in nodes), edges)


def gvpr(file):
    names = ["statement", "sentence", "article", "sentence_start", "sentence_end"]
    # Fields end in characters that no export holds; a sentence may hold a tab.
    fields = "".join(f', aget($, "ng_{name}")' for name in names)
    edge = 'printf("E' + "%s\x01" * len(names) + '\x02"' + fields + ");"
    node = 'printf("N%s\x01%s\x02", $.name, $.ng_label);'
    done = subprocess.run(["gvpr", f"N {{ {node} }} E {{ {edge} }}", str(file)], capture_output=True, check=True)
    assert not done.stderr, done.stderr.decode()
    rows = done.stdout.decode().split("\x02")
    unescape = lambda text: re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)
    cells = lambda kind: ([unescape(cell) for cell in row[1:].split("\x01")] for row in rows if row.startswith(kind))
    edges = [dict(zip(names, row)) for row in cells("E")]
    drawn = subprocess.run(["dot", "-Tcanon", str(file)], capture_output=True, check=True)
    assert not drawn.stderr, drawn.stderr.decode()
    version = subprocess.run(["dot", "-V"], capture_output=True, text=True).stderr.split()[4]
    return table(version, cells("N"), edges)


def main():
    reader, file = sys.argv[1], Path(sys.argv[2])
    program, _, syntax = reader.partition("-")
    readers = {
        "networkx-gexf": lambda: networkx(lambda nx: nx.read_gexf(file)),
        "networkx-graphml": lambda: networkx(lambda nx: nx.read_graphml(file, force_multigraph=True)),
        "networkx-node-link": lambda: node_link(file),
        "igraph-graphml": lambda: igraph(file),
        "python-csv": lambda: python_csv(file),
        "graphviz-gvpr": lambda: gvpr(file),
    }
    seen = rdflib(file, syntax) if program == "rdflib" else readers[reader]()
    sys.stdout.reconfigure(encoding="utf-8")
    json.dump(seen, sys.stdout)


main()
