"""A stretch of samples as JSON becomes columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import numpy as np
from pydantic import TypeAdapter, ValidationError

from ._categories import smallest_codes
from ._generated.sample_structs import DoubleSample, EnumSample, LongSample, MinMaxDoubleSample, StringSample
from ._sample_columns import SampleColumns, SampleContext, SampleType
from ._sample_values import Kind, SampleValues, kind_of
from .models import EnumMetaData, NumericMetaData, SampleSeverity

__all__ = ["BlockReader"]

_Struct: TypeAlias = DoubleSample | EnumSample | LongSample | MinMaxDoubleSample | StringSample


class _BrokenRuleError(Exception):
    """A sample, the path of a member within it, and what is wrong with that."""


class _Form(NamedTuple):
    """How samples of one type are read.

    Attributes:
        type: The type.
        kind: What the elements of their values are.
        decode: Reads a block whose samples are all of this type.
        context: Gives all members that belong to the context.
        meta_data: What their metadata must be.
    """

    type: SampleType
    kind: Kind
    decode: Callable[[bytes], list[Any]]
    context: Callable[[_Struct], tuple[Any, ...]]
    meta_data: TypeAdapter[Any]


def _forms(struct: type[_Struct], sample_type: SampleType, meta_data: Any = None) -> dict[type[Any], _Form]:
    # msgspec does not miss the tag of a struct that is not part of a union, so here it is an ordinary member.
    alone = msgspec.defstruct(
        struct.__name__, [("type", Literal[sample_type])], bases=(struct,), tag=False, gc=False, kw_only=True
    )
    form = _Form(
        sample_type,
        kind_of(sample_type),
        msgspec.json.Decoder(list[alone]).decode,
        attrgetter("severity", "status", "quality", *(("meta_data",) if meta_data else ())),
        TypeAdapter(meta_data),
    )
    return {struct: form, alone: form}


_FORMS: dict[type[Any], _Form] = {
    **_forms(DoubleSample, "double", NumericMetaData),
    **_forms(EnumSample, "enum", EnumMetaData),
    **_forms(LongSample, "long", NumericMetaData),
    **_forms(MinMaxDoubleSample, "minMaxDouble", NumericMetaData),
    **_forms(StringSample, "string"),
}
_decode_mixed = msgspec.json.Decoder(list[_Struct]).decode
_severity = TypeAdapter(SampleSeverity)
_minimum = attrgetter("minimum")
_maximum = attrgetter("maximum")
_COMPARED = 8
"""Contexts that a sample's is compared with; more are looked up, which takes as long as ten comparisons."""


class BlockReader:
    """Reads the blocks of one reply, whose samples share contexts."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[Any, ...], SampleContext] = {}
        self._latest: dict[SampleType, tuple[list[tuple[Any, ...]], list[SampleContext]]] = {}
        self._decode: Callable[[bytes], list[_Struct]] = _decode_mixed

    def read(self, block: bytes) -> SampleColumns:
        """The samples of a JSON array of samples.

        Raises:
            msgspec.ValidationError: The samples are not what the specification says. The message ends with a path
                such as "- at `$[3].time`".
            msgspec.DecodeError: This is no JSON.
            UnicodeDecodeError: A text is not UTF-8.
            RecursionError: Arrays or objects are nested too deeply.
        """
        samples = self._samples(block)
        if not block.isascii():
            block.decode()  # msgspec does not look at the bytes of members that are not wanted
        try:
            return self._mixed_columns(samples)
        except _BrokenRuleError as error:
            invalid, path, reason = error.args
            index = next(index for index, sample in enumerate(samples) if sample is invalid)
            raise msgspec.ValidationError(f"{reason} - at `$[{index}].{path}`") from error

    def _samples(self, block: bytes) -> list[_Struct]:
        # Nearly all blocks consist of samples of one type, which is faster than choosing for each.
        with suppress(msgspec.ValidationError):
            return self._decode(block)
        return _decode_mixed(block)

    def _mixed_columns(self, samples: list[_Struct]) -> SampleColumns:
        types = dict.fromkeys(map(type, samples))
        self._decode = _FORMS[type(samples[0])].decode if len(types) == 1 else _decode_mixed
        if len(types) <= 1:
            return self._columns(samples) if samples else SampleColumns.none()
        groups = [[place for place, sample in enumerate(samples) if type(sample) is type_] for type_ in types]
        parts = [self._columns([samples[place] for place in places]) for places in groups]
        return SampleColumns.concatenate(parts).select(np.argsort(np.concatenate(groups)))

    def _columns(self, samples: list[_Struct]) -> SampleColumns:
        """At least one sample, all of one type, as columns."""
        form = _FORMS[type(samples[0])]
        numbers, used_contexts = self._numbers(samples, form)
        contexts = tuple(used_contexts)
        is_aggregate = form.type == "minMaxDouble"
        return SampleColumns(
            np.array([sample.time for sample in samples], np.int64),
            smallest_codes(numbers, len(contexts)),
            contexts,
            _values([sample.value for sample in samples], form.kind),
            np.array(list(map(_minimum, samples)), np.float64) if is_aggregate else None,
            np.array(list(map(_maximum, samples)), np.float64) if is_aggregate else None,
        )

    def _numbers(self, samples: list[_Struct], form: _Form) -> tuple[list[int], Iterable[SampleContext]]:
        """The number of each sample's context, and the contexts in the order of their numbers."""
        members = list(map(form.context, samples))
        # Comparing with a few texts is much cheaper than a hash over all of one.
        if form.type in self._latest:
            known, contexts_of_known = self._latest[form.type]
            with suppress(ValueError):  # nearly always, there is no new one
                return list(map(known.index, members)), contexts_of_known
        contexts: dict[SampleContext, int] = {}
        numbers: list[int] = []
        first_members: list[tuple[Any, ...]] = []
        before: tuple[Any, ...] | None = None
        number = 0
        for sample, own in zip(samples, members, strict=True):
            if own != before:
                before = own
                number = contexts.setdefault(self._context(sample, form, *own), len(contexts))
                if number == len(first_members):
                    first_members.append(own)
            numbers.append(number)
        if len(contexts) <= _COMPARED:
            self._latest[form.type] = first_members, list(contexts)
        return numbers, contexts

    def _context(
        self,
        sample: _Struct,
        form: _Form,
        severity: msgspec.Raw,
        status: str,
        quality: str,
        meta_data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET,
    ) -> SampleContext:
        meta_json = None if meta_data is msgspec.UNSET else bytes(meta_data)
        key = form.type, bytes(severity), status, quality, meta_json
        context = self._contexts.get(key)
        if context is None:
            context = SampleContext(
                _validated(sample, "severity", _severity, bytes(severity)),
                status,
                quality,
                None if meta_json is None else _validated(sample, "metaData", form.meta_data, meta_json),
                form.type,
            )
            self._contexts[key] = context
        return context


def _validated(sample: _Struct, member: str, adapter: TypeAdapter[Any], value: bytes) -> Any:
    try:
        model = adapter.validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _BrokenRuleError(sample, ".".join([member, *map(str, first["loc"])]), first["msg"]) from error
    if member == "metaData" and "type" not in model.model_fields_set:  # the models supply it
        raise _BrokenRuleError(sample, "metaData.type", "Field required")
    return model


def _values(values: list[list[Any]], kind: Kind) -> SampleValues:
    try:
        elements = [element for [element] in values]
    except ValueError:  # not all of them are scalars
        lengths = np.array(list(map(len, values)), np.int64)
        return SampleValues.of_arrays(kind, values, lengths)
    return SampleValues.of_scalars(kind, elements)
