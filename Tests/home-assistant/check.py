"""Reads discovery documents as Home Assistant does, and renders their templates on real payloads.

Standard input: {"messages": [{"topic": ..., "payload": "text"}, ...]}, discovery and states as a broker keeps them.
Standard output: {"home_assistant": version or null, "problems": [...], "components": n,
  "states": {unique id: {"state", "attributes", "available"}}, "commands": [{"topic", "unique_id", "payloads"}]}

Run by a Python that can import homeassistant, its own schemas and template engine decide. Run by any other, jinja2
renders, beside stand-ins for what Home Assistant adds to it, and the shape is checked by its documentation.
"""

import asyncio
import importlib.abc
import importlib.machinery
import json
import os
import re
import sys
import types


class Absent(types.ModuleType):
    """A module that the schemas import and do not use: Home Assistant's cloud and the like."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        kind = type(name, (Exception,), {})
        setattr(self, name, kind)
        return kind


class AbsentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    needed = {"homeassistant", "voluptuous", "jinja2", "markupsafe", "yaml", "orjson"}

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top in self.needed or top in sys.stdlib_module_names:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        pass


problems = []


def problem(where, what):
    problems.append(f"{where}: {what}")


class HomeAssistantReader:
    """The real thing."""

    def __init__(self):
        sys.meta_path.append(AbsentModules())
        import logging

        from homeassistant.components.mqtt import binary_sensor, button, discovery, sensor, switch
        from homeassistant.components.sensor import const as sensor_const
        from homeassistant.const import __version__
        from homeassistant.core import HomeAssistant
        from homeassistant.helpers.template import Template

        class Listener(logging.Handler):
            def emit(self, record):
                if record.levelno >= logging.WARNING:
                    problem("log", record.getMessage()[:2000])

        logging.getLogger("homeassistant").addHandler(Listener())
        self.version, self.discovery, self.constants = __version__, discovery, sensor_const
        self.Template, self.hass = Template, HomeAssistant("/nonexistent")
        self.schemas = {
            "sensor": sensor.DISCOVERY_SCHEMA,
            "binary_sensor": binary_sensor.DISCOVERY_SCHEMA,
            "switch": switch.DISCOVERY_SCHEMA,
            "button": button.DISCOVERY_SCHEMA,
        }

    def components(self, prefix, topic, payload):
        match = self.discovery.TOPIC_MATCHER.fullmatch(topic[len(prefix) + 1 :])
        if match is None or match["component"] != "device":
            return problem(topic, "is no topic of device-based discovery") or {}
        document = self.discovery._parse_device_payload(self.hass, payload, match["object_id"], match["node_id"])
        if not document:
            return problem(topic, "is refused") or {}
        found = {}
        for key, component in document["components"].items():
            platform = component.pop("platform")
            if not component:
                found[key] = (platform, None)
                continue
            component["device"], component["origin"] = document["device"], document["origin"]
            merged = self.discovery.MQTTDiscoveryPayload(component)
            self.discovery._merge_common_device_options(merged, document)
            for option in merged:
                if option not in self.known(platform):
                    problem(f"{topic} {key}", f"Home Assistant does not know {option}")
            try:
                found[key] = (platform, self.schemas[platform](dict(merged)))
            except Exception as error:  # noqa: BLE001: whatever it is, it is refused
                problem(f"{topic} {key}", error)
                continue
            if platform == "sensor":
                self.check_words(f"{topic} {key}", found[key][1])
        return found

    def known(self, platform):
        if not hasattr(self, "_known"):
            self._known = {}
        if platform not in self._known:
            names, waiting = set(), [self.schemas[platform]]
            while waiting:
                part = waiting.pop()
                waiting += list(getattr(part, "validators", []))
                schema = getattr(part, "schema", None)
                if isinstance(schema, dict):
                    names |= {str(name) for name in schema}
                elif schema is not None and schema is not part:
                    waiting.append(schema)
            self._known[platform] = names
        return self._known[platform]

    def check_words(self, where, config):
        device_class, unit = config.get("device_class"), config.get("unit_of_measurement")
        state_class = config.get("state_class")
        if device_class is None or device_class == "enum":
            return
        if unit not in self.constants.DEVICE_CLASS_UNITS[device_class]:
            problem(where, f"{unit} is no unit of {device_class}")
        if state_class not in self.constants.DEVICE_CLASS_STATE_CLASSES[device_class]:
            problem(where, f"{state_class} does not go with {device_class}")

    def render(self, template, variables):
        if not isinstance(template, self.Template):
            template = self.Template(template, self.hass)
        template.hass = self.hass
        return template.async_render(variables, parse_result=False, strict=True)


class PlainReader:
    """Jinja and the documentation."""

    version = None
    platforms = {"sensor", "binary_sensor", "switch", "button"}

    def __init__(self):
        from datetime import datetime, timedelta, timezone

        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        def as_timestamp(value, default=None):
            try:
                return datetime.fromisoformat(value).timestamp()
            except (TypeError, ValueError):
                return default

        self.environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
        self.environment.globals.update(
            utcnow=lambda: datetime.now(timezone.utc),
            now=lambda: datetime.now(timezone.utc),
            timedelta=timedelta,
            as_timestamp=as_timestamp,
        )

    def components(self, prefix, topic, payload):
        if not re.fullmatch(r"device/([a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config", topic[len(prefix) + 1 :]):
            return problem(topic, "is no topic of device-based discovery") or {}
        document = json.loads(payload)
        if not document["device"].get("identifiers"):
            problem(topic, "has a device without identifiers")
        if not document["origin"].get("name"):
            problem(topic, "has an origin without a name")
        found = {}
        for key, component in document["components"].items():
            platform = component.pop("platform")
            if platform not in self.platforms:
                problem(f"{topic} {key}", f"has the platform {platform}")
            if component and "unique_id" not in component:
                problem(f"{topic} {key}", "has no unique_id")
            if component:
                component.setdefault("availability", document.get("availability", []))
            found[key] = (platform, component or None)
        return found

    def render(self, template, variables):
        return self.environment.from_string(template).render(variables)


def with_payload(payload):
    variables = {"value": payload}
    try:
        variables["value_json"] = json.loads(payload)
    except ValueError:
        pass
    return variables


def check(reader, request):
    prefix = request["prefix"]
    kept = {message["topic"]: message["payload"] for message in request["messages"] if message["payload"]}
    states, commands, unique_ids, removed = {}, [], set(), []

    def render(where, template, payload):
        try:
            return reader.render(template, with_payload(payload)).strip()
        except Exception as error:  # noqa: BLE001: whatever it is, Home Assistant would log it
            problem(where, f"{error!r} on {payload}")
            return None

    for topic, payload in sorted(kept.items()):
        if not (topic.startswith(prefix + "/") and topic.endswith("/config")):
            continue
        for key, (platform, config) in reader.components(prefix, topic, payload).items():
            if config is None:
                removed.append([topic, key, platform])
                continue
            where, unique = f"{topic} {key}", config["unique_id"]
            if unique in unique_ids:
                problem(where, "has the unique_id of another")
            unique_ids.add(unique)
            if config.get("retain"):
                problem(where, "retains its commands")
            shown = {"topic": config.get("state_topic"), "platform": platform, "available": True}
            for source in config["availability"]:
                told = kept.get(source["topic"])
                if told is not None and "value_template" in source:
                    told = render(where, source["value_template"], told)
                shown["available"] &= told == source.get("payload_available", "online")
            if "state_topic" in config and config["state_topic"] in kept:
                shown["state"] = render(where, config["value_template"], kept[config["state_topic"]])
                if shown["state"] == "":
                    problem(where, "renders nothing, which keeps the last value")
            attributes = config.get("json_attributes_topic")
            if attributes in kept:
                text = kept[attributes]
                if "json_attributes_template" in config:
                    text = render(where, config["json_attributes_template"], text)
                if text is not None:
                    shown["attributes"] = json.loads(text)
            states[unique] = shown
            words = [config[name] for name in ("payload_on", "payload_off", "payload_press") if name in config]
            if "command_topic" in config:
                payloads = [render(where, config["command_template"], word) for word in words for _ in range(2)]
                commands.append({"topic": config["command_topic"], "unique_id": unique, "payloads": payloads})
    return {
        "home_assistant": reader.version,
        "problems": problems,
        "components": len(states),
        "states": states,
        "commands": commands,
        "removed": removed,
    }


async def main():
    try:
        import homeassistant  # noqa: F401

        reader = HomeAssistantReader()
    except ModuleNotFoundError as error:
        if error.name != "homeassistant":
            raise
        reader = PlainReader()
    print(json.dumps(check(reader, json.load(sys.stdin))), flush=True)
    # Home Assistant leaves threads behind.
    os._exit(0)


asyncio.run(main())
