"""The consumer finds what is planted: each of its words, in an otherwise good day. Takes the folder with schemas/."""
import copy
import json
import sys

import rfc8785
from joserfc.jwk import OKPKey

from consumer import Consumer, arguments
from envelope import rfc3339
from farm import DAWN, MINUTE, Farm
from faults import WORDS
from message import from_line
from trust import is_signed, signed_bytes


def heard(story, *flags, from_start=True):
    begun = ["--from-start"] if from_start else []
    consumer = Consumer(arguments(["check", "--shared", sys.argv[1], *begun, *flags]))
    for _, message in story:
        consumer.hear(from_line(message.line()))  # as a transcript has it
    consumer.end(max(m.at for _, m in story))
    return consumer


def put(path, value):
    """Sets a member of an event, deep inside; `...` takes it away."""
    *way, last = path.split("/")

    def change(event):
        inner = event
        for name in way:
            inner = inner[int(name)] if isinstance(inner, list) else inner[name]
        if value is ...:
            inner.pop(int(last) if isinstance(inner, list) else last)
        else:
            inner[int(last) if isinstance(inner, list) else last] = value
    return change


def flag(name, value):
    return lambda message: setattr(message, name, value)


def swap(old, new):
    """Bytes on their way, behind the signature."""
    def change(message):
        assert old in message.payload, old
        message.payload = message.payload.replace(old, new, 1)
    return change


def without(*names):
    return lambda story: [(n, m) for n, m in story if n not in names]


def again(name, at_end=True):
    """One message a second time, at the end or right behind itself."""
    def arrange(story):
        index = next(i for i, (n, _) in enumerate(story) if n == name)
        return story + [late(story[index], story[-1])] if at_end else story[:index + 1] + story[index:]
    return arrange


def late(entry, last):
    name, message = copy.deepcopy(entry)
    message.at = last[1].at
    return name, message


class Plant:
    def __init__(self, word, name=None, before=None, after=None, arrange=None, also=(), flags=()):
        self.word, self.also, self.flags, self.arrange = word, set(also), flags, arrange
        self.farm = Farm({name: before} if before else None, {name: after} if after else None)

    def words(self):
        story = self.farm.day()
        if self.arrange:
            story = self.arrange(story)
        return {word for word, _, _ in heard(story, *self.flags).faults.found}


def stranger(word, **rest):
    """The evidence `hold` is signed by somebody that no key set names."""
    plant = Plant(word, **rest)

    def change(_):
        plant.farm.signer = OKPKey.generate_key("Ed25519")
    plant.farm.before["hold"] = change
    return plant


def forged_rotation():
    plant = Plant("keyset-trust", also={"key-unknown"})

    def change(_):
        plant.farm.signer = plant.farm.keys[0][0]
    plant.farm.before["keys-2"] = change
    return plant


def second_event(word, change, **rest):
    """The harvest once more, as another event, the farm's signature on it."""
    plant = Plant(word, **rest)

    def arrange(story):
        name, message = story[2]
        assert name == "harvest"
        value = json.loads(message.payload)
        del value["jws"]
        change(value)
        plant.farm.signer = plant.farm.keys[-1][0]
        other = copy.deepcopy(message)
        other.payload = rfc8785.dumps(plant.farm.sign(value))
        return story[:3] + [(name, other)] + story[3:]
    plant.arrange = arrange
    return plant


def key_in_set(change):
    return lambda event: change(event["data"]["keys"][0])


LATE, EARLY = rfc3339(DAWN + 600 * MINUTE), rfc3339(DAWN - 600 * MINUTE)
NOBODY = "0193a5f0-7c00-7000-8000-0000000fffff"
PLANTS = [
    Plant("too-large", "hold", before=put("data/x:note", "x" * 65536)),
    Plant("not-json", "health", after=swap(b'"level":"red"', b'"level":"red","level":"red"')),
    Plant("not-json", "health", after=flag("payload", b"\xff{}")),
    Plant("not-canonical", "health", after=swap(b'"specversion"', b' "specversion"')),
    Plant("number-form", "condition", before=put("data/air/max", 4.0625)),
    Plant("number-form", "soil", before=put("data/moisture/value", 10**12)),
    Plant("schema", "soil", before=put("subject", ["bed-1"]), also={"subject"}),
    Plant("specversion", "soil", before=put("specversion", "1.1")),
    Plant("id", "soil", before=put("id", "0193a5f0-7c00-4000-8000-000000000001")),
    Plant("source", "online", before=put("source", "urn:farmgate:greenhollow:gw2"), also={"key-unknown"}),
    Plant("type", "soil", before=put("type", "farm.nexus.drone.health.v1")),
    Plant("subject", "soil", before=put("subject", "bed-2")),
    Plant("subject", "soil", after=lambda m: setattr(m, "topic", m.topic.replace("bed-1", "bed-2"))),
    Plant("subject", "offer", before=put("data/lot", "CAR-2"), also={"lot-decision-other"}),
    Plant("time", "soil", before=put("time", "2026-11-22T10:00:00Z"), also={"key-time"}),
    Plant("datacontenttype", "soil", before=put("datacontenttype", "text/json")),
    Plant("expirytime", "soil", before=put("expirytime", ...)),
    Plant("extension", "soil", before=put("Note", "x")),
    Plant("topic", "soil", after=lambda m: setattr(m, "topic", m.topic + "/x")),
    Plant("qos", "hold", after=flag("qos", 0)),
    Plant("retain", "hold", after=flag("retained", True)),
    Plant("retain", "soil", after=flag("retained", False)),
    Plant("content-type", "hold", after=flag("content_type", "application/json")),
    Plant("payload-format", "hold", after=flag("payload_format", None)),
    Plant("message-expiry", "hold", after=flag("expiry", 60)),
    Plant("message-expiry", "withdrawn", after=flag("expiry", 60)),
    Plant("message-expiry", "offer", after=flag("expiry", None)),
    Plant("message-expiry", "offer", after=flag("expiry", 7300)),
    Plant("message-expiry", "health", after=flag("expiry", 90)),
    Plant("expired", "health", after=flag("at", DAWN + 4 * MINUTE), also={"message-expiry"}),
    Plant("future", "soil", before=put("time", rfc3339(DAWN + MINUTE))),
    Plant("jws-missing", "hold", after=swap(b',"jws":"', b',"jwz":"'), also={"prevhash"}),
    Plant("jws-form", "hold", after=swap(b'..', b'.e30.'), also={"prevhash"}),
    Plant("signature", "hold", after=swap(b'"quantity":182.5', b'"quantity":192.5'), also={"prevhash"}),
    stranger("key-unknown", also={"keyset-trust"}),
    Plant("key-time", "offline", before=put("time", rfc3339(DAWN + 17 * MINUTE))),
    Plant("keyset-form", "keys", before=key_in_set(put("kid", "x"))),
    Plant("keyset-form", "keys", before=key_in_set(put("d", "x"))),
    forged_rotation(),
    Plant("ledger-attributes", "hold", before=put("prevhash", ...), also={"sequence-gap", "decision-evidence"}),
    Plant("ledger-attributes", "soil", before=put("sequence", "0" * 19 + "9")),
    Plant("sequence-gap", arrange=without("hold"), also={"decision-evidence"}),
    Plant("sequence-gap", arrange=without("harvest"), also={"decision-evidence"}),
    second_event("sequence-fork", put("id", NOBODY)),
    Plant("prevhash", "hold", before=put("prevhash", "a" * 64)),
    second_event("id-twice", put("data/action", "OBSERVE"), also={"sequence-fork", "evidence-step"}),
    Plant("state-attributes", "soil", before=put("ledgerhash", ...)),
    Plant("state-attributes", "soil", before=put("data/revision", "1")),
    Plant("revision", "condition-2", before=put("data/revision", 1)),
    Plant("revision", arrange=again("offer"), also={"message-expiry"}),
    Plant("ledger-behind", "condition-2", before=put("ledgersequence", "0" * 19 + "1"), also={"ledger-hash"}),
    Plant("ledger-hash", "soil", before=put("ledgerhash", "b" * 64)),
    Plant("ledger-ahead", "offline", before=put("ledgersequence", "0" * 18 + "99")),
    Plant("status-form", "online", before=put("data/session", "")),
    Plant("will-form", "will", before=put("data/version", "1")),
    Plant("cadence", "condition-2", before=put("time", rfc3339(DAWN + 17 * MINUTE)), flags=["--cadence"],
          also={"future", "ledger-behind"}),
    Plant("lot-fields", "offer", before=put("data/product/sku", ...)),
    Plant("lot-fields", "offer", before=put("data/status", "plenty"), also={"lot-decision-other"}),
    Plant("lot-fields", "offer", before=put("data/decision/rulesetHash", "sha256:x")),
    Plant("lot-quantity", "offer", before=put("data/quantity/reserved", -1)),
    Plant("lot-quantity", "offer", before=put("data/quantity/availableToPromise", None)),
    Plant("lot-promise", "offer", before=put("data/quantity/availableToPromise", 80)),
    Plant("lot-promise", "offer", before=put("data/quantity/availableToPromise", 77)),
    Plant("lot-promise", "offer", before=put("data/quantity/localShare", 20)),
    Plant("lot-promise", "withdrawn", before=put("data/quantity/availableToPromise", 77.5)),
    Plant("lot-times", "offer", before=put("data/validUntil", LATE)),
    Plant("lot-times", "offer", before=put("data/quantity/asOf", LATE)),
    Plant("lot-withdrawal", "withdrawn", before=put("data/withdrawal/contact", ...)),
    Plant("lot-withdrawal", "withdrawn", before=put("data/withdrawal/effectiveFrom", LATE)),
    Plant("lot-withdrawal", "held", before=put("data/withdrawal", {"scope": "unsold"})),
    Plant("lot-withdrawal-end", "withdrawn", before=put("expirytime", LATE)),
    Plant("lot-terminal", "withdrawn-2", before=put("data/status", "on_hold"),
          also={"lot-withdrawal", "message-expiry", "lot-decision-other"}),
    Plant("lot-reasons", "offer", before=put("data/reasons", [{"code": "A"}] * 5)),
    Plant("lot-cleared", "withdrawn-2", after=flag("payload", b""), also={"lot-repeat"}),
    Plant("lot-repeat", arrange=without("withdrawn-2", "offline")),
    Plant("lot-repeat", arrange=without("withdrawn-2")),
    Plant("lot-decision", "offer", before=put("data/decision/id", "d-9")),
    Plant("lot-decision-other", "offer", before=put("data/decision/id", "d-2")),
    Plant("decision-fields", "d-1", before=put("data/counterfactual", ...)),
    Plant("decision-fields", "d-1", before=put("data/ruleset/text", ...)),
    Plant("decision-fields", "d-1", before=put("data/dataQuality/longestGapMinutes", ...)),
    Plant("decision-manual", "d-2", before=put("data/person/note", "")),
    Plant("decision-rules", "d-1", before=put("data/rules/0/method", ...)),
    Plant("decision-rules", "d-1", before=put("data/rules/0/input/quality", ...)),
    Plant("decision-reasons", "d-1", before=put("data/reasons/0/text", ...)),
    Plant("decision-ruleset", "d-1", before=put("data/ruleset/text", "cc.max_temp: on hold above 6 CEL")),
    Plant("decision-evidence", "d-1", before=put("data/evidence", [NOBODY])),
    Plant("evidence-schema", "hold", before=put("data/quantityList/0/uom", "kilograms")),
    Plant("evidence-schema", "hold", before=put("data/bizStep", "harvesting"), also={"evidence-step"}),
    Plant("evidence-kind", "hold", before=put("data/type", "AggregationEvent"), also={"evidence-schema"}),
    Plant("evidence-lot", "hold", before=put("data/quantityList/0/epcClass", "urn:farmgate:lot:greenhollow:CAR-2")),
    Plant("evidence-step", "hold", before=put("data/disposition", "reserved")),
    Plant("evidence-time", "hold", before=put("data/eventTime", LATE)),
    Plant("condition-form", "condition", before=put("data/air/mean", 4.5)),
    Plant("condition-form", "condition", before=put("data/air/meanKinetic", 2.5)),
    Plant("soil-form", "soil", before=put("data/moisture", ...)),
    Plant("health-form", "health", before=put("data/level", "mauve")),
    Plant("health-form", "health", before=put("data/reasons", [])),
]


def subscribed_at(story, index):
    """What somebody hears who subscribes then: what is retained, newest of each topic, and what follows."""
    retained = {m.topic: (n, m) for n, m in story[:index] if m.retained}
    return list(retained.values()) + story[index:]


def main():
    good = Farm().day()
    wrong = list(heard(good, "--cadence").faults.lines())
    # As QoS 1 may, and to whoever comes late.
    wrong += [f"twice: {line}" for line in heard([e for e in good for _ in (0, 1)]).faults.lines()]
    for index in range(1, len(good)):
        late_one = heard(subscribed_at(good, index), from_start=False)
        wrong += [f"from message {index} on: {line}" for line in late_one.faults.lines()]
    wrong += [f"by another name: {line}" for line in heard(Farm(algorithm="Ed25519").day()).faults.lines()]
    with open(f"{sys.argv[1]}/vectors/jws_event.json") as file:
        vector = json.load(file)
    example = json.loads(vector["event_bytes"])
    key = OKPKey.import_key({n: vector["jwk_private"][n] for n in ("kty", "crv", "x")})
    assert is_signed(example, key) and signed_bytes(example).decode() == vector["event_without_jws_jcs"]
    consumer = heard(good)
    assert consumer.summary()["gateways"]["urn:farmgate:greenhollow:gw1"]["verified"] == len(good)
    for plant in PLANTS:
        found, wanted = plant.words(), {plant.word} | plant.also
        if found != wanted:
            wrong.append(f"planted {plant.word}: found {sorted(found)}, expected {sorted(wanted)}")
    wrong += [f"nothing planted for {word}" for word in WORDS.keys() - {p.word for p in PLANTS}]
    print("\n".join(wrong + [f"{len(PLANTS)} faults planted, {len(WORDS)} words, {len(wrong)} not as expected"]))
    return 1 if wrong else 0


sys.exit(main())
