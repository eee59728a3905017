"""Holds a transcript against an AsyncAPI document, as a program that knows nothing of farmgate would.

  transcript.py SCHEMA DOCUMENT   the document is valid against the schema of AsyncAPI, and so are its examples
  transcript.py - DOCUMENT        standard input: one {"topic","payload","retained","qos","contentType"} a line

Prints what does not hold, one a line, and then how many messages were held against each channel, as one JSON object.
"""
import json
import re
import sys
from datetime import datetime

import jsonschema

formats = jsonschema.FormatChecker(formats=[])


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    if isinstance(text, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
            raise ValueError(text)
        datetime.fromisoformat(text)
    return True


@formats.checks("date", raises=ValueError)
def is_day(text):
    if isinstance(text, str):
        datetime.strptime(text, "%Y-%m-%d")
    return True


def validator(document, payload):
    # References point into the document: so the schema carries its components along.
    return jsonschema.Draft7Validator(
        {"allOf": [payload], "components": document["components"]}, format_checker=formats)


def complain(where, errors):
    for error in list(errors)[:3]:
        best = jsonschema.exceptions.best_match([error]) or error
        print(f"{where}: at /{'/'.join(map(str, best.absolute_path))}: {best.message[:300]}")


def address(channel):
    return re.compile("/".join("[^/]+" if level.startswith("{") else re.escape(level)
                               for level in channel["address"].split("/")))


def check_document(schema, document):
    complain("document", jsonschema.Draft7Validator(schema).iter_errors(document))
    heard = {}
    for name, message in document["components"]["messages"].items():
        heard[name] = len(message["examples"])
        if not heard[name]:
            print(f"{name}: no example")
        for example in message["examples"]:
            complain(f"example of {name}", validator(document, message["payload"]).iter_errors(example["payload"]))
    return heard


def check_transcript(document, lines):
    channels = []
    operations = {o["channel"]["$ref"].split("/")[-1]: o for o in document["operations"].values()}
    for name, channel in document["channels"].items():
        messages = {m: document["components"]["messages"][m] for m in channel["messages"]}
        channels.append((name, address(channel), channel, operations[name], {
            m: (message, validator(document, message["payload"])) for m, message in messages.items()}))
    heard = {}
    for line in lines:
        said = json.loads(line)
        found = [c for c in channels if c[1].fullmatch(said["topic"])]
        # A fixed level wins over a parameter: lot/command is no lot.
        fewest = min((c[2]["address"].count("{") for c in found), default=0)
        found = [c for c in found if c[2]["address"].count("{") == fewest]
        if len(found) != 1:
            print(f"{said['topic']}: matches {[c[0] for c in found]}")
            continue
        name, _, channel, operation, messages = found[0]
        is_cleared = said["payload"] == "" and "cleared" in messages
        message, payload = messages["cleared"] if is_cleared else next(m for k, m in messages.items() if k != "cleared")
        heard[name] = heard.get(name, 0) + 1
        if operation["action"] == "receive":
            continue  # what comes from others is theirs to get right
        binding = operation["bindings"]["mqtt"]
        for key, wanted in (("retained", binding["retain"]), ("qos", binding["qos"]),
                            ("contentType", None if is_cleared else message["contentType"])):
            if key in said and said[key] != wanted:
                print(f"{said['topic']}: {key} is {said[key]}, not {wanted}")
        try:
            value = "" if is_cleared else said["payload"] if "json" in said else json.loads(said["payload"])
        except ValueError as error:
            print(f"{said['topic']}: {error}")
            continue
        complain(said["topic"], payload.iter_errors(value))
    return heard


document = json.load(open(sys.argv[2]))
if sys.argv[1] == "-":
    heard = check_transcript(document, sys.stdin)
else:
    heard = check_document(json.load(open(sys.argv[1])), document)
print(json.dumps(heard))
