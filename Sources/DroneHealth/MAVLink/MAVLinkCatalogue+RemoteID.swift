extension MAVLinkCatalogue {
  /// Messages about remote identification (Open Drone ID).
  static let remoteID: [MAVLinkLayout] = [
    MAVLinkLayout(
      12900, "OPEN_DRONE_ID_BASIC_ID", crcExtra: 114,
      [
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("id_type"),
        .uint8("ua_type"),
        .uint8("uas_id", count: 20),
      ]),
    MAVLinkLayout(
      12901, "OPEN_DRONE_ID_LOCATION", crcExtra: 254,
      [
        .int32("latitude", unit: "degE7", unknown: .number(0)),
        .int32("longitude", unit: "degE7", unknown: .number(0)),
        .float("altitude_barometric", unit: "m", unknown: .number(-1000)),
        .float("altitude_geodetic", unit: "m", unknown: .number(-1000)),
        .float("height", unit: "m", unknown: .number(-1000)),
        .float("timestamp", unit: "s", unknown: .number(65535)),
        .uint16("direction", unit: "cdeg", unknown: .number(36100)),
        .uint16("speed_horizontal", unit: "cm/s"),
        .int16("speed_vertical", unit: "cm/s"),
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("status"),
        .uint8("height_reference"),
        .uint8("horizontal_accuracy"),
        .uint8("vertical_accuracy"),
        .uint8("barometer_accuracy"),
        .uint8("speed_accuracy"),
        .uint8("timestamp_accuracy"),
      ]),
    MAVLinkLayout(
      12902, "OPEN_DRONE_ID_AUTHENTICATION", crcExtra: 140,
      [
        .uint32("timestamp", unit: "s"),
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("authentication_type"),
        .uint8("data_page"),
        .uint8("last_page_index"),
        .uint8("length", unit: "bytes"),
        .uint8("authentication_data", count: 23),
      ]),
    MAVLinkLayout(
      12903, "OPEN_DRONE_ID_SELF_ID", crcExtra: 249,
      [
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("description_type"),
        .text("description", count: 23),
      ]),
    MAVLinkLayout(
      12904, "OPEN_DRONE_ID_SYSTEM", crcExtra: 77,
      [
        .int32("operator_latitude", unit: "degE7", unknown: .number(0)),
        .int32("operator_longitude", unit: "degE7", unknown: .number(0)),
        .float("area_ceiling", unit: "m", unknown: .number(-1000)),
        .float("area_floor", unit: "m", unknown: .number(-1000)),
        .float("operator_altitude_geo", unit: "m", unknown: .number(-1000)),
        .uint32("timestamp", unit: "s"),
        .uint16("area_count"),
        .uint16("area_radius", unit: "m"),
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("operator_location_type"),
        .uint8("classification_type"),
        .uint8("category_eu"),
        .uint8("class_eu"),
      ]),
    MAVLinkLayout(
      12905, "OPEN_DRONE_ID_OPERATOR_ID", crcExtra: 49,
      [
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("operator_id_type"),
        .text("operator_id", count: 20),
      ]),
    MAVLinkLayout(
      12915, "OPEN_DRONE_ID_MESSAGE_PACK", crcExtra: 94,
      [
        .uint8("target_system"),
        .uint8("target_component"),
        .uint8("id_or_mac", count: 20),
        .uint8("single_message_size", unit: "bytes"),
        .uint8("msg_pack_size"),
        .uint8("messages", count: 225),
      ]),
    MAVLinkLayout(
      12918, "OPEN_DRONE_ID_ARM_STATUS", crcExtra: 139,
      [
        .uint8("status"),
        .text("error", count: 50),
      ]),
    MAVLinkLayout(
      12919, "OPEN_DRONE_ID_SYSTEM_UPDATE", crcExtra: 7,
      [
        .int32("operator_latitude", unit: "degE7", unknown: .number(0)),
        .int32("operator_longitude", unit: "degE7", unknown: .number(0)),
        .float("operator_altitude_geo", unit: "m", unknown: .number(-1000)),
        .uint32("timestamp", unit: "s"),
        .uint8("target_system"),
        .uint8("target_component"),
      ]),
  ]
}
