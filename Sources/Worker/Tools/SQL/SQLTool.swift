package import JobModel
package import Models
import Postgres
import Workflow

/// Runs the SQL statements a model writes.
package struct SQLTool: Tool {
    package let definition: Models.ToolDefinition
    package let effect: Effect
    private let database: any Database
    private let check: ArgumentCheck

    /// - Parameters:
    ///   - name: What the model calls it, such as `query_warehouse`.
    ///   - about: What the workflow says of it, put before what every SQL tool says of itself.
    package init(name: String, about: String? = nil, database: any Database) {
        let schema = JSONSchema.builtIn([
            "type": "object",
            "properties": [
                "query": ["type": "string", "minLength": 1, "description": "one SQL statement, without a semicolon"],
                "parameters": [
                    "type": "array", "description": "the values of $1, $2, … in the statement, in their order",
                ],
            ],
            "required": ["query"],
            "additionalProperties": false,
        ])
        let kind =
            switch database.access {
            case .read: "Runs one SELECT, VALUES, TABLE or WITH query, read-only"
            case .write: "Runs one SQL statement in a transaction of its own"
            }
        let general = "\(kind), on the \(database.product) database \(database.name). Answers with the rows as JSON."
        definition = Models.ToolDefinition(
            name: name,
            description: [about, general].compactMap { $0 }.joined(separator: " "),
            parameters: schema.value
        )
        effect = database.access == .read ? .none : .once
        self.database = database
        check = ArgumentCheck(schema)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        do {
            let answer = try await database.run(
                arguments["query"]?.stringValue ?? "",
                arguments["parameters"]?.arrayValue ?? []
            )
            return ToolOutput(Self.json(answer, writes: effect == .once))
        } catch let error as PostgresError {
            return .fault(error.debugDescription)
        } catch let error as DatabaseRefusal {
            return .fault(error.reason)
        }
    }

    static func json(_ answer: DatabaseAnswer, writes: Bool) -> JSONValue {
        var object = JSONObject()
        object["rows"] = .array(answer.rows)
        if writes { object["affected_rows"] = .integer(Int64(answer.affectedRows)) }
        object["notice"] = answer.truncation.map { .string($0.description) }
        return .object(object)
    }
}
