#!/usr/bin/env python3
"""A second opinion on what a device's message means to one sensor.

Written from the formats that the families document and the README's chapter on device families. It shares no code
with the gateway and reads JSON with Python's own module. Standard library only.

One JSON object a line on standard input:
  {"preset", "field", "quantity", "unit", "topic", "hex"}        field and unit may be null
One a line on standard output:
  {"kind": "value" | "none" | "unchanged" | "refused", "value": ..., "at": ms or null, "why": ..., "odd": [...]}
`odd` names what is unusual about the bytes: only for these may a stricter decoder refuse what is taken here.
"""
import calendar
import json
import math
import re
import struct
import sys

TEXT_MAX = 128          # a bare value is a number or a word
JSON_MAX = 65536          # bytes of a JSON message
DEPTH_MAX = 32
VALUES_MAX = 8192
SPARKPLUG_MAX = 65536

# ---------------------------------------------------------------------------------------------- outcomes


class Outcome(Exception):
    """What a message means; raised so that every branch may end at once."""

    def __init__(self, kind, value=None, at=None, why=""):
        super().__init__(kind)
        self.kind, self.value, self.at, self.why = kind, value, at, why


def refuse(why):
    raise Outcome("refused", why=why)


def unchanged(why):
    raise Outcome("unchanged", why=why)


# ---------------------------------------------------------------------------------------------- JSON


class Number(float):
    """A number of JSON; keeps booleans apart from 0 and 1."""


def shape(text):
    """The deepest level and the number of values of a text, strings skipped."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text, flags=re.S)
    depth = deepest = 0
    for character in bare:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest, bare.count(",") + bare.count(":") + bare.count("[") + bare.count("{") + 1


def parse_json(data, odd):
    if len(data) > JSON_MAX:
        odd.add("too_long")
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        refuse("not UTF-8")

    deepest, values = shape(text)
    if deepest > DEPTH_MAX:
        odd.add("too_deep")
    if values > VALUES_MAX:
        odd.add("too_many_values")

    def pairs(members):
        names = [name for name, _ in members]
        if len(set(names)) != len(names):
            odd.add("duplicate_name")
        for name, value in members:
            lone(name)
            walk(value)
        return dict(members)

    def lone(string):
        if any(0xD800 <= ord(character) <= 0xDFFF for character in string):
            odd.add("lone_surrogate")

    def number(spelled):
        value = float(spelled)
        if math.isinf(value):
            odd.add("number_too_large")
        return Number(value)

    def constant(word):
        refuse("no JSON: " + word)

    def walk(value):
        if isinstance(value, str):
            lone(value)
        elif isinstance(value, list):
            for element in value:
                walk(element)

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_float=number, parse_int=number, parse_constant=constant)
        walk(value)
    except (ValueError, RecursionError):
        refuse("no JSON")
    return value


ABSENT = object()


def member(value, name):
    return value.get(name, ABSENT) if isinstance(value, dict) else ABSENT


def dotted(value, path):
    for part in path.split("."):
        value = member(value, part)
    return value


def pointer(value, path):
    """RFC 6901."""
    if path == "":
        return value
    for part in path[1:].split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            if not re.fullmatch(r"0|[1-9][0-9]*", part) or int(part) >= len(value):
                return ABSENT
            value = value[int(part)]
        else:
            value = member(value, part)
    return value


# ---------------------------------------------------------------------------------------------- times


def rfc3339(text):
    """Milliseconds since 1970; None for anything else than a date, a time and a zone."""
    found = re.fullmatch(
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
        r"(Z|z|[+-][0-9]{2}:[0-9]{2})", text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1] and year >= 1):
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    milliseconds = int((found.group(7) or "0").ljust(3, "0")[:3])
    zone = found.group(8)
    offset = 0
    if zone not in "Zz":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
    seconds = calendar.timegm((year, month, day, hour, minute, second)) - offset * 60
    return seconds * 1000 + milliseconds


def believable(milliseconds):
    """A clock that was never set says 1970; one that overflowed says anything."""
    if milliseconds is None or not math.isfinite(milliseconds):
        return None
    return int(milliseconds) if rfc3339("2015-01-01T00:00:00Z") <= milliseconds <= rfc3339("2100-01-01T00:00:00Z") else None


def time_text(value):
    return believable(rfc3339(value)) if isinstance(value, str) and len(value) <= 64 else None


def time_seconds(value):
    return believable(round(value * 1000)) if isinstance(value, Number) and abs(value) < 1e15 else None


# ---------------------------------------------------------------------------------------------- units

LINEAR = {  # unit: (kind, size in the kind's first unit)
    "P1": ("%", 1), "KPA": ("Pa", 1000), "A97": ("Pa", 100), "PAL": ("Pa", 1), "LTR": ("L", 1), "MLT": ("L", 0.001),
    "MTQ": ("L", 1000), "L2": ("L/min", 1), "MQH": ("L/min", 1000 / 60), "MMT": ("m", 0.001), "MTR": ("m", 1),
    "KGM": ("kg", 1), "GRM": ("kg", 0.001), "TNE": ("kg", 1000), "VLT": ("V", 1), "2Z": ("V", 0.001),
    "KWH": ("Wh", 1000), "WHR": ("Wh", 1), "B49": ("ohm", 1000), "OHM": ("ohm", 1),
}


def convert(number, source, target):
    if source is None or source == target or target is None:
        return number
    if source in ("CEL", "FAH", "KEL"):
        kelvin = {"CEL": lambda t: t + 273.15, "FAH": lambda t: (t + 459.67) * 5 / 9, "KEL": lambda t: t}[source](number)
        return {"CEL": lambda t: t - 273.15, "FAH": lambda t: t * 9 / 5 - 459.67, "KEL": lambda t: t}[target](kelvin)
    return number * LINEAR[source][1] / LINEAR[target][1]


# ---------------------------------------------------------------------------------------------- values

NONE_WORDS = {
    "", "nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "null", "none", "nil",
    "unknown", "unavailable", "not available", "n/a", "na", "undefined", "invalid", "error",
}
OPEN_WORDS = {"open", "opened", "off", "false", "0"}
CLOSED_WORDS = {"closed", "close", "on", "true", "1"}
SPACE = " \t\n\v\f\r"
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.A)


def is_none_word(text):
    return text.lower() in NONE_WORDS or (text and not text.strip("-"))


def finish(sensor, value, unit, at, open_when_true=False, sentinel=None):
    """The reading that a value found in a message is."""
    if value is None:
        raise Outcome("none", at=at, why="missing")
    if isinstance(value, str):
        value = value.strip(SPACE)
        if is_none_word(value):
            raise Outcome("none", at=at, why="missing")
    if sensor["quantity"] == "contact":
        word = value
        if isinstance(value, bool):
            word = "true" if value else "false"
        elif isinstance(value, float):
            word = {0.0: "0", 1.0: "1"}.get(float(value), "")
        if not isinstance(word, str):
            refuse("no contact")
        word = word.lower()
        if word not in OPEN_WORDS | CLOSED_WORDS:
            refuse("no contact")
        closed = word in CLOSED_WORDS
        if open_when_true and word not in ("open", "opened", "closed", "close"):
            closed = not closed
        raise Outcome("value", "closed" if closed else "open", at)
    if isinstance(value, bool) or isinstance(value, (dict, list)):
        refuse("no number")
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            refuse("no number")
        value = float(value)
        if math.isinf(value):
            refuse("no number")
    value = float(value)
    if math.isnan(value) or math.isinf(value):
        raise Outcome("none", at=at, why="missing")
    if sentinel and sentinel(value):
        raise Outcome("none", at=at, why="sentinel")
    number = convert(value, unit, sensor["unit"])
    if not math.isfinite(number):
        refuse("too large in the sensor's unit")
    raise Outcome("value", number, at)


def an_object(value):
    if not isinstance(value, dict):
        refuse("an object expected")
    return value


# ---------------------------------------------------------------------------------------------- families


def text_family(sensor, data, odd):
    if len(data) > TEXT_MAX:
        odd.add("too_long")
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        refuse("no text")
    finish(sensor, text, None, None)


def json_family(sensor, data, odd):
    value = pointer(parse_json(data, odd), sensor["field"])
    if value is ABSENT:
        refuse("nothing there")
    finish(sensor, value, volts_or_millivolts(sensor, value), None)


def volts_or_millivolts(sensor, value):
    """No battery has a hundred volts: such a number counts millivolts."""
    if sensor["quantity"] != "battery" or sensor["unit"] not in ("VLT", "2Z"):
        return None
    if isinstance(value, str):
        text = value.strip(SPACE)
        value = Number(text) if NUMBER.fullmatch(text) else None
    if isinstance(value, float) and value > 100:
        return "2Z"
    return "VLT"


ZIGBEE_UNITS = {
    "temperature": "CEL", "device_temperature": "CEL", "humidity": "P1", "soil_moisture": "P1", "battery": "P1",
    "energy": "KWH", "power": "WTT", "current": "AMP", "pressure": "A97", "illuminance": "LUX", "voltage": "VLT",
}
ZIGBEE_FIELDS = {"carbon_dioxide": "co2", "volume": "water_consumed"}


def zigbee2mqtt(sensor, data, odd):
    message = an_object(parse_json(data, odd))
    seen = member(message, "last_seen")
    at = believable(float(seen)) if isinstance(seen, Number) and seen == seen // 1 else time_text(seen)
    field = sensor["field"] or ZIGBEE_FIELDS.get(sensor["quantity"], sensor["quantity"])
    value = dotted(message, field)
    if value is ABSENT:
        unchanged("field absent")
    unit = ZIGBEE_UNITS.get(field) if sensor["quantity"] != "contact" else None
    if field == "voltage":
        # A battery's is in millivolts, the mains' in volts.
        if sensor["quantity"] == "battery":
            unit = volts_or_millivolts(sensor, value)
        elif {"battery", "battery_low", "battery_state"} & set(message):
            unit = "2Z"
    finish(sensor, value, unit, at)


TASMOTA_UNITS = {"Weight": "KGM", "Humidity": "P1", "Moisture": "P1", "Illuminance": "LUX"}


def tasmota(sensor, data, odd):
    message = an_object(parse_json(data, odd))
    if isinstance(member(message, "StatusSNS"), dict):
        message = message["StatusSNS"]
    at = time_seconds(member(message, "Epoch"))
    if at is None:
        at = time_text(member(message, "Time"))
    name, _, rest = sensor["field"].partition(".")
    if not rest:
        value, part = member(message, name), name
        if value is ABSENT:
            unchanged("field absent")
    else:
        found = member(message, name)
        if found is ABSENT:
            same = [one for one in message.values()
                    if isinstance(member(one, "Id"), str) and one["Id"].lower() == name.lower()]
            family = [one for key, one in message.items() if re.fullmatch(re.escape(name) + "[-_][0-9]+", key)]
            if not same:
                # Numbers appear with the second sensor of a kind: any of them could be meant.
                refuse("ambiguous") if family else unchanged("field absent")
            found = same[0]
        value, part = dotted(found, rest), rest.split(".")[-1]
        if value is ABSENT:
            unchanged("field absent")
    unit, sentinel = TASMOTA_UNITS.get(part), None
    if sensor["quantity"] == "temperature":
        unit = unit_of(message, "TempUnit", {"C": "CEL", "F": "FAH", "K": "KEL"}, "CEL")
        probe = name.upper().startswith("DS18") or is_bus_id(name)
        sentinel = lambda number: probe and round(convert(number, unit, "CEL"), 6) in (85.0, -127.0)
    elif part in ("Pressure", "SeaPressure"):
        unit = unit_of(message, "PressureUnit", {"hPa": "A97"}, "A97")
    finish(sensor, value, unit, at, sentinel=sentinel)


def is_bus_id(name):
    return re.fullmatch(r"[0-9A-Fa-f]{12}", name) is not None


def unit_of(message, key, known, usual):
    told = member(message, key)
    if told is ABSENT:
        return usual
    if not isinstance(told, str) or told not in known:
        refuse("unknown unit")
    return known[told]


SHELLY_FIELDS = {
    "temperature": "temperature:0.tC", "humidity": "humidity:0.rh", "battery": "devicepower:0.battery.percent",
    "energy": "switch:0.aenergy.total", "voltage": "switch:0.voltage", "power": "switch:0.apower",
    "current": "switch:0.current", "contact": "input:0.state", "illuminance": "illuminance:0.lux",
}
SHELLY_UNITS = {
    "tC": "CEL", "tF": "FAH", "rh": "P1", "percent": "P1", "total": "WHR", "voltage": "VLT", "V": "VLT",
    "apower": "WTT", "current": "AMP", "lux": "LUX",
}


def shelly(sensor, data, odd):
    message = an_object(parse_json(data, odd))
    field = sensor["field"] or SHELLY_FIELDS[sensor["quantity"]]
    at, full = None, False
    alone = re.search(r"/status/([^/]+)$", sensor["topic"])
    if alone:
        status = {alone.group(1): message}
    elif member(message, "method") in ("NotifyStatus", "NotifyFullStatus"):
        status, full = member(message, "params"), message["method"] == "NotifyFullStatus"
        at = time_seconds(member(status, "ts"))
    elif isinstance(member(message, "result"), dict):
        status, full = message["result"], True
        at = time_seconds(dotted(status, "sys.unixtime"))
    else:
        unchanged("another message")
    an_object(status)
    component = member(status, field.split(".")[0])
    errors = member(component, "errors")
    if isinstance(errors, list) and {"read", "out_of_range"} & {one for one in errors if isinstance(one, str)}:
        raise Outcome("none", at=at, why="fault")
    value = dotted(status, field)
    if value is ABSENT:
        refuse("nothing there") if full else unchanged("field absent")
    fed = field.endswith("battery.percent") and dotted(component, "external.present") is True
    finish(sensor, value, SHELLY_UNITS.get(field.split(".")[-1]), at, sentinel=lambda number: fed and number == 0)


# Sixteen bits that are all set, or all but the sign, counted in units, tenths or hundredths.
ALL_BITS_SET = {bits / scale for bits in (32767, -32768, 65535) for scale in (1, 10, 100)}


def decoded(sensor, values, at):
    value = dotted(values, sensor["field"])
    if value is ABSENT:
        unchanged("field absent")
    probed = sensor["quantity"] in ("temperature", "humidity", "soil_moisture", "soil_tension")
    finish(
        sensor, value, volts_or_millivolts(sensor, value), at,
        open_when_true="open" in sensor["field"].split(".")[-1].lower(),
        sentinel=lambda number: probed and number in ALL_BITS_SET)


def chirpstack(sensor, data, odd):
    message = an_object(parse_json(data, odd))
    if not isinstance(member(message, "deviceInfo"), dict):
        refuse("no event of a device")
    at = time_text(member(message, "time"))
    event = sensor["topic"].split("/")[-1]
    if event == "status" and sensor["field"] == "batteryLevel":
        if member(message, "externalPowerSource") is True or member(message, "batteryLevelUnavailable") is True:
            raise Outcome("none", at=at, why="missing")
        level = member(message, "batteryLevel")
        # Protocol Buffers leave out what is zero.
        finish(sensor, Number(0) if level is ABSENT else level, "P1", at)
    if event != "up":
        unchanged("another message")
    values = member(message, "object")
    if not isinstance(values, dict):
        # An uplink without data, of commands to the network alone, has nothing to decode.
        unchanged("no data") if member(message, "data") is ABSENT else refuse("not decoded")
    decoded(sensor, values, at)


def the_things_stack(sensor, data, odd):
    message = an_object(parse_json(data, odd))
    if not isinstance(member(message, "end_device_ids"), dict):
        refuse("no end device")
    uplink = member(message, "uplink_message")
    if uplink is ABSENT:
        unchanged("another message")
    at = time_text(member(uplink, "received_at"))
    if at is None:
        at = time_text(member(message, "received_at"))
    if sensor["field"] == "last_battery_percentage":
        battery = member(uplink, "last_battery_percentage")
        if battery is ABSENT:
            unchanged("field absent")
        told = time_text(member(battery, "received_at"))
        level = member(an_object(battery), "value")
        finish(sensor, Number(0) if level is ABSENT else level, "P1", at if told is None else told)
    values = member(uplink, "decoded_payload")
    if not isinstance(values, dict):
        unchanged("no data") if member(uplink, "frm_payload") is ABSENT else refuse("not decoded")
    decoded(sensor, values, at)


# ---------------------------------------------------------------------------------------------- Sparkplug B


def fields(data):
    """The fields of a protocol buffers message: (number, wire type, value)."""
    place, end = 0, len(data)

    def varint():
        nonlocal place
        value = 0
        for shift in range(0, 70, 7):
            if place >= end:
                refuse("cut off")
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> 64:
                    refuse("a varint of more than 64 bits")
                return value
        refuse("a varint of more than ten bytes")

    def take(count):
        nonlocal place
        if count > end - place:
            refuse("cut off")
        place += count
        return data[place - count:place]

    while place < end:
        key = varint()
        number, wire = key >> 3, key & 7
        if number == 0 or number >= 1 << 29:
            refuse("no field number")
        if wire == 0:
            yield number, wire, varint()
        elif wire == 1:
            yield number, wire, take(8)
        elif wire == 2:
            yield number, wire, take(varint())
        elif wire == 5:
            yield number, wire, take(4)
        else:
            refuse("groups are not in Sparkplug")


def shortest(data):
    """A 32-bit float as the shortest decimal that means it: 12.1 and not 12.100000381469727."""
    number = struct.unpack("<f", data)[0]
    if not math.isfinite(number):
        return number
    for digits in range(1, 18):
        short = float(f"{number:.{digits}g}")
        # The largest numbers round up to what no 32 bits can hold.
        if abs(short) < 3.4028235e38 and struct.pack("<f", short) == data:
            return short
    return number


SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}


def text_of(data):
    try:
        return data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        refuse("no text")


def metric_of(data):
    metric = {"name": None, "alias": None, "timestamp": None, "datatype": None, "historical": False, "null": False,
              "value": ABSENT}
    for number, wire, value in fields(data):
        if (number, wire) == (1, 2):
            metric["name"] = text_of(value)
        elif (number, wire) == (2, 0):
            metric["alias"] = value
        elif (number, wire) == (3, 0):
            metric["timestamp"] = value
        elif (number, wire) == (4, 0):
            metric["datatype"] = value & 0xFFFFFFFF
        elif (number, wire) == (5, 0):
            metric["historical"] = value != 0
        elif (number, wire) == (7, 0):
            metric["null"] = value != 0
        elif (number, wire) in ((10, 0), (11, 0)):
            metric["value"] = ("integer", value & (0xFFFFFFFF if number == 10 else (1 << 64) - 1), number)
        elif (number, wire) == (12, 5):
            metric["value"] = ("float", shortest(value))
        elif (number, wire) == (13, 1):
            metric["value"] = ("float", struct.unpack("<d", value)[0])
        elif (number, wire) == (14, 0):
            metric["value"] = ("boolean", value != 0)
        elif (number, wire) == (15, 2):
            metric["value"] = ("text", text_of(value))
        elif number in (16, 17, 18, 19) and wire == 2:
            metric["value"] = ("container", {})
    return metric


def value_of(metric):
    if metric["null"] or metric["value"] is ABSENT:
        return None
    kind, value = metric["value"][:2]
    if kind == "integer":
        bits = SIGNED_BITS.get(metric["datatype"])
        if bits:
            value &= (1 << bits) - 1
            if value >> (bits - 1):
                value -= 1 << bits
        return Number(value)
    return Number(value) if kind == "float" else value


def sparkplug(sensor, data, odd):
    if len(data) > SPARKPLUG_MAX:
        odd.add("too_long")
    timestamp, metrics = None, []
    for number, wire, value in fields(data):
        if (number, wire) == (1, 0):
            timestamp = value
        elif (number, wire) == (2, 2):
            metrics.append(metric_of(value))
    levels = sensor["topic"].split("/")
    kind = levels[2] if len(levels) > 3 and levels[0] == "spBv1.0" else ""
    if kind not in ("NBIRTH", "DBIRTH", "NDATA", "DDATA"):
        unchanged("another message")
    # With aliases a birth message carries name and alias, later ones the alias alone.
    names = {one["alias"]: one["name"] for one in metrics if one["alias"] is not None and one["name"] is not None} \
        if kind.endswith("BIRTH") else {}
    for one in metrics:
        if one["name"] is None and one["alias"] in names:
            one["name"] = names[one["alias"]]
    mine = [one for one in metrics if one["name"] == sensor["field"]]
    if not mine:
        if kind.endswith("BIRTH"):
            refuse("nothing there")
        unchanged("field absent")
    current = [one for one in mine if not one["historical"]]
    if not current:
        unchanged("historical")
    newest = current[0]
    for one in current[1:]:
        if (one["timestamp"] if one["timestamp"] is not None else timestamp or 0) >= \
                (newest["timestamp"] if newest["timestamp"] is not None else timestamp or 0):
            newest = one
    own, value = believable(newest["timestamp"]), value_of(newest)
    finish(
        sensor, value, volts_or_millivolts(sensor, value), believable(timestamp) if own is None else own)


FAMILIES = {
    "plain": text_family, "esphome": text_family, "mqtt-io": text_family, "json": json_family,
    "zigbee2mqtt": zigbee2mqtt, "tasmota": tasmota, "shelly": shelly, "chirpstack": chirpstack,
    "the-things-stack": the_things_stack, "sparkplug": sparkplug,
}


def opinion(sensor):
    odd = set()
    try:
        FAMILIES[sensor["preset"]](sensor, bytes.fromhex(sensor["hex"]), odd)
        raise AssertionError("a family must come to an end")
    except Outcome as found:
        return {"kind": found.kind, "value": found.value, "at": found.at, "why": found.why, "odd": sorted(odd)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(opinion(json.loads(line))))
