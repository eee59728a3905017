"""Availability: its form, its arithmetic, and the life of a lot."""
import re
from datetime import datetime, timedelta, timezone

from envelope import milliseconds, rfc3339

STATUSES = ("available", "on_hold", "sold_out", "expired", "withdrawn")
TERMINAL = ("expired", "withdrawn")
UNITS = ("KGM", "GRM", "LTR", "MLT", "H87")
METHODS = ("load_cell", "count", "manual")
CLASSES = ("produce", "tcs", "eggs", "raw_milk", "meat", "quick_frozen")
AMOUNTS = ("increment", "onHand", "reserved", "allocated", "localShare", "buffer", "availableToPromise")
# What an availability has to say, by path; what a lot may lack is checked where it is there.
NEEDED = {
    "lot": str, "status": str, "product.name": str, "product.sku": str, "product.class": str, "harvestedAt": str,
    "quantity.unit": str, "quantity.asOf": str, "quantity.method": str, "validFrom": str, "validUntil": str,
    "decision.id": str, "decision.mode": str, "decision.ruleset": str, "decision.rulesetHash": str, "reasons": list,
}
WORDS = {
    "status": STATUSES, "product.class": CLASSES, "quantity.unit": UNITS, "quantity.method": METHODS,
    "decision.mode": ("automatic", "manual"),
}
FORMS = {
    "harvestedAt": r"\d{4}-\d\d-\d\d", "bestBefore": r"\d{4}-\d\d-\d\d",
    "decision.ruleset": r"[^@\s]+@\d+\.\d+\.\d+", "decision.rulesetHash": r"sha256:[0-9a-f]{64}",
}


def at(data, path):
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def thousandths(value):
    return round(value * 1000)


def end_of_withdrawal(data):
    """`bestBefore` and 30 days, in milliseconds; None where no day is told."""
    try:
        day = datetime.strptime(data["bestBefore"], "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except (KeyError, ValueError, TypeError):
        return None
    return round((day + timedelta(days=30)).timestamp() * 1000)


def check_availability(event, complain):
    data = event.data
    for path, form in NEEDED.items():
        if not isinstance(at(data, path), form) or not at(data, path):
            complain("lot-fields", f"{path} is {at(data, path)!r}"[:200])
    for path, words in WORDS.items():
        if at(data, path) not in words:
            complain("lot-fields", f"{path} is {at(data, path)!r}, none of {words}")
    for path, form in FORMS.items():
        value = at(data, path)
        if value is not None and not (isinstance(value, str) and re.fullmatch(form, value)):
            complain("lot-fields", f"{path} is {value!r}")
    if data.get("lot") != event.id_in_topic:
        complain("subject", f"the lot {data.get('lot')!r}")
    if "remainingShelfLifeDays" in data and not is_number(data["remainingShelfLifeDays"]):
        complain("lot-fields", f"remainingShelfLifeDays is {data['remainingShelfLifeDays']!r}")
    check_quantity(data, complain)
    check_times(event, complain)
    check_withdrawal(event, complain)
    reasons = data.get("reasons")
    if isinstance(reasons, list) and not (1 <= len(reasons) <= 4 and all(
            isinstance(r, dict) and re.fullmatch("[A-Z][A-Z0-9_]*", str(r.get("code"))) for r in reasons)):
        complain("lot-reasons", f"{reasons}"[:200])


def check_quantity(data, complain):
    amounts = {name: at(data, f"quantity.{name}") for name in AMOUNTS}
    wrong = {name: value for name, value in amounts.items() if not is_number(value) or value < 0}
    if wrong or not amounts["increment"]:
        return complain("lot-quantity", f"{wrong or amounts}")
    n = {name: thousandths(value) for name, value in amounts.items()}
    free = max(0, n["onHand"] - n["reserved"] - n["allocated"] - n["localShare"] - n["buffer"])
    promise = free - free % n["increment"]
    allowed = {
        "available": {promise}, "sold_out": {0}, "withdrawn": {0},
        # Nothing of it may be sold: the contract does not say which of the two is told.
        "on_hold": {0, promise}, "expired": {0, promise},
    }.get(data.get("status"), {promise})
    if n["availableToPromise"] not in allowed:
        complain("lot-promise", f"{amounts}, status {data.get('status')}: {sorted(x / 1000 for x in allowed)}")


def check_times(event, complain):
    data = event.data
    times = [milliseconds(at(data, path)) for path in ("quantity.asOf", "validFrom", "validUntil")]
    if None in times:
        return complain("lot-times", f"asOf, validFrom, validUntil: {times}")
    as_of, start, end = times
    if event.time is None or event.expiry is None:
        return None  # said already
    if as_of > event.time or start > end or start > event.time or end > event.expiry:
        complain("lot-times", f"time {event.value['time']}, expirytime {event.value['expirytime']}, asOf "
                 f"{data['quantity']['asOf']}, valid {data['validFrom']} to {data['validUntil']}")
    return None


def check_withdrawal(event, complain):
    data, withdrawal = event.data, event.data.get("withdrawal")
    if data.get("status") != "withdrawn":
        if withdrawal is not None:
            complain("lot-withdrawal", f"status {data.get('status')}")
        return
    if not isinstance(withdrawal, dict):
        return complain("lot-withdrawal", "there is none")
    since = milliseconds(withdrawal.get("effectiveFrom"))
    if (withdrawal.get("scope") not in ("unsold", "unsold_and_sold") or since is None
            or (event.time is not None and since > event.time)
            or not all(isinstance(withdrawal.get(n), str) and withdrawal[n] for n in ("action", "contact"))):
        complain("lot-withdrawal", f"{withdrawal}"[:200])
    end = end_of_withdrawal(data)
    if end is None or event.expiry is None or event.expiry < end:
        complain("lot-withdrawal-end", f"bestBefore {data.get('bestBefore')}, expirytime {event.value.get('expirytime')}")


class Lots:
    """The lots of one gateway, as far as their order tells."""

    def __init__(self):
        self.newest = {}  # by topic
        self.withdrawn_before = set()  # topics, when the link last broke
        self.repeated_since = set()
        self.named = []  # availabilities and the decisions that they name

    def hear(self, event, complain):
        """A new state."""
        before, status = self.newest.get(event.topic), event.data.get("status")
        check_availability(event, complain)
        ended = before.data.get("status") if before is not None else None
        # Of what is expired buyers may have to be told all the same.
        if ended in TERMINAL and status != ended and (ended, status) != ("expired", "withdrawn"):
            complain("lot-terminal", f"{status} after {ended}")
        self.newest[event.topic] = event
        self.named.append((event, complain))

    def delivered(self, event):
        """A state, new or repeated."""
        self.repeated_since.add(event.topic)

    def cleared(self, topic, now, complain):
        """An empty retained message: the broker forgets."""
        before = self.newest.get(topic)
        if before is None or before.data.get("status") != "withdrawn":
            return
        end = end_of_withdrawal(before.data)
        if end is None or now < end:
            complain("lot-cleared", "withdrawn")

    def link_broken(self):
        self.withdrawn_before = {t for t, e in self.newest.items() if e.data.get("status") == "withdrawn"}
        self.repeated_since = set()

    def check_repeated(self, now, complain_on):
        """Since the link was there again: a gateway that says goodbye has had the time for it."""
        for topic in self.withdrawn_before - self.repeated_since:
            end = end_of_withdrawal(self.newest[topic].data)
            if end is None or now < end:
                complain_on(topic)("lot-repeat", f"withdrawn until {end and rfc3339(end)}")

    def end(self, decisions, is_whole):
        """- decisions: by their subject. is_whole: heard from the first on."""
        for event, complain in self.named:
            name = at(event.data, "decision.id")
            decision = decisions.get(name)
            if decision is None:
                if is_whole:
                    complain("lot-decision", f"{name}")
            elif (decision.data.get("lot"), decision.data.get("status")) != (
                    event.data.get("lot"), event.data.get("status")):
                complain("lot-decision-other", f"{name}: lot {decision.data.get('lot')}, status "
                         f"{decision.data.get('status')}, but {event.data.get('lot')} is {event.data.get('status')}")
