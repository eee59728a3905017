"""A marketplace that believes nothing it cannot check: verifies everything that a farm's gateways say.

  consumer.py check [options] [TRANSCRIPT]    a transcript, or standard input: one line a message, see message.py
  consumer.py listen --port PORT [options]    subscribes, says "listening", and checks when its input ends

Written from the contract alone; shares no code with farmgate. Prints each fault and, last, a summary as one JSON object.
Exits 0 without a fault, 1 with one, 2 where it could not do its work.
"""
import argparse
import collections
import json
import re
import sys

from envelope import EnvelopeCheck
from faults import Faults
from ledger import Ledger
from lots import Lots
from message import from_line
from records import EvidenceCheck, check_condition, check_decision, check_health, check_soil
from states import States, check_message_expiry
from trust import Trust

SKEW = 5_000  # milliseconds that two clocks may differ


class Gateway:
    """All that was heard of one source."""

    def __init__(self, from_start, has_cadence):
        self.trust = Trust()
        self.ledger = Ledger(from_start)
        self.states = States(self.ledger, has_cadence)
        self.lots = Lots()
        self.digests = {}  # of every event, by its id
        self.newest_time = 0


class Consumer:
    def __init__(self, options):
        self.options = options
        self.faults = Faults()
        self.envelope = EnvelopeCheck(options.shared)
        self.evidence = EvidenceCheck(options.shared)
        self.gateways = {}
        self.counts = collections.Counter()
        self.distinct = collections.Counter()
        self.ignored = [re.compile(re.escape(i).replace(r"\+", "[^/]+")) for i in options.ignore]

    def complain_on(self, topic):
        return lambda word, text: self.faults.add(word, topic, text)

    def hear(self, message):
        complain = self.complain_on(message.topic)
        if any(pattern.fullmatch(message.topic) for pattern in self.ignored):
            self.counts["ignored"] += 1
            return
        if not message.payload and message.retained and re.search("/(availability|health)$", message.topic):
            self.counts["cleared"] += 1
            for gateway in self.gateways.values():
                gateway.lots.cleared(message.topic, self.now(gateway, message), complain)
            return
        event = self.envelope.read(message, complain)
        if event is None:
            return
        self.counts[event.kind.name] += 1
        gateway = self.gateways.setdefault(
            event.source, Gateway(self.options.from_start, self.options.cadence))
        gateway.newest_time = max(gateway.newest_time, event.time or 0)
        now = self.now(gateway, message)
        if event.expiry is not None and now >= event.expiry:
            complain("expired", f"expirytime {event.value['expirytime']}, now {now}")
        if event.time is not None and event.time > now + SKEW:
            complain("future", f"{event.value['time']}, now {now}")
        check_message_expiry(event, now, self.options.slack, complain)
        known = gateway.digests.get(event.id)
        if known is not None and known != event.digest:
            complain("id-twice", event.id)
        is_new = known != event.digest
        gateway.digests[event.id] = event.digest
        if is_new:
            self.distinct[event.kind.name] += 1
            gateway.trust.hear(event, complain)
        if event.kind.is_ledger:
            if gateway.ledger.hear(event, complain):
                self.check_record(event, complain)
        else:
            self.hear_state(gateway, event, complain)

    def hear_state(self, gateway, event, complain):
        counts = gateway.states.hear(event, complain)
        if event.kind.name == "availability":
            if counts:
                gateway.lots.hear(event, complain)
            gateway.lots.delivered(event)
        elif counts and event.kind.name == "status" and not gateway.states.is_online:
            if "revision" in event.data:
                gateway.lots.check_repeated(self.now(gateway, event.message), self.complain_on)
            gateway.lots.link_broken()
        elif counts:
            self.check_record(event, complain)

    def check_record(self, event, complain):
        {"evidence": self.evidence.check, "decision": check_decision, "condition": check_condition,
         "soil": check_soil, "health": check_health}.get(event.kind.name, lambda *_: None)(event, complain)

    def now(self, gateway, message):
        return message.at if self.options.clock == "wall" else gateway.newest_time

    def end(self, at):
        """- at: milliseconds, when nothing more is heard."""
        for gateway in self.gateways.values():
            gateway.trust.end()
            gateway.ledger.end()
            events = gateway.ledger.events.values()
            decisions = {e.value.get("subject"): e for e in events if e.kind.name == "decision"}
            gateway.lots.end(decisions, self.options.from_start)
            if gateway.states.is_online:
                now = at if self.options.clock == "wall" else gateway.newest_time
                gateway.lots.check_repeated(now, self.complain_on)
            if self.options.from_start:
                self.check_evidence_named(gateway, decisions)

    def check_evidence_named(self, gateway, decisions):
        known = set(gateway.ledger.events) | {
            str(e.data.get("eventID")) for e in gateway.ledger.events.values() if e.kind.name == "evidence"}
        for decision in decisions.values():
            for name in decision.data.get("evidence") or []:
                name = name.get("id") if isinstance(name, dict) else name
                if name not in known and f"urn:uuid:{name}" not in known:
                    self.complain_on(decision.topic)("decision-evidence", f"{name}")

    def summary(self):
        words = collections.Counter(word for word, _, _ in self.faults.found)
        return {
            "messages": sum(self.counts.values()), "heard": dict(self.counts), "distinct": dict(self.distinct),
            "faults": len(self.faults.found), "words": dict(words),
            "gateways": {source: {
                "ledger": len(g.ledger.events), "last": g.ledger.last, "ledgerRepeated": g.ledger.repeated,
                "states": len(g.states.newest), "statesRepeated": g.states.repeated, "verified": g.trust.verified,
                "keySets": g.trust.sets, "connections": g.states.connections, "wills": g.states.wills,
                "voidWills": g.states.void_wills, "overtaken": g.ledger.overtaken,
            } for source, g in self.gateways.items()},
        }


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "listen"])
    parser.add_argument("transcript", nargs="?", default="-")
    parser.add_argument("--shared", required=True, help="the folder with schemas/")
    parser.add_argument("--port", type=int, help="of a broker on this machine")
    parser.add_argument("--keep", help="writes the transcript to this file as well")
    parser.add_argument("--clock", choices=["wall", "events"], default="wall",
                        help="events: the newest event's time is now, as in a simulated day")
    parser.add_argument("--from-start", action="store_true", help="heard from the first ledger event on")
    parser.add_argument("--cadence", action="store_true", help="states that are due come in time")
    parser.add_argument("--slack", type=float, default=5, help="seconds an MQTT message expiry may be short")
    parser.add_argument("--ignore", action="append", default=[], help="a topic, + for a level, that is no event's")
    return parser.parse_args(given)


def run(options):
    if options.action == "listen":
        from listener import Listener
        listener = Listener(options.port, "nexus/#")
        sys.stdin.buffer.read()
        messages, at = listener.end()
    else:
        with (sys.stdin if options.transcript == "-" else open(options.transcript)) as file:
            messages = [from_line(line) for line in file]
        at = max((m.at or 0 for m in messages), default=0)
    if options.keep:
        with open(options.keep, "w") as file:
            file.writelines(m.line() + "\n" for m in messages)
    consumer = Consumer(options)
    for message in messages:
        consumer.hear(message)
    consumer.end(at)
    return consumer


def main():
    consumer = run(arguments())
    for line in consumer.faults.lines():
        print(line)
    print(json.dumps(consumer.summary()))
    return 1 if consumer.faults.found else 0


if __name__ == "__main__":
    sys.exit(main())
