"""State events: newest of each topic, sessions and last wills, what MQTT is told of their lifetimes."""

# A state that is due every so often, with what a tick and a busy machine may add, in milliseconds.
CADENCE = {"condition": 15 * 60_000 + 60_000, "soil": 15 * 60_000 + 60_000, "health": 60_000 + 5_000}


class States:
    """Of one gateway."""

    def __init__(self, ledger, has_cadence):
        self.ledger = ledger
        self.has_cadence = has_cadence
        self.newest = {}  # by topic
        self.session = None
        self.is_online = False
        self.connections = 0
        self.wills = 0
        self.void_wills = 0
        self.repeated = 0

    def hear(self, event, complain):
        """True for a state that is not a repeated one and counts."""
        if {"sequence", "prevhash"} & set(event.value):
            complain("ledger-attributes", "a state event in the chain")
        if event.kind.name == "status" and not {"ledgersequence", "ledgerhash"} & set(event.value):
            return self.hear_will(event, complain)
        revision = event.data.get("revision")
        if not isinstance(revision, int) or isinstance(revision, bool) or revision < 1:
            complain("state-attributes", f"revision {revision!r}")
            return True
        before = self.newest.get(event.topic)
        if before is not None and event.bytes == before.bytes:
            self.repeated += 1
            return False
        if before is not None and revision <= before.data["revision"]:
            # A broker keeps what comes last: an older state after a newer one stays there.
            complain("revision", f"{revision} after {before.data['revision']}")
            return False
        self.ledger.hear_state(event, complain)
        if before is not None and self.has_cadence and event.kind.name in CADENCE:
            apart = (event.time or 0) - (before.time or 0)
            if apart > CADENCE[event.kind.name]:
                complain("cadence", f"{apart / 1000:.1f} s after the one before")
        self.newest[event.topic] = event
        if event.kind.name == "status":
            self.hear_status(event, complain)
        return True

    def hear_status(self, event, complain):
        state, session = event.data.get("state"), event.data.get("session")
        if state not in ("online", "offline") or not isinstance(session, str) or not session:
            return complain("status-form", f"{event.data}"[:200])
        self.is_online = state == "online"
        if self.is_online:
            self.connections += 1
            self.session = session

    def hear_will(self, event, complain):
        """It was signed when the link was made, and counts for the newest session only."""
        data = event.data
        if set(data) != {"state", "session"} or data["state"] != "offline" or not isinstance(data["session"], str):
            complain("will-form", f"{data}"[:200])
            return False
        self.wills += 1
        if data["session"] != self.session:
            self.void_wills += 1
            return False
        self.is_online = False
        return True


def check_message_expiry(event, now, slack, complain):
    """The broker forgets a claim when it is worthless: neither later nor much earlier.

    - now: milliseconds; when the message was handed over, give or take `slack` seconds.
    """
    expiry = event.message.expiry
    if not event.kind.expires or event.data.get("status") == "withdrawn":
        if expiry is not None:
            complain("message-expiry", f"{expiry} s, none expected")
        return
    if event.expiry is None:
        return  # said already
    remaining = (event.expiry - now) / 1000
    most = min(event.kind.lifetime or remaining, remaining) + 2
    if expiry is None or not most - 2 - slack <= expiry <= most:
        complain("message-expiry", f"{expiry} s, {most - 2:.0f} s remain")
