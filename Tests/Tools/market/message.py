"""One PUBLISH as a subscriber heard it, and as a line of a transcript."""
import base64
import json
from dataclasses import dataclass


@dataclass
class Message:
    topic: str
    payload: bytes
    retained: bool = False
    qos: int = 1
    content_type: str | None = None
    payload_format: int | None = None
    expiry: int | None = None  # seconds
    at: int | None = None  # when it was heard, milliseconds since 1970

    def line(self):
        said = {"topic": self.topic, "retained": self.retained, "qos": self.qos, "contentType": self.content_type,
                "payloadFormat": self.payload_format, "expiry": self.expiry, "at": self.at}
        try:
            said["payload"] = self.payload.decode()
        except UnicodeDecodeError:
            said["payload64"] = base64.b64encode(self.payload).decode()
        return json.dumps(said, ensure_ascii=False)


def from_line(text):
    said = json.loads(text)
    payload = base64.b64decode(said["payload64"]) if "payload64" in said else said["payload"].encode()
    return Message(said["topic"], payload, said["retained"], said["qos"], said["contentType"],
                   said["payloadFormat"], said["expiry"], said["at"])
