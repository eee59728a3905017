"""A drone by pymavlink, as an independent sender: says everything five times a second.

Usage: drone.py udp PORT   sends datagrams to 127.0.0.1:PORT
       drone.py hex        prints each batch as a line of hexadecimal digits
Each line on standard input is a JSON object whose members change the drone's state; the end of it ends the drone.
"""
import json
import os
import select
import socket
import sys
import time

os.environ["MAVLINK20"] = "1"
from pymavlink.dialects.v20 import ardupilotmega as mavlink  # noqa: E402


class Collector:
    """Takes the bytes that pymavlink writes."""

    def __init__(self):
        self.bytes = bytearray()

    def write(self, data):
        self.bytes += data


state = {
    "silent": False, "armed": False, "landed": 1, "vibration": 4.0, "percent": 92, "serial": "PACK-1",
    "version": [4, 5, 6], "hash": "", "uid2": 7,
}
out = Collector()
link = mavlink.MAVLink(out, srcSystem=1, srcComponent=1)
# It has been running for a minute already.
booted = time.monotonic() - 60


def say():
    """One batch."""
    boot = int((time.monotonic() - booted) * 1000)
    armed = state["armed"]
    sensors = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x8000 | 0x200000 | 0x2000000 | 0x10000000
    major, minor, patch = state["version"]
    link.heartbeat_send(2, 3, 0xD1 if armed else 0x51, 0, 4 if armed else 3)
    link.system_time_send(0, boot)
    link.sys_status_send(sensors, sensors, sensors, 100, 16000, 120, state["percent"], 0, 0, 0, 0, 0, 0)
    link.extended_sys_state_send(0, state["landed"])
    cells = [4000, 4010, 4005, 4002] + [65535] * 6
    link.battery_status_send(0, 1, 1, 2500, cells, 120, 500, -1, state["percent"], 0, 1)
    link.smart_battery_info_send(
        0, 1, 1, 5000, 4900, 20, state["serial"].encode(), b"LiPo 4S", 200, 3300, 3200, 3500, 4200, 4, 0, 0, b"")
    link.gps_raw_int_send(0, 3, 515000000, -10000000, 50000, 80, 90, 0, 0, 15)
    link.vibration_send(0, 1.0, state["vibration"], 2.0, 0, 0, 0)
    link.ekf_status_report_send(0x33F, 0.1, 0.1, 0.1, 0.1, 0.0)
    link.open_drone_id_arm_status_send(0, b"")
    link.autopilot_version_send(
        0, (major << 24) | (minor << 16) | (patch << 8) | 255, 0, 0, 50 << 16,
        list(state["hash"].encode().ljust(8, b"\0")), [0] * 8, [0] * 8, 0, 0, 0,
        [state["uid2"]] * 18)


def main():
    """Speaks until standard input ends."""
    global booted
    mode = sys.argv[1]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    orders = b""
    while True:
        # Read without a buffer of Python's, in which select would not see what waits.
        if select.select([0], [], [], 0.2)[0]:
            data = os.read(0, 65536)
            if not data:
                return
            *lines, orders = (orders + data).split(b"\n")
            for line in lines:
                state.update(json.loads(line))
            if state.pop("reboot", False):
                booted = time.monotonic()
        if state["silent"]:
            continue
        out.bytes.clear()
        say()
        if mode == "udp":
            sender.sendto(bytes(out.bytes), ("127.0.0.1", int(sys.argv[2])))
        else:
            print(out.bytes.hex(), flush=True)


main()
