import Checkpoints
import JobModel
import Postgres
import Tools
import Workflow

/// Runs jobs of the kind sql: one statement, whose rows are the output.
struct SQLHandler: JobHandler {
    let toolbox: Toolbox

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .sql(let sql) = context.definition.kind else { preconditionFailure("not a sql job") }
        let values = try context.evaluate { expressions throws(ExpressionError) in
            try sql.query.values(in: expressions)
        }
        var limits = DatabaseLimits()
        limits.rows = sql.maximumRows
        let database = try toolbox.database(
            sql.connection,
            access: sql.access,
            author: .workflow,
            limits: limits
        )
        let request: JSONValue = [
            "connection": .string(sql.connection), "query": .string(sql.query.text), "values": .array(values),
        ]
        var step = StepRequest(
            position: try .step(named: "sql"),
            fingerprint: Fingerprint(kind: .step, request: request, after: nil),
            kind: .step,
            name: sql.connection,
            effect: sql.effect,
            isPaid: false
        )
        step.evidence = request
        step.unknown = sql.unknown
        let position = step.position
        return try await context.steps.run(step) { _ in
            context.steps.answerBegins(of: position)
            do {
                let answer = try await database.run(sql.query.text, values)
                if let truncation = answer.truncation { throw Self.failure(truncation) }
                return StepResult(value: .array(answer.rows))
            } catch let cut as CutWrite {
                throw Self.failure(cut.truncation)
            } catch let error as PostgresError {
                // The workflow's own author reads this: the server's words help.
                throw StepFailure(
                    failure: JobFailure(
                        code: "sql-failed",
                        message: error.debugDescription,
                        isPermanent: !error.isTransient
                    ),
                    unknownCalls: 0
                )
            } catch let error as DatabaseRefusal {
                throw StepFailure(
                    failure: JobFailure(
                        code: "sql-failed",
                        message: error.reason,
                        isPermanent: !error.isTransient
                    ),
                    unknownCalls: 0
                )
            }
        }.value
    }

    private static func failure(_ truncation: DatabaseAnswer.Truncation) -> StepFailure {
        StepFailure(
            failure: JobFailure(
                code: "sql-too-many-rows",
                message: "\(truncation); raise max_rows, or let the query return less",
                isPermanent: true
            ),
            unknownCalls: 0
        )
    }
}
