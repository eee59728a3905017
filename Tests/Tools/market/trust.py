"""Whose signatures count: the first key set of a gateway is taken on trust, each later one must be signed by a key
that was trusted before it."""
import base64
import json
import warnings
from dataclasses import dataclass

import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from envelope import milliseconds

ALGORITHMS = ["EdDSA", "Ed25519"]  # RFC 9864 calls the same signature Ed25519
warnings.filterwarnings("ignore", "EdDSA is deprecated")


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed_bytes(value):
    return rfc8785.dumps({name: member for name, member in value.items() if name != "jws"})


def header(text):
    """The protected header of a detached JWS; raises ValueError for any other form."""
    parts = text.split(".") if isinstance(text, str) else []
    if len(parts) != 3 or parts[1] or not parts[0] or not parts[2]:
        raise ValueError(f"not detached: {str(text)[:60]}")
    protected = json.loads(decoded(parts[0]))
    if not isinstance(protected, dict) or set(protected) != {"alg", "kid"} or protected["alg"] not in ALGORITHMS:
        raise ValueError(f"header {protected}")
    return protected


def is_signed(value, key):
    protected, _, signature = value["jws"].split(".")
    try:
        jws.deserialize_compact(f"{protected}.{encoded(signed_bytes(value))}.{signature}", key, ALGORITHMS)
    except (JoseError, ValueError):
        return False
    return True


@dataclass
class Trusted:
    key: OKPKey
    since: int | None
    until: int | None  # the end is the first instant that is not covered

    def covers(self, time):
        return time is not None and (self.since is None or self.since <= time) and (
            self.until is None or time < self.until)


def read_key_set(data):
    """Keys by their kid; raises ValueError for what is no set of public keys."""
    keys = {}
    if not isinstance(data.get("keys"), list) or not data["keys"]:
        raise ValueError("no keys")
    for jwk in data["keys"]:
        if not isinstance(jwk, dict) or jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
            raise ValueError(f"no OKP key on Ed25519: {str(jwk)[:80]}")
        if "d" in jwk:
            raise ValueError("a private key")
        try:
            key = OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")})
        except (JoseError, ValueError, KeyError) as error:
            raise ValueError(f"{jwk.get('kid')}: {error}") from error
        if jwk.get("kid") != key.thumbprint():
            raise ValueError(f"kid {jwk.get('kid')}, thumbprint {key.thumbprint()}")
        span = [milliseconds(jwk[name]) if name in jwk else None for name in ("validFrom", "validUntil")]
        if any(name in jwk and at is None for name, at in zip(("validFrom", "validUntil"), span)):
            raise ValueError(f"{jwk['kid']}: validity {jwk.get('validFrom')} to {jwk.get('validUntil')}")
        keys[jwk["kid"]] = Trusted(key, *span)
    return keys


class Trust:
    """The keys of one gateway."""

    def __init__(self):
        self.keys = {}
        self.sets = 0
        self.verified = 0
        # A subscriber may hear a claim before the key set: it is looked at again then.
        self.waiting = []

    def hear(self, event, complain):
        if "jws" not in event.value:
            return complain("jws-missing", event.id)
        try:
            kid = header(event.value["jws"])["kid"]
        except (ValueError, TypeError) as error:
            return complain("jws-form", str(error)[:200])
        if event.kind.name == "keys":
            return self.learn(event, kid, complain)
        if kid in self.keys:
            self.verify(event, kid, complain)
        else:
            self.waiting.append((event, kid, complain))

    def verify(self, event, kid, complain):
        trusted = self.keys[kid]
        if not trusted.covers(event.time):
            complain("key-time", f"{event.value.get('time')}, {kid}")
        if is_signed(event.value, trusted.key):
            self.verified += 1
        else:
            complain("signature", event.id)

    def learn(self, event, kid, complain):
        try:
            offered = read_key_set(event.data)
        except ValueError as error:
            return complain("keyset-form", str(error)[:200])
        signers = self.keys or offered
        if kid not in signers or not signers[kid].covers(event.time):
            return complain("keyset-trust", f"signed by {kid}, trusted {sorted(signers)}")
        if not is_signed(event.value, signers[kid].key):
            return complain("signature", event.id)
        self.verified += 1
        self.sets += 1
        for known, trusted in self.keys.items():
            # What a newer set no longer names stays good for what was signed before it.
            if known not in offered and trusted.until is None:
                trusted.until = event.time
        self.keys.update(offered)
        waiting, self.waiting = self.waiting, []
        for earlier, its_kid, its_complain in waiting:
            if its_kid in self.keys:
                self.verify(earlier, its_kid, its_complain)
            else:
                self.waiting.append((earlier, its_kid, its_complain))

    def end(self):
        for event, kid, complain in self.waiting:
            complain("key-unknown", f"{kid} of {event.id}")
