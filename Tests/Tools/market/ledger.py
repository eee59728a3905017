"""The chain of one gateway's ledger events, and what its state events say of it."""
import bisect
import re

ZEROS = "0" * 64
SEQUENCE = re.compile(r"\d{20}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class Ledger:
    """Each event +1 and hashed into the next; a repeated one changes nothing."""

    def __init__(self, from_start):
        # A consumer that came later takes the first event that it hears as the beginning.
        self.from_start = from_start
        self.digests = {}  # by sequence
        self.last = 0
        self.events = {}  # by CloudEvents id
        self.repeated = 0
        self.times = []  # of what was heard, with the sequence
        self.heads = {}  # the newest that a topic was derived from
        self.states = []
        # States that came after a ledger event which they do not know: a broker's order is that of the outbox.
        self.overtaken = 0

    def hear(self, event, complain):
        """True for an event that was not heard before."""
        sequence, previous = event.value.get("sequence"), event.value.get("prevhash")
        if not (isinstance(sequence, str) and SEQUENCE.fullmatch(sequence) and isinstance(previous, str)
                and DIGEST.fullmatch(previous)) or {"ledgersequence", "ledgerhash"} & set(event.value):
            complain("ledger-attributes", f"sequence {sequence!r}, prevhash {previous!r}")
            return True
        number = int(sequence)
        if number in self.digests:
            if self.digests[number] == event.digest:
                self.repeated += 1
                return False
            complain("sequence-fork", f"{number}: {event.id}")
            return True
        if not self.digests and not self.from_start:
            self.last = number - 1
            self.digests[self.last] = previous
        if number != self.last + 1:
            complain("sequence-gap", f"{number} after {self.last}")
        elif previous != self.digests.get(self.last, ZEROS):
            complain("prevhash", f"{number}: {previous}, {self.digests.get(self.last, ZEROS)} was published")
        self.digests[number] = event.digest
        self.events[event.id] = event
        if event.time is not None:
            self.times.append((event.time, number))
        self.last = max(self.last, number)
        return True

    def hear_state(self, event, complain):
        """The head that a state was derived from."""
        sequence, digest = event.value.get("ledgersequence"), event.value.get("ledgerhash")
        if not (isinstance(sequence, str) and SEQUENCE.fullmatch(sequence) and isinstance(digest, str)
                and DIGEST.fullmatch(digest)):
            return complain("state-attributes", f"ledgersequence {sequence!r}, ledgerhash {digest!r}")
        number = int(sequence)
        if number < self.heads.get(event.topic, 0):
            complain("ledger-behind", f"{number} after {self.heads[event.topic]} on this topic")
        self.heads[event.topic] = number
        self.overtaken += number < self.last
        self.states.append((event.time, number, digest, complain))

    def end(self):
        """What needs all of the chain."""
        self.times.sort()
        newest, heads = 0, []
        for _, number in self.times:
            newest = max(newest, number)
            heads.append(newest)
        for time, number, digest, complain in self.states:
            written = bisect.bisect_left(self.times, (time or 0, 0))
            if written and heads[written - 1] > number:
                complain("ledger-behind", f"{number}, when {heads[written - 1]} was written")
            if number in self.digests or number == 0:
                wanted = self.digests.get(number, ZEROS)
                if digest != wanted:
                    complain("ledger-hash", f"{number}: {digest}, {wanted} was published")
            elif self.from_start or 0 < self.last < number:
                complain("ledger-ahead", f"{number}, the last heard is {self.last}")
