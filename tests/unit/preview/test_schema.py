from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pytest

from bot.preview.refusing import RefusedError
from bot.preview.schema import Upload, canonical, decode

SCHEMA = tomllib.loads((files("bot.preview") / "schema.toml").read_text("utf-8"))
FILE = Upload("a.txt", b"a", "text/plain")
VALUES: dict[str, Any] = {
    "Integer": 5,
    "Float": 1.5,
    "Boolean": True,
    "String": "@desk",
    "Object": {"id": 7, "name": ["x"]},
    "InputFile": FILE,
}


@dataclass(frozen=True)
class Field:
    name: str
    required: bool
    kinds: list[str]

    @property
    def value(self) -> Any:
        return sample(self.kinds[0])

    def refuses(self, kind: str) -> bool:
        return kind not in self.kinds and (kind, self.kinds) != ("Integer", ["Float"])


def fields(written: str) -> list[Field]:
    return [
        Field(name.rstrip("!"), name.endswith("!"), kinds.split("|"))
        for name, _, kinds in (each.partition(":") for each in written.split())
    ]


METHODS = {method: fields(written) for method, written in SCHEMA["methods"].items()}
TYPES = {kind: fields(written) for kind, written in SCHEMA["types"].items()}


def sample(kind: str) -> Any:
    """A value of a type, with everything that it may hold."""
    if kind.endswith("[]"):
        return [sample(kind[:-2])] * 2
    return VALUES[kind] if kind in VALUES else {each.name: each.value for each in TYPES[kind]}


def needed(of: list[Field]) -> dict[str, Any]:
    return {each.name: each.value for each in of if each.required}


def as_form(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: each if isinstance(each, (str, Upload)) else json.dumps(each)
        for name, each in given.items()
    }


def refused(method: str, given: dict[str, Any]) -> str:
    with pytest.raises(RefusedError) as caught:
        decode(method, given)
    assert caught.value.status == 400
    assert caught.value.description.startswith("Bad Request: ")
    return caught.value.description


@pytest.mark.parametrize("method", METHODS)
def test_every_parameter_arrives_from_a_form_as_it_does_from_json(method: str) -> None:
    given = {each.name: each.value for each in METHODS[method]}

    decoded = decode(method, given)

    assert decoded == given
    assert decode(method, as_form(given)) == given


@pytest.mark.parametrize("method", METHODS)
def test_what_is_required_is_enough_and_nothing_of_it_can_be_missing(method: str) -> None:
    given = needed(METHODS[method])

    decoded = decode(method, given)

    assert decoded == given
    for name in given:
        assert name in refused(method, {**given, name: None})


@pytest.mark.parametrize("method", METHODS)
def test_a_parameter_takes_each_of_its_types_and_no_other(method: str) -> None:
    given = needed(METHODS[method])

    for field in METHODS[method]:
        for kind in field.kinds:
            decoded = decode(method, {**given, field.name: sample(kind)})
            assert decoded[field.name] == sample(kind)

        for kind in filter(field.refuses, VALUES):
            assert refused(method, {**given, field.name: VALUES[kind]}), (field, kind)


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_takes_each_of_its_types_and_no_other_however_deep_it_lies(kind: str) -> None:
    method, field = next(
        (method, field)
        for method, of in METHODS.items()
        for field in of
        if leads(field.kinds, kind)
    )

    def call(**changed: Any) -> dict[str, Any]:
        return {**needed(METHODS[method]), field.name: around(field.kinds, kind, changed)}

    assert 'unknown field "colour"' in refused(method, call(colour="red"))
    for inner in TYPES[kind]:
        for each in inner.kinds:
            given = call(**{inner.name: sample(each)})
            assert decode(method, given) == given
        for each in filter(inner.refuses, VALUES):
            assert refused(method, call(**{inner.name: VALUES[each]})), (inner, each)


def leads(kinds: list[str], wanted: str) -> bool:
    """Whether a value of one of the types may have the wanted one in it."""
    bare = [kind.replace("[]", "") for kind in kinds]
    inner = [field.kinds for kind in bare for field in TYPES.get(kind, [])]
    return wanted in bare or any(leads(each, wanted) for each in inner)


def around(kinds: list[str], wanted: str, changed: dict[str, Any]) -> Any:
    """A value with one of the wanted type in it, changed."""
    kind = next(kind for kind in kinds if leads([kind], wanted))
    if kind.endswith("[]"):
        return [around([kind[:-2]], wanted, changed)]
    given = needed(TYPES[kind])
    if kind == wanted:
        return given | changed
    field = next(field for field in TYPES[kind] if leads(field.kinds, wanted))
    return given | {field.name: around(field.kinds, wanted, changed)}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": 7}, "message text is empty"),
        ({"chat_id": None, "text": "a"}, "chat_id is empty"),
        ({"chat_id": "", "text": "a"}, "chat_id is empty"),
        ({"chat_id": True, "text": "a"}, 'field "chat_id" must be of type Integer or String'),
        ({"chat_id": 1.0, "text": "a"}, 'field "chat_id" must be of type Integer or String'),
        ({"chat_id": 1 << 63, "text": "a"}, 'field "chat_id" must be of type Integer or String'),
        ({"chat_id": "9" * 5000, "text": "a"}, "can't parse chat_id"),
        ({"chat_id": [7], "text": "a"}, 'field "chat_id" must be of type Integer or String'),
        ({"chat_id": "Anna", "text": "a"}, "can't parse chat_id"),
        ({"chat_id": 7, "text": 5}, 'field "text" must be of type String'),
        ({"chat_id": 7, "text": FILE}, 'field "text" must be of type String'),
        ({"chat_id": FILE, "text": "a"}, 'field "chat_id" must be of type Integer or String'),
        ({"protect_content": 1}, 'field "protect_content" must be of type Boolean'),
        ({"protect_content": "yes"}, "can't parse protect_content: Boolean expected"),
        ({"message_thread_id": "1.5"}, 'field "message_thread_id" must be of type Integer'),
        ({"message_thread_id": "true"}, 'field "message_thread_id" must be of type Integer'),
        ({"entities": {}}, 'field "entities" must be an Array'),
        ({"entities": "[" * 5000}, "can't parse entities: can't parse JSON"),
        ({"entities": "[1]"}, "object expected as MessageEntity"),
        (
            {"entities": [{"type": "bold", "offset": 0}]},
            'MessageEntity: can\'t find field "length"',
        ),
        (
            {"entities": [{"type": "bold", "offset": 0, "length": None}]},
            "can't parse MessageEntity: can't find field \"length\" of MessageEntity",
        ),
        ({"suggested_post_parameters": []}, "must be of type Object"),
        ({"suggested_post_parameters": '{"a":' * 101 + "1" + "}" * 101}, "can't parse JSON"),
        ({"suggested_post_parameters": '{"a":NaN}'}, "can't parse JSON"),
        ({"suggested_post_parameters": '{"a":-Infinity}'}, "can't parse JSON"),
        ({"suggested_post_parameters": '{"a":1e999}'}, "can't parse JSON"),
        ({"suggested_post_parameters": '{"a":"\\ud800"}'}, "can't parse JSON"),
        ({"suggested_post_parameters": '{"\\udc00":1}'}, "can't parse JSON"),
        ({"reply_markup": {}}, "can't find field"),
        ({"reply_markup": []}, 'field "reply_markup" must be of type InlineKeyboardMarkup or '),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "copy_text": {"txt": "b"}}]]}},
            'Bad Request: can\'t parse CopyTextButton: unknown field "txt" of CopyTextButton',
        ),
        (
            {"reply_markup": {"keyboard": [[{"text": "a", "url": "b"}]]}},
            'unknown field "url" of KeyboardButton',
        ),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], complaint: str) -> None:
    whole = given if "chat_id" in given or "text" in given else {"chat_id": 7, "text": "a", **given}

    description = refused("sendMessage", whole)

    assert complaint in description


def test_a_null_is_as_good_as_nothing_at_any_depth() -> None:
    button = {"text": "a", "url": None, "callback_data": "b"}
    markup = {"inline_keyboard": [[button]], "keyboard": None}

    decoded = decode(
        "sendMessage", {"chat_id": 7, "text": "a", "parse_mode": None, "reply_markup": markup}
    )

    kept = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    assert decoded == {"chat_id": 7, "text": "a", "reply_markup": kept}


def test_a_form_may_say_yes_in_more_ways_than_json() -> None:
    said = ("true", "True", "1", "false", "FALSE", "0")

    decoded = [decode("setWebhook", {"url": "", "drop_pending_updates": each}) for each in said]

    heard = [each["drop_pending_updates"] for each in decoded]
    assert heard == [True, True, True, False, False, False]


def test_numbers_go_as_far_as_64_bits() -> None:
    ends = (1 - (1 << 63), (1 << 63) - 1)

    decoded = [decode("deleteMessage", {"chat_id": end, "message_id": str(end)}) for end in ends]

    assert [(each["chat_id"], each["message_id"]) for each in decoded] == [(n, n) for n in ends]


@pytest.mark.parametrize("method", METHODS)
def test_a_methods_name_is_known_in_any_case(method: str) -> None:
    written = [method, method.lower(), method.upper()]

    known = {canonical(each) for each in written}

    assert known == {method}


@pytest.mark.parametrize("method", SCHEMA["unplayed"].split())
def test_a_method_that_is_not_played_says_so(method: str) -> None:
    with pytest.raises(RefusedError) as caught:
        canonical(method.upper())

    assert caught.value.status == 501
    assert caught.value.description == f"Not Implemented: the preview does not play {method}"


@pytest.mark.parametrize("method", ["getRich", "", "sendMessage ", "sendMessage2", "../getMe"])
def test_a_method_that_telegram_does_not_have_is_not_found(method: str) -> None:
    with pytest.raises(RefusedError) as caught:
        canonical(method)

    assert caught.value.status == 404
