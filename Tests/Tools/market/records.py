"""What evidence, decisions, stores, fields and drones say."""
import hashlib
import re

import rfc8785

from envelope import is_time, milliseconds, schema, worst
from lots import STATUSES, is_number

# Business steps and dispositions with the meaning that a farm needs; others of CBV 2.0 mean something else: its
# `reserved` is about identifiers, `collecting` is for disposal, and what is `available` was under repair.
STEPS = ("commissioning", "sensor_reporting", "storing", "stocking", "holding", "inspecting", "stock_taking", "picking",
         "other")
DISPOSITIONS = ("active", "sellable_not_accessible", "sellable_accessible", "non_sellable_other", "non_conformant",
                "recalled", "expired")


def named(data, *names):
    """The first of these members that is there."""
    return next((data[name] for name in names if isinstance(data, dict) and data.get(name) is not None), None)


# The contract says what a decision record holds and names few of its members: these are the names that are taken.
def check_decision(event, complain):
    data = event.data
    ruleset, software = data.get("ruleset"), data.get("software")
    for what, holds in {
        "id": data.get("id") in (None, event.id_in_topic),
        "lot": isinstance(data.get("lot"), str) and data["lot"],
        "previous": data.get("previous") is None or data["previous"] in STATUSES,
        "status": data.get("status") in STATUSES,
        "mode": data.get("mode") in ("automatic", "manual"),
        "ruleset": isinstance(ruleset, dict) and all(
            isinstance(ruleset.get(n), str) and ruleset[n] for n in ("name", "version", "hash")),
        "text": isinstance(ruleset, dict) and isinstance(ruleset.get("text"), (str, dict)) and ruleset["text"],
        "software": isinstance(software, str) or bool(named(software, "version")),
        "rules": isinstance(data.get("rules"), list) and bool(data["rules"]),
        "counterfactual": isinstance(data.get("counterfactual"), str) and data["counterfactual"],
        "evidence": isinstance(data.get("evidence"), list),
    }.items():
        if not holds:
            complain("decision-fields", f"{what}: {str(data.get(what))[:120]}")
    quality = data.get("dataQuality")
    missing = [ways[0] for ways in (("samplesExpected", "minutesExpected"), ("samplesReceived",),
                                    ("longestGapMinutes", "gaps"), ("clock",)) if named(quality, *ways) is None]
    if missing:
        complain("decision-fields", f"dataQuality without {missing}")
    person = data.get("person")
    if data.get("mode") == "manual" and not all(
            isinstance(named(person, n), str) and person[n] for n in ("name", "note")):
        complain("decision-manual", f"person {person!r}")
    for rule in data["rules"] if isinstance(data.get("rules"), list) else []:
        check_rule(rule, complain)
    reasons = data.get("reasons")
    if not (isinstance(reasons, list) and 1 <= len(reasons) <= 4 and all(
            isinstance(r, dict) and r.get("code") and isinstance(named(r, "text", "sentence"), str) for r in reasons)):
        complain("decision-reasons", f"{reasons}"[:200])
    if isinstance(ruleset, dict) and ruleset.get("text") and ruleset.get("hash") != digest(ruleset["text"]):
        complain("decision-ruleset", f"{ruleset.get('hash')}, the text has {digest(ruleset['text'])}")


def digest(text):
    """Of a ruleset's text as it stands, or of its canonical form where it is JSON."""
    return f"sha256:{hashlib.sha256(text.encode() if isinstance(text, str) else rfc8785.dumps(text)).hexdigest()}"


def check_rule(rule, complain):
    """Whether it passed, and on what: a rule that does not concern the lot needs no more than its name."""
    outcome, name = named(rule, "outcome"), named(rule, "rule")
    if not isinstance(name, str) or outcome not in (
            "pass", "hold", "withdraw", "expire", "not_judged", "not_applicable"):
        return complain("decision-rules", f"{rule}"[:160])
    if outcome == "not_applicable":
        return None
    lacks = [n for n in ("method", "sentence") if not isinstance(rule.get(n), str)]
    # Measured ones rest on a probe, where the store has one.
    given = rule.get("input")
    if given is not None:
        lacks += [f"the input's {n}" for n in ("sensor", "unit", "quality") if not isinstance(named(given, n), str)]
    elif rule.get("method") != "no probe" and name in ("cc.max_temp", "cc.tphc_4h", "cc.abs_21", "cc.frozen", "cc.chill") and is_number(rule.get("observed")):
        lacks.append("its input")
    if lacks:
        complain("decision-rules", f"{name} lacks {lacks}")
    return None


class EvidenceCheck:
    def __init__(self, shared):
        self.schema = schema(f"{shared}/schemas/epcis/EPCIS-JSON-Schema.json")

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
