"""The envelope of one event: bytes, attributes, topic, MQTT properties."""
import functools
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal

import jsonschema
import rfc8785

LEVEL = r"[A-Za-z0-9._-]{1,64}"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MINUTE = 60


@dataclass(frozen=True)
class Kind:
    """One line of the contract's table of topics."""
    name: str
    type: str
    topic: re.Pattern
    retained: bool
    is_ledger: bool
    expires: bool = False  # as an MQTT message, with the claim
    lifetime: int | None = None  # seconds, where it is fixed


def kind(name, type, topic, **rest):
    pattern = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{LEVEL})", "nexus/v1/{farm}/" + topic)
    return Kind(name, f"farm.nexus.{type}.v1", re.compile(pattern), **rest)


KINDS = [
    kind("status", "gateway.status", "gateways/{id}/status", retained=True, is_ledger=False),
    kind("keys", "gateway.keys", "gateways/{id}/keys", retained=True, is_ledger=False),
    kind("availability", "lot.availability", "lots/{id}/availability", retained=True, is_ledger=False, expires=True),
    kind("evidence", "lot.evidence", "lots/{id}/evidence", retained=False, is_ledger=True),
    kind("decision", "decision", "decisions/{id}", retained=False, is_ledger=True),
    kind("condition", "store.condition", "stores/{id}/condition", retained=True, is_ledger=False, expires=True,
         lifetime=45 * MINUTE),
    kind("soil", "field.soil", "fields/{id}/soil", retained=True, is_ledger=False, expires=True,
         lifetime=45 * MINUTE),
    kind("health", "drone.health", "drones/{id}/health", retained=True, is_ledger=False, expires=True,
         lifetime=3 * MINUTE),
]


def milliseconds(text):
    """Of a time in the contract's form; None for anything else."""
    if not isinstance(text, str) or not TIME.fullmatch(text):
        return None
    try:
        parsed = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return round(parsed.timestamp() * 1000)


def rfc3339(at):
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


@dataclass
class Event:
    kind: Kind
    topic: str
    bytes: bytes
    value: dict
    message: object
    farm: str
    id_in_topic: str
    digest: str = field(init=False)
    time: int | None = field(init=False)
    expiry: int | None = field(init=False)

    def __post_init__(self):
        self.digest = hashlib.sha256(self.bytes).hexdigest()
        self.time = milliseconds(self.value.get("time"))
        self.expiry = milliseconds(self.value.get("expirytime"))
        if not isinstance(self.value.get("data"), dict):
            self.data = {}
        else:
            self.data = self.value["data"]

    @property
    def source(self):
        return str(self.value.get("source"))

    @property
    def id(self):
        return str(self.value.get("id"))


formats = jsonschema.FormatChecker(formats=[])


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    if isinstance(text, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text):
            raise ValueError(text)
        datetime.fromisoformat(text.upper())
    return True


@formats.checks("uri")
def is_uri(text):
    return not isinstance(text, str) or bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text))


@formats.checks("uri-reference")
def is_reference(text):
    return not isinstance(text, str) or bool(re.fullmatch(r"[^\s<>\"{}|\\^`]+", text))


@functools.cache
def schema(path):
    with open(path) as file:
        return jsonschema.Draft7Validator(json.load(file), format_checker=formats)


def worst(errors):
    """The most telling of a validator's errors in one line; None when there is none."""
    errors = list(errors)
    if not errors:
        return None
    best = jsonschema.exceptions.best_match(errors)
    return f"at /{'/'.join(map(str, best.absolute_path))}: {best.message[:200]}"


def each_name_once(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a name twice among {names}")
    return dict(pairs)


def no_constant(text):
    raise ValueError(text)


def parse(payload):
    """The value and its numbers as they are written; raises ValueError."""
    text = payload.decode()  # UnicodeDecodeError is one
    numbers = []

    def number(text):
        numbers.append(text)
        return float(text) if re.search("[.eE]", text) else int(text)

    value = json.loads(text, object_pairs_hook=each_name_once, parse_float=number, parse_int=number,
                       parse_constant=no_constant)
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value, numbers


class EnvelopeCheck:
    """What can be said of an event alone."""

    def __init__(self, shared):
        self.schema = schema(f"{shared}/schemas/cloudevents/cloudevents.json")

    def read(self, message, complain):
        """The event, or None where it cannot be read at all."""
        found = [(kind, match) for kind in KINDS if (match := kind.topic.fullmatch(message.topic))]
        if not found:
            return complain("topic", message.topic)
        kind, match = found[0]
        if len(message.payload) > 65536:
            complain("too-large", f"{len(message.payload)} bytes")
        try:
            value, numbers = parse(message.payload)
        except (ValueError, RecursionError) as error:
            return complain("not-json", str(error)[:200])
        try:
            canonical = rfc8785.dumps(value)
        except rfc8785.CanonicalizationError as error:
            canonical = str(error)
        if canonical != message.payload:
            complain("not-canonical", f"{message.payload[:80]}…")
        for text in numbers:
            number = Decimal(text)
            if number.normalize().as_tuple().exponent < -3 or abs(number) >= 10**12:
                complain("number-form", text)
        event = Event(kind, message.topic, message.payload, value, message, match["farm"], match["id"])
        self.check_attributes(event, complain)
        self.check_message(event, complain)
        return event

    def check_attributes(self, event, complain):
        value = event.value
        if error := worst(self.schema.iter_errors(value)):
            complain("schema", error)
        gateway = event.id_in_topic if event.kind.name in ("status", "keys") else LEVEL
        for name, pattern in [
            ("specversion", r"1\.0"), ("id", UUID7.pattern), ("type", re.escape(event.kind.type)),
            ("source", f"urn:farmgate:{re.escape(event.farm)}:{gateway}"),
            ("subject", re.escape(event.id_in_topic)), ("datacontenttype", "application/json"),
        ]:
            if not isinstance(value.get(name), str) or not re.fullmatch(pattern, value[name]):
                complain(name, repr(value.get(name)))
        if event.time is None:
            complain("time", repr(value.get("time")))
        if event.expiry is None or (event.time is not None and event.expiry <= event.time):
            complain("expirytime", f"{value.get('expirytime')!r}, time {value.get('time')!r}")
        for name in value:
            if not re.fullmatch("[a-z0-9]{1,20}", name):
                complain("extension", name)

    def check_message(self, event, complain):
        message = event.message
        if message.qos != 1:
            complain("qos", str(message.qos))
        if message.retained != event.kind.retained:
            complain("retain", str(message.retained))
        if message.content_type != CONTENT_TYPE:
            complain("content-type", repr(message.content_type))
        if message.payload_format != 1:
            complain("payload-format", repr(message.payload_format))
