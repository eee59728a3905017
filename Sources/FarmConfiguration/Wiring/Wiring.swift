public import CanonicalJSON

/// The configuration as the gateway understood it: every sensor's and output's wiring, the controllers, the
/// brokers
/// without secrets. What `check` prints.
public struct Wiring: Sendable, Equatable {
  /// One kind of thing, as a table.
  public struct Table: Sendable, Equatable {
    /// `sensors`
    public let title: String
    /// Names of the columns, the same in text and JSON.
    public let columns: [String]
    /// As many cells as columns; an empty cell has nothing to say.
    public let rows: [[String]]
  }

  /// Tables without rows are left out.
  public let tables: [Table]

  /// Tables for a terminal: aligned, one line a row.
  public var text: String { tables.map(\.text).joined(separator: "\n") }

  /// One array of objects for each table, by its title (`cold_stores`); empty cells are left out.
  public var json: JSONValue {
    .object(
      JSONObject(
        tables.map { table in
          let rows = table.rows.map { row in
            JSONValue.object(
              JSONObject(
                zip(table.columns, row).filter { !$0.1.isEmpty }.map { ($0.0, JSONValue.string($0.1)) }))
          }
          return (
            name: table.title.split(separator: " ").joined(separator: "_"), value: JSONValue.array(rows)
          )
        }))
  }
}

extension Wiring.Table {
  /// The title, the columns' names, and the rows below them.
  var text: String {
    let widths = columns.indices.map { column in
      ([columns[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      var line = "  "
      for (cell, width) in zip(cells, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    return ([title, line(columns)] + rows.map(line)).joined(separator: "\n") + "\n"
  }
}

extension GatewayConfiguration {
  /// The wiring as understood.
  public var wiring: Wiring {
    let tables = [
      gatewayTable, brokerTable, sensorTable, outputTable, irrigationTable, coldStoreTable, productTable,
      droneTable,
      operatorTable,
    ]
    return Wiring(tables: tables.filter { !$0.rows.isEmpty })
  }
}
