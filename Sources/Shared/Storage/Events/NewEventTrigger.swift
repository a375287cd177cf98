import Postgres

/// A trigger that goes by events, as the file has it.
package struct NewEventTrigger: Equatable, Sendable {
    package var name: String
    package var team: String
    package var summary: String
    package var gather: String
    package var mostActive: Int?
    /// The names of the events it hears of.
    package var events: [String]

    package init(
        name: String,
        team: String,
        summary: String,
        gather: String,
        mostActive: Int?,
        events: [String]
    ) {
        self.name = name
        self.team = team
        self.summary = summary
        self.gather = gather
        self.mostActive = mostActive
        self.events = events
    }
}

extension DeployStore {
    /// Puts a workflow's triggers in the place of those it had.
    func put(
        _ triggers: [NewEventTrigger],
        of workflow: String,
        _ version: Int64,
        _ connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            Statement.dropEventTriggers,
            [.text(workflow), .array(triggers.map(\.name)), nil]
        )
        for trigger in triggers {
            _ = try await connection.query(
                Statement.putEventTrigger,
                [
                    .text(workflow), .text(trigger.name), .integer(version), .text(trigger.team),
                    .text(trigger.summary), .text(trigger.gather), .optional(trigger.mostActive),
                    .array(trigger.events), nil,
                ]
            )
        }
    }
}
