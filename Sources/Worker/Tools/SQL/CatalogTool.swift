package import JobModel
package import Models
import Postgres
import Workflow

/// Tells a model which tables a database has and what their columns are.
package struct CatalogTool: Tool {
    package let definition: Models.ToolDefinition
    package let effect = Effect.none
    private let database: any Database
    private let check: ArgumentCheck

    /// - Parameter name: What the model calls it, such as `describe_warehouse`.
    package init(name: String, database: any Database) {
        let schema = JSONSchema.builtIn([
            "type": "object",
            "properties": [
                "table": [
                    "type": "string",
                    "description":
                        "a table to describe, with its schema and a dot before it or without; none lists all",
                ]
            ],
            "additionalProperties": false,
        ])
        definition = Models.ToolDefinition(
            name: name,
            description:
                "Lists the tables of the \(database.product) database \(database.name), or describes the columns of one.",
            parameters: schema.value
        )
        self.database = database
        check = ArgumentCheck(schema)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        do {
            guard let table = arguments["table"]?.stringValue else {
                return ToolOutput(SQLTool.json(try await database.tables(), writes: false))
            }
            let answer = try await columns(of: table)
            if answer.rows.isEmpty {
                return .fault("no table \(table), or no right to read it; list all to see the names")
            }
            return ToolOutput(SQLTool.json(answer, writes: false))
        } catch let error as PostgresError {
            return .fault(error.debugDescription)
        } catch let error as DatabaseRefusal {
            return .fault(error.reason)
        }
    }

    private func columns(of table: String) async throws -> DatabaseAnswer {
        let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return try await database.columns(ofTable: table, inSchema: nil) }
        return try await database.columns(ofTable: parts[1], inSchema: parts[0])
    }
}
