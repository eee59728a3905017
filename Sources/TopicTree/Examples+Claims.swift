import CanonicalJSON

extension Examples {
  static let catalogues = texts(
    #"""
    {"@context":"https://schema.org","@type":"OfferCatalog","name":"greenhollow","numberOfItems":2,
    "itemListElement":[{"@type":"Offer","identifier":"CAR-2026-187-01","itemOffered":{"@type":"Product",
    "name":"Carrots, topped","sku":"CAR-T-KG","productionDate":"2026-07-06"},
    "availability":"https://schema.org/InStock","inventoryLevel":{"@type":"QuantitativeValue","value":20,
    "unitCode":"KGM"},"validFrom":"2026-07-06T09:17:00.000Z","validThrough":"2026-07-06T11:17:00.000Z"},
    {"@type":"Offer","identifier":"CAR-2026-188-01","itemOffered":{"@type":"Product",
    "name":"Carrots, topped","sku":"CAR-T-KG","productionDate":"2026-07-07"},
    "availability":"https://schema.org/OutOfStock","inventoryLevel":{"@type":"QuantitativeValue","value":0,
    "unitCode":"KGM"},"validFrom":"2026-07-07T10:00:00.000Z","validThrough":"2026-07-07T12:00:00.000Z",
    "description":"Hamid holds it: smells odd."}]}
    """#)

  static let evidenceEvents = texts(
    #"""
    {"data":{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{
    "farmgate":"urn:farmgate:ns:"}],"action":"ADD","bizStep":"commissioning","disposition":"active",
    "eventID":"urn:uuid:019f36a9-b740-7299-b449-0c13aac40465","eventTime":"2026-07-06T09:02:00.000Z",
    "eventTimeZoneOffset":"+00:00","ilmd":{"https://ref.gs1.org/voc/harvestDate":"2026-07-06"},
    "quantityList":[{"epcClass":"urn:farmgate:greenhollow:lot:CAR-2026-187-01","quantity":208.585,
    "uom":"KGM"}],"type":"ObjectEvent","urn:farmgate:ns:command":{"action":"harvest","by":"bench",
    "channel":"local","id":"bench-carrots-4ec9c9fba5b646b8-1","onHand":208.585,"reserved":0}},
    "datacontenttype":"application/json","id":"019f36a9-b740-7299-b449-0c13aac40465",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..1naOTVOpbAsOE0adMoQ29S0SqCG2XJ0_VHWJvQIBeDRiQDxL3Rxjx0RZ4MtLxZtC6UFk_3NY5jzg4grAKOELAg",
    "prevhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "sequence":"00000000000000000001","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"CAR-2026-187-01","time":"2026-07-06T09:02:00.000Z","type":"farm.nexus.lot.evidence.v1"}
    """#,
    #"""
    {"data":{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{
    "farmgate":"urn:farmgate:ns:"}],"action":"OBSERVE","bizLocation":{
    "id":"urn:farmgate:greenhollow:store:cold-1"},"bizStep":"sensor_reporting",
    "eventID":"urn:uuid:019f3775-e0e0-762d-acfc-63a14eac0cee","eventTime":"2026-07-06T12:45:00.000Z",
    "eventTimeZoneOffset":"+00:00","quantityList":[{
    "epcClass":"urn:farmgate:greenhollow:lot:CAR-2026-187-01","quantity":208.585,"uom":"KGM"}],
    "readPoint":{"id":"urn:farmgate:greenhollow:store:cold-1"},"sensorElementList":[{"sensorMetadata":{
    "bizRules":"urn:farmgate:rules:cold-chain:1.0.0",
    "dataProcessingMethod":"urn:farmgate:method:zero-order-hold",
    "deviceID":"urn:farmgate:greenhollow:store:cold-1:air","endTime":"2026-07-06T12:45:00.000Z",
    "startTime":"2026-07-06T12:30:00.000Z"},"sensorReport":[{"exception":"ALARM_CONDITION",
    "maxValue":5.438,"meanValue":3.895,"minValue":3.125,"type":"Temperature","uom":"CEL"},{
    "dataProcessingMethod":"urn:farmgate:method:mean-kinetic-temperature-83.144","type":"Temperature",
    "uom":"CEL","value":3.929}]},{"sensorMetadata":{"bizRules":"urn:farmgate:rules:cold-chain:1.0.0",
    "dataProcessingMethod":"urn:farmgate:method:zero-order-hold",
    "deviceID":"urn:farmgate:greenhollow:store:cold-1:product","endTime":"2026-07-06T12:45:00.000Z",
    "startTime":"2026-07-06T12:30:00.000Z"},"sensorReport":[{"maxValue":3.3,"meanValue":3.299,
    "minValue":3.2,"type":"Temperature","uom":"CEL"},{
    "dataProcessingMethod":"urn:farmgate:method:mean-kinetic-temperature-83.144","type":"Temperature",
    "uom":"CEL","value":3.299}]}],"type":"ObjectEvent"},"datacontenttype":"application/json",
    "id":"019f3775-e0e0-762d-acfc-63a14eac0cee",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..-VHdFlAloZgLFrujv2CNqOqHQ1EWj0dxrz-zwrgkhs1pveSBvoIbMwCWETvADs6JiCPkSgk-8rpfbJm10RsSCw",
    "prevhash":"3e2f6940289206def238d61f5b25c457c19c6540ce577cb78f9ca96501185bd0",
    "sequence":"00000000000000000004","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"CAR-2026-187-01","time":"2026-07-06T12:45:00.000Z","type":"farm.nexus.lot.evidence.v1"}
    """#)

  /// With three of its rules.
  static let decisionEvents = texts(
    #"""
    {"data":{"counterfactual":"It would be expired with less than 5 days of shelf life left.",
    "dataQuality":{"clock":"trusted","faultMinutes":0,"longestGapMinutes":0,"minutesExpected":0,
    "minutesValid":0,"samplesReceived":0},"decidedAt":"2026-07-06T09:02:00.000Z","evidence":[
    "019f36a9-b740-7299-b449-0c13aac40465"],"id":"019f36a9-b740-729a-a078-f41c24ff2068",
    "lot":"CAR-2026-187-01","mode":"automatic","product":{"class":"produce",
    "limitsSource":"USDA AH-66; confirm with your own buyer"},"reasons":[{"code":"WITHIN_LIMITS",
    "limit":5,"observed":120,"rule":"cc.shelf",
    "text":"120 days of shelf life are left; at least 5 are wanted.","unit":"DAY"},{"code":"NOT_STORED",
    "rule":"cc.stored","text":"The lot is not in its cold store yet."}],
    "remedy":"A named person can hold or withdraw it.","rules":[{"code":"WITHIN_LIMITS",
    "method":"no probe","outcome":"not_judged","rule":"cc.chill",
    "sentence":"The lot is not judged before it is stored and has cooled down.",
    "text":"Held when produce has been below its chilling limit for more than 12 hours in all."},{
    "code":"NOT_STORED","method":"stored command","outcome":"pass","rule":"cc.stored",
    "sentence":"The lot is not in its cold store yet.",
    "text":"Food that cold keeps safe is not available before it is in its store."},{
    "code":"WITHIN_LIMITS","limit":5,"method":"Q10 over the recorded temperatures","observed":120,
    "outcome":"pass","rule":"cc.shelf",
    "sentence":"120 days of shelf life are left; at least 5 are wanted.",
    "text":"Expired when less shelf life is left than the product's minimum. Ageing follows Q10 factors in bands of 10 K over the temperatures recorded; before it is stored a lot counts as lying at the assumed temperature, and where records are missing as lying at its limit.",
    "unit":"DAY"}],"ruleset":{
    "hash":"sha256:1ef72757a7164fc30e0f863f70698cad8d64db0dba620735999f3cdfad6cb7a8",
    "name":"cold-chain","version":"1.0.0"},"software":{"name":"farmgate","version":"0.1.0"},
    "status":"available"},"datacontenttype":"application/json","expirytime":"2027-07-06T09:02:00.000Z",
    "id":"019f36a9-b740-729b-968b-c429ee19ccb6",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..LM069iHnoWFgp-gVTj-gk1mY1v8IqeKHHtKSYOcoAgRsCi3i4kwqdGvNrty_6-yy3dtz62HULwP_hpZLWOe6Dw",
    "prevhash":"c5b70c6563b198874919e7bea96636e7bff46e958c3d4f3a9c91b05e8592bc3b",
    "sequence":"00000000000000000002","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"019f36a9-b740-729a-a078-f41c24ff2068","time":"2026-07-06T09:02:00.000Z",
    "type":"farm.nexus.decision.v1"}
    """#)

  static let soilEvents = texts(
    #"""
    {"data":{"field":"bed-1","revision":1,"soil_moisture":{"at":"2026-07-01T00:00:10.000Z",
    "quality":"good","unit":"P1","value":21.3}},"datacontenttype":"application/json",
    "expirytime":"2026-07-01T00:45:10.000Z","id":"019f1af9-db10-7162-a7c7-9b4843c94d54",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..RjUnjNs0JvNWtkneW5MFcbQYoFG-UElfblp6vYlACXNM9lO1ofQCaIh3GRgniomprIgpV7Lc6Pvx-Ysjc_6iAQ",
    "ledgerhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "ledgersequence":"00000000000000000000","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"bed-1","time":"2026-07-01T00:00:10.000Z","type":"farm.nexus.field.soil.v1"}
    """#,
    #"""
    {"data":{"field":"bed-2","revision":1,"soil_tension":{"at":"2026-07-01T00:00:10.000Z",
    "quality":"good","unit":"KPA","value":50.3}},"datacontenttype":"application/json",
    "expirytime":"2026-07-01T00:45:10.000Z","id":"019f1af9-db10-7163-ac24-c21106ddd720",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..xyNH_d2KDv9e8MnoHKKUPG5nGEu1RRfmVaq9QpRLRRiIbpTEZrkpd7Z2mJjbtJ9eTpCXvswxx2g493_U5vI8Aw",
    "ledgerhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "ledgersequence":"00000000000000000000","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"bed-2","time":"2026-07-01T00:00:10.000Z","type":"farm.nexus.field.soil.v1"}
    """#)

  static let gatewayStatusEvents = texts(
    #"""
    {"data":{"revision":1,"session":"4ec9c9fba5b646b8","since":"2026-07-01T00:00:00.000Z",
    "state":"online","version":"0.1.0"},"datacontenttype":"application/json",
    "id":"019f1af9-b400-75ca-ac8a-8a230538a56f",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..8xNAV5qWOoKfq0VmBd0neXZ6JQ0ROVgB8WtFRpcNQWeogxG4IcIwF1XSbVs3k9-1DI6tEnnH8Tfa-3Jv6becBA",
    "ledgerhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "ledgersequence":"00000000000000000000","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"gw1","time":"2026-07-01T00:00:00.000Z","type":"farm.nexus.gateway.status.v1"}
    """#,
    #"""
    {"data":{"revision":2,"session":"4ec9c9fba5b646b8","state":"offline"},
    "datacontenttype":"application/json","id":"019f5b59-3200-706f-91c5-94a569135a66",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..5tSvzLankMbQvqwTUwRXGXknYdOUeYFEobI3LX8qXe492_KOUZeqsWTTOEKPn2nbq3wPlZG1HF206CiOqJY7DQ",
    "ledgerhash":"e13f3c84a04d79426c283acea83b271bc5ace9de38174ebbab9870f7eb9cb7cb",
    "ledgersequence":"00000000000000000023","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"gw1","time":"2026-07-13T12:00:00.000Z","type":"farm.nexus.gateway.status.v1"}
    """#)

  static let gatewayKeysEvents = texts(
    #"""
    {"data":{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"qKiNv2FF15SGHaMNJ_sBn6VSbwEN1LHwEYy-6li5foc",
    "kty":"OKP","use":"sig","validFrom":"2026-07-01T00:00:00.000Z",
    "x":"UXsx6jGXxmpp5ALW8LPa0zXp_NE2arQ8X0HpKev902o"}],"revision":1},
    "datacontenttype":"application/json","id":"019f1af9-b400-75c9-82f6-8514fbc64efa",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..RSgKdqjq55oUT5JdV8FI3GlH39x5puLYy8q2Z_1zAWJ9dAklWzgQFkJzOX3yRyS8DQk-4O-v1PWdgwiJlxbWBg",
    "ledgerhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "ledgersequence":"00000000000000000000","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"gw1","time":"2026-07-01T00:00:00.000Z","type":"farm.nexus.gateway.keys.v1"}
    """#)
}
