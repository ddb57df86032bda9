# SPDX-License-Identifier: MIT
"""Reads a page as XML and lists what has no place in it."""
import base64
import hashlib
import re
import sys
import xml.etree.ElementTree as tree

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    HTML: "html head meta title style body header footer nav main section "
          "article div span p a h1 h2 h3 h4 code ul li dl dt dd details "
          "summary table thead tbody tr th td strong",
    SVG: "svg title desc rect line circle path text",
}
ATTRIBUTES = set(
    "lang charset name content http-equiv class id href scope tabindex role "
    "aria-label aria-labelledby height width x y x1 x2 y1 y2 cx cy r d "
    "text-anchor".split())


def faults_of(path):
    with open(path, "rb") as file:
        data = file.read()
    root = tree.fromstring(data)
    known = {space + name for space, names in ELEMENTS.items()
             for name in names.split()}
    for element in root.iter():
        if element.tag not in known:
            yield f"element {element.tag}"
        for name, value in element.attrib.items():
            name = name.replace("{http://www.w3.org/XML/1998/namespace}", "")
            if name not in ATTRIBUTES:
                yield f"attribute {name}"
            if name == "href" and not value.startswith("#"):
                yield f"link to {value}"
    policy = [meta.get("content") for meta in root.iter(HTML + "meta")
              if meta.get("http-equiv") == "Content-Security-Policy"]
    style = re.findall(rb"<style>(.*?)</style>", data, re.S)
    digest = base64.b64encode(hashlib.sha256(b"".join(style)).digest())
    if policy != [f"default-src 'none'; style-src 'sha256-{digest.decode()}'"]:
        yield f"policy {policy}, style {digest}"
    if len(style) != 1:
        yield f"{len(style)} styles"
    if b"http" in re.sub(rb'xmlns="[^"]*"|http-equiv', b"", data):
        yield "an address"


for fault in faults_of(sys.argv[1]):
    print(fault)
