"""The specifications of both services, as strict JSON Schemas for replies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from cassandra_pv_archiver.errors import MissingExtraError

try:
    from jsonschema import Draft202012Validator, FormatChecker, validators
    from jsonschema.exceptions import ValidationError
except ImportError as _missing:
    raise MissingExtraError("jsonschema", "contract") from _missing

from .findings import pointer_to, shortened
from .json_text import JavaFloat

Service: TypeAlias = Literal["admin", "archive"]
Json: TypeAlias = Any

MOST_ELEMENTS = 5000
"""Elements of a list that are looked at; of longer lists as many, evenly spread."""

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """Where a body is not what the schema says.

    Attributes:
        pointer: JSON pointer to the place.
        expected: What should stand there.
        found: What stands there.
        unknown_member: Whether it is only a member that the schema does not name.
    """

    pointer: str
    expected: str
    found: str
    unknown_member: bool


def schema_problems(service: Service, operation: str, status: int, body: Json) -> list[SchemaProblem]:
    """Holds the JSON body of a reply against the specification; members that it does not name are problems too.

    Args:
        service: The service.
        operation: The operation by its ID in the specification.
        status: The status of the reply.
        body: The body, as `json_text.read` gives it.
    """
    return list(map(_problem, _validator(service, operation, status).iter_errors(body)))


def statuses(service: Service, operation: str) -> frozenset[int]:
    """The statuses that the specification provides for an operation."""
    return frozenset(map(int, _operation(service, operation)["responses"]))


@cache
def _specification(service: Service) -> Json:
    text = resources.files("cassandra_pv_archiver._generated").joinpath(f"{service}.json").read_text("utf-8")
    return json.loads(text)


def _operation(service: Service, operation: str) -> Json:
    for item in _specification(service)["paths"].values():
        for method in ("get", "post"):
            if item.get(method, {}).get("operationId") == operation:
                return item[method]
    raise KeyError(operation)


@cache
def _validator(service: Service, operation: str, status: int) -> Any:
    components = {"schemas": _specification(service)["components"]["schemas"]}
    content = _operation(service, operation)["responses"][str(status)]["content"]
    schema = {**content["application/json"]["schema"], "components": components}
    return _Strict(_strict(schema, components["schemas"]), format_checker=_FORMATS)


def _strict(schema: Json, named: Mapping[str, Json]) -> Json:
    """The same schema for what release 3.2.6 sends: closed objects and enumerations, canonical numbers and UUIDs."""
    if isinstance(schema, list):
        return [_strict(part, named) for part in _listed(schema)]
    if not isinstance(schema, Mapping):
        return schema
    strict: dict[str, Json] = {name: _strict(part, named) for name, part in _members(schema)}
    if "properties" in strict and isinstance(strict.get("type"), str):
        strict.setdefault("additionalProperties", False)
    if strict.get("format") == "uuid":
        strict["pattern"] = _UUID
    if strict.get("type") == "number":
        strict["format"] = "java-double"
    if strict.get("pattern") == "^-?[0-9]{1,10}$":
        strict["format"] = "decimal-int32"
    if strict.get("pattern") == "^-?[0-9]{1,19}$":
        strict["format"] = "decimal-int64"
    options = strict.get("anyOf")
    if isinstance(options, list) and any(_is_enumeration(option, named) for option in _listed(options)):
        strict["anyOf"] = [option for option in _listed(options) if option != {"type": "string"}]
    return strict


def _is_enumeration(schema: Json, named: Mapping[str, Json]) -> bool:
    return isinstance(schema, Mapping) and "enum" in named.get(_reference(schema), {})


def _reference(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _listed(value: Json) -> list[Json]:
    return value


def _members(value: Json) -> Iterable[tuple[str, Json]]:
    return value.items()


_FORMATS = FormatChecker(formats=())


def _decimal(value: object, bounds: range) -> bool:
    if not isinstance(value, str):
        return True
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(value)) == value and int(value) in bounds


@_FORMATS.checks("decimal-int32")
def _decimal_int32(value: object) -> bool:
    return _decimal(value, _INT32)


@_FORMATS.checks("decimal-int64")
def _decimal_int64(value: object) -> bool:
    return _decimal(value, _INT64)


@_FORMATS.checks("int32")
def _int32(value: object) -> bool:
    return not isinstance(value, int) or value in _INT32


@_FORMATS.checks("int64")
def _int64(value: object) -> bool:
    return not isinstance(value, int) or value in _INT64


@_FORMATS.checks("java-double")
def _java_double(value: object) -> bool:
    return not isinstance(value, JavaFloat) or value.is_java_notation


Errors: TypeAlias = Iterator[ValidationError]


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _no_other_members(validator: Any, allowed: Json, instance: Json, schema: Json) -> Errors:
    known = schema.get("properties", {})
    for name in instance if _is_object(instance) else ():
        if name in known:
            continue
        if allowed is False:
            yield ValidationError("", path=(name,), instance=instance[name])
        else:
            yield from validator.descend(instance[name], allowed, path=name)


def _all_members(_validator: Any, required: Json, instance: Json, _schema: Json) -> Errors:
    for name in required if _is_object(instance) else ():
        if name not in instance:
            yield ValidationError("", path=(name,), instance=None)


def _elements(validator: Any, items: Json, instance: Json, _schema: Json) -> Errors:
    if isinstance(instance, list):
        elements = _listed(instance)
        for index in range(0, len(elements), 1 + len(elements) // MOST_ELEMENTS):
            yield from validator.descend(elements[index], items, path=index)


def _one_of(validator: Any, _options: Json, instance: Json, schema: Json) -> Errors:
    """The variant that the discriminator names, so that problems are found where they are."""
    property_name = schema["discriminator"]["propertyName"]
    mapping = schema["discriminator"]["mapping"]
    if not _is_object(instance):
        yield ValidationError("", validator="type", validator_value="object", instance=instance)
    elif property_name not in instance:
        yield ValidationError("", validator="required", path=(property_name,), instance=None)
    elif not isinstance(instance[property_name], str) or instance[property_name] not in mapping:
        yield ValidationError(
            "", validator="enum", validator_value=list(mapping), path=(property_name,), instance=instance[property_name]
        )
    else:
        yield from validator.descend(instance, {"$ref": mapping[instance[property_name]]})


def _is_integer(_checker: Any, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(_checker: Any, value: object) -> bool:
    return isinstance(value, float)


_library: Any = validators
_Strict: Any = _library.extend(
    Draft202012Validator,
    {
        "additionalProperties": _no_other_members,
        "required": _all_members,
        "items": _elements,
        "oneOf": _one_of,
    },
    # A float must not pass for an integer, nor an integer for a float (section 6).
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer).redefine("number", _is_float),
)

_FORMAT_TEXTS = {
    "decimal-int32": "a 32-bit integer as a decimal string",
    "decimal-int64": "a 64-bit integer as a decimal string",
    "int32": "a 32-bit integer",
    "int64": "a 64-bit integer",
    "java-double": "a number in Java's notation, with a fraction",
}


def _problem(error: Any) -> SchemaProblem:
    pointer = pointer_to(*error.absolute_path)
    unknown = error.validator == "additionalProperties"
    if error.validator == "required":
        return SchemaProblem(pointer, "this member", "no such member", unknown_member=False)
    if unknown:
        return SchemaProblem(pointer, "no member of this name", told(error.instance), unknown_member=True)
    return SchemaProblem(pointer, _wanted(error.validator, error.validator_value), told(error.instance), False)


def _wanted(keyword: str, value: Json) -> str:
    match keyword:
        case "type":
            return " or ".join(map(_type, [value] if isinstance(value, str) else value))
        case "anyOf":
            return " or ".join(dict.fromkeys(_described(option) for option in value))
        case "enum":
            return "one of " + ", ".join(map(json.dumps, value))
        case "const":
            return json.dumps(value)
        case "pattern":
            return "a UUID in lower case" if value == _UUID else f"a text like {value}"
        case "format":
            return _FORMAT_TEXTS[value]
        case _:
            return f"{keyword} {json.dumps(value)}"


def _described(schema: Json) -> str:
    if "$ref" in schema:
        name = _reference(schema)
        return {
            "DecimalInt32": _FORMAT_TEXTS["decimal-int32"],
            "DecimalInt64": _FORMAT_TEXTS["decimal-int64"],
        }.get(name, name)
    keyword: str = next((keyword for keyword in ("enum", "const") if keyword in schema), "type")
    return _wanted(keyword, schema.get(keyword))


def _type(name: str) -> str:
    return {
        "array": "an array",
        "boolean": "true or false",
        "integer": "an integer",
        "number": "a number with a fraction or an exponent",
        "object": "an object",
        "string": "a string",
    }.get(name, name)


def told(value: Json) -> str:
    """A JSON value as it is shown in a report."""
    if isinstance(value, JavaFloat):
        return value.text
    return shortened(json.dumps(value, ensure_ascii=False))
