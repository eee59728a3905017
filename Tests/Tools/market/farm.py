"""A gateway in miniature that says everything the contract knows, signed: what the consumer's self-test spoils."""
import copy
import hashlib

import rfc8785
from joserfc import jws
from joserfc.jwk import OKPKey

from envelope import CONTENT_TYPE, KINDS, milliseconds, rfc3339
from message import Message

FARM, GATEWAY, LOT, STORE = "greenhollow", "gw1", "CAR-2026-326-01", "cold-1"
DAWN = milliseconds("2026-11-22T10:00:00.000Z")
MINUTE, YEAR = 60_000, 365 * 86_400_000
RULES = {"name": "cold-chain", "version": "1.0.0", "text": "cc.max_temp: on hold above 5 CEL"}
RULES["hash"] = "sha256:" + hashlib.sha256(RULES["text"].encode()).hexdigest()


class Farm:
    """Its messages, in order, each with a name.

    - before: by a message's name, what is done to the event before it is signed.
    - after: by a message's name, what is done to the message on its way.
    """

    def __init__(self, before=None, after=None, algorithm="EdDSA"):
        self.algorithm = algorithm
        self.before, self.after = before or {}, after or {}
        self.said = []
        self.keys = [(OKPKey.generate_key("Ed25519"), DAWN)]
        self.signer = self.keys[0][0]
        self.sequence, self.head = 0, "0" * 64
        self.revisions = {}
        self.now = DAWN
        self.number = 0

    def sign(self, value):
        detached = jws.serialize_compact({"alg": self.algorithm, "kid": self.signer.thumbprint()}, rfc8785.dumps(value),
                                         self.signer, algorithms=[self.algorithm])
        protected, _, signature = detached.split(".")
        return value | {"jws": f"{protected}..{signature}"}

    def say(self, name, kind_name, subject, data, lifetime, is_will=False):
        kind = next(k for k in KINDS if k.name == kind_name)
        self.number += 1
        value = {
            "specversion": "1.0", "id": f"0193a5f0-7c00-7000-8000-{self.number:012x}",
            "source": f"urn:farmgate:{FARM}:{GATEWAY}", "type": kind.type, "subject": subject,
            "time": rfc3339(self.now), "expirytime": rfc3339(self.now + lifetime),
            "datacontenttype": "application/json", "data": copy.deepcopy(data),
        }
        topic = kind.topic.pattern.replace("(?P<farm>[A-Za-z0-9._-]{1,64})", FARM).replace(
            "(?P<id>[A-Za-z0-9._-]{1,64})", subject)
        if kind.is_ledger:
            self.sequence += 1
            value |= {"sequence": f"{self.sequence:020d}", "prevhash": self.head}
        elif not is_will:
            self.revisions[topic] = self.revisions.get(topic, 0) + 1
            value["data"]["revision"] = self.revisions[topic]
            value |= {"ledgersequence": f"{self.sequence:020d}", "ledgerhash": self.head}
        self.before.get(name, lambda _: None)(value)
        try:
            payload = rfc8785.dumps(self.sign(value))
        except rfc8785.CanonicalizationError:
            raise ValueError(f"{name}: not to be told canonically") from None
        if kind.is_ledger:
            self.head = hashlib.sha256(payload).hexdigest()
        expires = kind.expires and data.get("status") != "withdrawn"
        message = Message(topic, payload, kind.retained, 1, CONTENT_TYPE, 1, lifetime // 1000 if expires else None,
                          self.now + 200)
        self.after.get(name, lambda _: None)(message)
        self.said.append((name, message))
        return value

    def key_set(self, name):
        keys = [{**{n: v for n, v in k.as_dict(private=False).items() if n in ("kty", "crv", "x")},
                 "kid": k.thumbprint(), "validFrom": rfc3339(since)} for k, since in self.keys]
        return self.say(name, "keys", GATEWAY, {"keys": keys}, 10 * YEAR)

    def status(self, name, state, session):
        self.say(name, "status", GATEWAY, {"state": state, "session": session, "version": "1"}, 10 * YEAR)

    def will(self, name, session):
        self.say(name, "status", GATEWAY, {"state": "offline", "session": session}, 10 * YEAR, is_will=True)

    def evidence(self, name, step, disposition, action="OBSERVE", more=None):
        return self.say(name, "evidence", LOT, {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "ObjectEvent",
            "eventTime": rfc3339(self.now), "eventTimeZoneOffset": "+00:00", "action": action, "bizStep": step,
            "disposition": disposition,
            "quantityList": [{"epcClass": f"urn:farmgate:lot:{FARM}:{LOT}", "quantity": 182.5, "uom": "KGM"}],
            "readPoint": {"id": f"urn:farmgate:store:{FARM}:{STORE}"}, **(more or {}),
        }, YEAR)["id"]

    def decision(self, name, previous, status, evidence, by=None):
        self.say(name, "decision", name, {
            "id": name, "lot": LOT, "previous": previous, "status": status, "mode": "manual" if by else "automatic",
            **({"person": {"name": by, "note": "it smells odd"}} if by else {}), "ruleset": RULES,
            "software": {"name": "farmgate", "version": "1.0.0"},
            "rules": [{"rule": "cc.max_temp", "outcome": "pass", "observed": 3.4, "limit": 5, "unit": "CEL",
                       "window": "PT24H", "method": "max", "sentence": "It was never above 5 °C.",
                       "input": {"sensor": "cold-1-air", "unit": "CEL", "quality": "good"}},
                      {"rule": "cc.frozen", "outcome": "not_applicable"}],
            "reasons": [{"code": "WITHIN_LIMITS", "text": "Cold room 1 was never above 5 °C."}],
            "dataQuality": {"minutesExpected": 1440, "samplesReceived": 96, "longestGapMinutes": 0, "clock": "trusted"},
            "counterfactual": "It would be on hold above 5 °C.", "evidence": [evidence],
        }, YEAR)

    def availability(self, name, status, decision, **more):
        self.say(name, "availability", LOT, self.lot(status, decision, **more), 120 * MINUTE)

    def lot(self, status, decision, **more):
        return {
            "lot": LOT, "status": status, "product": {"name": "Carrots, topped", "sku": "CAR-T-KG", "class": "produce"},
            "harvestedAt": "2026-11-22", "field": "bed-1", "store": STORE,
            "quantity": {"unit": "KGM", "increment": 2.5, "onHand": 182.5, "reserved": 40, "allocated": 60,
                         "localShare": 0, "buffer": 5, "availableToPromise": 77.5 if status == "available" else 0,
                         "asOf": rfc3339(self.now), "method": "load_cell"},
            "validFrom": rfc3339(self.now), "validUntil": rfc3339(self.now + 120 * MINUTE), "bestBefore": "2027-03-20",
            "remainingShelfLifeDays": 117.9,
            "decision": {"id": decision, "mode": "automatic", "ruleset": "cold-chain@1.0.0",
                         "rulesetHash": RULES["hash"]},
            "reasons": [{"code": "WITHIN_LIMITS", "rule": "cc.max_temp", "observed": 3.4, "limit": 5, "unit": "CEL",
                         "window": "PT24H"}], **more,
        }

    def withdrawn(self, name, decision):
        self.say(name, "availability", LOT, self.lot("withdrawn", decision, withdrawal={
            "scope": "unsold", "effectiveFrom": rfc3339(self.now - 30 * MINUTE), "action": "return or destroy",
            "contact": "+44 117 496 0000"}), YEAR)

    def conditions(self, name):
        self.say(name, "condition", STORE, {"store": STORE, "air": {
            "unit": "CEL", "min": 2.1, "mean": 3, "max": 4, "meanKinetic": 3.1,
            "above": [{"limit": 5, "minutes": 0, "degreeMinutes": 0}]}}, 45 * MINUTE)

    def day(self):
        """From the first key set to a clean stop."""
        self.key_set("keys")
        self.status("online", "online", "s-1")
        harvest = self.evidence("harvest", "commissioning", "active", "ADD")
        self.decision("d-1", None, "available", harvest)
        self.availability("offer", "available", "d-1")
        self.conditions("condition")
        self.say("soil", "soil", "bed-1", {"moisture": {"value": 22.4, "unit": "P1"}}, 45 * MINUTE)
        self.say("health", "health", "drone-1", {"deliverable": "no", "level": "red", "reasons": [
            {"code": "BATTERY_LOW", "field": "battery.soc", "value": 12, "limit": 25, "since": rfc3339(self.now)}]},
            3 * MINUTE)
        self.now += 15 * MINUTE
        self.conditions("condition-2")
        hold = self.evidence("hold", "holding", "non_sellable_other")
        self.decision("d-2", "available", "on_hold", hold, by="Mira")
        self.availability("held", "on_hold", "d-2")
        self.now += MINUTE
        withdrawal = self.evidence("withdrawal", "holding", "recalled")
        self.decision("d-3", "on_hold", "withdrawn", withdrawal)
        self.withdrawn("withdrawn", "d-3")
        self.will("will", "s-1")
        self.now += MINUTE
        self.status("online-2", "online", "s-2")
        self.withdrawn("withdrawn-2", "d-3")
        # The old key signs the set that has the new one, which signs from then on.
        self.now += MINUTE
        self.keys.insert(0, (OKPKey.generate_key("Ed25519"), self.now))
        self.key_set("keys-2")
        self.signer = self.keys[0][0]
        self.now += MINUTE
        self.evidence("correction", "inspecting", "non_conformant")
        self.status("offline", "offline", "s-2")
        return self.said
