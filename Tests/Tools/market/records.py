"""What evidence, decisions, stores, fields and drones say."""
import hashlib
import json
import re

import jsonschema
import rfc8785

from envelope import formats, is_time, milliseconds, worst
from lots import STATUSES, is_number

# Business steps and dispositions with the meaning that a farm needs; others of CBV 2.0 mean something else.
STEPS = ("commissioning", "sensor_reporting", "storing", "stocking", "holding", "inspecting")
DISPOSITIONS = ("active", "sellable_not_accessible", "sellable_accessible", "non_sellable_other", "non_conformant",
                "recalled", "expired")


def named(data, *names):
    """The first of these members that is there."""
    return next((data[name] for name in names if isinstance(data, dict) and data.get(name) is not None), None)


def check_decision(event, complain):
    data = event.data
    ruleset = data.get("ruleset")
    for what, holds in {
        "lot": isinstance(data.get("lot"), str) and data["lot"],
        "previous": data.get("previous") is None or data["previous"] in STATUSES,
        "status": data.get("status") in STATUSES,
        "mode": data.get("mode") in ("automatic", "manual"),
        "ruleset": isinstance(ruleset, dict) and all(
            isinstance(ruleset.get(n), str) and ruleset[n] for n in ("name", "version", "hash")),
        "ruleset text": isinstance(ruleset, dict) and bool(ruleset.get("text")),
        "software": bool(named(data, "software", "softwareVersion")),
        "rules": isinstance(data.get("rules"), list) and bool(data["rules"]),
        "counterfactual": isinstance(data.get("counterfactual"), str),
        "evidence": isinstance(data.get("evidence"), list),
    }.items():
        if not holds:
            complain("decision-fields", f"{what}: {str(data.get(what.split()[0]))[:120]}")
    quality = named(data, "dataQuality", "quality")
    missing = [n for n in ("expected", "received", "gaps", "clock") if named(
        quality, n, "samples" + n.capitalize()) is None]
    if missing:
        complain("decision-fields", f"data quality without {missing}")
    if data.get("mode") == "manual" and not all(
            isinstance(x, str) and x for x in (named(data, "by", "person", "operator"), data.get("note"))):
        complain("decision-manual", f"by {named(data, 'by', 'person', 'operator')!r}, note {data.get('note')!r}")
    for rule in data["rules"] if isinstance(data.get("rules"), list) else []:
        check_rule(rule, complain)
    reasons = data.get("reasons")
    if not (isinstance(reasons, list) and len(reasons) <= 4 and all(
            isinstance(r, dict) and r.get("code") and isinstance(named(r, "text", "sentence"), str) for r in reasons)):
        complain("decision-reasons", f"{reasons}"[:200])
    if isinstance(ruleset, dict) and ruleset.get("text") and ruleset.get("hash") not in hashes(ruleset["text"]):
        complain("decision-ruleset", f"{ruleset.get('hash')}, none of {hashes(ruleset['text'])}")


def hashes(text):
    """Of a text as it stands, or as canonical JSON."""
    if isinstance(text, str):
        return {f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"}
    return {f"sha256:{hashlib.sha256(rfc8785.dumps(text)).hexdigest()}"}


def check_rule(rule, complain):
    missing = [n for n in ("rule", "method") if not isinstance(rule, dict) or not isinstance(rule.get(n), str)]
    if named(rule, "result", "passed", "pass") is None:
        missing.append("pass or fail")
    inputs = named(rule, "inputs")
    if not isinstance(inputs, list):
        missing.append("inputs")
    elif not all(isinstance(i, dict) and all(named(i, n) is not None for n in ("sensor", "unit", "quality"))
                 for i in inputs):
        missing.append("an input's sensor, unit or quality")
    if missing:
        complain("decision-rules", f"{str(rule)[:120]}: {missing}")


class EvidenceCheck:
    def __init__(self, shared):
        with open(f"{shared}/schemas/epcis/EPCIS-JSON-Schema.json") as file:
            self.schema = jsonschema.Draft7Validator(json.load(file), format_checker=formats)

    def check(self, event, complain):
        data = event.data
        if data.get("type") != "ObjectEvent":
            complain("evidence-kind", f"type {data.get('type')!r}")
        if error := worst(self.schema.iter_errors(data)):
            complain("evidence-schema", error)
        classes = [str(e.get("epcClass", "")) for e in data.get("quantityList", []) if isinstance(e, dict)]
        classes += [e for e in data.get("epcList", []) if isinstance(e, str)]
        if not any(re.split("[:/]", name)[-1] == event.id_in_topic for name in classes):
            complain("evidence-lot", f"{classes}"[:200])
        step, disposition = data.get("bizStep"), data.get("disposition")
        if "errorDeclaration" not in data and (step not in STEPS or disposition not in DISPOSITIONS + (None,)):
            complain("evidence-step", f"{step}, {disposition}")
        if step == "commissioning" and data.get("action") != "ADD":
            complain("evidence-step", f"{step}, {data.get('action')}")
        when = data.get("eventTime")
        try:
            is_time(when)
        except ValueError:
            return None  # the schema has said so
        if isinstance(when, str) and event.time is not None and when.endswith("Z") and (
                milliseconds(when if "." in when else when[:-1] + ".000Z") or 0) > event.time:
            complain("evidence-time", f"{when}, told at {event.value.get('time')}")
        return None


def check_condition(event, complain):
    """Of the probes that a store has: air, product."""
    probes = {name: probe for name, probe in event.data.items() if isinstance(probe, dict)}
    if not probes:
        return complain("condition-form", "no probe")
    for name, probe in probes.items():
        order = [probe.get(n) for n in ("min", "mean", "max")]
        kinetic = named(probe, "meanKinetic", "mkt", "meanKineticTemperature")
        if all(is_number(x) for x in order):
            slack = 0.001  # three decimals
            if not (order[0] <= order[1] + slack and order[1] <= order[2] + slack and is_number(kinetic)
                    and order[1] - slack <= kinetic <= order[2] + slack):
                complain("condition-form", f"{name}: min, mean, max {order}, kinetic {kinetic}")
        elif order != [None] * 3:
            complain("condition-form", f"{name}: min, mean, max {order}")
        for limit in probe.get("above", []) + probe.get("below", []):
            minutes, degree_minutes = limit.get("minutes"), limit.get("degreeMinutes")
            if not (is_number(minutes) and is_number(degree_minutes) and minutes >= 0 <= degree_minutes):
                complain("condition-form", f"{name}: {limit}")
    return None


def check_soil(event, complain):
    if not any(is_number(value) or isinstance(value, dict) for name, value in event.data.items() if name != "revision"):
        complain("soil-form", f"{event.data}"[:200])


def check_health(event, complain):
    data = event.data
    reasons = data.get("reasons")
    if data.get("deliverable") not in ("yes", "no", "unknown") or data.get("level") not in (
            "green", "amber", "red", "grey") or not isinstance(reasons, list):
        return complain("health-form", f"{data.get('deliverable')}, {data.get('level')}, {reasons}"[:200])
    for reason in reasons:
        lacks = [n for n in ("code", "field", "since") if not isinstance(reason, dict) or n not in reason]
        if lacks:
            complain("health-form", f"{reason} lacks {lacks}"[:200])
    if not reasons and data["deliverable"] != "yes":
        complain("health-form", f"deliverable {data['deliverable']} without a reason")
    return None
