"""XML and HTML of strangers, as trees: no entities of their own, no network, bounded."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml import html as lxml_html

from bot.sources.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ELEMENTS = 100_000
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30};)")
_BARE = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_KEPT = frozenset("<>&\"'")
_END = re.compile(r"</([\w:.-]{1,80})\s*>\s*\Z")
_SKIPPED = frozenset(
    "script style template noscript iframe object embed form button select svg video audio "
    "figure figcaption table head".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote div dd dl dt footer h1 h2 h3 h4 h5 h6 header hr li main ol p "
    "pre section ul body".split()
)
_MARKUP = re.compile(r"<[A-Za-z/!]|&(?:#[0-9]|#[xX]|[A-Za-z]+;)")


def parse_xml(text: str) -> tuple[Any, bool]:
    """Return the root element of a document, and whether the document is all there.

    What is not well-formed is mended as far as it goes. Raises RefusedError for what is no XML,
    declares entities, or has more than MOST_ELEMENTS.
    """
    _without_declarations(text)
    root = _parsed(text, recover=False)
    if root is None:
        # The parser would drop these, and letters with them ("AT&T").
        text = _BARE.sub("&amp;", _NAMED.sub(_entity, _ILLEGAL.sub("", text)))
        root = _parsed(text, recover=True)
    if root is None or not isinstance(root.tag, str):
        raise RefusedError("not XML")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise RefusedError(f"more than {MOST_ELEMENTS:,} elements")
    end = _END.search(text[-200:])
    ended = end is not None and end[1].rpartition(":")[2].lower() == local(root)
    return root, ended or text.endswith("/>")


def local(element: Any) -> str:
    """Return an element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def namespace(element: Any) -> str:
    """Return an element's namespace, empty when it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def text_of(markup: str) -> str:
    """Return what a fragment of HTML says: a blank line between its blocks, no markup.

    Plain text without markup comes back as it is, but for its edges.
    """
    if not _MARKUP.search(markup):
        return markup.strip()
    try:
        tree = lxml_html.document_fromstring(f"<div>{_ILLEGAL.sub('', markup)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    blocks = "".join(_pieces(tree)).split("\n\n")
    spaced = ("\n".join(" ".join(line.split()) for line in each.split("\n")) for each in blocks)
    return "\n\n".join(filter(None, (each.strip() for each in spaced)))


def _pieces(tree: Any) -> Iterator[str]:
    """Yield text and ends of blocks, in order and without recursion."""
    skipped = None
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            if skipped is None and element.tag in _SKIPPED:
                skipped = element
            if skipped is None:
                if element.tag in _BLOCKS:
                    yield "\n\n"
                elif element.tag == "br":
                    yield "\n"
                yield _one_line(element.text)
            continue
        if event == "end" and element is skipped:
            skipped = None
        if skipped is None:
            if event == "end" and element.tag in _BLOCKS:
                yield "\n\n"
            yield _one_line(element.tail)


def _one_line(text: str | None) -> str:
    return text.replace("\r", " ").replace("\n", " ") if text else ""


def _parsed(text: str, *, recover: bool) -> Any:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace").strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _without_declarations(text: str) -> None:
    """Refuse a document type with declarations of its own: no feed needs one, every bomb does."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<?", at):
            at = text.find("?>", at)
        elif text.startswith("<!--", at):
            at = text.find("-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = text.find(">", at)
            if "[" in text[at : end if end >= 0 else None]:
                raise RefusedError("declares entities of its own")
            at = end
        else:
            return
        if at < 0:
            return


def _entity(match: re.Match[str]) -> str:
    found = html5.get(match[1])
    return match[0] if found is None or found in _KEPT else found
