"""Resources as FHIR XML, both ways. The names, order and types of elements are those of fhir.resources (R4B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from lxml import etree

from frontdesk.gateway.fhir.outcome import Problem

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
DEEPEST = 60  # elements within elements
_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # characters that XML cannot hold
_NUMBERS = {"integer": int, "positiveInt": int, "unsignedInt": int, "decimal": float}


class Field(NamedTuple):
    """One element of a type: its own type, whether it may repeat, and whether it is a single value."""

    kind: str
    many: bool
    single: bool


@lru_cache(maxsize=512)
def _fields(kind: str) -> dict[str, Field]:
    """The elements of a type in their order. Raises KeyError for a type that nobody knows."""
    from fhir.resources.R4B import get_fhir_model_class
    from fhir_core.utils import get_fhir_type_name, is_list_type, is_primitive_type

    made = get_fhir_model_class(kind)
    names, fields = made.get_alias_mapping(), made.model_fields
    found = {}
    for name in made.elements_sequence():
        one = fields[names[name]]
        type_name = get_fhir_type_name(one, prefix="R4.")  # as the library calls its R4B
        found[name] = Field(type_name, is_list_type(one), is_primitive_type(one))
    return found


# In -------------------------------------------------------------------------------------------------------------


def read(body: bytes) -> dict[str, Any]:
    """The XML as the same values that JSON would give. Raises Problem (400).

    Nothing outside the body is read: no DTD, no entities, no network.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _bad("The body is not XML.") from None
    if root.getroottree().docinfo.doctype or any(isinstance(one, etree._Entity) for one in root.iter()):
        raise _bad("The body may not have a document type or entities.")
    return _resource_in(root, 0)


def _resource_in(element: etree._Element, depth: int) -> dict[str, Any]:
    kind = _name(element)
    try:
        fields = _fields(kind)
    except (KeyError, LookupError, ValueError, ImportError):
        raise _bad("The body is not a FHIR resource.") from None
    if "implicitRules" not in fields:  # a type, but no resource
        raise _bad("The body is not a FHIR resource.")
    return {"resourceType": kind, **_object_in(element, kind, depth + 1)}


def _object_in(element: etree._Element, kind: str, depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        raise _bad("The body is nested too deeply.")
    fields = _fields(kind)
    found: dict[str, Any] = {name: element.attrib[name] for name in ("id", "url") if name in element.attrib}
    for child in element:
        if child.tag == f"{{{XHTML}}}div" and "div" in fields:
            found["div"] = etree.tostring(child, encoding="unicode", with_tail=False)
            continue
        name = _name(child)
        if name not in fields:
            raise _bad(f"{kind} has no element “{name[:40]}”.")
        _take_in(found, name, child, fields[name], depth)
    return found


def _take_in(found: dict[str, Any], name: str, child: etree._Element, one: Field, depth: int) -> None:
    """Put one element where JSON would have it; what stands beside a single value goes to `_name`."""
    if not one.single:
        value: Any = (
            _resource_in(_only(child), depth + 1)
            if one.kind == "Resource"
            else _object_in(child, one.kind, depth + 1)
        )
        beside = None
    else:
        value = _value_in(child.attrib.get("value"), one.kind, name)
        beside = _beside_in(child, depth)
    if not one.many:
        if name in found:
            raise _bad(f"“{name}” may stand once only.")
        found[name] = value
        if beside is not None:
            found[f"_{name}"] = beside
        if value is None:
            del found[name]
        return
    values = found.setdefault(name, [])
    values.append(value)
    if beside is not None or f"_{name}" in found:
        others = found.setdefault(f"_{name}", [])
        others.extend([None] * (len(values) - 1 - len(others)))
        others.append(beside)


def _beside_in(child: etree._Element, depth: int) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if "id" in child.attrib:
        found["id"] = child.attrib["id"]
    extensions = [_object_in(one, "Extension", depth + 1) for one in child]
    if extensions:
        found["extension"] = extensions
    return found or None


def _value_in(text: str | None, kind: str, name: str) -> Any:
    if text is None:
        return None
    if kind == "boolean":
        if text not in ("true", "false"):
            raise _bad(f"“{name}” is true or false.")
        return text == "true"
    if kind in _NUMBERS:
        try:
            return _NUMBERS[kind](text[:40])
        except ValueError:
            raise _bad(f"“{name}” is a number.") from None
    return text


def _only(element: etree._Element) -> etree._Element:
    children = list(element)
    if len(children) != 1:
        raise _bad("A place for a resource holds exactly one.")
    return children[0]


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    if name.namespace != FHIR:
        raise _bad("The elements are not those of FHIR (http://hl7.org/fhir).")
    return str(name.localname)


def _bad(sentence: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "structure", sentence)


# Out ------------------------------------------------------------------------------------------------------------


def write(resource: dict[str, Any]) -> bytes:
    """The resource as XML in UTF-8, its elements in FHIR's order."""
    root = etree.Element(f"{{{FHIR}}}{resource['resourceType']}", nsmap={None: FHIR})
    _object_out(root, resource, resource["resourceType"])
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _object_out(parent: etree._Element, values: dict[str, Any], kind: str) -> None:
    for name, one in _fields(kind).items():
        if name not in values and f"_{name}" not in values:
            continue
        if (name == "id" and one.kind == "string") or (name == "url" and kind == "Extension"):
            parent.set(name, _text_out(values[name]))  # these two are attributes in XML
            continue
        for value, beside in _pairs(values.get(name), values.get(f"_{name}"), one.many):
            _element_out(parent, name, value, beside, one)


def _pairs(value: Any, beside: Any, many: bool) -> Iterator[tuple[Any, Any]]:
    if not many:
        yield value, beside
        return
    values, others = value or [], beside or []
    for place in range(max(len(values), len(others))):
        yield (
            values[place] if place < len(values) else None,
            others[place] if place < len(others) else None,
        )


def _element_out(parent: etree._Element, name: str, value: Any, beside: Any, one: Field) -> None:
    if one.kind == "xhtml":
        parent.append(
            etree.fromstring(value, parser=etree.XMLParser(resolve_entities=False, no_network=True))
        )
        return
    child = etree.SubElement(parent, f"{{{FHIR}}}{name}")
    if not one.single:
        _not_single_out(child, value, one.kind)
        return
    if value is not None:
        child.set("value", _text_out(value))
    if beside:
        _object_out(child, beside, "Element")


def _not_single_out(child: etree._Element, value: dict[str, Any], kind: str) -> None:
    if kind != "Resource":
        _object_out(child, value, kind)
        return
    inner = etree.SubElement(child, f"{{{FHIR}}}{value['resourceType']}")
    _object_out(inner, value, value["resourceType"])


def _text_out(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))
