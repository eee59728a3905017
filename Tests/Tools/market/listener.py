"""A subscriber of MQTT 5 that keeps what it hears, with the flags as they were published.

  listener.py PORT FILE    what the broker has retained below nexus/, as a transcript
"""
import sys
import threading
import time
import uuid

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from message import Message


class Listener:
    """Subscribed when made. QoS 2, so that each message comes with the QoS of its publisher, and once."""

    def __init__(self, port, topics):
        self.messages = []
        self.fault = None
        self.mark = f"listener/{uuid.uuid4()}"
        self.subscribed, self.marked = threading.Event(), threading.Event()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=self.mark[9:], protocol=mqtt.MQTTv5)
        client.on_message = self.hear
        client.on_subscribe = lambda *_: self.subscribed.set()
        client.on_disconnect = self.disconnected
        self.ends = False
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 0
        options = SubscribeOptions(qos=2, retainAsPublished=True)
        client.on_connect = lambda *_: client.subscribe([(topics, options), (self.mark, options)])
        client.connect("127.0.0.1", port, properties=session)
        client.loop_start()
        self.client = client
        if not self.subscribed.wait(30):
            sys.exit("listener: no subscription within 30 s")
        print("listening", flush=True)

    def hear(self, _client, _context, heard):
        if heard.topic == self.mark:
            return self.marked.set()
        told = heard.properties
        self.messages.append(Message(
            heard.topic, bytes(heard.payload), bool(heard.retain), heard.qos,
            getattr(told, "ContentType", None), getattr(told, "PayloadFormatIndicator", None),
            getattr(told, "MessageExpiryInterval", None), time.time_ns() // 1_000_000))

    def disconnected(self, *details):
        # What was said meanwhile is lost: nothing that follows could be believed.
        if not self.ends:
            self.fault = f"the connection broke: {details[3:]}"
            self.marked.set()

    def end(self):
        """Everything that the broker had for us by now, and when that was."""
        self.client.publish(self.mark, b"", qos=1)
        heard_out = self.marked.wait(120)
        self.ends = True
        self.client.disconnect()
        self.client.loop_stop()
        if self.fault or not heard_out:
            print(f"listener: {self.fault or 'the end was not heard'}", file=sys.stderr)
            sys.exit(2)
        return self.messages, time.time_ns() // 1_000_000


if __name__ == "__main__":
    retained, _ = Listener(int(sys.argv[1]), "nexus/#").end()
    with open(sys.argv[2], "w") as file:
        file.writelines(m.line() + "\n" for m in retained)
