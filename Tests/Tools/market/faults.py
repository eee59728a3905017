"""Everything that the consumer can find wrong, by a stable word; the self-test plants each of them."""

WORDS = {
    # the envelope
    "too-large": "an event has at most 64 KiB",
    "not-json": "the payload is not one JSON object in UTF-8 with each name once",
    "not-canonical": "the bytes are not those of RFC 8785",
    "number-form": "a number has more than 3 decimals or is not below 1e12",
    "schema": "not valid against the schema of CloudEvents",
    "specversion": "specversion is 1.0",
    "id": "id is a UUID version 7",
    "source": "source is urn:farmgate:{farm}:{gateway}, as in the topic",
    "type": "the type belongs to the topic",
    "subject": "subject is the id in the topic",
    "time": "time is UTC in milliseconds",
    "datacontenttype": "datacontenttype is application/json",
    "expirytime": "expirytime is UTC in milliseconds, after time",
    "extension": "an extension's name has up to 20 characters of a-z and 0-9",
    "topic": "the contract has no such topic",
    "qos": "published with QoS 1",
    "retain": "the retain flag is the topic's",
    "content-type": "the MQTT 5 content type is that of CloudEvents in JSON",
    "payload-format": "the MQTT 5 payload format indicator is 1",
    "message-expiry": "the MQTT 5 message expiry is what remains when it is handed over",
    "expired": "published after its expirytime",
    "future": "of a time that has not come",
    # keys
    "jws-missing": "every event is signed",
    "jws-form": "jws is detached, its header has alg and kid alone",
    "signature": "the signature does not hold",
    "key-unknown": "no key set had this key",
    "key-time": "the key was not valid at the event's time",
    "keyset-form": "a key set is a list of public OKP keys on Ed25519, each with its thumbprint as kid",
    "keyset-trust": "a new key set is signed by a key that was trusted before",
    # the ledger
    "ledger-attributes": "a ledger event has sequence and prevhash, and a state event has not",
    "sequence-gap": "a ledger event is missing",
    "sequence-fork": "two different events have one sequence",
    "prevhash": "prevhash is the SHA-256 of the ledger event before",
    "id-twice": "two different events have one source and id",
    # states
    "state-attributes": "a state event has data.revision, ledgersequence and ledgerhash",
    "revision": "a state is newer than the one before on its topic",
    "ledger-behind": "a state is derived from a ledger older than the one that was written when it was made",
    "ledger-hash": "ledgerhash is the SHA-256 of the ledger event that ledgersequence names",
    "ledger-ahead": "the ledger event that a state was derived from never came",
    "status-form": "a status is online or offline and names its session",
    "will-form": "the last will has no ledger attributes and says offline and a session, no more",
    "cadence": "the next one on this topic came too late",
    # lots
    "lot-fields": "availability lacks something, or has it in another form",
    "lot-quantity": "a quantity is negative or no number",
    "lot-promise": "availableToPromise is not what the formula gives",
    "lot-times": "validFrom, validUntil, asOf, time and expirytime contradict each other",
    "lot-withdrawal": "a withdrawal says scope, effectiveFrom, action and contact, and nobody else does",
    "lot-withdrawal-end": "a withdrawal stays until bestBefore and 30 days",
    "lot-terminal": "withdrawn is for ever, and expired but for a withdrawal",
    "lot-reasons": "one to four reasons, each with a code",
    "lot-cleared": "a withdrawn lot's topic was emptied",
    "lot-repeat": "a withdrawal is repeated when the gateway comes back",
    "lot-decision": "the decision that availability names never came",
    "lot-decision-other": "the decision that availability names is about another lot or status",
    # records
    "decision-fields": "a decision record lacks something",
    "decision-manual": "a manual decision names the person and a note",
    "decision-rules": "a rule lacks something",
    "decision-reasons": "at most four reasons, each with a sentence",
    "decision-ruleset": "the hash is not that of the ruleset's text",
    "decision-evidence": "the evidence that a decision names never came",
    "evidence-schema": "not valid against the schema of EPCIS 2.0",
    "evidence-kind": "evidence is one ObjectEvent",
    "evidence-lot": "evidence names the lot of its topic",
    "evidence-step": "a business step or disposition that means something else",
    "evidence-time": "evidence of a time that has not come",
    "condition-form": "a store's condition: min <= mean <= MKT <= max, and no minutes below zero",
    "soil-form": "a field's soil has nothing that was measured",
    "health-form": "a drone's health: deliverable, level, and reasons with code, field, value, limit and since",
}


class Faults:
    """What was found, in order."""

    def __init__(self):
        self.found = []

    def add(self, word, topic, text):
        assert word in WORDS, word
        self.found.append((word, topic, text))

    def lines(self, most=200):
        for word, topic, text in self.found[:most]:
            yield f"fault {word}: {topic}: {text} ({WORDS[word]})"
        if len(self.found) > most:
            yield f"fault: {len(self.found) - most} more"
